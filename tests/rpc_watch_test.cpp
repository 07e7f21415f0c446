// Reading along with a conversation with the endpoint mapper: the same is seen however the octets
// are cut, and what cannot be read is said to be so.
#include "protocols/base/random.hpp"
#include "protocols/rpc/epm_stubs.hpp"
#include "protocols/rpc/epm_watch.hpp"
#include "tests/catch.hpp"
#include "tests/support/mapper_talk.hpp"

using namespace postroad;
using namespace postroad::rpc;
using namespace mapper_talk;
using epm::Sight;

namespace {

constexpr std::uint32_t server = 0xc000020a;
const Syntax store = interface_of("store");

class Watcher {
  public:
    ~Watcher() {
        epm::release(watch_, heap_);
        CHECK(heap_.live_blocks() == 0);
    }
    // In pieces of so many octets; 0: all at once.
    void client(std::string_view octets, std::size_t piece = 0) { say(true, octets, piece); }
    void serve(std::string_view octets, std::size_t piece = 0) { say(false, octets, piece); }
    void say(bool from_client, std::string_view octets, std::size_t piece) {
        if (piece == 0) piece = octets.size();
        for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size())))
            epm::look(watch_, from_client, octets.substr(0, piece), heap_, seen);
    }
    // "store at 6001", "sealed", "unreadable: why"; one a line.
    std::string told() const {
        std::string out;
        for (const Sight& one : seen) {
            switch (one.what) {
            case Sight::What::sealed: out += "sealed"; break;
            case Sight::What::unreadable: out += "unreadable: " + std::string(one.why); break;
            case Sight::What::lost: out += "lost: " + std::string(one.why); break;
            case Sight::What::mapped:
                out += one.is_signed ? "signed: " : "";
                out += std::string(find_service(one.wanted)->word) + " at";
                for (const epm::Answered& answer : one.answers)
                    out += " " + std::string(find_service(answer.tower.interface)->word) + ":" +
                           binding_of(answer.tower);
            }
            out += "\n";
        }
        return out;
    }
    std::vector<Sight> seen;

  private:
    Heap heap_;
    epm::Watch watch_;
};

void whole(Watcher& watcher, const Talk& talk, std::size_t piece = 0) {
    watcher.client(talk.bind(), piece);
    watcher.serve(talk.bind_ack(), piece);
    watcher.client(talk.question(store), piece);
    watcher.serve(talk.answer({tower(store, 6001, server)}), piece);
}

}  // namespace

TEST_CASE("the talk that these tests make is that of the codecs") {
    const Talk talk;
    CHECK(talk.question_stub(store) == epm::question(store));
    const auto mapped = epm::read_mapped(talk.answer_stub({tower(store, 6001, server)}));
    REQUIRE(mapped.has_value());
    CHECK(mapped->towers == std::vector<Tower>{tower(store, 6001, server)});
    for (const std::string& one : {talk.bind(), talk.bind_ack(), talk.question(store)}) {
        const auto packet = read_packet(one);
        REQUIRE(packet.has_value());
        CHECK(write_packet(*packet).octets == one);
    }
}

TEST_CASE("a question and its answer are read in both byte orders, in any fragments and pieces") {
    for (const bool big_endian : {false, true})
        for (const std::size_t part : {0U, 1U, 7U, 24U, 60U})
            for (const std::size_t piece : {0U, 1U, 3U, 16U, 33U, 100U}) {
                Talk talk;
                talk.big_endian = big_endian;
                talk.part = part;
                Watcher watcher;
                whole(watcher, talk, piece);
                INFO(big_endian << " " << part << " " << piece);
                CHECK(watcher.told() == "store at store:ncacn_ip_tcp:192.0.2.10[6001]\n");
            }
}

TEST_CASE("the address is found where it lies, unless some of it has gone by") {
    for (const bool big_endian : {false, true}) {
        Talk talk;
        talk.big_endian = big_endian;
        const std::string answer = talk.answer({tower(store, 6001, server), tower(store, 6002, server)});
        Watcher watcher;
        watcher.client(talk.bind());
        watcher.serve(talk.bind_ack());
        watcher.client(talk.question(store));
        const std::size_t first = answer.find("\xc0\x00\x02\x0a");
        std::size_t cut = 0;
        SECTION("all of it in one piece") {}
        SECTION("the first address has gone by") { cut = first + 4; }
        SECTION("half of it has") { cut = first + 2; }
        watcher.serve(answer.substr(0, cut));
        watcher.serve(answer.substr(cut));
        REQUIRE(watcher.seen.size() == 1);
        const auto& answers = watcher.seen[0].answers;
        REQUIRE(answers.size() == 2);
        CHECK(answers[0].address_at.has_value() == (cut == 0));
        REQUIRE(answers[1].address_at.has_value());
        CHECK(answer.substr(cut + *answers[1].address_at, 4) == std::string("\xc0\x00\x02\x0a", 4));
        if (cut == 0) CHECK(*answers[0].address_at == first);
    }
}

TEST_CASE("a sealed question is seen to be one, and its answer is not read") {
    Talk talk;
    talk.level = AuthLevel::privacy;
    talk.part = 40;
    Watcher watcher;
    whole(watcher, talk, 5);
    CHECK(watcher.told() == "sealed\n");
}

TEST_CASE("a signed answer is read, and known to be signed") {
    for (const AuthLevel level : {AuthLevel::packet, AuthLevel::integrity}) {
        Talk talk;
        talk.level = level;
        talk.part = 64;
        Watcher watcher;
        whole(watcher, talk, 9);
        CHECK(watcher.told() == "signed: store at store:ncacn_ip_tcp:192.0.2.10[6001]\n");
    }
}

TEST_CASE("only ept_map of the mapper's own interface is looked at") {
    Watcher watcher;
    Talk talk;
    SECTION("another interface") { talk.bound = store; }
    SECTION("another operation") { talk.operation = epm::lookup; }
    SECTION("a syntax that was not agreed on") {
        const std::string bind = talk.bind();
        watcher.client(bind);
        std::string ack = talk.bind_ack();
        ack[ack.size() - 24] = 2;  // the result: provider rejection
        watcher.serve(ack);
        watcher.client(talk.question(store));
        watcher.serve(talk.answer({tower(store, 6001, server)}));
        CHECK(watcher.told().empty());
        return;
    }
    whole(watcher, talk);
    CHECK(watcher.told().empty());
}

TEST_CASE("what cannot be understood opens nothing and is said") {
    Watcher watcher;
    Talk talk;
    SECTION("NDR64") {
        talk.transfer = ndr64_syntax;
        whole(watcher, talk);
        CHECK(watcher.told() == "unreadable: it is not in NDR\n");
    }
    SECTION("another question than the mapper's") {
        watcher.client(talk.bind());
        watcher.serve(talk.bind_ack());
        watcher.client(talk.parts(PacketType::request, 2, "what?"));
        CHECK(watcher.told() == "unreadable: the question is not understood\n");
    }
    SECTION("another answer") {
        watcher.client(talk.bind());
        watcher.serve(talk.bind_ack());
        watcher.client(talk.question(store));
        watcher.serve(talk.parts(PacketType::response, 2, "that"));
        CHECK(watcher.told() == "unreadable: the answer is not understood\n");
    }
    SECTION("a stub without an end") {
        watcher.client(talk.bind());
        watcher.serve(talk.bind_ack());
        talk.part = 5'000;
        watcher.client(talk.parts(PacketType::request, 2, std::string(30'000, 'x')));
        CHECK(watcher.told() == "unreadable: it is too long\n");
    }
    SECTION("no RPC") {
        watcher.client("GET / HTTP/1.1\r\n\r\n");
        whole(watcher, talk);
        CHECK(watcher.told() == "lost: this is no RPC\n");
    }
    SECTION("a call without an end, again and again") {
        watcher.client(talk.bind());
        watcher.serve(talk.bind_ack());
        for (std::uint32_t call = 2; call < 40; ++call) watcher.client(talk.question(store, call));
        CHECK(watcher.told() == "lost: too many calls at once\n");
    }
}

TEST_CASE("calls are told apart by their numbers, a fault or nothing registered opens nothing") {
    const Talk talk;
    Watcher watcher;
    watcher.client(talk.bind());
    watcher.serve(talk.bind_ack());
    watcher.client(talk.question(store, 2));
    watcher.client(talk.question(interface_of("directory"), 3));
    watcher.client(talk.question(store, 4));
    watcher.client(talk.question(interface_of("print"), 5));
    watcher.serve(talk.answer({tower(interface_of("directory"), 6002, server)}, 3));
    watcher.serve(talk.fault(4));
    watcher.serve(talk.answer({tower(store, 6001, server)}, 2));
    watcher.serve(talk.answer({}, 5));
    watcher.serve(talk.answer({tower(store, 6003, server)}, 4));
    CHECK(watcher.told() == "directory at directory:ncacn_ip_tcp:192.0.2.10[6002]\n"
                            "store at store:ncacn_ip_tcp:192.0.2.10[6001]\n"
                            "print at\n");
}

TEST_CASE("an interface that is agreed on later is read, too") {
    Talk other;
    other.bound = store;
    const Talk talk;
    Watcher watcher;
    watcher.client(other.bind());
    watcher.serve(other.bind_ack());
    watcher.client(talk.bind(PacketType::alter_context));
    watcher.serve(talk.bind_ack());
    watcher.client(talk.question(store));
    watcher.serve(talk.answer({tower(store, 6001, server)}));
    CHECK(watcher.told() == "store at store:ncacn_ip_tcp:192.0.2.10[6001]\n");
}
