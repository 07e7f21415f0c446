// Fuzzes the SMTP and LMTP server and client machines: the first octet chooses which, and how they
// are set.
#include "tests/fuzz/machine_fuzz.hpp"

#include <memory>

#include "protocols/smtp/client.hpp"
#include "protocols/smtp/server.hpp"
#include "tests/support/sasl_desk.hpp"

using namespace postroad;

namespace {

// A desk of moods: what it says follows from what it is asked.
struct ServerDesk {
    std::string text;
    void operator()(smtp::Server& server, Heap& heap, const Ask& ask, Answer& out) {
        if (ask.kind == AskKind::authenticate) {
            answer_sasl(server, heap, ask, out, text, true);
            return;
        }
        const char mood = ask.a.empty() ? 'x' : ask.a.front();
        out.exists = mood != 'n';
        out.ok = mood != 'r';
        out.relay = mood == 'd' ? Relay::deny : Relay::allow;
        if (mood == 'c') out.code = 451, out.enhanced = "4.3.0", out.ok = false;
        out.text = "as you wish";
        // By LMTP a verdict each; some are none, and some are missing.
        if (ask.kind == AskKind::accept)
            out.text = "250 2.1.5 delivered\nno verdict\n452 4.2.2 full\n\n550 \n";
    }
};

struct ClientDesk {
    std::uint32_t mails = 0;
    std::string text;
    void operator()(smtp::Client& client, Heap& heap, const Ask& ask, Answer& out) {
        if (ask.kind == AskKind::respond) {
            // What it knows is the best that was offered, so that all are tried.
            auto best = sasl::Mechanism::none;
            for (std::uint8_t i = 1; i < sasl::mechanism_count; ++i)
                if (client.mechanisms.has(static_cast<sasl::Mechanism>(i)))
                    best = static_cast<sasl::Mechanism>(i);
            return respond_sasl(client, heap, ask, out, text, best);
        }
        out.ok = mails++ < 3;
        if (!out.ok) return;
        smtp::Job job;
        job.reverse_path = heap.make("alice@example.org");
        for (std::uint32_t i = 0; i < mails; ++i)
            heap.push(job.forward_paths, heap.make("bob@example.net"));
        job.content = heap.make("Subject: x\r\n\r\n.\r\ntext without an end");
        smtp::give(client, job, heap);
    }
};

smtp::ServerHost server_host(std::uint8_t how) {
    smtp::ServerHost host;
    host.esmtp = (how & 2) == 0;
    host.offers_auth = (how & 4) != 0;
    for (std::uint8_t i = 1; i < sasl::mechanism_count; ++i)
        host.mechanisms.add(static_cast<sasl::Mechanism>(i));
    host.submission = (how & 8) != 0;
    host.lmtp = (how & 64) != 0;
    host.size_octets_max = how & 16 ? 64 : 10'000;
    host.recipients_max = 4;
    if (how & 32) host.extensions.bits = 0;
    return host;
}

smtp::ClientHost client_host(std::uint8_t how) {
    smtp::ClientHost host;
    host.esmtp = (how & 2) == 0;
    host.pipelining = (how & 4) == 0;
    host.courtesy = (how & 8) != 0;
    if (how & 16) host.user = "alice", host.password = "secret";
    host.requires_auth = (how & 32) != 0;
    host.lmtp = (how & 64) != 0;
    return host;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::uint8_t how = data[0];
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (how & 1) {
        const smtp::ClientHost host = client_host(how);
        ClientDesk desk;
        fuzz::Driver<smtp::Client, smtp::ClientHost, ClientDesk> driver(host, desk);
        fuzz::play(driver, {data + 1, size - 1});
    } else {
        using Driver = fuzz::Driver<smtp::Server, smtp::ServerHost, ServerDesk>;
        const smtp::ServerHost host = server_host(how);
        ServerDesk desk;
        {
            Driver driver(host, desk);
            fuzz::play(driver, {data + 1, size - 1});
        }
        fuzz::cut([&] { return std::make_unique<Driver>(host, desk); }, octets);
    }
    return 0;
}
