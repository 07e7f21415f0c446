// One line for an action, and one for a step: what tables, goldens and views begin with.
#include "protocols/base/ascii.hpp"
#include "protocols/sieve/execute.hpp"
#include "protocols/sieve/words.hpp"

namespace postroad::sieve {
namespace {

// In quotes, on one line, without what moves a cursor.
void put_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '\r') continue;
        const auto octet = static_cast<unsigned char>(c);
        out += c == '\n' ? '/' : octet < 0x20 || octet == 0x7f ? '?' : c;
    }
    out += '"';
}

std::string_view name_of(ActionKind kind) {
    switch (kind) {
    case ActionKind::keep: return "keep";
    case ActionKind::fileinto: return "fileinto";
    case ActionKind::redirect: return "redirect";
    case ActionKind::discard: return "discard";
    case ActionKind::reject: return "reject";
    case ActionKind::ereject: return "ereject";
    case ActionKind::vacation: break;
    }
    return "vacation";
}

std::string_view reason_of(Because because) {
    switch (because) {
    case Because::done: return "done";
    case Because::matched: return "matched";
    case Because::nothing_matched: return "nothing matched";
    case Because::no_value: return "nothing to compare";
    case Because::same_again: return "done already";
    case Because::told_already: return "the sender was told lately";
    case Because::sender_is_null: return "the reverse-path is null";
    case Because::sender_is_owner: return "the sender is the owner";
    case Because::sender_is_system: return "the sender is a program";
    case Because::sent_by_list: return "it came by a mailing list";
    case Because::sent_by_machine: return "it was sent automatically";
    case Because::not_addressed: return "it is not addressed to the owner";
    case Because::protected_field: return "this field is protected";
    case Because::no_such_field: return "there is no such field";
    case Because::failed: break;
    }
    return "the script failed";
}

// ":is", ":over", `:value "gt"`: what stood between the two that were compared.
std::string relation_of(const Script& script, std::uint32_t node) {
    const Argument* match = script.find(node, Slot::match_type);
    if (match == nullptr) match = script.find(node, Slot::over_under);
    if (match == nullptr) return std::string(tag_name(Tag::is));
    std::string out(tag_name(match->tag));
    if (match->count == 0) return out;
    out += ' ';
    put_quoted(out, script.text(match->first));
    return out;
}

}  // namespace

std::string to_text(const Action& action) {
    std::string out(name_of(action.kind));
    if (action.kind == ActionKind::vacation) {
        out += " to ";
        put_quoted(out, action.reply.to);
        out += " from ";
        put_quoted(out, action.reply.from);
        out += " about ";
        put_quoted(out, action.reply.subject);
    } else if (action.kind != ActionKind::keep && action.kind != ActionKind::discard) {
        out += ' ';
        put_quoted(out, action.target);
    }
    if (action.copy) out += " :copy";
    if (action.create) out += " :create";
    for (std::size_t i = 0; i < action.flags.size(); ++i)
        out += (i == 0 ? " :flags " : " ") + action.flags[i];
    if (action.header != 0) out += " with header " + std::to_string(action.header);
    if (action.implicit) out += " (implicit)";
    return out;
}

std::string to_text(const Script& script, const Result& result, const Step& step) {
    std::string out;
    if (step.node == no_node) return "the script: " + std::string(reason_of(step.because));
    const Place& place = script.places[step.node];
    out = std::to_string(place.line) + ":" + std::to_string(place.column) + " ";
    const Word word = script.nodes[step.node].word;
    out += word_name(word);
    if (is_test(word) || word == Word::if_ || word == Word::elsif)
        out += step.result ? ": true" : ": false";
    if (step.because != Because::done) out += ", " + std::string(reason_of(step.because));
    const bool compared = is_test(word) && step.compared > 0;
    if (step.value.size > 0 || compared) {
        out += ", ";
        put_quoted(out, result.text(step.value));
    }
    if (step.key.size > 0 || compared) {
        out += compared ? " " + relation_of(script, step.node) + " " : ", ";
        put_quoted(out, result.text(step.key));
    }
    return out;
}

}  // namespace postroad::sieve
