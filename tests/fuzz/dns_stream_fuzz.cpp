// Fuzzes DNS over TCP, both ends: octets in pieces, time-outs, late answers.
#include "tests/fuzz/machine_fuzz.hpp"

#include <memory>

#include "protocols/dns/stream.hpp"

using namespace postroad;

namespace {

// What it says follows from what it is asked.
struct Desk {
    std::string words;
    std::uint32_t jobs = 0;
    void operator()(dns::Stream&, Heap&, const Ask& ask, Answer& out) {
        if (ask.kind == AskKind::next_job) {
            out.ok = jobs++ < 2;
            words = "a question";
        } else {
            out.ok = ask.a.empty() || ask.a.front() != 'n';
            words.assign(ask.a).append("!");
        }
        out.text = words;
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    using Driver = fuzz::Driver<dns::Stream, dns::StreamHost, Desk>;
    dns::StreamHost host;
    host.client = (data[0] & 1) != 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    {
        Desk desk;
        Driver driver(host, desk);
        fuzz::play(driver, {data + 1, size - 1});
    }
    Desk desk;
    if (!host.client) fuzz::cut([&] { return std::make_unique<Driver>(host, desk); }, octets);
    return 0;
}
