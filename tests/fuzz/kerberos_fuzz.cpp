// Fuzzes the readers of Kerberos: what is read must be written back the same, a KDC must stand any
// request, a GSS-API acceptor and initiator any token. The first octet chooses.
#include "protocols/base/der.hpp"
#include "protocols/kerberos/sasl_gssapi.hpp"

#include <cstdlib>

using namespace postroad;
using namespace postroad::kerberos;

namespace {

template <class T>
void fuzz_value(std::string_view octets) {
    T value;
    if (read(octets, value) && write(value) != octets) std::abort();  // DER has one encoding
}

void fuzz_element(std::string_view octets) {
    std::string again;
    std::string_view rest = octets;
    while (const auto element = der::take(rest)) again += der::element(element->identifier,
                                                                       element->contents);
    if (again != octets.substr(0, octets.size() - rest.size())) std::abort();
    if (const auto number = der::read_integer(octets); number && der::write_integer(*number) != octets)
        std::abort();
    const std::string name = der::read_object_identifier(octets);
    if (!name.empty() && der::write_object_identifier(name) != octets) std::abort();
}

class Anybody : public Database {
  public:
    bool knows(const PrincipalName& name) const override { return !name.parts.empty(); }
    Key key(const PrincipalName&, EncryptionType type) const override {
        return {type, std::string(key_octets(type), 'k')};
    }
};

void fuzz_kdc(std::string_view octets) {
    static const Anybody anybody;
    KdcSettings settings;
    settings.realm = "EXAMPLE.ORG";
    const Drawn drawn{std::string(32, 'k'), std::string(16, 'c'), std::string(16, 'd')};
    const Served served = answer(anybody, settings, octets, {1'283'328'000, 0}, drawn,
                                 [](std::string_view) { return false; });
    KdcRep reply;
    KrbError error_reply;
    if (!served.reply.empty() && !read(served.reply, reply) && !read(served.reply, error_reply))
        std::abort();
}

void fuzz_tokens(std::string_view octets) {
    const Key key{EncryptionType::aes128_cts_hmac_sha1_96, std::string(16, 'k')};
    SecurityContext context{key, true, false, 0, 0};
    (void)unwrap(context, octets);
    Acceptor acceptor;
    acceptor.key_of = [&](const Ticket&) { return key; };
    acceptor.is_repeat = [](std::string_view) { return false; };
    acceptor.confounder.assign(16, 'c');
    std::string memory;
    (void)gssapi_accept(memory, octets, acceptor);
    Credentials credentials;
    credentials.client = credentials.server = to_name("a");
    credentials.session = key;
    Ticket ticket;
    ticket.server = credentials.server;
    credentials.ticket = write(ticket);
    const Initiator initiator{&credentials, {}, std::string(32, 's'), std::string(16, 'c'), 1, {}};
    std::string clients;
    (void)gssapi_initiate(clients, {}, initiator);
    (void)gssapi_initiate(clients, octets, initiator);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 16) {
        case 0: fuzz_element(octets); break;
        case 1: fuzz_value<Ticket>(octets); break;
        case 2: fuzz_value<EncTicketPart>(octets); break;
        case 3: fuzz_value<KdcReq>(octets); break;
        case 4: fuzz_value<KdcRep>(octets); break;
        case 5: fuzz_value<Authenticator>(octets); break;
        case 6: fuzz_value<ApReq>(octets); break;
        case 7: fuzz_value<ApRep>(octets); break;
        case 8: fuzz_value<EncApRepPart>(octets); break;
        case 9: fuzz_value<KrbError>(octets); break;
        case 10: fuzz_value<PaEncTimestamp>(octets); break;
        case 11: fuzz_value<std::vector<PaData>>(octets); break;
        case 12: fuzz_value<std::vector<EtypeInfo2Entry>>(octets); break;
        case 13: fuzz_tokens(octets); break;
        default: fuzz_kdc(octets); break;
    }
    return 0;
}
