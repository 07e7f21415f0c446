// What a server's response means to a task (RFC 1034 §5.3.3): an answer, an alias, a denial,
// a referral, or nothing of use. Only what lies within the server's zone is believed.
#include "sim/dns/streams.hpp"
#include "sim/dns/task.hpp"

namespace postroad::sim::dns_layer {
namespace {

// RDATA with its names written out: 65,535 octets at the most, and room for two long names.
using Expanded = std::array<std::uint8_t, dns::message_size_bytes_max + 2 * dns::name_size_max>;

// One response in hand. The record of the task may move; what is needed of it is copied.
class Response {
  public:
    Response(Run& run, std::uint32_t task_id, dns::Bytes message)
        : run_(run), id_(task_id), message_(message),
          header_(dns::MessageReader(message).header()), host_(task().host),
          type_(static_cast<dns::Type>(task().type)), zone_(name_in(run, task().zone)),
          current_(name_in(run, task().current)), forwarding_(task().forwarding != 0) {}

    void work_off() {
        if (!readable()) return next_server(run_, id_);
        if (header_.rcode == dns::Rcode::refused) return lame();
        if (header_.rcode != dns::Rcode::no_error && header_.rcode != dns::Rcode::nx_domain)
            return next_server(run_, id_);
        bool aliases = false;
        while (believed(current_)) {
            std::uint32_t ttl_s = 0;
            if (header_.authoritative || forwarding_ || aliases) {
                if (Text set = collect(dns::Section::answer, current_, type_, ttl_s); !set.empty())
                    return answered(set, ttl_s);
                if (follow(aliases)) continue;
                if (task_is_over_) return;
            }
            break;
        }
        if (believed(current_) && denied()) return;
        // The alias leads out of what this server knows: from the cache or another zone.
        if (aliases) return advance(run_, id_);
        if (header_.rcode == dns::Rcode::nx_domain) return end(dns::Rcode::nx_domain);
        if (!forwarding_ && referred()) return;
        // RFC 2308 §2.2: no data and no SOA: true for now, but not to be kept.
        if (header_.authoritative || forwarding_) return end(dns::Rcode::no_error);
        lame();
    }

  private:
    const ResolverTask& task() const { return run_.world.dns.tasks[id_]; }
    bool believed(const dns::Name& name) const { return dns::is_within(name, zone_); }

    bool readable() const {
        dns::MessageReader reader(message_);
        for (dns::Record record; reader.next(record);) {}
        return reader.error() == dns::MessageError::none;
    }

    void end(dns::Rcode rcode) { finish(run_, id_, rcode); }

    void keep_in_answer(const KeptRecord& record) {
        Text found = task().found;
        keep(run_.world.heap, found, record);
        run_.world.dns.tasks.edit(id_).found = found;
    }

    // The RDATA of a set in a section, and its smallest TTL; empty when it is not there. The
    // caller owns the text.
    Text collect(dns::Section section, dns::Bytes owner, dns::Type type, std::uint32_t& ttl_s) {
        Text set;
        dns::MessageReader reader(message_);
        Expanded rdata;
        for (dns::Record record; reader.next(record);) {
            if (record.section != section || record.type != type ||
                record.class_ != dns::Class::in || !dns::equal(record.name, owner))
                continue;
            const auto size = dns::expand_rdata(record, rdata);
            if (!size) continue;
            ttl_s = set.empty() ? record.ttl_s() : std::min(ttl_s, record.ttl_s());
            keep_rdata(run_.world.heap, set, dns::Bytes(rdata).first(*size));
        }
        const Duration ttl_max_s = settings_of(run_, host_).ttl_max.ns / second;
        ttl_s = static_cast<std::uint32_t>(std::min<Duration>(ttl_s, ttl_max_s));
        return set;
    }

    void put_set_in_answer(Text set, dns::Type type, std::uint32_t ttl_s) {
        std::string_view rest = run_.world.heap.view(set);
        KeptRecord record{dns::Section::answer, current_, type, ttl_s, {}};
        while (take_rdata(rest, record.rdata)) keep_in_answer(record);
    }

    void answered(Text set, std::uint32_t ttl_s) {
        put_set_in_answer(set, type_, ttl_s);
        store(run_, host_, current_, type_, CacheKind::records, CacheRank::answer, ttl_s, set);
        end(dns::Rcode::no_error);
    }

    // One step along an alias that stands in the answer (RFC 1034 §3.6.2).
    bool follow(bool& aliases) {
        std::uint32_t ttl_s = 0;
        Text set = collect(dns::Section::answer, current_, dns::Type::cname, ttl_s);
        if (set.empty()) return false;
        std::string_view rest = run_.world.heap.view(set);
        dns::Bytes target;
        take_rdata(rest, target);
        const dns::Name next = dns::to_name(target);
        put_set_in_answer(set, dns::Type::cname, ttl_s);
        store(run_, host_, current_, dns::Type::cname, CacheKind::records, CacheRank::answer,
              ttl_s, set);
        aliases = true;
        if (!follow_alias(run_, id_, next)) {
            task_is_over_ = true;
            give_up(run_, id_);
            return false;
        }
        current_ = next;
        return true;
    }

    // RFC 2308 §5: a denial is proved and timed by the SOA of a zone at or above the name.
    bool denied() {
        dns::MessageReader reader(message_);
        for (dns::Record record; reader.next(record);) {
            if (record.section != dns::Section::authority || record.type != dns::Type::soa ||
                !dns::is_within(current_, record.name) || !believed(record.name))
                continue;
            const auto soa = record.as_soa();
            Expanded rdata;
            const auto size = dns::expand_rdata(record, rdata);
            if (!soa || !size) continue;
            const Duration ttl_max_s = settings_of(run_, host_).negative_ttl_max.ns / second;
            const auto ttl_s = static_cast<std::uint32_t>(std::min<Duration>(
                std::min(record.ttl_s(), soa->minimum_s), ttl_max_s));
            const KeptRecord kept{dns::Section::authority, record.name, dns::Type::soa, ttl_s,
                                  dns::Bytes(rdata).first(*size)};
            keep_in_answer(kept);
            Text proof;
            keep(run_.world.heap, proof, kept);
            const bool no_name = header_.rcode == dns::Rcode::nx_domain;
            store(run_, host_, current_, no_name ? dns::Type::none : type_,
                  no_name ? CacheKind::no_such_name : CacheKind::no_data, CacheRank::answer, ttl_s,
                  proof);
            end(header_.rcode);
            return true;
        }
        return false;
    }

    // RFC 1034 §4.2.1: the NS set of a zone below this one that the name lies in, and glue.
    bool referred() {
        dns::MessageReader reader(message_);
        for (dns::Record record; reader.next(record);) {
            if (record.section != dns::Section::authority || record.type != dns::Type::ns) continue;
            const dns::Name child = record.name;
            if (!believed(child) || dns::equal(child, zone_) || !dns::is_within(current_, child))
                continue;
            std::uint32_t ttl_s = 0;
            Text set = collect(dns::Section::authority, child, dns::Type::ns, ttl_s);
            if (set.empty()) continue;
            const dns::Name first_server = keep_glue(set);
            run_.decide(host_, task().conversation, Reason::referral,
                        run_.address(task().server), NameWords(first_server).view(),
                        NameWords(child).view());
            // Even a TTL of 0 serves the question at hand (RFC 1035 §3.2.1).
            store(run_, host_, child, dns::Type::ns, CacheKind::records, CacheRank::referral,
                  std::max(ttl_s, 1U), set);
            stop_waiting(run_, id_);
            if (use_zone(run_, id_, child)) ask_server(run_, id_);
            else unusable_referral();
            return true;
        }
        return false;
    }

    // A zone whose servers cannot be found at all: as if nobody answered for it.
    void unusable_referral() { give_up(run_, id_); }

    dns::Name keep_glue(Text servers) {
        dns::Name first;
        std::string_view rest = run_.world.heap.view(servers);
        for (dns::Bytes server; take_rdata(rest, server);) {
            if (first.is_root()) first = dns::to_name(server);
            if (!dns::is_within(server, zone_)) continue;
            for (const dns::Type type : {dns::Type::a, dns::Type::aaaa}) {
                std::uint32_t ttl_s = 0;
                Text glue = collect(dns::Section::additional, server, type, ttl_s);
                if (glue.empty()) continue;
                store(run_, host_, server, type, CacheKind::records, CacheRank::additional,
                      std::max(ttl_s, 1U), glue);
            }
        }
        return first;
    }

    void lame() {
        const ZoneServer server = run_.world.heap.get(task().servers, task().server_at);
        const std::string_view names = run_.world.heap.view(task().server_names);
        if (server.name_octets != 0) {
            const NameWords name(bytes_of(names.substr(server.name_at, server.name_octets)));
            run_.decide(host_, task().conversation, Reason::lame, name.view(),
                        NameWords(zone_).view());
        } else {
            run_.decide(host_, task().conversation, Reason::lame, run_.address(server.address),
                        NameWords(zone_).view());
        }
        next_server(run_, id_);
    }

    Run& run_;
    std::uint32_t id_;
    dns::Bytes message_;
    dns::Header header_;
    NodeId host_;
    dns::Type type_;
    dns::Name zone_;
    dns::Name current_;
    bool forwarding_;
    bool task_is_over_ = false;
};

}  // namespace

void task_heard(Run& run, std::uint32_t id, dns::Bytes message) {
    const ResolverTask task = run.world.dns.tasks[id];
    const dns::Bytes name = bytes_of(run.world.heap.view(task.current));
    if (!answers(message, task.message_id, name, static_cast<dns::Type>(task.type))) {
        if (task.way != DnsWay::datagram) next_server(run, id);
        return;
    }
    stop_waiting(run, id);
    if (dns::MessageReader(message).header().truncated && task.way == DnsWay::datagram) {
        run.decide(task.host, task.conversation, Reason::dns_truncated);
        const std::uint32_t connection =
            start_stream(run, task.host, task.server, Role::resolver, id | task_bit);
        ResolverTask& over_tcp = run.world.dns.tasks.edit(id);
        over_tcp.way = DnsWay::stream;
        over_tcp.connection = connection;
        ++over_tcp.queries;
        wake(run, run.now() + settings_of(run, task.host).timeout.ns, task.host,
             Wakeup::task_timer, id, round_of(over_tcp));
        return;
    }
    Response(run, id, message).work_off();
}

}  // namespace postroad::sim::dns_layer
