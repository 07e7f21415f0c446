// NDR by the rules of C706 chapter 14: alignment, arrays, strings, pointers and when their targets
// come; in both orders of octets; and what is cut short or lies about its size.
#include "protocols/rpc/ndr.hpp"

#include "protocols/base/random.hpp"
#include "protocols/sasl/digests.hpp"
#include "tests/catch.hpp"

namespace sample {

using postroad::ndr::ContextHandle;
using postroad::rpc::Uuid;

struct Point {
    std::uint8_t kind = 0;
    std::uint32_t x = 0;
    std::uint16_t y = 0;
    bool operator==(const Point&) const = default;
};
template <class A> void describe(A& a, Point& value) {
    a.structure(4, [&] {
        a.value(value.kind);
        a.value(value.x);
        a.value(value.y);
    });
}

// A structure that points at texts.
struct Person {
    std::optional<std::string> name;
    std::optional<std::string> wide_name;
    std::uint32_t age = 0;
    bool operator==(const Person&) const = default;
};
template <class A> void describe(A& a, Person& value) {
    a.structure(4, [&] {
        a.unique(value.name, [](auto& in, auto& text) { in.string(text, 300); });
        a.unique(value.wide_name, [](auto& in, auto& text) { in.wide_string(text, 300); });
        a.value(value.age);
    });
}

// Everything there is, once.
struct All {
    std::uint8_t small = 0;
    std::uint64_t hyper = 0;
    std::string octets;
    std::vector<Point> points;
    std::vector<Person> people;
    std::uint32_t room = 0;
    std::vector<std::uint16_t> varying;
    std::optional<Point> perhaps;
    std::optional<Uuid> shared, again;
    ContextHandle handle;
    std::uint16_t tag = 0;
    std::uint32_t arm_number = 0;
    std::string arm_text;
    bool operator==(const All&) const = default;
};
template <class A> void describe(A& a, All& value) {
    a.value(value.small);
    a.value(value.hyper);
    a.conformant(value.octets, 1000);
    a.conformant(value.points, 1000);
    a.conformant(value.people, 1000);
    a.conformant_varying(value.varying, value.room, 1000);
    a.unique(value.perhaps);
    a.full(value.shared);
    a.full(value.again);
    a.value(value.handle);
    a.choose(value.tag, [&](std::uint16_t tag) {
        if (tag == 1) a.value(value.arm_number);
        if (tag == 2) a.string(value.arm_text, 300);
    });
}

// Constants, since clang 14 breaks down over such an identifier in the middle of an assignment.
constexpr Uuid mapper_id{"e1af8308-5d1f-11c9-91a4-08002b14a0fa"};
constexpr Uuid made_up_id{"00000001-0002-0003-0405-060708090a0b"};

struct Maker {
    postroad::Random chance;
    std::string text() {
        std::string out;
        for (std::uint64_t left = chance.below(20); left > 0; --left)
            out += static_cast<char>('a' + chance.below(26));
        return out;
    }
    Point point() {
        return {static_cast<std::uint8_t>(chance.next()), static_cast<std::uint32_t>(chance.next()),
                static_cast<std::uint16_t>(chance.next())};
    }
    All all() {
        All out;
        out.small = static_cast<std::uint8_t>(chance.next());
        out.hyper = chance.next();
        out.octets = text();
        for (std::uint64_t left = chance.below(4); left > 0; --left) out.points.push_back(point());
        for (std::uint64_t left = chance.below(4); left > 0; --left) {
            Person one;
            if (chance.below(2)) one.name = text();
            if (chance.below(2)) one.wide_name = text() + "ß€𝄞";
            out.people.push_back(one);
        }
        for (std::uint64_t left = chance.below(4); left > 0; --left)
            out.varying.push_back(static_cast<std::uint16_t>(chance.next()));
        out.room = static_cast<std::uint32_t>(out.varying.size() + chance.below(9));
        if (chance.below(2)) out.perhaps = point();
        if (chance.below(2)) out.shared = mapper_id;
        if (chance.below(2)) out.again = made_up_id;
        out.handle.attributes = static_cast<std::uint32_t>(chance.next());
        out.tag = static_cast<std::uint16_t>(chance.below(3));
        if (out.tag == 1) out.arm_number = static_cast<std::uint32_t>(chance.next());
        if (out.tag == 2) out.arm_text = text();
        return out;
    }
};

struct Two {
    std::optional<Uuid> first, second;
};
template <class A> void describe(A& a, Two& value) {
    a.structure(4, [&] {
        a.full(value.first);
        a.full(value.second);
    });
}

// Itself, behind itself: how deep may it go?
struct Deep {
    std::vector<Deep> inside;
};
template <class A> void describe(A& a, Deep& value) {
    a.structure(4, [&] { a.conformant(value.inside, 10); });
}

struct Names {
    std::vector<Person> people;
};
template <class A> void describe(A& a, Names& value) { a.conformant(value.people); }

}  // namespace sample

using namespace postroad;
using namespace sample;
using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

namespace {

template <class T> std::string hex_of(const T& value) { return sasl::hex(ndr::write(value)); }

}  // namespace

TEST_CASE(
    "numbers stand at multiples of their size, and structures at those of their widest part") {
    ndr::Writer writer;
    writer.value(std::uint8_t{1});
    writer.value(std::uint16_t{0x0203});
    writer.value(std::uint8_t{4});
    writer.value(Point{5, 6, 7});
    writer.value(std::uint64_t{8});
    CHECK(sasl::hex(writer.out) == "01000302"
                                   "04000000"
                                   "05000000"
                                   "06000000"
                                   "0700"
                                   "0000"
                                   "0000"
                                   "0000"
                                   "0800000000000000");
}

TEST_CASE("targets of pointers come after the whole array that points at them") {
    // §14.3.12.3: both people first, then their names, in the order of the pointers.
    Names names;
    names.people.resize(2);
    names.people[0].name = "A";
    names.people[1].name = "BC";
    CHECK(hex_of(names) == "02000000"
                           "00000200"
                           "00000000"
                           "00000000"
                           "04000200"
                           "00000000"
                           "00000000"
                           "02000000"
                           "00000000"
                           "02000000"
                           "4100"
                           "0000"
                           "03000000"
                           "00000000"
                           "03000000"
                           "424300");
}

TEST_CASE("what is written is read again, whatever it is") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const All value = Maker{{seed, 0}}.all();
        All again;
        CAPTURE(seed);
        REQUIRE(ndr::read(ndr::write(value), again));
        REQUIRE(again == value);
    }
}

TEST_CASE("a stub that ends too early is refused wherever it ends") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const std::string octets = ndr::write(Maker{{seed, 0}}.all());
        for (std::size_t size = 0; size < octets.size(); ++size) {
            All again;
            REQUIRE(!ndr::read(octets.substr(0, size), again));
        }
    }
}

TEST_CASE("integers and wide characters of a big-endian sender are read") {
    Point point;
    REQUIRE(ndr::read("\x05\0\0\0\0\0\1\2\3\4"s, point, true));
    CHECK(point == Point{5, 0x102, 0x304});
    ndr::Reader reader("\0\0\0\2\0\0\0\0\0\0\0\2\0A\0\0"sv, true);
    std::string text;
    reader.wide_string(text);
    CHECK(reader.done());
    CHECK(text == "A");
}

TEST_CASE("a full pointer seen before stands for the same value") {
    const std::string uuid = ndr::write(rpc::ndr_syntax.uuid);
    const std::string same = "\7\0\0\0\7\0\0\0"s + uuid;
    Two two;
    REQUIRE(ndr::read(same, two));
    CHECK(two.first == rpc::ndr_syntax.uuid);
    CHECK(two.second == rpc::ndr_syntax.uuid);
    const std::string others = "\7\0\0\0\x8\0\0\0"s + uuid;
    CHECK(!ndr::read(others, two));  // the second target is missing
}

TEST_CASE("arrays that claim more than there is, or begin in the middle, are refused") {
    const auto conformant_varying = [&](std::uint32_t room, std::uint32_t offset,
                                        std::uint32_t count) {
        ndr::Writer writer;
        writer.value(room);
        writer.value(offset);
        writer.value(count);
        writer.out += "abcd";
        ndr::Reader reader(writer.out);
        std::uint32_t read_room = 0;
        std::string text;
        reader.conformant_varying(text, read_room, 100);
        return reader.done();
    };
    CHECK(conformant_varying(4, 0, 4));
    CHECK(conformant_varying(9, 0, 4));
    CHECK(!conformant_varying(4, 1, 3));
    CHECK(!conformant_varying(3, 0, 4));
    CHECK(!conformant_varying(200, 0, 200));
    ndr::Reader huge("\xff\xff\xff\xff"sv);
    std::vector<Point> points;
    huge.conformant(points);
    CHECK(!huge.good());
    CHECK(points.empty());
}

TEST_CASE("strings without their NUL, and halves of characters, are refused") {
    const auto narrow = [](const std::string& octets) {
        ndr::Reader reader(octets);
        std::string text;
        reader.string(text, 100);
        return reader.done();
    };
    CHECK(narrow("\2\0\0\0\0\0\0\0\2\0\0\0A\0"s));
    CHECK(!narrow("\2\0\0\0\0\0\0\0\2\0\0\0AB"s));
    CHECK(!narrow("\0\0\0\0\0\0\0\0\0\0\0\0"s));
    ndr::Reader half("\2\0\0\0\0\0\0\0\2\0\0\0\0\xd8\0\0"sv);
    std::string text;
    half.wide_string(text);
    CHECK(!half.good());
}

TEST_CASE("values inside values end somewhere") {
    std::string octets;
    for (int i = 0; i < 100; ++i) octets += "\1\0\0\0"s;
    Deep deep;
    CHECK(!ndr::read(octets, deep));
    CHECK(ndr::read("\1\0\0\0\1\0\0\0\0\0\0\0"s, deep));
}

TEST_CASE("UUIDs are written and read as people write them") {
    const auto parsed = rpc::Uuid::parse("E1AF8308-5d1f-11c9-91a4-08002b14a0fa");
    REQUIRE(parsed.has_value());
    CHECK(to_string(*parsed) == "e1af8308-5d1f-11c9-91a4-08002b14a0fa");
    CHECK(hex_of(*parsed) == "0883afe11f5dc91191a408002b14a0fa");
    CHECK(!rpc::Uuid::parse("e1af8308-5d1f-11c9-91a4_08002b14a0fa"));
    CHECK(!rpc::Uuid::parse("e1af8308"));
    CHECK(to_string(rpc::ndr_syntax) == "8a885d04-1ceb-11c9-9fe8-08002b104860 2.0");
}
