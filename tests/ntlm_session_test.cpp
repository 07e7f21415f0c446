// NTLM's session security against the values of MS-NLMP §4.2.4, and what it does to packets that
// were changed, left out or said twice.
#include "protocols/ntlm/session.hpp"

#include "protocols/sasl/digests.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::ntlm;
using std::string_literals::operator""s;

namespace {

// §4.2.1: the exported key of the examples; §4.2.4: flags with key exchange and 128 bits.
Agreed agreed() {
    return {std::string(16, '\x55'),
            flag::extended_security | flag::key_exchange | flag::key_128 | flag::sign | flag::seal};
}

std::string signing_key(const Direction& direction) {
    return sasl::hex({reinterpret_cast<const char*>(direction.signing_key), 16});
}

}  // namespace

TEST_CASE("keys, sealed text and signature are those of MS-NLMP 4.2.4") {
    auto session = start_session(agreed());
    REQUIRE(session.has_value());
    CHECK(signing_key(session->to_server) == "4788dc861b4782f35d43fd98fe1a2d39");
    std::string text = "P\0l\0a\0i\0n\0t\0e\0x\0t\0"s;
    const std::string signature = protect(session->to_server, text, 0, text.size());
    CHECK(sasl::hex(text) == "54e50165bf1936dc996020c1811b0f06fb5f");
    CHECK(sasl::hex(signature) == "010000007fb38ec5c55d497600000000");
}

TEST_CASE("what one end protects the other opens, packet after packet and part by part") {
    auto here = start_session(agreed());
    auto there = start_session(agreed());
    for (const std::size_t sealed : {std::size_t{20}, std::size_t{0}, std::size_t{7}}) {
        std::string packet = "header and a stub that is sealed";
        const std::string plain = packet;
        const std::string signature = protect(here->to_client, packet, 10, sealed);
        CHECK((packet == plain) == (sealed == 0));
        CHECK(packet.substr(0, 10) == plain.substr(0, 10));
        CHECK(unprotect(there->to_client, packet, 10, sealed, signature));
        CHECK(packet == plain);
    }
}

TEST_CASE("a packet that was changed, left out or turned back is not opened") {
    const auto opened = [](int how) {
        auto here = start_session(agreed());
        auto there = start_session(agreed());
        std::string first = "first packet", second = "second packet";
        const std::string of_first = protect(here->to_server, first, 0, first.size());
        const std::string of_second = protect(here->to_server, second, 0, second.size());
        if (how == 1) first[3] ^= 1;
        if (how == 2) return unprotect(there->to_server, second, 0, second.size(), of_second);
        if (how == 3) return unprotect(there->to_client, first, 0, first.size(), of_first);
        return unprotect(there->to_server, first, 0, first.size(), of_first);
    };
    CHECK(opened(0));
    CHECK(!opened(1));
    CHECK(!opened(2));
    CHECK(!opened(3));
}

TEST_CASE("weaker keys are other keys, and none are made without extended session security") {
    Agreed weak = agreed();
    weak.flags &= ~(flag::key_128 | flag::key_exchange);
    std::string strong_text = "text", weak_text = "text";
    auto strong_session = start_session(agreed());
    auto weak_session = start_session(weak);
    protect(strong_session->to_server, strong_text, 0, 4);
    const std::string signature = protect(weak_session->to_server, weak_text, 0, 4);
    CHECK(strong_text != weak_text);
    CHECK(signature.size() == signature_octets);
    weak.flags &= ~flag::extended_security;
    CHECK(!start_session(weak));
    CHECK(!start_session({"short", agreed().flags}));
}
