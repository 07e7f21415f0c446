// Fuzzes the HTTP server and client machines: the first octet chooses which, and how they are set.
#include "tests/fuzz/machine_fuzz.hpp"

#include <memory>

#include "protocols/http/client.hpp"
#include "protocols/http/server.hpp"

using namespace postroad;

namespace {

struct ServerDesk {
    void operator()(http::Server&, Heap&, const Ask& ask, Answer& out) const {
        out.number = 1'283'328'000;
        if (ask.number != 0 || ask.a.ends_with("/nothing")) return;
        out.code = ask.a.ends_with("/empty") ? 204 : 200;
        out.enhanced = "Content-Type: text/plain\r\n";
        out.text = "some words\r\n";
    }
};

struct ClientDesk {
    int requests = 0;
    const http::ClientHost* host = nullptr;
    void operator()(http::Client& machine, Heap& heap, const Ask&, Answer& out) {
        out.ok = ++requests < 6;
        if (!out.ok) return;
        http::Request request;
        request.host = "a.example";
        request.method = requests % 3 == 0 ? "HEAD" : requests % 3 == 1 ? "GET" : "POST";
        request.body = request.method == "POST" ? "a body" : "";
        give(machine, request, *host, heap);
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::uint8_t how = data[0];
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (how & 1) {
        const http::ClientHost host;
        ClientDesk desk;
        desk.host = &host;
        fuzz::Driver<http::Client, http::ClientHost, ClientDesk> driver(host, desk);
        fuzz::play(driver, {data + 1, size - 1});
    } else {
        using Driver = fuzz::Driver<http::Server, http::ServerHost, const ServerDesk>;
        const http::ServerHost host;
        const ServerDesk desk;
        {
            Driver driver(host, desk);
            fuzz::play(driver, {data + 1, size - 1});
        }
        fuzz::cut([&] { return std::make_unique<Driver>(host, desk); }, octets);
    }
    return 0;
}
