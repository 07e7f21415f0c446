// Fuzzes the IMAP client: the first octet says what it wants of a server, the rest is the server's.
#include "tests/fuzz/machine_fuzz.hpp"

#include "protocols/imap/client.hpp"
#include "tests/support/sasl_desk.hpp"

using namespace postroad;

namespace {

// One job after the other; the first opens a mailbox, so that the others can be said.
struct Desk {
    std::string text;
    void operator()(imap::Client& client, Heap& heap, const Ask& ask, Answer& out) {
        if (ask.kind == AskKind::respond) {
            auto best = sasl::Mechanism::none;
            for (std::uint8_t i = 1; i < sasl::mechanism_count; ++i)
                if (client.mechanisms.has(static_cast<sasl::Mechanism>(i)))
                    best = static_cast<sasl::Mechanism>(i);
            return respond_sasl(client, heap, ask, out, text, best);
        }
        imap::Job job;
        constexpr std::uint64_t kinds = static_cast<std::uint64_t>(imap::JobKind::logout);
        const std::uint64_t turn = ask.number % (kinds + 3);
        job.kind = turn == 0       ? imap::JobKind::select
                   : turn >= kinds ? imap::JobKind::select
                                   : static_cast<imap::JobKind>(turn);
        if (job.kind == imap::JobKind::close || job.kind == imap::JobKind::unselect)
            job.kind = imap::JobKind::noop;
        job.mailbox = "Entw\xc3\xbcrfe";
        job.to = "Trash";
        job.uids = turn % 2 ? "1:4,9" : "2:*";
        job.flags = "\\Seen $Junk";
        job.section = "1.2";
        job.content = "Subject: x\r\n\r\n";
        job.program = "SUBJECT \"\xc3\xbc\" UNSEEN";
        job.wants = 7;
        job.until_change = turn % 2 != 0;
        job.chunk_octets = ask.number % 3 == 1 ? 5 : 0;
        job.resync = true;
        job.uidvalidity = ask.number % 2 ? 7 : 0;
        job.modseq = 9;
        text = write(job);
        out.text = text;
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::uint8_t how = data[0];
    imap::ClientHost host;
    host.user = "alice";
    host.password = how & 1 ? "gr\xc3\xbcn" : "secret";
    host.qresync = (how & 2) != 0;
    host.condstore = (how & 4) != 0;
    host.rev2 = (how & 8) != 0;
    host.move = (how & 16) != 0;
    host.uidplus = (how & 32) != 0;
    host.name = how & 64 ? "Postroad" : "";
    host.messages_max = 1U << 16;
    host.response_octets_max = 1U << 20;
    host.message_octets_max = 1U << 20;
    Desk desk;
    fuzz::Driver<imap::Client, imap::ClientHost, Desk> driver(host, desk);
    fuzz::play(driver, {data + 1, size - 1});
    return 0;
}
