// The listener's side of each mechanism: which of its messages is the one that is worth keeping.
#include "protocols/sasl/overhear.hpp"

#include "protocols/ntlm/messages.hpp"
#include "protocols/sasl/plain.hpp"
#include "protocols/sasl/scram.hpp"

namespace postroad::sasl {
namespace {

// The value of an attribute, up to its end.
std::string between(std::string_view text, std::string_view begin, char end) {
    const std::size_t at = text.find(begin);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + begin.size());
    return std::string(text.substr(0, text.find(end)));
}

}  // namespace

Secret overhear(Memory& memory, std::string_view response) {
    ++memory.step;
    switch (memory.mechanism) {
        case Mechanism::plain: {
            Plain plain;
            if (decode_plain(response, plain) != PlainError::ok) return {};
            return {Reveals::password, plain.authentication_id};
        }
        case Mechanism::login:
            if (memory.step == 2) return {Reveals::password, memory.user};
            memory.user = response;
            return {};
        case Mechanism::cram_md5:
            return {Reveals::guessable, std::string(response.substr(0, response.rfind(' ')))};
        case Mechanism::scram_sha_1:
        case Mechanism::scram_sha_256:
        case Mechanism::scram_sha_1_plus:
        case Mechanism::scram_sha_256_plus:
            if (memory.step == 2) return {Reveals::guessable, memory.user};
            memory.user = scram_unescaped(between(response, ",n=", ',')).value_or("");
            return {};
        case Mechanism::ntlm:
            if (const auto message = ntlm::decode_authenticate(response))
                return {Reveals::guessable, message->user};
            return {};
        case Mechanism::xoauth2:
            if (memory.step != 1) return {};
            return {Reveals::token, between(response, "user=", '\x01')};
        case Mechanism::oauthbearer:
            if (memory.step != 1) return {};
            return {Reveals::token, scram_unescaped(between(response, "a=", ',')).value_or("")};
        case Mechanism::none:
        case Mechanism::gssapi:
        case Mechanism::external: break;
    }
    return {};
}

}  // namespace postroad::sasl
