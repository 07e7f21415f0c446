// NTLM: the example of MS-NLMP §4.2.4, the hashes it is made of, and messages that are none.
#include "protocols/ntlm/messages.hpp"

#include "protocols/ntlm/hashes.hpp"
#include "protocols/ntlm/response.hpp"
#include "protocols/sasl/digests.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::ntlm;

namespace {

std::string unhex(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
    return out;
}

const std::string server_challenge = unhex("0123456789abcdef");
const std::string client_challenge(8, '\xaa');
const std::string random_key(16, '\x55');

std::string example_info() {
    return encode_pairs({{AvId::netbios_domain, utf16("Domain")},
                         {AvId::netbios_computer, utf16("Server")}});
}

// MS-NLMP §4.2.4.3.
const std::string challenge_message = unhex(
    "4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef00000000000000002400240044000000"
    "06007017"
    "0000000f53006500720076006500720002000c0044006f006d00610069006e0001000c0053006500720076006500720000"
    "000000");
const std::string authenticate_message = unhex(
    "4e544c4d5353500003000000180018006c00000054005400840000000c000c0048000000080008005400000010001000"
    "5c00000010001000d8000000358288e20501280a0000000f"
    "44006f006d00610069006e005500730065007200"
    "43004f004d0050005500540045005200"
    "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"
    "68cd0ab851e51c96aabc927bebef6a1c01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c00"
    "44006f006d00610069006e0001000c005300650072007600650072000000000000000000"
    "c5dad2544fc9799094ce1ce90bc9d03e");

}  // namespace

TEST_CASE("MD4 is what RFC 1320 shows, and RC4 what everybody computes") {
    CHECK(sasl::hex(md4("")) == "31d6cfe0d16ae931b73c59d7e0c089c0");
    CHECK(sasl::hex(md4("abc")) == "a448017aaf21d8525fc10ae87aa6729d");
    CHECK(sasl::hex(md4("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")) ==
          "043f8582f241db351ce627e153e7f0e4");
    CHECK(sasl::hex(md4("1234567890123456789012345678901234567890123456789012345678901234567890"
                        "1234567890")) == "e33b4ddc9c38f2199c3e7b164fcc0536");
    CHECK(sasl::hex(rc4("Key", "Plaintext")) == "bbf316e8d940af0ad3");
    CHECK(sasl::hex(rc4("Wiki", "pedia")) == "1021bf0420");
}

TEST_CASE("NTLMv2's numbers are those of MS-NLMP's example") {
    CHECK(sasl::hex(nt_hash("Password")) == "a4f49c406510bdcab6824ee7c30fd852");
    const std::string key = response_key("Password", "User", "Domain");
    CHECK(sasl::hex(key) == "0c868a403bfd7a93a3001ef22ef02e3f");             // §4.2.4.1.1
    const std::string part = client_part(0, client_challenge, example_info());
    const std::string proof = nt_proof(key, server_challenge, part);
    CHECK(sasl::hex(proof) == "68cd0ab851e51c96aabc927bebef6a1c");           // §4.2.4.2.2
    CHECK(sasl::hex(lm_response(key, server_challenge, client_challenge)) ==
          "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");               // §4.2.4.2.1
    const std::string base = session_base_key(key, proof);
    CHECK(sasl::hex(base) == "8de40ccadbc14a82f15cb0ad0de95ca3");            // §4.2.4.1.2
    CHECK(sasl::hex(rc4(base, random_key)) == "c5dad2544fc9799094ce1ce90bc9d03e");  // §4.2.4.2.3
}

TEST_CASE("the messages of MS-NLMP's example are read as they were meant") {
    const auto challenge = decode_challenge(challenge_message);
    REQUIRE(challenge);
    CHECK(challenge->flags == 0xe28a8233);
    CHECK(challenge->target == "Server");
    CHECK(challenge->server_challenge == server_challenge);
    CHECK(challenge->target_info == example_info());
    const auto message = decode_authenticate(authenticate_message);
    REQUIRE(message);
    CHECK(message->flags == 0xe2888235);
    CHECK(message->user == "User");
    CHECK(message->domain == "Domain");
    CHECK(message->workstation == "COMPUTER");
    CHECK(message->mic.empty());  // its payload begins where a MIC would stand
    V2Response answer;
    REQUIRE(read_v2(message->nt_response, answer));
    const std::string key = response_key("Password", message->user, message->domain);
    CHECK(nt_proof(key, challenge->server_challenge, answer.client_part) == answer.proof);
    CHECK(rc4(session_base_key(key, answer.proof), message->session_key) == random_key);
    // What stands behind the list's end in the response is zeros, and passed over.
    const auto pairs = decode_pairs(answer.target_info);
    REQUIRE(pairs);
    CHECK(pairs->size() == 2);
}

TEST_CASE("what is written is read back") {
    Challenge challenge;
    challenge.flags = flag::unicode | flag::target_info;
    challenge.target = "M\xc3\x84IL";
    challenge.server_challenge = server_challenge;
    challenge.target_info = example_info();
    const auto back = decode_challenge(encode(challenge));
    REQUIRE(back);
    CHECK(back->target == challenge.target);
    CHECK(back->target_info == challenge.target_info);
    Authenticate message;
    message.flags = flag::unicode;
    message.user = "alice";
    message.domain = "\xf0\x9f\x93\xa7";
    message.nt_response = std::string(50, 'n');
    message.mic = std::string(16, 'm');
    const auto read = decode_authenticate(encode(message));
    REQUIRE(read);
    CHECK(read->user == "alice");
    CHECK(read->domain == message.domain);
    CHECK(read->nt_response == message.nt_response);
    CHECK(read->mic == message.mic);
    CHECK(upper("stra\xc3\x9f" "e \xc3\xa4") == "STRA\xc3\x9f" "E \xc3\x84");
}

TEST_CASE("no NTLM message that is cut, bent or of another type is read beyond its end") {
    for (const std::string& whole : {challenge_message, authenticate_message}) {
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const std::string part = whole.substr(0, size);
            decode_negotiate(part);
            decode_challenge(part);
            decode_authenticate(part);
        }
        for (std::size_t at = 8; at < whole.size(); ++at)
            for (const char octet : {'\0', '\x7f', '\xff'}) {
                std::string bent = whole;
                bent[at] = octet;
                decode_challenge(bent);
                decode_authenticate(bent);
            }
    }
    CHECK_FALSE(decode_challenge(authenticate_message));
    CHECK_FALSE(decode_authenticate(challenge_message));
    CHECK_FALSE(decode_negotiate("NTLMSSP"));
    CHECK_FALSE(decode_authenticate(authenticate_message.substr(0, 100)));
    CHECK_FALSE(decode_pairs(std::string("\1\0\5\0ab", 6)));
    CHECK_FALSE(decode_pairs(""));
    CHECK_FALSE(utf8("abc"));
    CHECK_FALSE(utf8(std::string("\0\xdc", 2)));
}
