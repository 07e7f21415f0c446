// The web mailer's pages: which jobs each is made of, and what it shows.
#include "protocols/imap/web.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/imap/flags.hpp"

namespace postroad::imap {
namespace {

constexpr std::uint32_t rows_max = 10'000;

Job job_of(JobKind kind) {
    Job job;
    job.kind = kind;
    return job;
}

Job on_mailbox(JobKind kind, std::string_view mailbox) {
    Job job = job_of(kind);
    job.mailbox = mailbox;
    return job;
}

// A folder that only has others below it has no status (RFC 3501 §6.3.10).
std::optional<Job> next_status(Web& web, Heap& heap) {
    if (web.at >= web.rows.size()) return std::nullopt;
    web.doing = WebStep::status;
    return on_mailbox(JobKind::status, heap.view(heap.get(web.rows, web.at).text));
}

Job work(Web& web, Heap& heap) {
    web.doing = WebStep::work;
    Job job;
    append_number(job.uids, web.uid);
    switch (web.page) {
    case WebPage::folders: break;
    case WebPage::folder:
        job = job_of(JobKind::summaries);
        job.last = web.last;
        job.wants = summary::envelope;
        break;
    case WebPage::message:
        job.kind = JobKind::fetch;
        job.marks_seen = true;
        break;
    case WebPage::flag:
        job.kind = JobKind::store;
        job.flags = heap.view(web.flags);
        job.sign = static_cast<char>(web.sign);
        break;
    case WebPage::remove:
        job.kind = JobKind::move;
        job.to = heap.view(web.to);
        break;
    }
    return job;
}

void put_row(Web& web, const WebRow& row, Heap& heap) {
    if (web.rows.size() < rows_max) {
        heap.push(web.rows, row);
        return;
    }
    Text unwanted = row.text;
    heap.drop(unwanted);
}

void told_folder(Web& web, const Fields& fields, Heap& heap) {
    std::string_view attributes = fields.text("attributes");
    while (!attributes.empty()) {
        const std::string_view word = take_word(attributes);
        if (equals_ignoring_case(word, "\\Noselect") || equals_ignoring_case(word, "\\NonExistent"))
            return;
    }
    if (web.doing != WebStep::list) return;
    WebRow row;
    row.text = heap.make(fields.text("name"));
    put_row(web, row, heap);
}

void told_status(Web& web, const Fields& fields, Heap& heap) {
    for (std::uint32_t i = 0; i < web.rows.size(); ++i) {
        WebRow row = heap.get(web.rows, i);
        if (heap.view(row.text) != fields.text("name")) continue;
        row.messages = fields.number("messages");
        row.unseen = fields.number("unseen");
        heap.set(web.rows, i, row);
    }
}

std::uint32_t system_flags_in(std::string_view flags) {
    if (flags.starts_with('(')) flags.remove_prefix(1);
    if (flags.ends_with(')')) flags.remove_suffix(1);
    std::uint32_t bits = 0;
    while (!flags.empty()) bits |= flag_bit(take_word(flags));
    return bits;
}

void told_summary(Web& web, std::uint32_t uid, const Fields& fields, Heap& heap) {
    if (web.page != WebPage::folder || uid == 0) return;
    WebRow row;
    row.text = heap.make(fields.text("envelope"));
    row.uid = uid;
    row.flags = system_flags_in(fields.text("flags"));
    row.messages = fields.number("size");
    put_row(web, row, heap);
}

void job_has_ended(Web& web, bool ok, const Fields& fields, Heap& heap) {
    if (web.doing == WebStep::status) {
        ++web.at;  // one that cannot say is shown without numbers
    } else if (ok) {
        return;
    } else if (web.doing == WebStep::work && web.page == WebPage::remove &&
               equals_ignoring_case(fields.text("code"), "TRYCREATE")) {
        web.doing = WebStep::create;  // RFC 3501 §7.1
    } else {
        heap.assign(web.problem,
                    fields.text("text").empty() ? "the server says no" : fields.text("text"));
    }
}

}  // namespace

void ask_for(Web& web, const WebRequest& request, Heap& heap) {
    release(web, heap);
    web.page = request.page;
    web.folder = heap.make(request.folder);
    web.flags = heap.make(request.flags);
    web.to = heap.make(request.to);
    web.uid = request.uid;
    web.uidvalidity = request.uidvalidity;
    web.last = request.last;
    web.sign = static_cast<std::uint8_t>(request.sign);
}

std::optional<Job> next_job(Web& web, Heap& heap) {
    if (!web.problem.empty()) return std::nullopt;
    switch (web.doing) {
    case WebStep::begin:
        if (web.page == WebPage::folders) {
            web.doing = WebStep::list;
            return on_mailbox(JobKind::list, "*");
        }
        web.doing = WebStep::select;
        // Who only looks needs no write access, and takes nobody's \Recent.
        return on_mailbox(web.page == WebPage::folder ? JobKind::examine : JobKind::select,
                          heap.view(web.folder));
    case WebStep::list:
    case WebStep::status: return next_status(web, heap);
    case WebStep::select: return work(web, heap);
    case WebStep::create:
        web.doing = WebStep::again;
        return on_mailbox(JobKind::create, heap.view(web.to));
    case WebStep::again: return work(web, heap);
    case WebStep::work:
    case WebStep::end: break;
    }
    web.doing = WebStep::end;
    return std::nullopt;
}

void apply(Web& web, const Tell& tell, std::string_view text, Heap& heap) {
    if (tell.kind == TellKind::session_failed) heap.assign(web.problem, text);
    if (tell.kind != TellKind::imap) return;
    const Fields fields(text);
    switch (static_cast<Told>(tell.code)) {
    case Told::folder: return told_folder(web, fields, heap);
    case Told::status: return told_status(web, fields, heap);
    case Told::summary: return told_summary(web, tell.index, fields, heap);
    case Told::message:
        if (tell.index == web.uid) heap.assign(web.message, text);
        return;
    case Told::selected:
        if (web.uidvalidity != 0 && fields.number("uidvalidity") != web.uidvalidity)
            heap.assign(web.problem, "the folder is another one now; look at it again");
        return;
    case Told::job_done: return job_has_ended(web, true, fields, heap);
    case Told::job_failed: return job_has_ended(web, false, fields, heap);
    default: return;
    }
}

void release(Web& web, Heap& heap) {
    for (std::uint32_t i = 0; i < web.rows.size(); ++i) {
        WebRow row = heap.get(web.rows, i);
        heap.drop(row.text);
    }
    heap.drop(web.rows);
    for (Text* one : {&web.folder, &web.flags, &web.to, &web.message, &web.problem})
        heap.drop(*one);
    web = Web{};
}

}  // namespace postroad::imap
