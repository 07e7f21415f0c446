// Fuzzes the POP3 server and client machines: the first octet chooses which, and how they are set.
#include "tests/fuzz/machine_fuzz.hpp"

#include <memory>

#include "protocols/pop3/client.hpp"
#include "protocols/pop3/server.hpp"
#include "tests/support/sasl_desk.hpp"

using namespace postroad;

namespace {

struct ServerDesk {
    std::string text;
    void operator()(pop3::Server& server, Heap& heap, const Ask& ask, Answer& out) {
        if (ask.kind == AskKind::authenticate) {
            answer_sasl(server, heap, ask, out, text, false);
            return;
        }
        if (ask.kind == AskKind::maildrop) {
            out.ok = ask.c == "STAMP" || !ask.a.starts_with("n");
            out.number = 1;
            out.text = ask.c == "STAMP" ? "<1@example.org>" : "20 one\n3000 two\n0 three\n";
        } else if (ask.kind == AskKind::retrieve) {
            out.text = "Subject: x\r\n\r\n.\r\n..text\r\nwithout an end";
        }
    }
};

struct ClientDesk {
    std::string text;
    void operator()(pop3::Client& client, Heap& heap, const Ask& ask, Answer& out) {
        if (ask.kind == AskKind::respond) {
            auto best = sasl::Mechanism::none;
            for (std::uint8_t i = 1; i < sasl::mechanism_count; ++i)
                if (client.mechanisms.has(static_cast<sasl::Mechanism>(i)))
                    best = static_cast<sasl::Mechanism>(i);
            return respond_sasl(client, heap, ask, out, text, best);
        }
        out.ok = ask.number % 3 != 0;
        out.number = ask.number % 2;
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::uint8_t how = data[0];
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (how & 1) {
        pop3::ClientHost host;
        host.user = "alice";
        host.password = "secret";
        host.apop = (how & 2) != 0;
        ClientDesk desk;
        fuzz::Driver<pop3::Client, pop3::ClientHost, ClientDesk> driver(host, desk);
        fuzz::play(driver, {data + 1, size - 1});
    } else {
        using Driver = fuzz::Driver<pop3::Server, pop3::ServerHost, ServerDesk>;
        pop3::ServerHost host;
        host.apop = (how & 2) != 0;
        host.uidl = (how & 4) == 0;
        host.top = (how & 8) == 0;
        for (std::uint8_t i = 1; (how & 16) != 0 && i < sasl::mechanism_count; ++i)
            host.mechanisms.add(static_cast<sasl::Mechanism>(i));
        ServerDesk desk;
        {
            Driver driver(host, desk);
            fuzz::play(driver, {data + 1, size - 1});
        }
        fuzz::cut([&] { return std::make_unique<Driver>(host, desk); }, octets);
    }
    return 0;
}
