// SPNEGO's messages: octets that real software sends, and what is no message.
#include "protocols/spnego/messages.hpp"

#include "protocols/sasl/digests.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::spnego;

namespace {

std::string octets_of(std::string_view hex) {
    std::string out;
    const auto digit = [](char one) { return one <= '9' ? one - '0' : one - 'a' + 10; };
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
    return out;
}

// What Windows's file servers begin with: NEGOEX and NTLM (MS-SMB2 §4.1 has these octets).
constexpr std::string_view of_server =
    "602806062b0601050502a01e301ca01a3018060a2b06010401823702021e060a2b06010401823702020a";

}  // namespace

TEST_CASE("a list of mechanisms is read, and written with the same octets") {
    NegTokenInit init;
    REQUIRE(read(octets_of(of_server), init));
    REQUIRE(init.mechanisms.size() == 2);
    CHECK(mechanism_of(init.mechanisms[0]) == Mechanism::other);
    CHECK(mechanism_of(init.mechanisms[1]) == Mechanism::ntlm);
    CHECK(names_of(init.mechanisms) == "1.3.6.1.4.1.311.2.2.30, NTLM");
    CHECK(sasl::hex(write(init)) == of_server);
    CHECK(sasl::hex(signed_list(init.mechanisms)) ==
          "3018060a2b06010401823702021e060a2b06010401823702020a");
}

TEST_CASE("hints take the number of the signature, which moves on (MS-SPNG 2.2.1)") {
    NegTokenInit init;
    init.mechanisms = {windows_kerberos(), rfc_kerberos(), ntlm()};
    init.hints.emplace().name = "not_defined_in_RFC4178@please_ignore";
    const std::string octets = write(init);
    CHECK(sasl::hex(octets).find("a32a3028a0261b24"
                                 "6e6f745f646566696e65645f696e5f5246433431373840706c656173655f69676e6f7265") !=
          std::string::npos);
    CHECK(names_of(init.mechanisms) == "Kerberos, NTLM");
    NegTokenInit again;
    REQUIRE(read(octets, again));
    CHECK(again == init);
    init.mic = Octets{"signature"};
    REQUIRE(read(write(init), again));
    CHECK(again == init);
    init.hints.reset();
    REQUIRE(read(write(init), again));
    CHECK(again == init);
}

TEST_CASE("an answer is not framed, and says what state it is in") {
    NegTokenResp reply;
    reply.state = to_message(NegState::request_mic);
    reply.mechanism = ntlm();
    const std::string octets = write(reply);
    CHECK(sasl::hex(octets) == "a1153013a0030a0103a10c060a2b06010401823702020a");
    NegTokenResp again;
    REQUIRE(read(octets, again));
    CHECK(again == reply);
    CHECK(again.is(NegState::request_mic));
    CHECK_FALSE(again.is(NegState::reject));
    CHECK_FALSE(NegTokenResp{}.is(NegState::accept_completed));
}

TEST_CASE("what is cut off, has more behind it, or is another message is not read") {
    NegTokenInit init;
    NegTokenResp reply;
    const std::string octets = octets_of(of_server);
    for (std::size_t size = 0; size < octets.size(); ++size)
        REQUIRE_FALSE(read(std::string_view(octets).substr(0, size), init));
    CHECK_FALSE(read(octets + "x", init));
    CHECK_FALSE(read(octets, reply));
    std::string other = octets;
    other[9] = '\x03';  // the number of the framing mechanism
    CHECK_FALSE(read(other, init));
}
