// The order of things: blocks, if and its relatives, what the limits allow, and how a run ends.
#include "protocols/sieve/execute.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/base/hash.hpp"
#include "protocols/sieve/execution.hpp"
#include "protocols/sieve/expand.hpp"
#include "protocols/sieve/words.hpp"

namespace postroad::sieve {
namespace {

constexpr std::size_t quoted_octets_max = 120;

bool is_branch(Word word) {
    return word == Word::if_ || word == Word::elsif || word == Word::else_;
}

}  // namespace

Execution::Execution(const Script& of, const Input& from, const Environment& world)
    : script(of),
      input(from),
      environment(world),
      parts(message::split_message(from.message)),
      header(parts.header) {
    result.headers.emplace_back();
}

void Execution::fail(std::uint32_t node, std::string why) {
    if (failed()) return;
    result.error = std::move(why);
    result.error_node = node;
}

bool Execution::spend(std::uint32_t node, std::uint64_t steps) {
    const std::uint64_t all = result.work + steps;
    result.work = static_cast<std::uint32_t>(std::min<std::uint64_t>(all, ~std::uint32_t{0}));
    if (all <= environment.limits.steps_max) return true;
    fail(node, "the script took more than " + std::to_string(environment.limits.steps_max) +
                   " steps on this message");
    return false;
}

std::string Execution::expand(std::uint32_t node, std::string_view text) {
    std::string decoded;
    if (script.has(Capability::encoded_character)) {
        decode_characters(text, decoded);
        text = decoded;
    }
    if (!script.has(Capability::variables)) return std::string(text);
    std::string out;
    std::size_t at = 0;
    for (auto one = next_reference(text, 0); one; one = next_reference(text, one->end)) {
        out += text.substr(at, one->begin - at);
        at = one->end;
        if (one->is_number) {
            if (one->number < captured.size()) out += captured[one->number];
        } else if (const auto found = variables.find(lowered(one->name));
                   found != variables.end()) {
            out += found->second;
        }
        if (out.size() <= environment.limits.string_octets_max) continue;
        fail(node, "a string with variables in it became longer than " +
                       std::to_string(environment.limits.string_octets_max) + " octets");
        return {};
    }
    out += text.substr(at);
    if (at > 0 && !spend(node, out.size() / 256)) return {};
    return out;
}

std::vector<std::string> Execution::strings(std::uint32_t node, Slot slot) {
    std::vector<std::string> out;
    const Argument* argument = script.find(node, slot);
    if (argument == nullptr) return out;
    for (std::uint32_t i = 0; i < argument->count; ++i)
        out.push_back(expand(node, script.text(argument->first + i)));
    return out;
}

std::string Execution::string(std::uint32_t node, Slot slot) {
    std::vector<std::string> all = strings(node, slot);
    return all.empty() ? std::string() : std::move(all[0]);
}

Excerpt Execution::quote(std::string_view text) {
    const std::string_view shown = cut(text, quoted_octets_max);
    const auto begin = static_cast<std::uint32_t>(result.texts.size());
    result.texts += shown;
    if (shown.size() < text.size()) result.texts += "...";
    return {begin, static_cast<std::uint32_t>(result.texts.size()) - begin};
}

Step& Execution::step(std::uint32_t node, bool outcome, Because because) {
    Step one;
    one.node = node;
    one.result = outcome;
    one.because = because;
    return result.steps.emplace_back(one);
}

const std::vector<BodyPart>& Execution::body() {
    if (!body_)
        body_ = body_parts(parts.header, parts.body,
                           {environment.limits.mime_depth_max, environment.limits.parts_max});
    return *body_;
}

std::uint32_t Execution::header_version() {
    if (edited) {
        result.headers.push_back(header.text());
        edited = false;
    }
    return static_cast<std::uint32_t>(result.headers.size() - 1);
}

// RFC 5228 §3.1: of an if and what continues it, the first block whose test holds.
void Execution::run(std::uint32_t first) {
    bool taken = false;
    for (std::uint32_t id = first; id != no_node && !ended(); id = script.nodes[id].next) {
        const Node& node = script.nodes[id];
        if (!is_branch(node.word)) {
            if (spend(id, 1)) run_command(*this, id);
            continue;
        }
        if (node.word == Word::if_) taken = false;
        if (taken || !spend(id, 1)) continue;
        taken = node.word == Word::else_ || test(node.first_test);
        if (failed()) return;
        step(id, taken, Because::done);
        if (taken) run(node.first_command);
    }
}

Result execute(const Script& script, const Input& input, const Environment& environment) {
    Execution e(script, input, environment);
    e.run(script.first_command);
    if (e.failed()) {
        e.step(e.result.error_node, false, Because::failed).value = e.quote(e.result.error);
        // RFC 5228 §2.10.6: nothing of what was meant is done, and the message is not lost.
        e.result.actions.clear();
        e.result.remember.clear();
        e.result.headers.assign(1, std::string());
        e.implicit_keep = true;
        e.edited = false;
        e.flags.clear();
    }
    if (e.implicit_keep) {
        Action keep;
        keep.implicit = true;
        keep.flags = e.flags;
        keep.header = e.header_version();
        store(e, std::move(keep));
    }
    return std::move(e.result);
}

std::string message_of(const Result& result, const Action& action, std::string_view message) {
    const std::string& header = result.headers[action.header];
    if (action.header == 0) return std::string(message);
    const message::Parts parts = message::split_message(message);
    std::string out = header;
    out += parts.separator.empty() ? std::string_view("\r\n") : parts.separator;
    out += parts.body;
    return out;
}

std::uint64_t memory_key(std::string_view handle, std::string_view what) {
    return hash_octets(what, hash_octets(handle));
}

bool is_remembered(const Execution& e, std::uint64_t key) {
    return std::any_of(e.environment.remembered.begin(), e.environment.remembered.end(),
                       [&](const Remembered& one) {
                           return one.key == key && one.until_unix_s > e.environment.now_unix_s;
                       });
}

}  // namespace postroad::sieve
