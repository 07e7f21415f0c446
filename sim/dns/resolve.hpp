// The stub of a host (RFC 1034 §5.3.1): what the host's own software calls to have a name looked
// up by its resolver, and the shape of the answer.
#pragma once

#include "protocols/dns/message_reader.hpp"
#include "sim/world/run.hpp"

namespace postroad::sim::dns_layer {

enum class Outcome : std::uint8_t {
    answer,        // there is at least one record of the type asked for
    no_data,       // the name exists and has none (RFC 2308 §2.2)
    no_such_name,  // RFC 2308 §2.1
    servfail,      // the resolver could not find out, or refused, or there is none
    timed_out,     // the resolver did not answer
};
std::string_view name_of(Outcome outcome);

// The records of one owner and type in the answer section of a message, in wire order.
class Records {
  public:
    Records(dns::Bytes message, const dns::Name& owner, dns::Type type)
        : reader_(message), owner_(owner), type_(type) {}
    bool next(dns::Record& out);  // typed by out.as_mx(), as_a(), as_aaaa(), as_name() …

  private:
    dns::MessageReader reader_;
    dns::Name owner_;
    dns::Type type_;
};

// What became of a question. Everything in it is valid during the call of `answered` alone.
struct Resolved {
    Outcome outcome = Outcome::timed_out;
    dns::Rcode rcode = dns::Rcode::serv_fail;  // the resolver's, when there was an answer
    dns::Type type = dns::Type::none;
    std::uint8_t aliases = 0;       // CNAMEs followed
    std::uint32_t ttl_s = 0;        // the smallest on the way; negative: RFC 2308 §5
    AddressId server = nothing;     // of the resolver that answered
    Id subject = 0;
    dns::Name name;                 // as asked
    dns::Name canonical;            // where the chain of aliases ends; `name` without aliases
    dns::Bytes message;             // the whole response; empty when none came

    // Of `type`, at `canonical`. Empty unless outcome is `answer`.
    Records records() const { return {message, canonical, type}; }
};

// Whether what was heard may be believed.
enum class Security : std::uint8_t {
    insecure,       // nobody has proved it: who sat on the way could have said it
    assumed,        // the zone is declared as signed: this scenario's assumption
    authenticated,  // the resolver has set AD (RFC 4035 §3.2.3)
};
Security security_of(const Run& run, const Resolved& resolved);

// As `who`: the answer is only recorded, and nobody is told.
inline constexpr std::uint32_t nobody = 0xffffffff;

// Looks `name` (an absolute wire name: dns::parse_name, dns::Name) up for `host`. `subject` is
// what it is looked up for (a message, or 0), for the Trace. `who` and `what` are the caller's own
// and come back with the answer, exactly once, and never before this call has returned; a host
// that goes down in between answers nothing.
void ask(Run& run, NodeId host, dns::Bytes name, dns::Type type, Id subject, std::uint32_t who,
         std::uint32_t what);

// The answer to ask(). Implemented by who asks (sim/mail/routing.cpp); may ask again.
void answered(Run& run, NodeId host, std::uint32_t who, std::uint32_t what,
              const Resolved& resolved);

}  // namespace postroad::sim::dns_layer
