// Fuzzes SPNEGO: what is read is written back the same, a server and a client stand any token at any
// step, and so does Kerberos in DCE style. The first octet chooses.
#include "protocols/spnego/messages.hpp"
#include "tests/support/rpc_desk.hpp"

#include <cstdlib>

using namespace postroad;

namespace {

void fuzz_messages(std::string_view octets) {
    spnego::NegTokenInit init, init_again;
    // Empty lists are not written; all else has one encoding.
    if (spnego::read(octets, init) &&
        !(spnego::read(spnego::write(init), init_again) && init_again == init))
        std::abort();
    spnego::NegTokenResp reply;
    if (spnego::read(octets, reply) && spnego::write(reply) != octets) std::abort();
    (void)spnego::names_of(init.mechanisms);
}

void insist_on_a_reason(const rpc::SecurityStep& step) {
    if (!step.ok && step.why.empty()) std::abort();
}

// The server after so many good tokens of a client's, then this one.
void fuzz_server(std::string_view octets, bool has_realm, int good) {
    rpc_desk::Desk desk;
    const ntlm::Acceptor by_password = desk.acceptor();
    const rpc::KerberosAcceptor by_ticket = desk.tickets.acceptor();
    const rpc::NegotiateAcceptor acceptor{has_realm ? &by_ticket : nullptr, &by_password};
    const ntlm::Initiator typed{"alice",    "secret-alice",     "pc",
                                "client!!", "0123456789abcdef", rpc_desk::now_unix_s, 0};
    const kerberos::Credentials ticket = rpc_desk::ticket_of("alice");
    const rpc::KerberosInitiator holder = rpc_desk::holder_of(&ticket);
    const rpc::NegotiateInitiator initiator{&holder, &typed};
    const auto level = rpc::AuthLevel::privacy;
    rpc::SecurityStep here, there;
    for (int i = 0; i < good; ++i) {
        here = rpc::negotiate_initiate(here.memory, there.token, level, initiator);
        if (i + 1 < good || !octets.starts_with('c'))
            there = rpc::negotiate_accept(there.memory, here.token, acceptor);
    }
    if (octets.starts_with('c'))
        insist_on_a_reason(
            rpc::negotiate_initiate(here.memory, octets.substr(1), level, initiator));
    else
        insist_on_a_reason(rpc::negotiate_accept(there.memory, octets, acceptor));
}

void fuzz_kerberos(std::string_view octets, bool third) {
    rpc_desk::TicketDesk desk;
    const kerberos::Credentials ticket = rpc_desk::ticket_of("alice");
    const auto level = rpc::AuthLevel::integrity;
    const auto first = rpc::kerberos_initiate({}, {}, level, rpc_desk::holder_of(&ticket));
    std::string memory;
    if (third) memory = rpc::kerberos_accept({}, first.token, desk.acceptor()).memory;
    insist_on_a_reason(rpc::kerberos_accept(memory, octets, desk.acceptor()));
    insist_on_a_reason(
        rpc::kerberos_initiate(first.memory, octets, level, rpc_desk::holder_of(&ticket)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 8) {
        case 0: fuzz_messages(octets); break;
        case 1: fuzz_kerberos(octets, false); break;
        case 2: fuzz_kerberos(octets, true); break;
        case 3: fuzz_server(octets, true, 1); break;
        case 4: fuzz_server(octets, false, 1); break;
        case 5: fuzz_server(octets, true, 2); break;
        case 6: fuzz_server(octets, false, 2); break;
        default: fuzz_server(octets, true, 0); break;
    }
    return 0;
}
