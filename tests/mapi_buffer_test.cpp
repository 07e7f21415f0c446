// What carries remote operations: the calls of the store's interface, and extended buffers,
// compressed as MS-XCA's examples are, obfuscated, or plain.
#include "protocols/base/random.hpp"
#include "protocols/mapi/emsmdb_stubs.hpp"
#include "protocols/mapi/extended_buffer.hpp"
#include "protocols/sasl/digests.hpp"
#include "tests/catch.hpp"

using namespace postroad;
using namespace postroad::mapi;
using std::string_literals::operator""s;

namespace {

std::string octets_of(std::uint64_t seed, std::size_t most, std::uint64_t letters) {
    Random chance{seed, 0};
    std::string out;
    for (std::uint64_t left = chance.below(most); left > 0; --left) {
        out += static_cast<char>(chance.below(letters));
        // What repeats is what is to be found.
        if (out.size() > 10 && chance.below(20) == 0) {
            const std::size_t from = chance.below(out.size());
            for (std::uint64_t more = chance.below(400); more > 0; --more)
                out += out[from + (out.size() - from) % 7 % (out.size() - from)];
        }
    }
    return out;
}

template <class T> void comes_back(const T& stub) {
    const std::string octets = ndr::write(stub);
    T again;
    REQUIRE(ndr::read(octets, again));
    CHECK(again == stub);
    for (std::size_t size = 0; size < octets.size(); ++size)
        REQUIRE(!ndr::read(octets.substr(0, size), again));
}

}  // namespace

// MS-XCA §3.1: "plain LZ77".
TEST_CASE("the examples of MS-XCA are compressed to the octets it gives") {
    CHECK(sasl::hex(compress("abcdefghijklmnopqrstuvwxyz")) ==
          "3f0000006162636465666768696a6b6c6d6e6f707172737475767778797a");
    std::string often;
    for (int i = 0; i < 100; ++i) often += "abc";
    CHECK(sasl::hex(compress(often)) == "ffffff1f61626317000fff2601");
    CHECK(decompress("\xff\xff\xff\x1f"
                     "abc\x17\0\x0f\xff\x26\1"s,
                     300) == often);
    CHECK(!decompress("\xff\xff\xff\x1f"
                      "abc\x17\0\x0f\xff\x26\1"s,
                      299));
}

TEST_CASE("what is compressed comes back, and repetition makes it shorter") {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        const std::string octets = octets_of(seed, 3000, seed % 3 == 0 ? 256 : 4);
        const std::string packed = compress(octets);
        CAPTURE(seed);
        REQUIRE(decompress(packed, octets.size()) == octets);
    }
    const std::string long_run(60'000, 'x');
    CHECK(compress(long_run).size() < 40);
    CHECK(decompress(compress(long_run), 60'000) == long_run);
    CHECK(decompress(compress(""), 0) == "");
}

TEST_CASE("a stream that is cut, or reaches back before its beginning, is refused") {
    const std::string packed = compress("abcabcabcabcabc and so on, and so on, and so on");
    for (std::size_t size = 0; size < packed.size(); ++size) {
        const auto out = decompress(packed.substr(0, size), 1000);
        if (out) CHECK(out->size() < 47);
    }
    CHECK(!decompress("\xff\xff\xff\xff\x08\0"s, 100));  // two back, of nothing
    CHECK(!decompress("\xff\xff\xff\x7f"
                      "a\x08\0"s,
                      100));
    CHECK(decompress("\xff\xff\xff\x7f"
                     "a\0\0"s,
                     100) == "aaaa");
}

TEST_CASE("extended buffers say how they are packed, and the last one that it is") {
    const std::string payload = "remote operations, remote operations, remote operations";
    for (const Packing packing : {Packing::plain, Packing::compressed, Packing::xored}) {
        const std::string one = write_extended(payload, packing);
        const auto read = read_extended(one);
        REQUIRE(read.has_value());
        CHECK(*read == std::vector<std::string>{payload});
        CHECK((one.find("operations") == std::string::npos) == (packing == Packing::xored));
        CHECK((one.size() < payload.size()) == (packing == Packing::compressed));
        const auto two = read_extended(write_extended("first", packing, false) + one);
        REQUIRE(two.has_value());
        CHECK(*two == std::vector<std::string>{"first", payload});
        for (std::size_t size = 0; size < one.size(); ++size)
            CHECK(!read_extended(one.substr(0, size)));
    }
    CHECK(sasl::hex(write_extended("\x02\0"s, Packing::plain)) == "0000040002000200"
                                                                  "0200");
    CHECK(sasl::hex(write_extended("\x02\0"s, Packing::xored)) == "0000060002000200"
                                                                  "a7a5");
    CHECK(!read_extended("\1\0\4\0\0\0\0\0"s));  // a version that is not known
    CHECK(!read_extended(write_extended("x", Packing::plain, false)));  // none is the last
}

TEST_CASE("every call of the store's interface comes back") {
    ConnectIn connect;
    connect.user_dn = "/o=Example/ou=Exchange/cn=Recipients/cn=alice";
    connect.auxiliary = "aux";
    comes_back(connect);
    ConnectOut connected;
    connected.session = {0, "11111111-2222-3333-4444-555555555555"};
    connected.dn_prefix = "/o=Example";
    connected.display_name = "Alice";
    connected.auxiliary = "more";
    comes_back(connected);
    comes_back(ConnectOut{});
    comes_back(SessionIn{connected.session});
    comes_back(SessionOut{{}, 5});
    ExecuteIn execute;
    execute.session = connected.session;
    execute.payload = write_extended("\2\0"s, Packing::plain);
    comes_back(execute);
    ExecuteOut executed;
    executed.payload = std::string(1000, 'x');
    executed.milliseconds = 3;
    comes_back(executed);
    comes_back(RegisterPushIn{connected.session, 1, "context!", 0xffffffff,
                              callback_address(0xc0000201, 4000)});
    comes_back(RegisterPushOut{connected.session, 2, 0});
    comes_back(WaitIn{connected.session, 0});
    comes_back(WaitOut{1, 0});
}

TEST_CASE("a call that says another size than it has is refused") {
    ExecuteIn execute;
    execute.payload = "abcd";
    std::string octets = ndr::write(execute);
    octets[20 + 4 + 4 + 4] = 3;  // cbIn, behind the array
    CHECK(!ndr::read(octets, execute));
    ConnectIn connect;
    connect.user_dn.assign(2000, 'x');
    const std::string long_name = ndr::write(connect);
    CHECK(!ndr::read(long_name, connect));
}

TEST_CASE("where news is to be sent is an address as sockets have it") {
    const auto read = read_callback(callback_address(0xc0000201, 4000));
    REQUIRE(read.has_value());
    CHECK(read->ipv4 == 0xc0000201);
    CHECK(read->port == 4000);
    CHECK(!read_callback("short"));
    CHECK(!read_callback("\x17\0longer than an address of IPv4"s));
}

// MS-OXCRPC §3.1.4.1.3.1: versions of four numbers in three words, and of three.
TEST_CASE("versions of three words are read as people know them") {
    std::uint16_t words[3];
    write_version({8, 1, 359, 2}, words);
    CHECK(words[0] == 0x0801);
    CHECK(words[1] == (0x8000 | 359));
    CHECK(read_version(words) == Version{8, 1, 359, 2});
    const std::uint16_t old[3] = {11, 6568, 0};
    CHECK(read_version(old) == Version{11, 0, 6568, 0});
}
