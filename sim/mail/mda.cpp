// Into a mailbox, or not: quota, then whatever its owner wants of what arrives.
#include "sim/mail/mda.hpp"

#include "protocols/message/trace_fields.hpp"
#include "protocols/sieve/replies.hpp"
#include "sim/mail/rules.hpp"
#include "sim/mail/store.hpp"

namespace postroad::sim::mail {
namespace {

// How long the Return-Path field will be that the store puts on top.
struct Counter {
    std::size_t octets = 0;
    void append(const char*, std::size_t size) { octets += size; }
};

Verdict delivered() { return {Taken::delivered, false, 250, "2.1.5 delivered"}; }
Verdict full() { return {Taken::later, true, 452, "4.2.2 the mailbox is full"}; }

}  // namespace

Verdict judge_arrival(Run& run, const Arrival& arrival) {
    store::set_up(run.world);
    Counter on_top;
    message::put_return_path(on_top, arrival.reverse_path);
    if (!store::fits(run, arrival.person, on_top.octets + arrival.content.size)) return full();
    if (const auto rules = rules::run_rules(run, arrival, true))
        if (const sieve::Action* const refusal = rules::refusal_in(*rules, arrival)) {
            const std::string why = sieve::refusal_text(refusal->target);
            run.decide(arrival.host, arrival.message, Reason::sieve_rejected,
                       run.setup().people[arrival.person].address, why);
            return {Taken::refused, false, 550, "5.7.1 " + why};  // RFC 5429 §2.1.1
        }
    return delivered();
}

Verdict carry_out(Run& run, const Arrival& arrival, const Verdict& verdict) {
    // The store says itself that something did not fit.
    if (verdict.taken != Taken::delivered && !verdict.full) return verdict;
    if (!verdict.full)
        if (const auto rules = rules::run_rules(run, arrival, false))
            return rules::carry_out(run, arrival, *rules) ? delivered() : full();
    store::Parcel parcel;
    parcel.message = arrival.message;
    parcel.conversation = arrival.conversation;
    parcel.transaction = arrival.transaction;
    parcel.reverse_path = arrival.reverse_path;
    parcel.content = arrival.content;
    if (!store::deliver(run, arrival.host, arrival.person, parcel)) return full();
    run.decide(arrival.host, arrival.message, Reason::delivered,
               run.setup().people[arrival.person].address);
    return delivered();
}

Verdict deliver_to_mailbox(Run& run, const Arrival& arrival) {
    return carry_out(run, arrival, judge_arrival(run, arrival));
}

}  // namespace postroad::sim::mail
