// Runs scripts with what the world knows, tells what they found, and does what they want done.
#include "sim/mail/rules.hpp"

#include <algorithm>

#include "protocols/message/trace_fields.hpp"
#include "protocols/sieve/replies.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/folders.hpp"
#include "sim/mail/queue.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::rules {
namespace {

using sieve::Action;
using sieve::ActionKind;
using sieve::Because;

constexpr std::uint32_t remembered_max = 1000;

sieve::Environment environment(const Run& run, const mail::Arrival& arrival) {
    const World& world = run.world;
    const PersonSetup& person = run.setup().people[arrival.person];
    const HostSetup& host = run.host(arrival.host);
    sieve::Environment out;
    out.owner_addresses = person.addresses;
    out.now_unix_s = run.unix_s();
    out.offset_min = host.utc_offset_min;
    for (std::uint32_t at = world.mail.mailboxes[arrival.person].first_folder; at != nothing;
         at = world.mail.folders[at].next)
        if ((world.mail.folders[at].flags & folder_flag::no_select) == 0)
            out.mailboxes.emplace_back(world.heap.view(world.mail.folders[at].name));
    if (arrival.person < world.mail.rules.size()) {
        const List<RuleMemory>& memory = world.mail.rules[arrival.person].remembered;
        for (std::uint32_t i = 0; i < memory.size(); ++i) {
            const RuleMemory one = world.heap.get(memory, i);
            out.remembered.push_back({one.key, one.until_unix_s});
        }
    }
    out.domain = mail::domain_part(person.address);
    out.host = host.domain_name;
    out.location = "MDA";
    out.phase = "during";
    out.name = "Postroad";
    return out;
}

void remember(Run& run, std::uint32_t person, const std::vector<sieve::Remembered>& fresh) {
    if (fresh.empty()) return;
    World& world = run.world;
    if (world.mail.rules.size() <= person) world.mail.rules.resize(person + 1);
    List<RuleMemory> before = world.mail.rules[person].remembered;
    List<RuleMemory> after;
    const std::uint32_t skip =
        before.size() + fresh.size() > remembered_max ? before.size() / 2 : 0;
    for (std::uint32_t i = skip; i < before.size(); ++i) {
        const RuleMemory one = world.heap.get(before, i);
        const bool again = std::any_of(fresh.begin(), fresh.end(), [&](const sieve::Remembered& x) {
            return x.key == one.key;
        });
        if (!again && one.until_unix_s > run.unix_s()) world.heap.push(after, one);
    }
    for (const sieve::Remembered& one : fresh)
        world.heap.push(after, RuleMemory{one.key, one.until_unix_s});
    world.heap.drop(before);
    world.mail.rules.edit(person).remembered = after;
}

// Why a vacation is not told.
std::string_view why_silent(Because because) {
    switch (because) {
        case Because::told_already: return "has been told a short while ago";
        case Because::sender_is_null: return "the return address is empty: this is a report";
        case Because::sender_is_owner: return "it is the owner's own mail";
        case Because::sender_is_system: return "no person sends from that address";
        case Because::sent_by_list: return "it came over a list";
        case Because::sent_by_machine: return "a machine has written it";
        case Because::not_addressed: return "no address of the owner's is in To or Cc";
        default: return {};
    }
}

void tell(Run& run, const mail::Arrival& arrival, const sieve::Script& script,
          const sieve::Result& result) {
    const std::string& owner = run.setup().people[arrival.person].address;
    for (const sieve::Step& step : result.steps) {
        if (step.node == sieve::no_node) continue;
        const std::uint32_t line = script.places[step.node].line;
        const std::string shown = sieve::to_text(script, result, step);
        const std::string_view words = std::string_view(shown).substr(shown.find(' ') + 1);
        const sieve::Word word = script.nodes[step.node].word;
        if (sieve::is_test(word)) {
            const std::size_t colon = std::min(words.find(": "), words.size());
            run.decide(arrival.host, arrival.message, Reason::sieve_test, line, words.substr(0, colon),
                       words.substr(std::min(colon + 2, words.size())));
        } else if (word != sieve::Word::require) {
            run.decide(arrival.host, arrival.message, Reason::sieve_action, line, words);
        }
        if (const std::string_view why = why_silent(step.because);
            word == sieve::Word::vacation && !why.empty())
            run.decide(arrival.host, arrival.message, Reason::vacation_silent,
                       arrival.reverse_path.empty() ? std::string_view("<>") : arrival.reverse_path,
                       owner, why);
    }
    if (!result.error.empty())
        run.decide(arrival.host, arrival.message, Reason::sieve_failed, owner,
                   result.error_node == sieve::no_node ? 0U : script.places[result.error_node].line,
                   result.error);
    else if (result.actions.size() == 1 && result.actions[0].implicit)
        run.decide(arrival.host, arrival.message, Reason::sieve_kept, owner);
}

// Flags as bits of the folder that the message goes into (RFC 5232 §2).
std::uint32_t flag_bits(World& world, std::uint32_t folder, const std::vector<std::string>& words) {
    constexpr std::pair<std::string_view, std::uint32_t> system[] = {
        {"\\seen", mail_flag::seen},       {"\\answered", mail_flag::answered},
        {"\\flagged", mail_flag::flagged}, {"\\deleted", mail_flag::deleted},
        {"\\draft", mail_flag::draft}};
    std::uint32_t out = 0;
    for (const std::string& word : words) {
        const auto* const found =
            std::find_if(std::begin(system), std::end(system), [&](const auto& one) {
                return equals_ignoring_case(one.first, word);
            });
        if (found != std::end(system)) out |= found->second;
        else if (!word.starts_with('\\')) out |= folders::keyword_bit(world, folder, word, true);
    }
    return out;
}

// The message as an action has it: with its own header, where the rules have edited that.
Text content_of(Run& run, const mail::Arrival& arrival, const sieve::Result& result,
                const Action& action) {
    if (action.header == 0) return run.world.heap.share(arrival.content);
    return run.world.heap.make(
        sieve::message_of(result, action, run.world.heap.view(arrival.content)));
}

std::uint32_t folder_for(Run& run, const mail::Arrival& arrival, const Action& action) {
    if (action.kind == ActionKind::keep) return folders::inbox(run.world, arrival.person);
    const std::uint32_t there = folders::find(run.world, arrival.person, action.target);
    if (there != nothing && (run.world.mail.folders[there].flags & folder_flag::no_select) == 0)
        return there;
    const std::string_view fault = folders::fault_of_name(action.target);
    if (action.create && fault.empty())
        return folders::make(run, arrival.person, action.target, arrival.conversation);
    // RFC 5228 §4.1: a message is not lost for want of a folder.
    run.decide(arrival.host, arrival.message, Reason::sieve_failed,
               run.setup().people[arrival.person].address, 0U,
               "there is no folder " + action.target + ", and :create was not said");
    return folders::inbox(run.world, arrival.person);
}

bool file(Run& run, const mail::Arrival& arrival, const sieve::Result& result, const Action& action,
          bool first) {
    const std::string& owner = run.setup().people[arrival.person].address;
    const std::uint32_t folder = folder_for(run, arrival, action);
    store::Parcel parcel;
    parcel.message = arrival.message;
    parcel.conversation = arrival.conversation;
    parcel.transaction = arrival.transaction;
    parcel.reverse_path = arrival.reverse_path;
    parcel.content = content_of(run, arrival, result, action);
    parcel.folder = folder;
    parcel.flags = flag_bits(run.world, folder, action.flags);
    parcel.again = !first;
    const bool done = store::deliver(run, arrival.host, arrival.person, parcel);
    if (done && folder != run.world.mail.mailboxes[arrival.person].inbox)
        run.decide(arrival.host, arrival.message, Reason::sieve_filed, owner,
                   run.world.heap.view(run.world.mail.folders[folder].name));
    run.world.heap.drop(parcel.content);
    return done;
}

// Puts a message into this host's queue. Takes over `content`.
void send(Run& run, NodeId host, Id id, std::string_view reverse_path, std::string_view forward_path,
          Text content, Id came_of) {
    mail::Entry entry;
    entry.reverse_path = reverse_path;
    entry.content = content;
    const Text path = run.world.heap.make(forward_path);
    run.world.heap.push(entry.forward_paths, path);
    mail::enter(run, host, id, entry, came_of);
    Text mine = path;
    run.world.heap.drop(mine);
    run.world.heap.drop(entry.forward_paths);
    run.world.heap.drop(entry.content);
}

sieve::Sending sending_of(const Run& run, NodeId host, Id id) {
    sieve::Sending out;
    out.unix_s = run.unix_s();
    out.offset_min = run.host(host).utc_offset_min;
    mail::append_queue_id(out.message_id, id);
    out.message_id += "@" + run.host(host).domain_name;
    out.boundary = out.message_id;
    return out;
}

void tell_away(Run& run, const mail::Arrival& arrival, const Action& action) {
    const Id id = run.new_id(arrival.host);
    const sieve::Sending sending = sending_of(run, arrival.host, id);
    run.decide(arrival.host, arrival.message, Reason::vacation_sent, action.reply.to,
               run.setup().people[arrival.person].address);
    send(run, arrival.host, id, {}, action.reply.to,
         run.world.heap.make(sieve::compose_vacation(action.reply, sending)), arrival.message);
}

// RFC 5429 §2.2: `reject` is about the reason's exact words, and a reply is lines of ASCII.
bool fits_a_reply(std::string_view reason) {
    const bool ascii = std::all_of(reason.begin(), reason.end(), [](char c) {
        return static_cast<unsigned char>(c) < 128;
    });
    constexpr std::size_t all_lines = 1'000'000;
    return ascii && sieve::refusal_text(reason) == sieve::refusal_text(reason, all_lines);
}

// RFC 5429 §2.2: the conversation in which it could have been refused is over, so a report goes to
// the reverse-path. A null one gets none, or two such hosts would report to each other for ever.
void report_refusal(Run& run, const mail::Arrival& arrival, const Action& action) {
    const HostSetup& host = run.host(arrival.host);
    const std::string& owner = run.setup().people[arrival.person].address;
    if (arrival.reverse_path.empty())
        return run.decide(arrival.host, arrival.message, Reason::sieve_no_report, owner);
    const Id id = run.new_id(arrival.host);
    const sieve::Sending sending = sending_of(run, arrival.host, id);
    sieve::Rejection rejection;
    rejection.from = rejection.final_recipient = arrival.forward_path;
    rejection.to = arrival.reverse_path;
    rejection.reporting_ua = host.domain_name + "; Postroad";
    rejection.reason = action.target;
    rejection.original = run.world.heap.view(arrival.content);
    const std::string report = sieve::compose_rejection(rejection, sending);
    run.decide(arrival.host, arrival.message, Reason::sieve_report, owner, arrival.reverse_path);
    send(run, arrival.host, id, {}, rejection.to, run.world.heap.make(report), arrival.message);
}

}  // namespace

std::optional<sieve::Result> run_rules(Run& run, const mail::Arrival& arrival, bool aloud) {
    const auto& script = run.setup().people[arrival.person].sieve;
    if (script == nullptr) return std::nullopt;
    sieve::Input input;
    input.message = run.world.heap.view(arrival.content);
    input.from = arrival.reverse_path;
    input.to = arrival.forward_path;
    sieve::Result result = sieve::execute(*script, input, environment(run, arrival));
    if (aloud) tell(run, arrival, *script, result);
    return result;
}

const Action* refusal_in(const sieve::Result& result, const mail::Arrival& arrival) {
    for (const Action& one : result.actions)
        if (one.kind == ActionKind::ereject ||
            (one.kind == ActionKind::reject && arrival.in_conversation && fits_a_reply(one.target)))
            return &one;
    return nullptr;
}

bool carry_out(Run& run, const mail::Arrival& arrival, const sieve::Result& result) {
    const std::string& owner = run.setup().people[arrival.person].address;
    bool lies_somewhere = false;
    bool sent_on = false;
    bool refused = false;
    // What goes into the mailbox comes first: when it does not fit, nothing has been done yet, and
    // the whole is tried again.
    for (const Action& one : result.actions) {
        if (one.kind != ActionKind::keep && one.kind != ActionKind::fileinto) continue;
        if (!file(run, arrival, result, one, !lies_somewhere) && !lies_somewhere) return false;
        lies_somewhere = true;
    }
    for (const Action& one : result.actions) {
        if (one.kind == ActionKind::vacation) tell_away(run, arrival, one);
        if (one.kind == ActionKind::reject) {
            report_refusal(run, arrival, one);
            refused = true;
        }
        if (one.kind != ActionKind::redirect) continue;
        run.decide(arrival.host, arrival.message, Reason::sieve_redirected, owner, one.target);
        send(run, arrival.host, run.new_id(arrival.host), arrival.reverse_path, one.target,
             content_of(run, arrival, result, one), arrival.message);
        sent_on = true;
    }
    if (!lies_somewhere && !sent_on) {
        if (!refused) run.decide(arrival.host, arrival.message, Reason::sieve_discarded, owner);
        CustodyFact custody;
        custody.message = arrival.message;
        custody.conversation = arrival.conversation;
        custody.transaction = arrival.transaction;
        custody.move = CustodyMove::discarded;
        custody.recipients = 1;
        run.record(arrival.host, custody,
                   std::string(arrival.reverse_path) + "\n" + std::string(arrival.forward_path));
    }
    remember(run, arrival.person, result.remember);
    return true;
}

}  // namespace postroad::sim::rules
