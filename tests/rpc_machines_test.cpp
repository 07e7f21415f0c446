// RPC's two machines: against each other at every level of protection, and each against packets
// that do not fit; whatever the pieces in which octets come, what is said is the same.
#include "protocols/ntlm/session.hpp"
#include "tests/dialogue.hpp"
#include "tests/support/rpc_pair.hpp"

using namespace postroad;
using namespace postroad::rpc;
using rpc_desk::Desk;
using rpc_desk::echoes;
using rpc_desk::Pair;
using rpc_desk::Work;

namespace {

constexpr AuthType providers[] = {AuthType::ntlm, AuthType::kerberos, AuthType::spnego};

// Fragments of a server's, made by hand.
std::string request(std::uint8_t flags, std::uint32_t call, std::string_view stub,
                    std::uint16_t operation = 0) {
    Request body;
    body.context = 2;
    body.operation = operation;
    body.stub = stub;
    return write_packet(Packet{PacketType::request, flags, call, body, {}}).octets;
}
std::string bind_of(std::vector<PresentationContext> contexts, std::uint32_t group = 0) {
    return write_packet(Packet{PacketType::bind,
                               flag::whole,
                               1,
                               Bind{5840, 5840, group, std::move(contexts)},
                               {}})
        .octets;
}
std::string bind_to_echo() { return bind_of({{2, rpc_desk::echo, {ndr_syntax}}}); }

// A server alone, that is said things.
struct Alone {
    Desk desk;
    dialogue::Talk<Server, ServerHost> talk;
    explicit Alone(AuthLevel level_min = AuthLevel::none)
        : talk(ServerHost{}, [this](Server&, Heap&, const dialogue::KeptAsk& ask, Answer& out) {
              desk.answer({ask.kind, ask.a, ask.b, ask.c, ask.number}, out);
          }) {
        talk.host.interfaces = desk.interfaces;
        talk.host.secondary_address = "135";
        talk.host.level_min = level_min;
        talk.opened();
    }
    std::vector<Packet> say(std::string_view octets) {
        std::string out = talk.feed(octets);
        std::vector<Packet> packets;
        for (Header header; read_header(out, header) == HeaderFault::none;) {
            auto one = read_packet(out.substr(0, header.fragment));
            REQUIRE(one.has_value());
            packets.push_back(*one);
            out.erase(0, header.fragment);
        }
        CHECK(out.empty());
        return packets;
    }
};

std::uint32_t status_of(const std::vector<Packet>& packets) {
    REQUIRE(packets.size() == 1);
    REQUIRE(packets[0].type == PacketType::fault);
    return std::get<Fault>(packets[0].body).status;
}

}  // namespace

TEST_CASE("a client binds, calls and gets its answers, however octets are cut") {
    std::string said, heard;
    for (const std::size_t piece :
         {std::size_t{100'000}, std::size_t{1000}, std::size_t{7}, std::size_t{1}}) {
        Pair pair;
        pair.piece = piece;
        pair.work.calls = echoes();
        const auto told = pair.run();
        REQUIRE(told.size() == 7);
        CHECK(told[0] == "answer hello");
        CHECK(told[1] == "answer cba");
        CHECK(told[2] == "answer /none");
        CHECK(told[3] == "answer " + pair.work.calls[3].stub);
        CHECK(told[4] == "answer " + std::string(100'000, 'x'));
        CHECK(told[5] == "answer ");
        CHECK(told[6] == "done");
        if (said.empty()) {
            said = pair.said;
            heard = pair.heard;
        }
        CHECK(pair.said == said);
        CHECK(pair.heard == heard);
    }
}

TEST_CASE("by every provider and at every level a call arrives, and only privacy hides it") {
    for (const AuthType type : providers)
        for (const AuthLevel level : {AuthLevel::connect, AuthLevel::call, AuthLevel::packet,
                                      AuthLevel::integrity, AuthLevel::privacy}) {
            Pair pair;
            pair.client_host.auth = type;
            pair.client_host.level = level;
            pair.work.calls = echoes();
            const auto told = pair.run();
            CAPTURE(static_cast<int>(type), name_of(level));
            REQUIRE(told.size() == 7);
            CHECK(told[2] == "answer alice/" + std::string(name_of(level)));
            CHECK(told[3] == "answer " + pair.work.calls[3].stub);
            CHECK(told[4].size() == 7 + 100'000);
            const bool hidden = level == AuthLevel::privacy;
            CHECK((pair.said.find("hello") == std::string::npos) == hidden);
            CHECK((pair.heard.find("hello") == std::string::npos) == hidden);
        }
}

TEST_CASE("a wrong password is heard of with the first call") {
    Pair pair;
    pair.client_host.auth = AuthType::ntlm;
    pair.client_host.level = AuthLevel::integrity;
    pair.work.password = "guessed";
    pair.work.calls = {{2, 0, "hello"}};
    const auto told = pair.run();
    REQUIRE(!told.empty());
    CHECK(told[0] == "fault access denied (0x00000005)");
    CHECK(pair.desk.log.empty());
}

TEST_CASE("an octet changed on its way is seen where packets are signed") {
    for (const AuthType type : providers)
        for (const AuthLevel level : {AuthLevel::connect, AuthLevel::integrity, AuthLevel::privacy}) {
            Pair pair;
            pair.client_host.auth = type;
            pair.client_host.level = level;
            pair.work.calls = {{2, 0, "hello"}};
            pair.meddle = [](std::string& octets) {
                if (octets[2] == 0) octets[24] ^= 1;  // a request's stub
            };
            const auto told = pair.run();
            CAPTURE(static_cast<int>(type), name_of(level));
            REQUIRE(!told.empty());
            if (level == AuthLevel::connect)
                CHECK(told[0] == "answer iello");
            else
                CHECK(told[0] == "fault security package error (0x00000721)");
        }
}

TEST_CASE("a signed packet that is said again is refused") {
    for (const AuthType type : providers) {
        Pair pair;
        pair.client_host.auth = type;
        pair.client_host.level = AuthLevel::integrity;
        pair.work.calls = {{2, 0, "pay"}};
        pair.meddle = [](std::string& octets) {
            if (octets[2] == 0) octets += octets;
        };
        pair.run();
        CHECK(pair.desk.log.size() == 1);
        CHECK(pair.server_gone);
    }
}

TEST_CASE("a call below the level that a server wants is denied") {
    for (const bool enough : {false, true}) {
        Pair pair;
        pair.server_host.level_min = AuthLevel::privacy;
        pair.client_host.auth = AuthType::ntlm;
        pair.client_host.level = enough ? AuthLevel::privacy : AuthLevel::integrity;
        pair.work.calls = {{2, 0, "hello"}};
        CHECK(pair.run()[0] == (enough ? "answer hello" : "fault access denied (0x00000005)"));
    }
}

TEST_CASE("NDR64 is refused and the features are agreed on beside the interface") {
    Alone alone;
    const auto said =
        alone.say(bind_of({{0, rpc_desk::echo, {ndr_syntax}},
                           {1, rpc_desk::echo, {ndr64_syntax}},
                           {2, rpc_desk::echo, {feature_syntax(3)}},
                           {3, {"00000000-0000-0000-0000-000000000001", 1, 0}, {ndr_syntax}},
                           {4, {rpc_desk::echo.uuid, 2, 0}, {ndr_syntax}}}));
    REQUIRE(said.size() == 1);
    const auto& ack = std::get<BindAck>(said[0].body);
    CHECK(ack.secondary_address == "135");
    CHECK(ack.group == 1);
    REQUIRE(ack.results.size() == 5);
    CHECK(ack.results[0] == ContextResult{Verdict::acceptance, 0, ndr_syntax});
    CHECK(ack.results[1] == ContextResult{Verdict::provider_rejection, 2, {}});
    CHECK(ack.results[2] == ContextResult{Verdict::negotiate_ack, 2, {}});
    CHECK(ack.results[3] == ContextResult{Verdict::provider_rejection, 1, {}});
    CHECK(ack.results[4] == ContextResult{Verdict::provider_rejection, 1, {}});
}

TEST_CASE("an association group is joined by its number, and one that nobody has made is not") {
    Desk desk;
    Alone first, second, stranger;
    const auto one = first.say(bind_to_echo());
    second.desk.groups = first.desk.groups;  // one server, two connections
    const auto two = second.say(bind_of({{2, rpc_desk::echo, {ndr_syntax}}}, 1));
    CHECK(std::get<BindAck>(one[0].body).group == std::get<BindAck>(two[0].body).group);
    const auto three = stranger.say(bind_of({{2, rpc_desk::echo, {ndr_syntax}}}, 77));
    CHECK(three[0].type == PacketType::bind_nak);
    CHECK(stranger.talk.closed);
}

TEST_CASE("another context is added to a connection that stands") {
    Alone alone;
    alone.say(bind_to_echo());
    Bind more{5840, 5840, 1, {{7, mgmt::interface, {ndr_syntax}}}};
    const auto said =
        alone.say(write_packet(Packet{PacketType::alter_context, flag::whole, 2, more, {}}).octets);
    REQUIRE(said.size() == 1);
    CHECK(said[0].type == PacketType::alter_context_response);
    CHECK(std::get<BindAck>(said[0].body).results[0].verdict == Verdict::acceptance);
    Request call;
    call.context = 7;
    call.operation = mgmt::is_server_listening;
    const auto answer =
        alone.say(write_packet(Packet{PacketType::request, flag::whole, 3, call, {}}).octets);
    CHECK(answer[0].type == PacketType::response);
}

TEST_CASE("what cannot be called is answered with the fault that says so") {
    Alone alone;
    alone.say(bind_to_echo());
    CHECK(status_of(alone.say(request(flag::whole, 2, "", 9))) == 0x1c010002);
    CHECK(status_of(alone.say(request(flag::whole, 3, "", 2))) == 5);
    Request elsewhere;
    elsewhere.context = 9;
    CHECK(status_of(alone.say(
              write_packet(Packet{PacketType::request, flag::whole, 4, elsewhere, {}}).octets)) ==
          0x1c010003);
    CHECK(alone.say(request(flag::whole | flag::maybe, 5, "", 2)).empty());
    CHECK(!alone.talk.closed);
}

TEST_CASE("fragments that do not follow one another end the connection") {
    const auto ended_by = [](const std::vector<std::string>& packets) {
        Alone alone;
        alone.say(bind_to_echo());
        std::vector<Packet> last;
        for (const std::string& one : packets) last = alone.say(one);
        CHECK(alone.talk.closed);
        return last;
    };
    CHECK(status_of(ended_by({request(0, 2, "middle")})) == 0x1c01000b);
    CHECK(status_of(ended_by({request(flag::first, 2, "a"), request(flag::first, 2, "b")})) ==
          0x1c01000b);
    CHECK(status_of(ended_by({request(flag::first, 2, "a"), request(flag::last, 3, "b")})) ==
          0x1c01000b);
    CHECK(ended_by({request(flag::whole, 2, "a").substr(0, 8) + std::string("\x0f\x00", 2) +
                    std::string(6, '\0')})
              .empty());  // smaller than its own header
    std::vector<std::string> endless{request(flag::first, 2, std::string(5000, 'x'))};
    for (int i = 0; i < 220; ++i) endless.push_back(request(0, 2, std::string(5000, 'x')));
    Alone alone;
    alone.say(bind_to_echo());
    for (const std::string& one : endless)
        if (!alone.talk.closed) alone.say(one);
    CHECK(alone.talk.closed);  // more than a call may have
}

TEST_CASE("calls before a bind, answers from a client and a second bind are refused") {
    Alone early;
    CHECK(early.say(request(flag::whole, 1, "x")).empty());
    CHECK(early.talk.closed);
    Alone confused;
    confused.say(bind_to_echo());
    CHECK(
        confused
            .say(write_packet(Packet{PacketType::response, flag::whole, 1, Response{}, {}}).octets)
            .empty());
    CHECK(confused.talk.closed);
    Alone twice;
    twice.say(bind_to_echo());
    CHECK(twice.say(bind_to_echo())[0].type == PacketType::bind_nak);
    CHECK(twice.talk.closed);
    Alone other;
    std::string four = bind_to_echo();
    four[0] = 4;
    const auto nak = other.say(four);
    REQUIRE(nak.size() == 1);
    CHECK(std::get<BindNak>(nak[0].body).reason == Rejection::protocol_version_not_supported);
    Alone foreign;
    Packet bind{PacketType::bind, flag::whole, 1,
                Bind{5840, 5840, 0, {{2, rpc_desk::echo, {ndr_syntax}}}},
                Verifier{static_cast<AuthType>(68), AuthLevel::privacy, 0, 1, "token"}};
    CHECK(std::get<BindNak>(foreign.say(write_packet(bind).octets)[0].body).reason ==
          Rejection::authentication_type_not_recognized);
}

TEST_CASE("a cancel is counted in the answer and an orphan gets none") {
    Alone alone;
    alone.say(bind_to_echo());
    alone.talk.answers_late = true;
    CHECK(alone.say(request(flag::whole, 2, "slow")).empty());
    CHECK(alone.say(write_packet(Packet{PacketType::cancel, flag::whole, 2, Plain{}, {}}).octets)
              .empty());
    alone.talk.catch_up();
    Header header;
    std::string all = alone.talk.out;
    while (read_header(all, header) == HeaderFault::none && header.fragment < all.size())
        all.erase(0, header.fragment);
    CHECK(std::get<Response>(read_packet(all)->body).cancels == 1);
    const std::size_t before = alone.talk.out.size();
    alone.say(request(flag::whole, 3, "slow"));
    alone.say(write_packet(Packet{PacketType::orphaned, flag::whole, 3, Plain{}, {}}).octets);
    alone.talk.catch_up();
    CHECK(alone.talk.out.size() == before);
    alone.talk.answers_late = false;
    CHECK(alone.say(request(flag::whole, 4, "on"))[0].type == PacketType::response);
}

TEST_CASE("a call's later packets wait while its answer is awaited") {
    Alone alone;
    alone.say(bind_to_echo());
    alone.talk.answers_late = true;
    CHECK(alone.say(request(flag::whole, 2, "one") + request(flag::whole, 3, "two")).empty());
    const std::size_t before = alone.talk.out.size();
    alone.talk.catch_up();
    const std::string after = alone.talk.out.substr(before);
    CHECK(after.find("one") < after.find("two"));
    CHECK(after.find("two") != std::string::npos);
}

TEST_CASE("a client gives up a call that is not answered in time, and says so") {
    Pair pair;
    pair.work.calls = {{2, 0, "hello"}};
    pair.drive_server({Wake::opened, {}, nullptr});
    pair.drive_client({Wake::opened, {}, nullptr});
    pair.drive_server({Wake::bytes, std::exchange(pair.to_server, {}), nullptr});
    pair.drive_client({Wake::bytes, std::exchange(pair.to_client, {}), nullptr});
    pair.to_server.clear();
    pair.drive_client({Wake::timer, {}, nullptr});
    CHECK(pair.told == std::vector<std::string>{"fault nca_s_fault_cancel (0x1c00000d)", "done"});
    CHECK(pair.client_gone);
    Header header;
    REQUIRE(read_header(pair.to_server, header) == HeaderFault::none);
    CHECK(header.type == PacketType::cancel);
}

TEST_CASE("a client that meets something else than RPC says what it met") {
    const auto verdict = [](std::string_view octets) {
        Pair pair;
        pair.work.calls = {{2, 0, "hello"}};
        pair.drive_client({Wake::opened, {}, nullptr});
        pair.drive_client({Wake::bytes, octets, nullptr});
        if (!pair.client_gone) pair.drive_client({Wake::closed, {}, nullptr});
        return pair.told.empty() ? std::string() : pair.told[0];
    };
    CHECK(verdict("220 mail.example.org ESMTP\r\n") == "failed: what comes is not RPC");
    CHECK(verdict("") == "failed: the server closed the connection");
    CHECK(
        verdict(write_packet(Packet{PacketType::bind_nak, flag::whole, 1, BindNak{}, {}}).octets) ==
        "failed: the server refuses the bind");
    CHECK(verdict(
              write_packet(Packet{PacketType::response, flag::whole, 1, Response{}, {}}).octets) ==
          "failed: the server sends a response out of place");
}

TEST_CASE("an interface that the server has not is not called") {
    Pair pair;
    pair.interfaces[2] = Syntax{"00000000-0000-0000-0000-000000000001", 1, 0};
    pair.work.calls = {{2, 0, "hello"}, {1, mgmt::is_server_listening, ""}};
    const auto told = pair.run();
    REQUIRE(told.size() == 3);
    CHECK(told[0] == "fault nca_s_unk_if (0x1c010003)");
    CHECK(told[1].starts_with("answer "));
    CHECK(pair.desk.log.size() == 1);
}

TEST_CASE("every packet is marked with the section that defines it") {
    Pair pair;
    pair.client_host.auth = AuthType::ntlm;
    pair.client_host.level = AuthLevel::privacy;
    pair.work.calls = {{2, 0, "hello"}, {2, 9, ""}};
    pair.run();
    CHECK(pair.sections == std::vector<std::string>{"C706 §12.6.4.3", "C706 §12.6.4.4",
                                                    "MS-RPCE §2.2.2.5", "C706 §12.6.4.9",
                                                    "C706 §12.6.4.10", "C706 §12.6.4.9",
                                                    "C706 §12.6.4.7"});
}
