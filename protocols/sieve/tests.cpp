// The tests (RFC 5228 §5 and those of the extensions). Each leaves a step that says what it found.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/sieve/execution.hpp"

namespace postroad::sieve {
namespace {

// §5.2, §5.3: as many of the tests are asked as the answer needs.
bool join(Execution& e, std::uint32_t node, bool all) {
    for (std::uint32_t id = e.script.nodes[node].first_test; id != no_node;
         id = e.script.nodes[id].next) {
        const bool one = e.test(id);
        if (e.failed()) return false;
        if (one != all) return one;
    }
    return all;
}

bool exists(Execution& e, std::uint32_t node, Step& step) {
    for (const std::string& name : e.strings(node, Slot::headers)) {
        if (!e.spend(node, 1 + e.header.fields().size() / 64)) return false;
        step.key = e.quote(name);
        if (!e.header.find(name).empty()) continue;
        step.because = Because::no_value;
        return false;
    }
    return true;
}

// §5.9: the message's octets, as they came.
bool size(Execution& e, std::uint32_t node, Step& step) {
    const Argument* over = e.script.find(node, Slot::over_under);
    const Argument* limit = e.script.find(node, Slot::limit);
    if (over == nullptr || limit == nullptr) return false;
    const std::uint64_t octets = e.input.message.size();
    step.value = e.quote(std::to_string(octets));
    step.key = e.quote(std::to_string(limit->number));
    step.compared = 1;
    return over->tag == Tag::over ? octets > limit->number : octets < limit->number;
}

// RFC 5490 §3.1: whether one may deliver into each of them.
bool mailbox_exists(Execution& e, std::uint32_t node, Step& step) {
    for (const std::string& name : e.strings(node, Slot::mailboxes)) {
        const auto& known = e.environment.mailboxes;
        if (!e.spend(node, 1 + known.size() / 64)) return false;
        step.key = e.quote(name);
        if (equals_ignoring_case(name, "INBOX")) continue;
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        step.because = Because::no_value;
        return false;
    }
    return true;
}

// RFC 7352 §3: what makes the message itself again, and for how long that is remembered.
bool duplicate(Execution& e, std::uint32_t node, Step& step) {
    constexpr std::uint64_t week_s = 7 * 86'400;
    std::string id;
    const Argument* unique = e.script.find(node, Slot::unique);
    if (unique != nullptr && unique->tag == Tag::uniqueid) {
        id = e.string(node, Slot::unique);
    } else {
        const std::string name = unique == nullptr ? "Message-ID" : e.string(node, Slot::unique);
        const auto fields = e.header.find(name);
        if (!fields.empty()) id = unfolded(fields[0]);
    }
    step.value = e.quote(id);
    if (id.empty()) {
        step.because = Because::no_value;
        return false;
    }
    const std::uint64_t key = memory_key("duplicate " + e.string(node, Slot::handle), id);
    const bool seen = is_remembered(e, key);
    const Argument* period = e.script.find(node, Slot::period);
    const std::uint64_t seconds =
        std::min<std::uint64_t>(period == nullptr ? week_s : period->number, 366 * 86'400);
    if (!seen || e.has(node, Slot::last))
        e.result.remember.push_back(
            {key, e.environment.now_unix_s + static_cast<std::int64_t>(seconds)});
    step.because = seen ? Because::matched : Because::nothing_matched;
    return seen;
}

// RFC 5232 §4: a key with several flags in it means each of them, and what is no flag is none.
std::vector<std::string> keys_of(Execution& e, std::uint32_t node) {
    if (e.script.nodes[node].word != Word::hasflag) return e.strings(node, Slot::keys);
    std::vector<std::string> keys = e.strings(node, Slot::flag_list);
    const Argument* match = e.script.find(node, Slot::match_type);
    if (match == nullptr || match->tag == Tag::is)
        return flags_in(keys, e.environment.limits.flags_max);
    if (match->tag == Tag::count || match->tag == Tag::value) return keys;
    std::vector<std::string> out;  // parts of flags, and patterns
    for (const std::string& key : keys)
        for (std::string_view rest = trimmed(key); !rest.empty();)
            out.emplace_back(take_word(rest));
    return out;
}

bool ask(Execution& e, std::uint32_t node, Step& step) {
    switch (e.script.nodes[node].word) {
    case Word::allof: return join(e, node, true);
    case Word::anyof: return join(e, node, false);
    case Word::not_: return !e.test(e.script.nodes[node].first_test);
    case Word::true_: return true;
    case Word::false_: return false;
    case Word::exists: return exists(e, node, step);
    case Word::size: return size(e, node, step);
    case Word::mailboxexists: return mailbox_exists(e, node, step);
    case Word::duplicate: return duplicate(e, node, step);
    default: break;
    }
    const Values values = values_of(e, node);
    return !e.failed() && match_any(e, node, values, keys_of(e, node), step);
}

}  // namespace

bool Execution::test(std::uint32_t node) {
    if (failed() || !spend(node, 1)) return false;
    Step one;
    one.node = node;
    one.result = ask(*this, node, one);
    if (failed()) return false;
    result.steps.push_back(one);
    return one.result;
}

}  // namespace postroad::sieve
