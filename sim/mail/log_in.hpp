// Logging in, at both ends: what the machines of SMTP and POP3 ask in the middle of SASL's
// exchanges (RFC 4422) is answered here, where there are passwords, chance, time and TLS.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/mail/guard.hpp"
#include "sim/session/session.hpp"

namespace postroad::sim::login {

// Who may log in on a host by that name: whose mailbox is there or, for SMTP, who submits there.
std::uint32_t person_at(const Run& run, NodeId host, std::string_view user, bool submits);

// What a server's or a client's machine remembers of an exchange.
sasl::Exchange& exchange_of(Run& run, const Tcb& tcb);

// AskKind::authenticate of a server's machine. False: a refusal that comes late, by session::answer.
bool authenticate(Run& run, std::uint32_t connection, const Ask& ask, Answer& out);

// A log-in has failed, by whatever means: fills the refusal, or puts it off and gives false.
bool refuse(Run& run, std::uint32_t connection, const guard::Attempt& attempt, AskKind asked,
            Answer& out);
// The refusal of who is locked out.
void refuse_locked(Answer& out, Role role);
// A reader's AskKind::maildrop: who that is, when `is_right` says so of the secret or SASL (c) has
// seen to it; else `nothing`, and `out` is the refusal, or it comes late (false in `ready`).
std::uint32_t admit(Run& run, std::uint32_t connection, const Ask& ask,
                    bool (*is_right)(const Run&, const Tcb&, const Ask&, const PersonSetup&),
                    Answer& out, bool& ready);
// EventKind::mail, event::late_refusal: it is said now.
void on_late(Run& run, const Event& event);

// Who logs in somewhere, and by what.
struct Account {
    std::string_view user, password;
    std::span<const sasl::Mechanism> mechanisms;  // that may be used, the preferred first; empty: all
    std::uint32_t person = nothing;  // whose tickets and tokens can be shown; nothing: there are none
};
Account account_of(const Run& run, std::uint32_t person);
// Whether the password itself may be said where no mechanism fits: by LOGIN, or USER and PASS.
bool says_password(std::span<const sasl::Mechanism> mechanisms);

// AskKind::respond of a client. False: a ticket or a token has to be got first, and then it is asked
// again with `a` "TICKET" or "TOKEN" (people.cpp).
bool respond(Run& run, std::uint32_t connection, const Account& account, NodeId server,
             const Ask& ask, Answer& out);

// EXTERNAL (RFC 4422 appendix A): the person whose computer the client's certificate names in this
// TLS session. Where clients show none, there is nobody.
std::optional<std::string> tls_identity(Run& run, std::uint32_t connection);

// Fresh and unguessable, printable, without a comma.
std::string fresh_nonce(Run& run, NodeId node);

}  // namespace postroad::sim::login
