// The mechanisms of one or two lines: PLAIN, LOGIN, CRAM-MD5, EXTERNAL, and the way to the others.
#include "protocols/base/ascii.hpp"
#include "protocols/message/mime.hpp"
#include "protocols/sasl/digests.hpp"
#include "protocols/sasl/mechanisms.hpp"
#include "protocols/sasl/plain.hpp"

namespace postroad::sasl {
namespace {

Result plain_server(Memory& memory, std::string_view response, const ServerSettings& settings) {
    Plain plain;
    if (const PlainError error = decode_plain(response, plain); error != PlainError::ok)
        return malformed(plain_error_text(error));
    memory.user = plain.authentication_id;
    memory.authorization = plain.authorization_id;
    return judge_password(memory, plain.password, settings);
}

Result plain_client(const ClientSettings& settings) {
    const auto message = encode_plain({settings.authorization, settings.user, settings.password});
    if (!message) return refuse("PLAIN cannot carry this name and password");
    return go_on(*message);
}

// RFC 4422 appendix A: TLS has told who it is; the client may say whom it acts as.
Result external_server(Memory& memory, std::string_view response, const ServerSettings& settings) {
    if (response.find('\0') != std::string_view::npos || !message::is_utf8(response))
        return malformed("an identity is UTF-8 without NUL");
    const auto identity = settings.tls_identity ? settings.tls_identity() : std::nullopt;
    if (!identity) return refuse("TLS has not told who the client is: it showed no certificate");
    memory.user = *identity;
    memory.authorization = response;
    return succeed(memory);
}

}  // namespace

Result judge_password(Memory& memory, std::string_view password, const ServerSettings& settings) {
    const auto right = settings.password_of ? settings.password_of(memory.user) : std::nullopt;
    if (!right || *right != password) return refuse(wrong_password);
    return succeed(memory);
}

// No RFC has it; clients expect these two prompts, and many do not even read them.
Result login_server(Memory& memory, bool has_response, std::string_view response,
                    const ServerSettings& settings) {
    if (memory.step == 0 && !has_response) return go_on("Username:");
    if (response.size() > plain_part_octets_max) return malformed("longer than 255 octets");
    if (response.empty() || response.find('\0') != std::string_view::npos ||
        !message::is_utf8(response))
        return malformed("a name or password is UTF-8 without NUL, and not empty");
    if (memory.user.empty()) {
        memory.user = response;
        return go_on("Password:");
    }
    return judge_password(memory, response, settings);
}

Result login_client(Memory& memory, std::string_view, const ClientSettings& settings) {
    if (memory.step == 0) return go_on(settings.user);
    if (memory.step == 1) return go_on(settings.password);
    return malformed("LOGIN asks for a name and a password, and for nothing else");
}

// RFC 2195 §2: the challenge looks like a message-id, the response is the name and a digest.
Result cram_md5_server(Memory& memory, bool has_response, std::string_view response,
                       const ServerSettings& settings) {
    if (memory.step == 0) {
        if (has_response) return malformed("the server begins in CRAM-MD5");
        memory.said = "<" + settings.nonce + "." + std::to_string(settings.unix_s) + "@" +
                      settings.host_name + ">";
        return go_on(memory.said);
    }
    // A name may have spaces in it: the digest is what follows the last one.
    const std::size_t space = response.rfind(' ');
    if (space == std::string_view::npos || space == 0 || !message::is_utf8(response))
        return malformed("write your name, a space and a digest");
    const std::string_view proof = response.substr(space + 1);
    if (proof.size() != 32 ||
        proof.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos)
        return malformed("a digest has 32 hexadecimal digits");
    memory.user = response.substr(0, space);
    const auto password = settings.password_of ? settings.password_of(memory.user) : std::nullopt;
    if (!password ||
        !equals_ignoring_case(proof, hex(hmac(Hash::md5, *password, memory.said))))
        return refuse(wrong_password);
    return succeed(memory);
}

Result cram_md5_client(Memory& memory, std::string_view challenge,
                       const ClientSettings& settings) {
    if (memory.step != 0) return malformed("CRAM-MD5 has one challenge");
    if (challenge.empty()) return malformed("a challenge of CRAM-MD5 is not empty");
    return go_on(settings.user + " " + hex(hmac(Hash::md5, settings.password, challenge)));
}

Result server_move(Memory& memory, bool has_response, std::string_view response,
                   const ServerSettings& settings) {
    switch (memory.mechanism) {
        case Mechanism::none: break;
        case Mechanism::plain: return plain_server(memory, response, settings);
        case Mechanism::login: return login_server(memory, has_response, response, settings);
        case Mechanism::cram_md5: return cram_md5_server(memory, has_response, response, settings);
        case Mechanism::scram_sha_1:
        case Mechanism::scram_sha_256:
        case Mechanism::scram_sha_1_plus:
        case Mechanism::scram_sha_256_plus: return scram_server(memory, response, settings);
        case Mechanism::xoauth2:
        case Mechanism::oauthbearer: return oauth_server(memory, response, settings);
        case Mechanism::ntlm: return ntlm_server(memory, response, settings);
        case Mechanism::external: return external_server(memory, response, settings);
        case Mechanism::gssapi:
            if (settings.opaque) return settings.opaque(memory, response);
            return refuse("this host has no key of any realm");
    }
    return malformed("no such mechanism");
}

Result client_move(Memory& memory, std::string_view challenge, const ClientSettings& settings) {
    switch (memory.mechanism) {
        case Mechanism::none: break;
        case Mechanism::plain:
            if (memory.step != 0) return malformed("PLAIN has no challenge");
            return plain_client(settings);
        case Mechanism::login: return login_client(memory, challenge, settings);
        case Mechanism::cram_md5: return cram_md5_client(memory, challenge, settings);
        case Mechanism::scram_sha_1:
        case Mechanism::scram_sha_256:
        case Mechanism::scram_sha_1_plus:
        case Mechanism::scram_sha_256_plus: return scram_client(memory, challenge, settings);
        case Mechanism::xoauth2:
        case Mechanism::oauthbearer: return oauth_client(memory, challenge, settings);
        case Mechanism::ntlm: return ntlm_client(memory, challenge, settings);
        case Mechanism::external:
            if (memory.step != 0) return malformed("EXTERNAL has no challenge");
            return go_on(settings.authorization);
        case Mechanism::gssapi:
            if (settings.opaque) return settings.opaque(memory, challenge);
            return refuse("there is no ticket to show");
    }
    return malformed("no such mechanism");
}

// SCRAM and GSSAPI prove the server, too: without that success is a claim (RFC 5802 §5.1).
std::string client_doubts(const Exchange& exchange, const Heap& heap) {
    const Memory memory = recall(exchange, heap);
    const bool scram = memory.mechanism >= Mechanism::scram_sha_1 &&
                       memory.mechanism <= Mechanism::scram_sha_256_plus;
    if (scram && memory.step < 3)
        return "the server has not shown that it knows the password";
    if (memory.mechanism == Mechanism::gssapi && memory.step < 3)
        return "the server has not shown that it could open the ticket";
    return {};
}

}  // namespace postroad::sasl
