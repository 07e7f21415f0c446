// Fuzzes the IMAP client: the first octet says what it wants of a server, the rest is the server's.
#include "tests/fuzz/machine_fuzz.hpp"

#include "protocols/imap/client.hpp"
#include "protocols/imap/sync.hpp"
#include "protocols/imap/web.hpp"
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

// The same with an owner of ours: what the planners make of a server's tales.
template <class Owner, class Next>
void play_owned(Owner& owner, const imap::ClientHost& host, Heap& heap, fuzz::Choices choices,
                const Next& next) {
    Effects fx(heap);
    imap::Client client;
    Desk desk;
    std::string text;
    const auto drive = [&](Input input) {
        for (int asks = 0; asks < 10'000; ++asks) {
            fx.clear();
            step(client, input, host, fx);
            for (const Tell& one : fx.tells) apply(owner, one, fx.text_of(one), heap);
            fuzz::insist(heap.live_octets() < (std::uint64_t{8} << 20));
            if (fx.close || fx.abort) return false;
            if (fx.ask.kind == AskKind::none) return true;
            static Answer answer;
            answer = {};
            answer.to = fx.ask.kind;
            if (fx.ask.kind == AskKind::respond) {
                desk(client, heap, fx.ask, answer);
            } else {
                const auto job = next();
                answer.ok = job.has_value();
                text = job ? write(*job) : "";
                answer.text = text;
            }
            input = {Wake::answer, {}, &answer};
        }
        return false;
    };
    drive({Wake::opened, {}, nullptr});
    for (bool open = true; open && !choices.done();) {
        const std::uint8_t what = choices.octet();
        open = drive(what == 255 ? Input{Wake::timer, {}, nullptr}
                                 : Input{Wake::bytes, choices.piece(what + 1U), nullptr});
    }
    drive({Wake::closed, {}, nullptr});
    release(client, heap);
}

void play_sync(const imap::ClientHost& host, fuzz::Choices choices) {
    Heap heap;
    imap::Sync sync;
    imap::SyncSettings settings;
    settings.idle = choices.octet() & 1;
    imap::Job job;
    job.kind = imap::JobKind::move;
    job.uids = "1:3";
    job.to = "Trash";
    act(sync, "INBOX", job, heap);
    begin_session(sync, heap);
    play_owned(sync, host, heap, choices, [&] { return next_job(sync, settings, heap); });
    release(sync, heap);
    fuzz::insist(heap.live_blocks() == 0);
}

void play_web(const imap::ClientHost& host, fuzz::Choices choices) {
    Heap heap;
    imap::Web web;
    imap::WebRequest request;
    request.page = static_cast<imap::WebPage>(choices.octet() % 5);
    request.folder = "INBOX";
    request.uid = 2;
    ask_for(web, request, heap);
    play_owned(web, host, heap, choices, [&] { return next_job(web, heap); });
    release(web, heap);
    fuzz::insist(heap.live_blocks() == 0);
}

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
    if (how & 128) {
        (how & 1 ? play_web : play_sync)(host, {data + 1, size - 1});
        return 0;
    }
    Desk desk;
    fuzz::Driver<imap::Client, imap::ClientHost, Desk> driver(host, desk);
    fuzz::play(driver, {data + 1, size - 1});
    return 0;
}
