// A web mailer: each page is a short IMAP session that begins with nothing known and logs out.
#include "sim/mail/people_parts.hpp"

namespace postroad::sim::people {
namespace {

constexpr std::uint32_t messages_on_page = 50;

MailProgram& program(Run& run, std::uint32_t person) {
    return run.world.mail.people.programs.edit(program_of(run, person));
}

bool has_kept(const Run& run, const MailProgram& mine, std::uint32_t uid) {
    for (std::uint32_t i = 0; i < mine.kept.size(); ++i)
        if (run.world.heap.get(mine.kept, i).uid == uid) return true;
    return false;
}

}  // namespace

bool is_web(const Run& run, std::uint32_t person) {
    return run.setup().scenario.people[run.setup().people[person].scenario_index].fetch.protocol ==
           scenario::FetchProtocol::web;
}

bool wants_pages(const Run& run, std::uint32_t person) {
    const std::uint32_t id = mail_of(run, person).program;
    return id != nothing && !run.world.mail.people.programs[id].wishes.empty();
}

void want_page(Run& run, std::uint32_t person, imap::WebPage page, std::uint32_t uid,
               std::string_view flags, char sign, std::string_view to) {
    WebWish wish;
    wish.page = page;
    wish.uid = uid;
    wish.sign = static_cast<std::uint8_t>(sign);
    wish.flags = run.world.heap.make(flags);
    wish.to = run.world.heap.make(to);
    List<WebWish> wishes = program(run, person).wishes;
    run.world.heap.push(wishes, wish);
    program(run, person).wishes = wishes;
}

// The next page that is wished for, or the inbox.
void begin_page(Run& run, std::uint32_t person) {
    Heap& heap = run.world.heap;
    imap::WebRequest request;
    request.page = imap::WebPage::folder;
    request.folder = "INBOX";
    request.last = messages_on_page;
    List<WebWish> wishes = program(run, person).wishes;
    if (!wishes.empty()) {
        WebWish wish = heap.get(wishes, 0);
        request.page = wish.page;
        request.uid = wish.uid;
        request.flags = heap.view(wish.flags);
        request.sign = static_cast<char>(wish.sign);
        request.to = heap.view(wish.to);
        heap.drop(wish.flags);
        heap.drop(wish.to);
        heap.remove_prefix(wishes.bytes, sizeof wish);
        program(run, person).wishes = wishes;
    }
    imap::Web web = program(run, person).web;
    imap::ask_for(web, request, heap);
    program(run, person).web = web;
}

bool page_ask(Run& run, std::uint32_t person, Answer& out) {
    static thread_local std::string text;  // not state: what the answer shows
    imap::Web web = program(run, person).web;
    const auto job = imap::next_job(web, run.world.heap);
    program(run, person).web = web;
    out.ok = job.has_value();
    if (job) text = imap::write(*job);
    if (job) out.text = text;
    return true;
}

void page_tell(Run& run, std::uint32_t person, const Tell& tell, std::string_view words) {
    imap::Web web = program(run, person).web;
    imap::apply(web, tell, words, run.world.heap);
    program(run, person).web = web;
}

// What the page shows: of a folder, the unread messages are opened next.
void page_over(Run& run, std::uint32_t connection, std::uint32_t person) {
    Heap& heap = run.world.heap;
    const imap::Web web = program(run, person).web;
    if (!web.problem.empty()) {
        explain(run, person, run.world.tcp.tcbs[connection].conversation,
                std::string(heap.view(web.problem)));
    } else if (web.page == imap::WebPage::folder) {
        for (std::uint32_t i = 0; i < web.rows.size(); ++i) {
            const imap::WebRow row = heap.get(web.rows, i);
            if ((row.flags & mail_flag::seen) == 0 && !has_kept(run, program(run, person), row.uid))
                want_page(run, person, imap::WebPage::message, row.uid);
        }
    } else if (web.page == imap::WebPage::message && !web.message.empty()) {
        const std::string text(heap.view(web.message));
        record_fetched(run, run.world.tcp.tcbs[connection].conversation, person, text);
        if (!has_kept(run, program(run, person), web.uid)) keep(run, person, {web.uid, 0, {}}, text);
    }
}

}  // namespace postroad::sim::people
