// Fuzzes the IMAP server machine over a store in memory: the first octet chooses how both are set,
// and whether somebody is logged in and has a mailbox open before the made-up octets come.
#include "tests/fuzz/machine_fuzz.hpp"

#include <memory>

#include "protocols/imap/server.hpp"
#include "tests/support/imap_samples.hpp"

using namespace postroad;

namespace {

// A fresh store and its desk for each session.
struct Fresh {
    imap_model::Store store;
    imap_model::Desk desk{store};
    Fresh() { imap_model::fill(store); }
    void operator()(imap::Server& server, Heap& heap, const Ask& ask, Answer& out) {
        // A desk may do anything while it answers, and so the ask's texts are kept.
        const std::string a(ask.a), b(ask.b), c(ask.c);
        desk(server, heap, Ask{ask.kind, a, b, c, ask.number}, out);
    }
};

using Plain = fuzz::Driver<imap::Server, imap::ServerHost, Fresh>;

struct Driver {
    Fresh fresh;
    Plain plain;
    explicit Driver(const imap::ServerHost& host) : plain(host, fresh) {}
    void drive(Wake what, std::string_view octets = {}) { plain.drive(what, octets); }
    bool over() const { return plain.over(); }
    const std::string& said() const { return plain.said(); }
};

imap::ServerHost host_of(std::uint8_t how) {
    imap::ServerHost host;
    if (how & 1) host.capabilities = {};
    host.greets_with_capability = false;
    host.append_octets_max = 1 << 16;
    host.errors_max = 1000;
    if (how & 2) host.mechanisms.add(sasl::Mechanism::plain);
    if (how & 2) host.mechanisms.add(sasl::Mechanism::scram_sha_256);
    return host;
}

constexpr std::string_view says_login = "l LOGIN alice secret-alice\r\n";
constexpr std::string_view says_select = "s SELECT INBOX\r\n";
constexpr std::string_view says_enable = "e ENABLE QRESYNC IMAP4rev2\r\n";

void begin(Driver& driver, std::uint8_t how) {
    driver.drive(Wake::opened);
    if (how & 4) driver.drive(Wake::bytes, says_login);
    if (how & 8) driver.drive(Wake::bytes, says_enable);
    if (how & 16) driver.drive(Wake::bytes, says_select);
}

// As fuzz::play, and somebody else changes the mailbox now and then.
void play(Driver& driver, fuzz::Choices choices) {
    while (!choices.done() && !driver.over()) {
        const std::uint8_t what = choices.octet();
        if (what == 255) driver.drive(Wake::timer);
        else if (what == 254) driver.drive(Wake::closed);
        else if (what == 253) driver.plain.late = !driver.plain.late;
        else if (what == 252) driver.plain.answer_late();
        else if (what == 251) driver.drive(Wake::changed);
        else if (what == 250) driver.fresh.desk.busy = !driver.fresh.desk.busy;
        else if (what == 249) driver.fresh.desk.fails = driver.fresh.desk.fails.empty() ? "all" : "";
        else driver.drive(Wake::bytes, choices.piece(what + 1U));
    }
    driver.plain.answer_late();
    driver.drive(Wake::closed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::uint8_t how = data[0];
    const imap::ServerHost host = host_of(how);
    if (how & 32) {
        Driver driver(host);
        begin(driver, how);
        play(driver, {data + 1, size - 1});
        return 0;
    }
    std::string octets;
    if (how & 4) octets += says_login;
    if (how & 8) octets += says_enable;
    if (how & 16) octets += says_select;
    octets.append(reinterpret_cast<const char*>(data) + 1, size - 1);
    fuzz::cut([&] { return std::make_unique<Driver>(host); }, octets);
    return 0;
}
