// Jobs of an IMAP client as texts, and what each kind cannot do without.
#include "protocols/imap/client_job.hpp"

#include <iterator>

#include "protocols/imap/fields.hpp"

namespace postroad::imap {
namespace {

constexpr std::string_view names[] = {
    "noop",      "select",      "examine", "list",    "status",   "summaries", "fetch",  "part",
    "store",     "copy",        "move",    "expunge", "append",   "create",    "remove", "rename",
    "subscribe", "unsubscribe", "search",  "idle",    "unselect", "close",     "logout"};
static_assert(std::size(names) == static_cast<std::size_t>(JobKind::logout) + 1);

std::optional<JobKind> kind_named(std::string_view name) {
    for (std::size_t i = 0; i < std::size(names); ++i)
        if (names[i] == name) return static_cast<JobKind>(i);
    return std::nullopt;
}

// One place that knows the name of each member: `visit(name, member)`.
template <class AJob, class Visit> void each_member(AJob& job, Visit&& visit) {
    visit("mailbox", job.mailbox);
    visit("to", job.to);
    visit("uids", job.uids);
    visit("numbers", job.by_number);
    visit("last", job.last);
    visit("wants", job.wants);
    visit("section", job.section);
    visit("chunk", job.chunk_octets);
    visit("seen", job.marks_seen);
    visit("flags", job.flags);
    visit("unchanged_since", job.unchanged_since);
    visit("resync", job.resync);
    visit("uidvalidity", job.uidvalidity);
    visit("modseq", job.modseq);
    visit("count", job.count);
    visit("known", job.known_uids);
    visit("program", job.program);
    visit("charset", job.charset);
    visit("date", job.date);
    visit("until_change", job.until_change);
    visit("subscribed", job.subscribed);
    visit("content", job.content);
}

void assign(std::string& member, std::string_view value) { member = value; }
template <class Number> void assign(Number& member, std::string_view value) {
    member = static_cast<Number>(parse_number(value).value_or(0));
}

}  // namespace

std::string_view name_of(JobKind kind) { return names[static_cast<std::size_t>(kind)]; }

std::string write(const Job& job) {
    std::string out;
    put_field(out, "job", name_of(job.kind));
    if (job.sign != '+') put_field(out, "sign", std::string_view(&job.sign, 1));
    each_member(job, [&](std::string_view name, const auto& member) {
        if constexpr (std::is_same_v<std::decay_t<decltype(member)>, std::string>)
            put_field(out, name, std::string_view(member));
        else
            put_field(out, name, static_cast<std::uint64_t>(member));
    });
    return out;
}

std::optional<Job> read_job(std::string_view text) {
    Fields fields(text);
    std::string_view key, value;
    if (!fields.next(key, value) || key != "job") return std::nullopt;
    const auto kind = kind_named(value);
    if (!kind) return std::nullopt;
    Job job;
    job.kind = *kind;
    while (fields.next(key, value)) {
        bool known = key == "sign" && value.size() == 1;
        if (known) job.sign = value[0];
        each_member(job, [&](std::string_view name, auto& member) {
            if (name != key) return;
            assign(member, value);
            known = true;
        });
        if (!known) return std::nullopt;
    }
    if (!fields.whole()) return std::nullopt;
    return job;
}

std::string_view missing(const Job& job) {
    switch (job.kind) {
    case JobKind::select:
    case JobKind::examine:
    case JobKind::list:
    case JobKind::status:
    case JobKind::create:
    case JobKind::remove:
    case JobKind::subscribe:
    case JobKind::unsubscribe: return job.mailbox.empty() ? "mailbox" : "";
    case JobKind::rename: return job.mailbox.empty() ? "mailbox" : job.to.empty() ? "to" : "";
    case JobKind::append:
        return job.mailbox.empty() ? "mailbox" : job.content.empty() ? "content" : "";
    case JobKind::summaries: return job.uids.empty() && job.last == 0 ? "uids" : "";
    case JobKind::fetch:
    case JobKind::expunge: return job.uids.empty() ? "uids" : "";
    case JobKind::store:
        if (job.sign != '=' && job.flags.empty()) return "flags";
        return job.uids.empty() ? "uids" : "";
    case JobKind::copy:
    case JobKind::move: return job.uids.empty() ? "uids" : job.to.empty() ? "to" : "";
    case JobKind::part: return job.uids.empty() ? "uids" : job.section.empty() ? "section" : "";
    case JobKind::search: return job.program.empty() ? "program" : "";
    case JobKind::noop:
    case JobKind::idle:
    case JobKind::unselect:
    case JobKind::close:
    case JobKind::logout: return "";
    }
    return "";
}

}  // namespace postroad::imap
