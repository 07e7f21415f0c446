// A person's rules for what arrives (Sieve, RFC 5228): run when a mail stands before their mailbox.
#pragma once

#include <optional>

#include "protocols/sieve/execute.hpp"
#include "sim/mail/mda.hpp"

namespace postroad::sim::rules {

// What the rules of the mailbox's owner say; none: there are no rules. `aloud`: each test and command
// goes into the Trace with its line and what it found.
std::optional<sieve::Result> run_rules(Run& run, const mail::Arrival& arrival, bool aloud);

// The refusal that whoever brings the message is to hear, if the rules want one (RFC 5429 §2). A
// `reject` that no reply can carry is none: carry_out sends its report.
const sieve::Action* refusal_in(const sieve::Result& result, const mail::Arrival& arrival);

// Does what they say: puts the message where it belongs, sends on, tells that somebody is away or has
// refused it. False: the mailbox is full.
bool carry_out(Run& run, const mail::Arrival& arrival, const sieve::Result& result);

}  // namespace postroad::sim::rules
