// Counts failures in the World, so that a fork or a replay counts alike.
#include "sim/mail/guard.hpp"

#include "sim/mail/addresses.hpp"
#include "sim/scenario/values.hpp"

namespace postroad::sim::guard {
namespace {

// An account's record has the person's number, a client's the address's.
std::uint64_t hash_of(NodeId host, bool is_client, std::uint32_t subject) {
    return mix64(std::uint64_t{host} << 1 | (is_client ? 1 : 0), subject);
}

std::uint32_t find(const World& world, NodeId host, bool is_client, std::uint32_t subject) {
    const GuardTables& guards = world.mail.guards;
    return guards.by_subject.find(hash_of(host, is_client, subject), [&](std::uint32_t id) {
        const LoginGuard& one = guards.records[id];
        return one.host == host && one.subject == subject && (one.is_client != 0) == is_client;
    });
}

std::string name_of(const Run& run, bool is_client, std::uint32_t subject) {
    return is_client ? net::format(run.address(subject)) : run.setup().people[subject].name;
}

std::string moment(const Run& run, Time at) {
    return scenario::to_text(scenario::Instant{run.setup().start_unix_s +
                                               static_cast<std::int64_t>(at / second)});
}

// Failures so far in a row, this one included; a lock when they are too many.
std::uint32_t count(Run& run, const Attempt& attempt, bool is_client, std::uint32_t subject) {
    const scenario::LogIn& settings = mail::settings_of(run, attempt.host).login;
    GuardTables& guards = run.world.mail.guards;
    std::uint32_t id = find(run.world, attempt.host, is_client, subject);
    if (id == Index::none) {
        id = guards.records.append(LoginGuard{});
        LoginGuard& made = guards.records.edit(id);
        made.host = attempt.host;
        made.subject = subject;
        made.is_client = is_client ? 1 : 0;
        guards.by_subject.insert(hash_of(attempt.host, is_client, subject), id);
    }
    LoginGuard& one = guards.records.edit(id);
    // What is long past is forgiven.
    if (one.failures != 0 && run.now() - one.last >= settings.lock_for.ns) one.failures = 0;
    one.last = run.now();
    const std::uint32_t failures = ++one.failures;
    if (settings.lock_after == 0 || failures < settings.lock_after || settings.lock_for.ns == 0)
        return failures;
    one.failures = 0;
    one.locked_until = run.now() + settings.lock_for.ns;
    run.decide(attempt.host, attempt.conversation, Reason::login_locked,
               name_of(run, is_client, subject), moment(run, one.locked_until),
               std::uint64_t{failures});
    return failures;
}

bool locked(Run& run, const Attempt& attempt, bool is_client, std::uint32_t subject) {
    const std::uint32_t id = find(run.world, attempt.host, is_client, subject);
    if (id == Index::none) return false;
    const Time until = run.world.mail.guards.records[id].locked_until;
    if (run.now() >= until) return false;
    run.decide(attempt.host, attempt.conversation, Reason::login_still_locked,
               name_of(run, is_client, subject), moment(run, until));
    return true;
}

}  // namespace

bool is_locked(Run& run, const Attempt& attempt) {
    if (run.world.mail.guards.records.size() == 0) return false;
    return (attempt.person != nothing && locked(run, attempt, false, attempt.person)) ||
           locked(run, attempt, true, attempt.client);
}

Duration failed(Run& run, const Attempt& attempt) {
    std::uint32_t failures = count(run, attempt, true, attempt.client);
    if (attempt.person != nothing)
        failures = std::max(failures, count(run, attempt, false, attempt.person));
    const scenario::LogIn& settings = mail::settings_of(run, attempt.host).login;
    Duration wait = std::min(settings.delay.ns, settings.delay_max.ns);
    for (std::uint32_t i = 1; i < failures && wait < settings.delay_max.ns; ++i)
        wait = std::min(2 * wait, settings.delay_max.ns);
    if (wait != 0)
        run.decide(attempt.host, attempt.conversation, Reason::login_delayed,
                   std::uint64_t{failures}, Run::duration(wait));
    return wait;
}

void succeeded(Run& run, const Attempt& attempt) {
    if (attempt.person == nothing || run.world.mail.guards.records.size() == 0) return;
    const std::uint32_t id = find(run.world, attempt.host, false, attempt.person);
    if (id != Index::none) run.world.mail.guards.records.edit(id).failures = 0;
}

}  // namespace postroad::sim::guard
