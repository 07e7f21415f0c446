// Logging in by Kerberos and by SPNEGO: legs and what they look like, which mechanism comes of it,
// and what is refused: tickets of others, lists that were changed, tokens that are none.
#include "protocols/base/der.hpp"
#include "protocols/rpc/security_ntlm.hpp"
#include "protocols/spnego/messages.hpp"
#include "tests/support/rpc_pair.hpp"

using namespace postroad;
using namespace postroad::rpc;
using rpc_desk::Pair;

namespace {

// The packets' types, in order: what the client says, and what it hears.
std::vector<PacketType> types_in(std::string octets) {
    std::vector<PacketType> out;
    for (Header header; read_header(octets, header) == HeaderFault::none;) {
        out.push_back(header.type);
        octets.erase(0, header.fragment);
    }
    return out;
}
// The first verifier's value of a packet of that type.
std::string token_in(std::string octets, PacketType type) {
    for (Header header; read_header(octets, header) == HeaderFault::none;) {
        const auto place = find_verifier(octets.substr(0, header.fragment), header);
        if (header.type == type && place) return place->verifier.value;
        octets.erase(0, header.fragment);
    }
    return {};
}

void log_in_by(Pair& pair, AuthType type, AuthLevel level = AuthLevel::privacy) {
    pair.client_host.auth = type;
    pair.client_host.level = level;
    pair.work.calls = {{2, 3, ""}};
}
std::string first_told(Pair& pair) {
    const auto told = pair.run();
    REQUIRE(!told.empty());
    return told[0];
}
// Where the list of mechanisms stands in the client's bind, without the one in front.
void drop_kerberos(std::string& octets) {
    if (octets[2] != static_cast<char>(PacketType::bind)) return;
    Header header;
    REQUIRE(read_header(octets, header) == HeaderFault::none);
    Packet bind = read_packet(octets).value();
    spnego::NegTokenInit init;
    REQUIRE(spnego::read(bind.verifier->value, init));
    init.mechanisms.erase(init.mechanisms.begin(), init.mechanisms.begin() + 2);
    init.token.reset();
    bind.verifier->value = spnego::write(init);
    octets = write_packet(bind).octets;
}

}  // namespace

TEST_CASE("Kerberos has three legs without frames, and the server's word comes after them") {
    Pair pair;
    log_in_by(pair, AuthType::kerberos);
    CHECK(first_told(pair) == "answer alice/privacy");
    CHECK(types_in(pair.said) == std::vector{PacketType::bind, PacketType::alter_context,
                                             PacketType::request});
    CHECK(types_in(pair.heard) == std::vector{PacketType::bind_ack,
                                              PacketType::alter_context_response,
                                              PacketType::response});
    kerberos::ApReq request;  // MS-KILE §3.4.5.1
    CHECK(kerberos::read(token_in(pair.said, PacketType::bind), request));
    kerberos::ApRep reply;
    CHECK(kerberos::read(token_in(pair.heard, PacketType::bind_ack), reply));
    CHECK(kerberos::read(token_in(pair.said, PacketType::alter_context), reply));
    CHECK(token_in(pair.heard, PacketType::alter_context_response).empty());
}

TEST_CASE("tokens of packets lie as RFC 4121 and MS-KILE lay them out") {
    for (const bool seals : {false, true}) {
        Pair pair;
        log_in_by(pair, AuthType::kerberos, seals ? AuthLevel::privacy : AuthLevel::integrity);
        first_told(pair);
        const std::string request = token_in(pair.said, PacketType::request);
        const std::string response = token_in(pair.heard, PacketType::response);
        CHECK(request.size() == (seals ? 76 : 28));
        // 4.2.6.1: 04 04, flags, five octets FF; 4.2.6.2: 05 04, flags, FF, EC 16, RRC 28.
        CHECK(request.substr(0, 8) == (seals ? std::string("\x05\x04\x06\xff\x00\x10\x00\x1c", 8)
                                             : std::string("\x04\x04\x04\xff\xff\xff\xff\xff", 8)));
        CHECK(response.substr(0, 3) == (seals ? "\x05\x04\x07" : "\x04\x04\x05"));
        CHECK(request.substr(8, 8) == std::string("\0\0\0\0\0\0\x01\xf4", 8));  // 500
        CHECK(response.substr(8, 8) == std::string("\0\0\0\0\0\0\x03\x84", 8));  // 900
    }
}

TEST_CASE("headers are signed where both agreed on it, and else the stub alone") {
    for (const bool agreed : {false, true}) {
        Pair pair;
        log_in_by(pair, AuthType::kerberos, AuthLevel::integrity);
        pair.meddle = [agreed](std::string& octets) {
            if (octets[2] == static_cast<char>(PacketType::bind) && !agreed)
                octets[3] = static_cast<char>(octets[3] & ~flag::header_signing);
            if (octets[2] == static_cast<char>(PacketType::request)) octets[16] ^= 1;  // the hint
        };
        CHECK(first_told(pair) ==
              (agreed ? "fault security package error (0x00000721)" : "answer alice/integrity"));
    }
}

TEST_CASE("a ticket that is not good here is refused, and the reason is said") {
    const auto refused = [](const kerberos::Credentials& ticket, const KerberosInitiator& holder,
                            bool twice = false) {
        KerberosInitiator mine = holder;
        mine.exchange.credentials = &ticket;
        rpc_desk::TicketDesk desk;
        const std::string token = kerberos_initiate({}, {}, AuthLevel::privacy, mine).token;
        if (twice) static_cast<void>(kerberos_accept({}, token, desk.acceptor()));
        const SecurityStep step = kerberos_accept({}, token, desk.acceptor());
        CHECK_FALSE(step.ok);
        return step.why;
    };
    const auto good = rpc_desk::ticket_of("alice");
    const auto holder = rpc_desk::holder_of(&good);
    CHECK(refused(rpc_desk::ticket_of("alice", "imap/mail.example.org"), holder) ==
          "KRB_AP_ERR_NOT_US");
    CHECK(refused(rpc_desk::ticket_of("alice", rpc_desk::service, rpc_desk::now_unix_s - 301),
                  holder) == "KRB_AP_ERR_TKT_EXPIRED");
    auto stolen = good;
    stolen.session = rpc_desk::key_filled('?');
    CHECK(refused(stolen, holder) == "KRB_AP_ERR_BAD_INTEGRITY");
    auto late = holder;
    late.exchange.now.unix_s += 301;
    CHECK(refused(good, late) == "KRB_AP_ERR_SKEW");
    CHECK(refused(good, holder, true) == "KRB_AP_ERR_REPEAT");
}

TEST_CASE("RPC wants three legs, and a proof in the third") {
    rpc_desk::TicketDesk desk;
    const auto ticket = rpc_desk::ticket_of("alice");
    kerberos::Claim claim;
    const std::string two_legs = kerberos::show_ticket(
        rpc_desk::holder_of(&ticket).exchange, kerberos::gss_mutual | kerberos::gss_integrity, claim);
    CHECK(kerberos_accept({}, two_legs, desk.acceptor()).why ==
          "RPC takes Kerberos in DCE style alone, with a proof by both ends");
    rpc_desk::TicketDesk other;
    const auto first = kerberos_initiate({}, {}, AuthLevel::privacy, rpc_desk::holder_of(&ticket));
    const auto second = kerberos_accept({}, first.token, other.acceptor());
    REQUIRE(second.ok);
    CHECK_FALSE(second.done);
    CHECK(second.user == "alice");
    const auto third = kerberos_initiate(first.memory, second.token, AuthLevel::privacy,
                                         rpc_desk::holder_of(nullptr));
    REQUIRE(third.done);
    // Its own answer thrown back has a subkey in it; what was changed does not open.
    CHECK_FALSE(kerberos_accept(second.memory, second.token, other.acceptor()).ok);
    CHECK_FALSE(kerberos_accept(second.memory, "", other.acceptor()).ok);
    std::string changed = third.token;
    changed.back() ^= 1;
    CHECK_FALSE(kerberos_accept(second.memory, changed, other.acceptor()).ok);
    CHECK(kerberos_accept(second.memory, third.token, other.acceptor()).done);
    // And a client goes on with no server that could not open the ticket.
    changed = second.token;
    changed.back() ^= 1;
    CHECK(kerberos_initiate(first.memory, changed, AuthLevel::privacy, rpc_desk::holder_of(nullptr))
              .why == "the server has not shown that it could open the ticket");
}

TEST_CASE("SPNEGO takes Kerberos where both have it, and NTLM where one has not") {
    struct Case {
        bool ticket, realm;
        AuthType taken;
    };
    for (const Case& one : {Case{true, true, AuthType::kerberos}, Case{false, true, AuthType::ntlm},
                            Case{true, false, AuthType::ntlm}, Case{false, false, AuthType::ntlm}})
        for (const AuthLevel level : {AuthLevel::connect, AuthLevel::integrity, AuthLevel::privacy}) {
            Pair pair;
            pair.work.has_ticket = one.ticket;
            pair.desk.has_realm = one.realm;
            log_in_by(pair, AuthType::spnego, level);
            CAPTURE(one.ticket, one.realm, name_of(level));
            CHECK(first_told(pair) == "answer alice/" + std::string(name_of(level)));
            CHECK(pair.desk.step.mechanism == one.taken);
            CHECK(pair.desk.step.done);
            spnego::NegTokenResp said, answered;
            REQUIRE(spnego::read(token_in(pair.heard, PacketType::bind_ack), answered));
            // RFC 4178 §5: what is not the client's first choice has to be signed.
            CHECK(answered.is(one.ticket && !one.realm ? spnego::NegState::request_mic
                                                       : spnego::NegState::accept_incomplete));
            REQUIRE(spnego::read(pair.desk.step.token, answered));
            CHECK(answered.is(spnego::NegState::accept_completed));
            CHECK(answered.mic.has_value());
            REQUIRE(spnego::read(pair.work.tokens.at(pair.work.tokens.size() - 2), said));
            CHECK(said.mic.has_value());
        }
}

TEST_CASE("who takes Kerberos from the list on its way is found out by its signature") {
    Pair pair;
    log_in_by(pair, AuthType::spnego);
    pair.meddle = drop_kerberos;
    CHECK(first_told(pair) == "failed: access denied (0x00000005)");
    CHECK(pair.desk.step.why == "the list of mechanisms has been changed on its way");
    CHECK(pair.desk.log.empty());
}

TEST_CASE("who asks for a signature does not go on without one") {
    rpc_desk::Desk desk;
    const ntlm::Acceptor by_password = desk.acceptor();
    const NegotiateAcceptor without_realm{nullptr, &by_password};
    const auto ticket = rpc_desk::ticket_of("alice");
    const KerberosInitiator holder = rpc_desk::holder_of(&ticket);
    const ntlm::Initiator typed{"alice",    "secret-alice",     "pc",
                                "client!!", "0123456789abcdef", rpc_desk::now_unix_s, 0};
    const NegotiateInitiator client{&holder, &typed};
    const auto level = AuthLevel::integrity;
    auto here = negotiate_initiate({}, {}, level, client);
    auto there = negotiate_accept({}, here.token, without_realm);
    CHECK(here.offered == "Kerberos, NTLM");
    CHECK(there.mechanism == AuthType::ntlm);
    for (int i = 0; i < 2; ++i) {
        here = negotiate_initiate(here.memory, there.token, level, client);
        REQUIRE(here.ok);
        if (i == 1) break;
        there = negotiate_accept(there.memory, here.token, without_realm);
        REQUIRE(there.ok);
    }
    spnego::NegTokenResp last;
    REQUIRE(spnego::read(here.token, last));
    REQUIRE(last.mic.has_value());
    spnego::NegTokenResp bare = last;
    bare.mic.reset();
    CHECK(negotiate_accept(there.memory, spnego::write(bare), without_realm).why ==
          "the client has not signed the list of mechanisms");
    there = negotiate_accept(there.memory, here.token, without_realm);
    REQUIRE(there.done);
    REQUIRE(spnego::read(there.token, last));
    last.mic.reset();
    CHECK(negotiate_initiate(here.memory, spnego::write(last), level, client).why ==
          "the list of mechanisms is not signed by the server as it was sent");
    CHECK(negotiate_initiate(here.memory, there.token, level, client).done);
}

TEST_CASE("a wrong password is heard of at once, for SPNEGO answers the last leg") {
    Pair pair;
    pair.work.has_ticket = false;
    pair.work.password = "guessed";
    log_in_by(pair, AuthType::spnego);
    CHECK(first_told(pair) == "failed: access denied (0x00000005)");
    CHECK(pair.desk.step.user == "alice");
    CHECK(types_in(pair.heard).back() == PacketType::fault);
}

TEST_CASE("a server with nothing of what is offered refuses the bind") {
    Pair pair;
    pair.desk.has_realm = pair.desk.has_ntlm = false;
    log_in_by(pair, AuthType::spnego);
    CHECK(first_told(pair) == "failed: the server refuses the bind");
    CHECK(pair.desk.step.why == "of Kerberos, NTLM nothing is to be had here");
    spnego::NegTokenInit unknown;
    unknown.mechanisms = {{der::write_object_identifier("1.3.6.1.4.1.311.2.2.30")}};
    CHECK(negotiate_accept({}, spnego::write(unknown), {}).why ==
          "of 1.3.6.1.4.1.311.2.2.30 nothing is to be had here");
}

TEST_CASE("tokens that are cut off, changed or of something else are refused with a reason") {
    Pair pair;
    log_in_by(pair, AuthType::spnego);
    first_told(pair);
    const std::vector<std::string> said = pair.work.tokens;
    REQUIRE(said.size() == 3);
    rpc_desk::TicketDesk tickets;
    rpc_desk::Desk desk;
    const ntlm::Acceptor by_password = desk.acceptor();
    const auto refused = [&](std::string_view memory, std::string_view token) {
        rpc_desk::TicketDesk fresh;
        const KerberosAcceptor by_ticket = fresh.acceptor();
        const SecurityStep step = negotiate_accept(memory, token, {&by_ticket, &by_password});
        if (!step.ok) CHECK_FALSE(step.why.empty());
        return !step.ok;
    };
    for (std::size_t size = 0; size < said[0].size(); ++size)
        REQUIRE(refused({}, std::string_view(said[0]).substr(0, size)));
    const KerberosAcceptor by_ticket = tickets.acceptor();
    const std::string memory = negotiate_accept({}, said[0], {&by_ticket, &by_password}).memory;
    for (std::size_t size = 0; size < said[1].size(); ++size)
        REQUIRE(refused(memory, std::string_view(said[1]).substr(0, size)));
    for (std::size_t i = 0; i < said[1].size(); ++i) {
        std::string changed = said[1];
        changed[i] ^= 1;
        INFO(i);
        REQUIRE(refused(memory, changed));
    }
    CHECK(refused(memory, said[0]));
    CHECK(refused({}, said[1]));
    CHECK(refused({}, "NTLMSSP"));
    CHECK_FALSE(refused(memory, said[1]));
}

TEST_CASE("the stream that NTLM seals with is after the list's signature where it was before it") {
    // MS-SPNG §3.3.5.1. The number of the next message is one further.
    rpc_desk::Desk desk;
    const ntlm::Initiator typed{"alice",    "secret-alice",     "pc",
                                "client!!", "0123456789abcdef", rpc_desk::now_unix_s, 0};
    auto here = ntlm_initiate({}, {}, AuthLevel::privacy, typed);
    auto there = ntlm_accept({}, here.token, desk.acceptor());
    here = ntlm_initiate(here.memory, there.token, AuthLevel::privacy, typed);
    std::string with = here.memory, without = here.memory;
    const std::string mic = ntlm_mic(with, false, "the list");
    there = ntlm_accept(there.memory, here.token, desk.acceptor());
    REQUIRE(there.done);
    CHECK(ntlm_check_mic(there.memory, true, "the list", mic));
    std::string one = "words", other = "words";
    const Cover cover{false, true, true, 0, 5};
    const std::string first = ntlm_provider.protect(with, cover, one);
    const std::string second = ntlm_provider.protect(without, cover, other);
    CHECK(one == other);
    CHECK(first.back() == second.back());
    CHECK(first[12] == 1);
    CHECK(second[12] == 0);
    CHECK(ntlm_provider.unprotect(there.memory, {true, true, true, 0, 5}, one, first));
    CHECK(one == "words");
}
