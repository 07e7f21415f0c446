// RFC 1034 §4.3.2's algorithm without its recursive and cache steps, and the checks before it.
#include "protocols/dns/answer.hpp"

#include "protocols/dns/message_reader.hpp"

#include <cassert>

namespace postroad::dns {

namespace {

constexpr std::uint8_t aliases_max = 16;  // a loop of CNAMEs must end

struct Query {
    Header header;
    Question question;
    bool has_question = false;
    std::optional<Edns> edns;
    Rcode rcode = Rcode::no_error;  // what is wrong with it
    std::string_view reason;
};

Query reject(Query q, Rcode rcode, std::string_view reason) {
    q.rcode = rcode;
    q.reason = reason;
    return q;
}

Query read_query(Bytes packet) {
    Query q;
    MessageReader reader(packet);
    q.header = reader.header();
    if (q.header.opcode != Opcode::query)
        return reject(q, Rcode::not_imp, "only standard queries are answered (RFC 1035 §4.1.1)");
    if (q.header.counts[0] != 1)
        return reject(q, Rcode::form_err, "a query asks exactly one question (RFC 9619 §4)");
    q.has_question = reader.next(q.question);
    if (!q.has_question) return reject(q, Rcode::form_err, "the question cannot be read");
    bool second_edns = false, bad_edns = false;
    for (Record r; reader.next(r);) {
        if (r.type != Type::opt) continue;
        second_edns = second_edns || q.edns.has_value() || bad_edns;
        const auto edns = r.as_edns();
        if (!edns || r.section != Section::additional) bad_edns = true;
        else q.edns = edns;
    }
    if (reader.error() != MessageError::none)
        return reject(q, Rcode::form_err, "a record of the query cannot be read");
    if (reader.trailing_size() != 0)
        return reject(q, Rcode::form_err, "the query has octets behind its last record");
    if (second_edns) return reject(q, Rcode::form_err, "two OPT records (RFC 6891 §6.1.1)");
    if (bad_edns) return reject(q, Rcode::form_err, "a malformed OPT record (RFC 6891 §6.1.2)");
    if (q.edns && q.edns->version != 0)
        return reject(q, Rcode::bad_vers, "an EDNS version above 0 (RFC 6891 §6.1.3)");
    if (q.question.class_ != Class::in)
        return reject(q, Rcode::refused, "only class IN is served");
    if (q.question.type == Type::axfr || q.question.type == Type::ixfr)
        return reject(q, Rcode::refused, "zone transfers are not given");
    return q;
}

// Builds the three sections for a sound query.
class Responder {
public:
    Responder(const ZoneSet& zones, MessageWriter& writer, Answer& answer)
        : zones_(zones), writer_(writer), answer_(answer) {}

    void respond(const Question& question) {
        Name name = question.name;
        for (;;) {
            const Zone* zone = zones_.nearest(name);
            if (zone == nullptr) {
                if (answer_.aliases_followed > 0) return;  // the resolver follows from here
                answer_.rcode = Rcode::refused;
                answer_.reason = "no zone here holds this name";
                return;
            }
            // RFC 4035 §3.1.4.1: the DS set of an apex is the parent's to give, if we serve it.
            if (question.type == Type::ds && !name.is_root() && equal(zone->origin(), name))
                if (const Zone* above = zones_.nearest(parent(name))) zone = above;
            const Found found = zone->find(name, question.type);
            answer_.zone = zone;
            answer_.outcome = found.outcome;
            answer_.set = found.set;
            answer_.by_wildcard = answer_.by_wildcard || found.by_wildcard;
            // RFC 1035 §4.1.1: AA speaks for the first name of the answer section.
            if (answer_.aliases_followed == 0)
                writer_.header.authoritative = found.outcome != Outcome::delegation;
            if (found.outcome != Outcome::cname) return conclude(found, name, question.type);
            put_set(Section::answer, found.set, owner(found, found.set, name));
            const auto target = found.set.record(0).as_name();
            assert(target);
            answer_.reason = "the name is an alias of one that is served elsewhere";
            if (++answer_.aliases_followed == aliases_max) {
                answer_.reason = "the chain of aliases was left after 16 steps";
                return;
            }
            if (repeats(*target, question.name)) {
                answer_.reason = "the aliases form a loop";
                return;
            }
            name = *target;
        }
    }

private:
    // A loop back to the name asked; longer ones end at aliases_max.
    static bool repeats(Bytes target, Bytes asked) { return equal(target, asked); }

    static Bytes owner(const Found& found, const Rrset& set, Bytes name) {
        return found.by_wildcard ? name : set.owner();
    }

    void conclude(const Found& found, Bytes name, Type type) {
        switch (found.outcome) {
            case Outcome::answer: return positive(found, name, type);
            case Outcome::delegation:
                answer_.reason = "the name lies in a zone delegated to other servers";
                put_set(Section::authority, found.set, found.set.owner());
                return add_addresses(found.set, true);
            case Outcome::no_such_name:
                // RFC 2308 §2.1, RFC 6604 §2: also when an alias led here.
                answer_.rcode = Rcode::nx_domain;
                answer_.reason = "the zone has no such name";
                return negative();
            case Outcome::no_data:
                answer_.reason = "the name exists, but has no records of this type";
                return negative();
            case Outcome::cname: case Outcome::not_here: break;
        }
        assert(false);
    }

    void positive(const Found& found, Bytes name, Type type) {
        answer_.reason =
            found.by_wildcard ? "made from a wildcard (RFC 4592)" : "found in the zone";
        if (type != Type::any) {
            put_set(Section::answer, found.set, owner(found, found.set, name));
            return add_addresses(found.set, false);
        }
        for (std::uint32_t i = found.first_set; i < found.end_set; ++i) {
            const Rrset set = answer_.zone->set(i);
            put_set(Section::answer, set, owner(found, set, name));
        }
    }

    // RFC 2308 §3: the SOA's TTL is the smaller of its own and its minimum.
    void negative() {
        const Rrset soa = answer_.zone->soa_set();
        writer_.add(Section::authority, soa.owner(), Type::soa, answer_.zone->negative_ttl_s(),
                    soa.rdata(0));
    }

    void put_set(Section section, const Rrset& set, Bytes owner, bool required = false) {
        for (std::size_t i = 0; i < set.size(); ++i)
            if (!writer_.add(section, owner, set.type(), set.ttl_s(), set.rdata(i), required))
                return;
    }

    // RFC 1035 §3.3.9, §3.3.11: MX and NS cause additional processing for the hosts they name.
    // As glue the addresses are taken below the cut, and leaving one out sets TC.
    void add_addresses(const Rrset& set, bool as_glue) {
        const RdataShape shape = rdata_shape(set.type());
        if (set.type() != Type::mx && set.type() != Type::ns && set.type() != Type::srv) return;
        for (std::size_t i = 0; i < set.size(); ++i) {
            const Bytes host = set.rdata(i).subspan(shape.prefix);
            bool repeated = false;  // two MX may name one host
            for (std::size_t k = 0; k < i && !repeated; ++k)
                repeated = equal(set.rdata(k).subspan(shape.prefix), host);
            if (repeated) continue;
            for (const Type type : {Type::a, Type::aaaa}) add_host(host, type, set, as_glue);
        }
    }

    void add_host(Bytes host, Type type, const Rrset& set, bool as_glue) {
        if (as_glue && is_within(host, set.zone->origin())) {
            const Rrset found = set.zone->at(host, type);
            const bool in_bailiwick = is_within(host, set.owner());  // RFC 9471 §3.1
            return put_set(Section::additional, found, host, in_bailiwick);
        }
        const Zone* zone = zones_.nearest(host);
        if (zone == nullptr) return;
        const Found found = zone->find(host, type);
        if (found.outcome == Outcome::answer) put_set(Section::additional, found.set, host);
    }

    const ZoneSet& zones_;
    MessageWriter& writer_;
    Answer& answer_;
};

}  // namespace

Answer answer(const ZoneSet& zones, Bytes query, const AnswerLimits& limits,
              std::span<std::uint8_t> out) {
    Answer result;
    if (query.size() < header_size) {
        result.reason = "the packet is shorter than a header: not answered";
        return result;
    }
    if (MessageReader(query).header().is_response) {
        result.reason = "the packet is a response: not answered";  // two servers would never stop
        return result;
    }
    const Query q = read_query(query);
    // RFC 6891 §6.2.3: a size below 512 means 512. Without EDNS it is 512.
    std::size_t size_max = limits.stream ? message_size_bytes_max : udp_size_bytes_max;
    if (!limits.stream && q.edns)
        size_max = std::min(
            std::max<std::size_t>(q.edns->udp_size_bytes, udp_size_bytes_max),
            std::max(limits.edns_udp_size_bytes_max, udp_size_bytes_max));
    MessageWriter writer(out, size_max);
    writer.header.id = q.header.id;
    writer.header.is_response = true;
    writer.header.opcode = q.header.opcode;
    writer.header.recursion_desired = q.header.recursion_desired;
    writer.header.checking_disabled = q.header.checking_disabled;  // RFC 4035 §3.1.6
    if (q.edns) writer.reserve_edns();
    if (q.has_question) writer.add_question(q.question);
    result.question = q.question;
    result.rcode = q.rcode;
    result.reason = q.reason;
    if (q.rcode == Rcode::no_error) Responder(zones, writer, result).respond(q.question);
    if (q.edns) {  // RFC 6891 §6.1.1: OPT is answered with OPT
        Edns edns;
        edns.udp_size_bytes = static_cast<std::uint16_t>(limits.edns_udp_size_bytes_max);
        edns.extended_rcode = static_cast<std::uint8_t>(static_cast<unsigned>(result.rcode) >> 4);
        edns.dnssec_ok = q.edns->dnssec_ok;  // RFC 3225 §3: copied
        writer.add_edns(edns);
    }
    writer.header.rcode = result.rcode;
    result.size = writer.finish().size();
    result.truncated = writer.truncated();
    return result;
}

}  // namespace postroad::dns
