// vacation (RFC 5230): whether the sender is told, and what. Most of it is about when not to: an
// answer to an answer, or to a list, would go round for ever (§4.5, §4.6; RFC 3834 §2).
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/sieve/execution.hpp"
#include "protocols/sieve/values.hpp"

namespace postroad::sieve {
namespace {

constexpr std::uint64_t day_s = 86'400;

std::string first_value(const Execution& e, std::string_view name) {
    const auto fields = e.header.find(name);
    return fields.empty() ? std::string() : unfolded(fields[0]);
}

// §4.5: the owner's addresses, those of :addresses, and the one the message came to.
std::vector<std::string> own_addresses(Execution& e, std::uint32_t node) {
    std::vector<std::string> own = e.environment.owner_addresses;
    for (std::string& one : e.strings(node, Slot::addresses)) own.push_back(std::move(one));
    if (!e.input.to.empty()) own.emplace_back(e.input.to);
    return own;
}

bool is_own(const std::vector<std::string>& own, std::string_view address) {
    return std::any_of(own.begin(), own.end(),
                       [&](const std::string& one) { return equals_ignoring_case(one, address); });
}

// The own address that the message was written to; empty when it was written to none (§4.5).
std::string addressed_as(const Execution& e, const std::vector<std::string>& own) {
    for (const std::string_view name : {"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"})
        for (const message::Field& field : e.header.find(name))
            for (const message::Mailbox& one :
                 message::parse_addresses(unfolded(field)).mailboxes())
                if (std::string address = one.address(); is_own(own, address)) return address;
    return {};
}

// §4.6, RFC 3834 §2: programs do not read what they are told.
bool is_system(std::string_view address) {
    const std::string local = lowered(address.substr(0, address.rfind('@')));
    for (const std::string_view name : {"mailer-daemon", "listserv", "majordomo", "postmaster"})
        if (local == name) return true;
    return local.starts_with("owner-") || local.ends_with("-owner") || local.ends_with("-request");
}

bool by_list(const Execution& e) {
    for (const message::Field& field : e.header.fields())
        if (starts_ignoring_case(field.name, "List-")) return true;  // RFC 2369, RFC 2919
    for (const message::Field& field : e.header.find("Precedence"))
        for (const std::string_view word : {"bulk", "list", "junk"})
            if (equals_ignoring_case(unfolded(field), word)) return true;
    return false;
}

// RFC 3834 §5: anything but "no"; what stands behind a semicolon or in comments does not count.
bool by_machine(const Execution& e) {
    for (const message::Field& field : e.header.find("Auto-Submitted")) {
        const std::string value = unfolded(field);
        std::string_view word = std::string_view(value).substr(message::skip_cfws(value, 0));
        word = word.substr(0, word.find_first_of(" \t;("));
        if (!equals_ignoring_case(word, "no")) return true;
    }
    return false;
}

Because why_not(const Execution& e, const std::vector<std::string>& own, const std::string& as) {
    if (e.input.from.empty()) return Because::sender_is_null;
    if (is_system(e.input.from)) return Because::sender_is_system;
    if (is_own(own, e.input.from)) return Because::sender_is_owner;
    if (by_machine(e)) return Because::sent_by_machine;
    if (by_list(e)) return Because::sent_by_list;
    return as.empty() ? Because::not_addressed : Because::done;
}

// §4.1 and RFC 6131 §2: a day at least, unless seconds are given, which may be none at all.
std::int64_t period_s(const Execution& e, std::uint32_t node) {
    const Argument* period = e.script.find(node, Slot::period);
    if (period == nullptr) return 7 * day_s;
    const std::uint64_t most = 366 * day_s;
    if (period->tag == Tag::seconds)
        return static_cast<std::int64_t>(std::min(period->number, most));
    return static_cast<std::int64_t>(std::clamp<std::uint64_t>(period->number, 1, 366) * day_s);
}

// §4.7: without :handle, a vacation is another one when anything the sender reads is.
std::string handle_of(Execution& e, std::uint32_t node, const Reply& reply) {
    if (e.has(node, Slot::handle)) return "handle " + e.string(node, Slot::handle);
    return "vacation\n" + e.string(node, Slot::subject) + "\n" + e.string(node, Slot::from) + "\n" +
           (reply.mime ? "mime\n" : "text\n") + reply.text;
}

// §5: what the reply says of itself and of the message it answers.
Reply reply_to(Execution& e, std::uint32_t node, const std::string& as) {
    Reply reply;
    reply.to = e.input.from;
    reply.from = e.has(node, Slot::from) ? e.string(node, Slot::from) : as;
    if (!mailbox_of(reply.from)) reply.from = as;  // §4.3: one that is none is not used
    reply.text = e.string(node, Slot::reason);
    reply.mime = e.has(node, Slot::mime);
    const auto subjects = e.header.find("Subject");
    reply.subject = e.has(node, Slot::subject) ? e.string(node, Slot::subject)
                    : subjects.empty()         ? "Automated reply"
                                               : "Auto: " + readable(subjects[0]);  // §5.4
    reply.in_reply_to = first_value(e, "Message-ID");
    reply.references = first_value(e, "References");
    if (reply.references.empty()) reply.references = first_value(e, "In-Reply-To");
    if (!reply.in_reply_to.empty())
        reply.references += (reply.references.empty() ? "" : " ") + reply.in_reply_to;
    return reply;
}

}  // namespace

void run_vacation(Execution& e, std::uint32_t node) {
    if (e.vacation_seen) return e.fail(node, "only one vacation may be executed");  // §4.7
    e.vacation_seen = true;
    const std::vector<std::string> own = own_addresses(e, node);
    const std::string as = addressed_as(e, own);
    Because because = why_not(e, own, as);
    if (because == Because::done) {
        Action action;
        action.kind = ActionKind::vacation;
        action.node = node;
        action.reply = reply_to(e, node, as);
        const std::uint64_t key =
            memory_key(handle_of(e, node, action.reply), lowered(e.input.from));
        if (is_remembered(e, key)) {
            because = Because::told_already;
        } else {
            e.result.remember.push_back({key, e.environment.now_unix_s + period_s(e, node)});
            if (!add_action(e, std::move(action))) return;
        }
    }
    if (e.failed()) return;
    e.step(node, because == Because::done, because).value = e.quote(e.input.from);
}

}  // namespace postroad::sieve
