// An RPC server's connections go from state to state as the table of passages says, packet by packet.
#include <set>

#include "protocols/rpc/server_states.hpp"
#include "tests/catch.hpp"
#include "tests/support/rpc_pair.hpp"

using namespace postroad;
using namespace postroad::rpc;
using rpc_desk::Pair;

namespace {

using S = ServerState;

std::string way(std::string_view what, S from, std::string_view to) {
    return std::string(what) + ": " + std::string(name_of(from)) + " > " + std::string(to);
}

bool is_passage(std::string_view what, S from, S to, bool over) {
    for (const auto& one : server_passages())
        if (one.what.starts_with(what) && one.from.has(from) &&
            (over ? one.to.bits == 0 : one.to.has(to)))
            return true;
    return false;
}

// Gives the server one input, and notes what came of it.
void drive(Pair& pair, std::string_view what, const Input& input, std::set<std::string>& ways) {
    const S from = state_of(pair.server);
    pair.drive_server(input);
    const S to = state_of(pair.server);
    INFO(way(what, from, pair.server_gone ? "end" : name_of(to)));
    CHECK(is_passage(what, from, to, pair.server_gone));
    ways.insert(way(what, from, pair.server_gone ? "end" : name_of(to)));
}

// All that both have to say, the client's packets one by one.
void talk(Pair& pair, std::set<std::string>& ways) {
    pair.drive_server({Wake::opened, {}, nullptr});
    CHECK(state_of(pair.server) == S::unbound);
    pair.drive_client({Wake::opened, {}, nullptr});
    while ((!pair.to_server.empty() || !pair.to_client.empty()) && !pair.server_gone) {
        Header header;
        while (!pair.to_server.empty() && !pair.server_gone) {
            REQUIRE(read_header(pair.to_server, header) == HeaderFault::none);
            const std::string packet = pair.to_server.substr(0, header.fragment);
            pair.to_server.erase(0, packet.size());
            drive(pair, name_of(header.type), {Wake::bytes, packet, nullptr}, ways);
        }
        const std::string answer = std::exchange(pair.to_client, {});
        if (!answer.empty()) pair.drive_client({Wake::bytes, answer, nullptr});
    }
}

std::string packet_of(PacketType type) {
    if (type == PacketType::bind)
        return write_packet(Packet{type, flag::whole, 9,
                                   Bind{5840, 5840, 0, {{2, rpc_desk::echo, {ndr_syntax}}}}, {}})
            .octets;
    return write_packet(Packet{PacketType::request, flag::whole, 9, Request{}, {}}).octets;
}

}  // namespace

TEST_CASE("an RPC connection goes where the table of passages says, however somebody logs in") {
    std::set<std::string> ways;
    for (const AuthType type : {AuthType::none, AuthType::ntlm, AuthType::kerberos, AuthType::spnego})
        for (const char* const password : {"secret-alice", "guessed"}) {
            Pair pair;
            pair.client_host.auth = type;
            pair.client_host.level = type == AuthType::none ? AuthLevel::none : AuthLevel::integrity;
            pair.work.password = password;
            pair.work.has_ticket = type == AuthType::kerberos;
            pair.work.calls = {{2, 0, "hello"}};
            talk(pair, ways);
        }
    for (const char* const one :
         {"bind: unbound > bound", "bind: unbound > logging_in", "alter_context: logging_in > end",
          "auth3: logging_in > authenticated", "auth3: logging_in > refused", "request: bound > bound",
          "request: authenticated > authenticated", "request: refused > refused"}) {
        INFO(one);
        CHECK(ways.count(one) == 1);
    }
}

TEST_CASE("silence, and packets that do not fit, end an RPC connection") {
    std::set<std::string> ways;
    for (const bool bound : {false, true})
        for (const bool silent : {false, true}) {
            Pair pair;
            pair.drive_server({Wake::opened, {}, nullptr});
            if (bound) drive(pair, "bind", {Wake::bytes, packet_of(PacketType::bind), nullptr}, ways);
            if (silent)
                drive(pair, "silence", {Wake::timer, {}, nullptr}, ways);
            else if (bound)
                drive(pair, "a second bind", {Wake::bytes, packet_of(PacketType::bind), nullptr}, ways);
            else
                drive(pair, "request", {Wake::bytes, packet_of(PacketType::request), nullptr}, ways);
            CHECK(pair.server_gone);
        }
    CHECK(ways == std::set<std::string>{"bind: unbound > bound", "silence: unbound > end",
                                        "silence: bound > end", "request: unbound > end",
                                        "a second bind: bound > end"});
}
