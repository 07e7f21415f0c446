// Reports to the sender (RFC 3464): what could not be delivered, and what is late. Never about a
// report: the null reverse-path gets none (RFC 5321 §6.1).
#include "protocols/base/ascii.hpp"
#include "protocols/message/dsn.hpp"
#include "sim/mail/queue_parts.hpp"

namespace postroad::sim::mail {
namespace {

message::EnhancedStatus status_of(std::uint16_t code, std::string_view words, bool failed) {
    std::string_view rest = words;
    if (rest.size() > 4 && is_digit(rest[0]) && is_digit(rest[1]) && is_digit(rest[2]) &&
        rest[3] == ' ')
        rest.remove_prefix(4);
    if (const auto status = message::leading_enhanced_status(rest);
        status && (!failed || status->klass == 5))
        return *status;
    // What was refused for want of security never expired: each try had the same fault.
    if (failed && code == 0 && rest.starts_with("4.7."))
        return {5, 7, message::leading_enhanced_status(rest)->detail};
    if (failed && code < 500) return {5, 4, 7};  // given up after trying: delivery time expired
    return {static_cast<std::uint8_t>(failed ? 5 : 4), 0, 0};
}

bool is_wanted(const Recipient& one, message::Action action) {
    if (action == message::Action::failed) return one.state == RecipientState::failed;
    return one.state != RecipientState::failed && one.attempts > 0;
}

void report(Run& run, std::uint32_t message_index, message::Action action) {
    World& world = run.world;
    const Message message = world.mail.messages[message_index];
    const NodeId host = message.host;
    const HostSetup& setup = run.host(host);
    const scenario::QueueSettings& settings = settings_of(run, host).queue;
    const auto base = run.setup().start_unix_s;
    const auto unix_of = [&](Time at) { return base + static_cast<std::int64_t>(at / second); };

    message::Dsn dsn;
    for (std::uint32_t at = message.first_recipient; at != nothing;
         at = world.mail.recipients[at].next) {
        const Recipient& one = world.mail.recipients[at];
        if (!is_wanted(one, action)) continue;
        message::DsnRecipient block;
        block.final_recipient = world.heap.view(one.forward_path);
        if (!one.original.empty())
            block.original_recipient = "rfc822;" + std::string(world.heap.view(one.original));
        block.action = action;
        const std::string_view words = world.heap.view(one.words);
        block.status = status_of(one.code, words, action == message::Action::failed);
        block.diagnostic_code = words;
        if (one.code == 0) block.diagnostic_type = "x-postroad";  // no reply: this host's own words
        block.last_attempt_unix_s = run.unix_s();
        if (action == message::Action::delayed)
            block.will_retry_until_unix_s = unix_of(message.arrived + settings.expire_after.ns);
        dsn.recipients.push_back(std::move(block));
    }
    if (dsn.recipients.empty()) return;

    const Id id = run.new_id(host);
    const std::string& name = setup.domain_name;
    std::string number;
    append_queue_id(number, id);
    dsn.from = "mailer-daemon@" + name;
    dsn.to = world.heap.view(message.reverse_path);
    dsn.message_id = number + "@" + name;
    dsn.unix_s = run.unix_s();
    dsn.offset_min = setup.utc_offset_min;
    dsn.boundary = number + "/" + name;
    dsn.reporting_mta = name;
    dsn.arrival_unix_s = unix_of(message.arrived);
    dsn.original = world.heap.view(message.content);
    Text content = world.heap.make(message::compose_dsn(dsn));

    if (action == message::Action::failed) {
        run.decide(host, message.id, Reason::bounce, dsn.to);
    } else {
        run.decide(host, message.id, Reason::warned, Run::duration(run.now() - message.arrived));
    }
    Entry entry;
    entry.content = content;
    entry.flags = message_flag::report;
    world.heap.push(entry.forward_paths, world.heap.share(message.reverse_path));
    enter(run, host, id, entry, message.id);
    Text path = world.heap.get(entry.forward_paths, 0);
    world.heap.drop(path);
    world.heap.drop(entry.forward_paths);
    world.heap.drop(content);

    if (action != message::Action::failed) return;
    CustodyFact custody;
    custody.message = message.id;
    custody.conversation = message.conversation;
    custody.transaction = message.transaction;
    custody.related = id;
    custody.move = CustodyMove::bounced;
    custody.recipients = static_cast<std::uint16_t>(dsn.recipients.size());
    std::string& tail = scratch();
    tail += world.heap.view(message.reverse_path);
    for (const message::DsnRecipient& one : dsn.recipients) {
        if (tail.size() > 60'000) break;
        tail += '\n';
        tail += one.final_recipient;
    }
    run.record(host, custody, tail);
}

}  // namespace

void report_failed(Run& run, std::uint32_t message) {
    World& world = run.world;
    const Message& one = world.mail.messages[message];
    const bool bounces = settings_of(run, one.host).queue.bounces;
    if (!one.reverse_path.empty() && bounces) {
        report(run, message, message::Action::failed);
        return;
    }
    run.decide(one.host, one.id,
               one.reverse_path.empty() ? Reason::no_bounce_for_null : Reason::bounces_off);
    CustodyFact custody;
    custody.message = one.id;
    custody.conversation = one.conversation;
    custody.transaction = one.transaction;
    custody.move = CustodyMove::discarded;
    std::string& tail = scratch();
    tail += world.heap.view(one.reverse_path);
    for (std::uint32_t at = one.first_recipient; at != nothing;
         at = world.mail.recipients[at].next) {
        const Recipient& recipient = world.mail.recipients[at];
        if (recipient.state != RecipientState::failed) continue;
        ++custody.recipients;
        if (tail.size() > 60'000) continue;
        tail += '\n';
        tail += world.heap.view(recipient.forward_path);
    }
    run.record(one.host, custody, tail);
}

void report_delayed(Run& run, std::uint32_t message) {
    Message& one = run.world.mail.messages.edit(message);
    one.flags = static_cast<std::uint16_t>((one.flags | message_flag::warned) &
                                           ~message_flag::warn_due);
    if (one.reverse_path.empty()) return;
    const NodeId host = one.host;
    const Id id = one.id;
    QueueFact fact;
    fact.message = id;
    fact.move = QueueMove::delayed_notice;
    run.record(host, fact);
    report(run, message, message::Action::delayed);
}

}  // namespace postroad::sim::mail
