// The actions and other commands, but for if (execute.cpp), flags and vacation.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/sieve/execution.hpp"
#include "protocols/sieve/expand.hpp"
#include "protocols/sieve/values.hpp"

namespace postroad::sieve {
namespace {

bool stores(const Action& action) {
    return action.kind == ActionKind::keep || action.kind == ActionKind::fileinto;
}

std::string_view mailbox_name(const Action& action) {
    return action.kind == ActionKind::keep ? std::string_view("INBOX") : action.target;
}

// INBOX is INBOX in any case, as IMAP has it; other names are what they are.
bool same_mailbox(std::string_view a, std::string_view b) {
    return a == b || (equals_ignoring_case(a, "INBOX") && equals_ignoring_case(b, "INBOX"));
}

bool is_rejection(const Action& action) {
    return action.kind == ActionKind::reject || action.kind == ActionKind::ereject;
}

// RFC 5429 §2.3, RFC 5230 §4.7: a refused message is neither stored nor answered.
bool conflicts(const Action& one, const Action& other) {
    if (one.kind == ActionKind::discard || other.kind == ActionKind::discard) return false;
    return is_rejection(one) || is_rejection(other);
}

void keep_or_file(Execution& e, std::uint32_t node) {
    Action action;
    action.node = node;
    action.flags = flags_of(e, node);
    action.header = e.header_version();
    if (e.script.nodes[node].word == Word::fileinto) {
        action.kind = ActionKind::fileinto;
        action.target = e.string(node, Slot::target);
        action.copy = e.has(node, Slot::copy);
        action.create = e.has(node, Slot::create);
        if (action.target.empty()) return e.fail(node, "fileinto into a mailbox without a name");
    }
    if (!action.copy) e.implicit_keep = false;  // RFC 3894 §3
    const std::string target(mailbox_name(action));
    const Because because = store(e, std::move(action));
    if (e.failed()) return;
    e.step(node, true, because).value = e.quote(target);
}

// RFC 5228 §4.2; how many are allowed is ours to say (§10).
void redirect(Execution& e, std::uint32_t node) {
    Action action;
    action.kind = ActionKind::redirect;
    action.node = node;
    action.target = e.string(node, Slot::target);
    action.copy = e.has(node, Slot::copy);
    action.header = e.header_version();
    if (!is_address(action.target))
        return e.fail(node, "\"" + std::string(cut(action.target, 80)) + "\" is no mail address");
    if (!action.copy) e.implicit_keep = false;
    const auto same =
        std::find_if(e.result.actions.begin(), e.result.actions.end(), [&](const Action& one) {
            return one.kind == ActionKind::redirect &&
                   equals_ignoring_case(one.target, action.target);
        });
    const std::string target = action.target;
    if (same != e.result.actions.end()) {
        e.step(node, true, Because::same_again).value = e.quote(target);
        return;
    }
    if (++e.redirects > e.environment.limits.redirects_max)
        return e.fail(node, "the script redirects to more than " +
                                std::to_string(e.environment.limits.redirects_max) + " addresses");
    if (add_action(e, std::move(action))) e.step(node, true, Because::done).value = e.quote(target);
}

void refuse_or_discard(Execution& e, std::uint32_t node) {
    Action action;
    const Word word = e.script.nodes[node].word;
    action.kind = word == Word::reject    ? ActionKind::reject
                  : word == Word::ereject ? ActionKind::ereject
                                          : ActionKind::discard;
    action.node = node;
    action.target = e.string(node, Slot::reason);
    e.implicit_keep = false;
    const std::string reason = action.target;
    if (add_action(e, std::move(action))) e.step(node, true, Because::done).value = e.quote(reason);
}

void capitalise(std::string& text, bool upper) {
    if (!text.empty()) text[0] = upper ? to_upper(text[0]) : to_lower(text[0]);
}

// RFC 5229 §4.1: those of higher precedence first, however they are written.
std::string modified(Execution& e, std::uint32_t node, std::string value) {
    if (const Argument* one = e.script.find(node, Slot::lettercase))
        for (char& c : value) c = one->tag == Tag::upper ? to_upper(c) : to_lower(c);
    if (const Argument* one = e.script.find(node, Slot::letterfirst))
        capitalise(value, one->tag == Tag::upperfirst);
    if (e.has(node, Slot::quotewildcard)) {
        std::string quoted;
        for (const char c : value) {
            if (c == '*' || c == '?' || c == '\\') quoted += '\\';
            quoted += c;
        }
        value = std::move(quoted);
    }
    if (!e.has(node, Slot::length)) return value;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < value.size(); at = next_character(value, at)) ++characters;
    return std::to_string(characters);
}

void set(Execution& e, std::uint32_t node) {
    const std::string name = lowered(e.string(node, Slot::name));
    if (!is_variable_name(name))
        return e.fail(node, "\"" + std::string(cut(name, 80)) + "\" is no name of a variable");
    std::string value = modified(e, node, e.string(node, Slot::newvalue));
    value = cut(value, e.environment.limits.variable_octets_max);
    if (e.variables.size() >= e.environment.limits.variables_max && !e.variables.contains(name))
        return e.fail(node, "the script has more than " +
                                std::to_string(e.environment.limits.variables_max) + " variables");
    Step& step = e.step(node, true, Because::done);
    step.value = e.quote(value);
    step.key = e.quote(name);
    e.variables[name] = std::move(value);
}

bool may_edit(Execution& e, std::uint32_t node, const std::string& name) {
    if (!is_field_name(name)) {
        e.fail(node, "\"" + std::string(cut(name, 80)) + "\" is no name of a header field");
        return false;
    }
    if (++e.edits <= e.environment.limits.edits_max) return true;
    e.fail(node, "the script edits the header more than " +
                     std::to_string(e.environment.limits.edits_max) + " times");
    return false;
}

// RFC 5293 §4.
void add_header(Execution& e, std::uint32_t node) {
    const std::string name = e.string(node, Slot::name);
    const std::string value = e.string(node, Slot::newvalue);
    if (!may_edit(e, node, name)) return;
    e.header.add(name, value, e.has(node, Slot::last));
    e.edited = true;
    Step& step = e.step(node, true, Because::done);
    step.value = e.quote(value);
    step.key = e.quote(name);
}

// RFC 5293 §5: the fields of that name whose value matches, or the one that :index means.
void delete_header(Execution& e, std::uint32_t node) {
    const std::string name = e.string(node, Slot::name);
    if (!may_edit(e, node, name)) return;
    const std::vector<std::string> patterns = e.strings(node, Slot::patterns);
    const bool protected_field =
        equals_ignoring_case(name, "Received") || equals_ignoring_case(name, "Auto-Submitted");
    const std::vector<message::Field> fields = e.header.find(name);
    const std::vector<message::Field> meant = indexed(e, node, fields);
    Step step;
    step.node = node;
    std::size_t removed = 0;
    if (!protected_field) {
        removed = e.header.remove(name, [&](std::size_t number) {
            const bool is_meant = std::any_of(meant.begin(), meant.end(), [&](const auto& one) {
                return one.raw.data() == fields[number].raw.data();
            });
            if (!is_meant || patterns.empty() || e.failed()) return is_meant && patterns.empty();
            return match_any(e, node, {{readable(fields[number])}, false}, patterns, step);
        });
    }
    if (e.failed()) return;
    e.edited = e.edited || removed > 0;
    step.result = removed > 0;
    step.because = protected_field ? Because::protected_field
                   : removed == 0  ? Because::no_such_field
                                   : Because::done;
    step.key = e.quote(name);
    e.result.steps.push_back(step);
}

}  // namespace

bool add_action(Execution& e, Action action) {
    for (const Action& one : e.result.actions) {
        if (!conflicts(one, action)) continue;
        const Action& refusal = is_rejection(action) ? action : one;
        e.fail(action.node, std::string(refusal.kind == ActionKind::reject ? "reject" : "ereject") +
                                " refuses the message, so nothing else can be done with it");
        return false;
    }
    if (!action.implicit && e.result.actions.size() >= e.environment.limits.actions_max) {
        e.fail(action.node, "the script has more than " +
                                std::to_string(e.environment.limits.actions_max) + " actions");
        return false;
    }
    e.result.actions.push_back(std::move(action));
    return true;
}

Because store(Execution& e, Action action) {
    for (Action& one : e.result.actions) {
        if (!stores(one) || !same_mailbox(mailbox_name(one), mailbox_name(action))) continue;
        // The message is there once; the flags asked for last are those it has.
        if (!action.implicit) one.flags = action.flags;
        one.create = one.create || action.create;
        return Because::same_again;
    }
    add_action(e, std::move(action));
    return Because::done;
}

void run_command(Execution& e, std::uint32_t node) {
    switch (e.script.nodes[node].word) {
    case Word::require: return;
    case Word::stop:
        e.stopped = true;
        e.step(node, true, Because::done);
        return;
    case Word::keep:
    case Word::fileinto: return keep_or_file(e, node);
    case Word::redirect: return redirect(e, node);
    case Word::discard:
    case Word::reject:
    case Word::ereject: return refuse_or_discard(e, node);
    case Word::vacation: return run_vacation(e, node);
    case Word::set: return set(e, node);
    case Word::setflag:
    case Word::addflag:
    case Word::removeflag: return run_flag_command(e, node);
    case Word::addheader: return add_header(e, node);
    case Word::deleteheader: return delete_header(e, node);
    default: return e.fail(node, "this is no command");
    }
}

}  // namespace postroad::sieve
