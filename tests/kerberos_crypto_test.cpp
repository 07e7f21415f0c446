// The published vectors of RFC 3961 (Appendix A) and RFC 3962 (Appendix B), and what a changed octet
// does to a ciphertext.
#include "protocols/kerberos/crypto.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::kerberos;

namespace {

std::string hex(std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char one : octets) {
        out += digits[static_cast<unsigned char>(one) >> 4];
        out += digits[static_cast<unsigned char>(one) & 15];
    }
    return out;
}

std::string from_hex(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
    return out;
}

constexpr auto aes128 = EncryptionType::aes128_cts_hmac_sha1_96;
constexpr auto aes256 = EncryptionType::aes256_cts_hmac_sha1_96;

}  // namespace

TEST_CASE("n-fold gives RFC 3961's examples (A.1)") {
    CHECK(hex(n_fold("012345", 64)) == "be072631276b1955");
    CHECK(hex(n_fold("password", 56)) == "78a07b6caf85fa");
    CHECK(hex(n_fold("Rough Consensus, and Running Code", 64)) == "bb6ed30870b7f0e0");
    CHECK(hex(n_fold("password", 168)) == "59e4a8ca7c0385c3c37b3f6d2000247cb6e6bd5b3e");
    CHECK(hex(n_fold("MASSACHVSETTS INSTITVTE OF TECHNOLOGY", 192)) ==
          "db3b0d8f0b061e603282b308a50841229ad798fab9540c1b");
    CHECK(hex(n_fold("Q", 168)) == "518a54a215a8452a518a54a215a8452a518a54a215");
    CHECK(hex(n_fold("ba", 168)) == "fb25d531ae8974499f52fd92ea9857c4ba24cf297e");
    CHECK(hex(n_fold("kerberos", 64)) == "6b65726265726f73");
    CHECK(hex(n_fold("kerberos", 128)) == "6b65726265726f737b9b5b2b93132b93");
    CHECK(hex(n_fold("kerberos", 168)) == "8372c236344e5f1550cd0747e15d62ca7a5a3bcea4");
    CHECK(hex(n_fold("kerberos", 256)) ==
          "6b65726265726f737b9b5b2b93132b935c9bdcdad95c9899c4cae4dee6d6cae4");
}

TEST_CASE("a password becomes the keys of RFC 3962's examples (Appendix B)") {
    struct Example {
        std::uint32_t iterations;
        std::string password, salt;
        std::string_view pbkdf2_128, key_128, pbkdf2_256, key_256;
    };
    const std::string athena = "ATHENA.MIT.EDUraeburn";
    const Example examples[] = {
        {1, "password", athena, "cdedb5281bb2f801565a1122b2563515",
         "42263c6e89f4fc28b8df68ee09799f15",
         "cdedb5281bb2f801565a1122b25635150ad1f7a04bb9f3a333ecc0e2e1f70837",
         "fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161"},
        {2, "password", athena, "01dbee7f4a9e243e988b62c73cda935d",
         "c651bf29e2300ac27fa469d693bdda13",
         "01dbee7f4a9e243e988b62c73cda935da05378b93244ec8f48a99e61ad799d86",
         "a2e16d16b36069c135d5e9d2e25f896102685618b95914b467c67622225824ff"},
        {1200, "password", athena, "5c08eb61fdf71e4e4ec3cf6ba1f5512b",
         "4c01cd46d632d01e6dbe230a01ed642a",
         "5c08eb61fdf71e4e4ec3cf6ba1f5512ba7e52ddbc5e5142f708a31e2e62b1e13",
         "55a6ac740ad17b4846941051e1e8b0a7548d93b0ab30a8bc3ff16280382b8c2a"},
        {5, "password", from_hex("1234567878563412"), "d1daa78615f287e6a1c8b120d7062a49",
         "e9b23d52273747dd5c35cb55be619d8e",
         "d1daa78615f287e6a1c8b120d7062a493f98d203e6be49a6adf4fa574b6e64ee",
         "97a4e786be20d81a382d5ebc96d5909cabcdadc87ca48f574504159f16c36e31"},
        {1200, std::string(64, 'X'), "pass phrase equals block size",
         "139c30c0966bc32ba55fdbf212530ac9", "59d1bb789a828b1aa54ef9c2883f69ed",
         "139c30c0966bc32ba55fdbf212530ac9c5ec59f1a452f5cc9ad940fea0598ed1",
         "89adee3608db8bc71f1bfbfe459486b05618b70cbae22092534e56c553ba4b34"},
    };
    for (const Example& one : examples) {
        CHECK(hex(pbkdf2(one.password, one.salt, one.iterations, 16)) == one.pbkdf2_128);
        CHECK(hex(pbkdf2(one.password, one.salt, one.iterations, 32)) == one.pbkdf2_256);
        CHECK(hex(string_to_key(aes128, one.password, one.salt, one.iterations).octets) ==
              one.key_128);
        CHECK(hex(string_to_key(aes256, one.password, one.salt, one.iterations).octets) ==
              one.key_256);
    }
}

TEST_CASE("ciphertext stealing gives RFC 3962's examples, and their texts back (Appendix B)") {
    const std::string key = "chicken teriyaki";
    const std::string text = "I would like the General Gau's Chicken, please, and wonton soup.";
    const std::pair<std::size_t, std::string_view> examples[] = {
        {17, "c6353568f2bf8cb4d8a580362da7ff7f97"},
        {31, "fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5"},
        {32, "39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584"},
        {47, "97687268d6ecccc0c07b25e25ecfe584b3fffd940c16a18c1b5549d2f838029e"
             "39312523a78662d5be7fcbcc98ebf5"},
        {48, "97687268d6ecccc0c07b25e25ecfe5849dad8bbb96c4cdc03bc103e1a194bbd8"
             "39312523a78662d5be7fcbcc98ebf5a8"},
        {64, "97687268d6ecccc0c07b25e25ecfe58439312523a78662d5be7fcbcc98ebf5a8"
             "4807efe836ee89a526730dbc2f7bc8409dad8bbb96c4cdc03bc103e1a194bbd8"},
    };
    for (const auto& [size, ciphertext] : examples) {
        CHECK(hex(cts_encrypt(key, text.substr(0, size))) == ciphertext);
        CHECK(cts_decrypt(key, from_hex(ciphertext)) == text.substr(0, size));
    }
}

TEST_CASE("what is encrypted for one use is of no use for another, nor with any bit changed") {
    for (const EncryptionType type : {aes128, aes256}) {
        const Key key = string_to_key(type, "secret-alice", "EXAMPLE.ORGalice");
        const std::string confounder(confounder_octets, 'c');
        for (std::size_t size = 0; size < 70; ++size) {
            const std::string text(size, 't');
            const std::string sealed = encrypt(key, Usage::ticket, confounder, text);
            REQUIRE(decrypt(key, Usage::ticket, sealed) == text);
            REQUIRE_FALSE(decrypt(key, Usage::as_rep, sealed));
        }
        std::string sealed = encrypt(key, Usage::ticket, confounder, "a ticket");
        for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
            sealed[bit / 8] = static_cast<char>(sealed[bit / 8] ^ (1 << bit % 8));
            REQUIRE_FALSE(decrypt(key, Usage::ticket, sealed));
            sealed[bit / 8] = static_cast<char>(sealed[bit / 8] ^ (1 << bit % 8));
        }
        for (std::size_t size = 0; size < sealed.size(); ++size)
            REQUIRE_FALSE(decrypt(key, Usage::ticket, std::string_view(sealed).substr(0, size)));
        CHECK(checksum(key, Usage::tgs_req_checksum, "body") !=
              checksum(key, Usage::ap_req_checksum, "body"));
    }
}
