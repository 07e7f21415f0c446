// What each test looks at, as texts: fields, addresses, the envelope, dates, the body, variables.
#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/sieve/execution.hpp"
#include "protocols/sieve/values.hpp"

namespace postroad::sieve {
namespace {

// The fields of that name that the test means; a long header costs more to look through.
std::vector<message::Field> fields_named(Execution& e, std::uint32_t node,
                                         const std::string& name) {
    std::vector<message::Field> fields = indexed(e, node, e.header.find(name));
    std::uint64_t octets = 0;
    for (const message::Field& field : fields) octets += field.raw.size();
    if (!e.spend(node, e.header.fields().size() / 64 + octets / 1024)) fields.clear();
    return fields;
}

void of_header(Execution& e, std::uint32_t node, Values& out) {
    for (const std::string& name : e.strings(node, Slot::headers))
        for (const message::Field& field : fields_named(e, node, name))
            out.list.push_back(readable(field));
}

Tag part_of(const Execution& e, std::uint32_t node) {
    const Argument* part = e.script.find(node, Slot::address_part);
    return part == nullptr ? Tag::all : part->tag;
}

// RFC 5228 §5.1: only the addresses count, not the names and comments around them.
void of_address(Execution& e, std::uint32_t node, Values& out) {
    for (const std::string& name : e.strings(node, Slot::headers)) {
        for (const message::Field& field : fields_named(e, node, name)) {
            const message::AddressList list = message::parse_addresses(unfolded(field));
            for (const message::Mailbox& one : list.mailboxes()) {
                auto text = address_part(part_of(e, node), one.local_part, one.domain,
                                         e.environment.detail_separator);
                if (text) out.list.push_back(std::move(*text));
            }
        }
    }
}

// RFC 5228 §5.4. A path's source route is not part of the address.
void of_envelope(Execution& e, std::uint32_t node, Values& out) {
    for (const std::string& name : e.strings(node, Slot::parts)) {
        const bool from = equals_ignoring_case(name, "from");
        if (!from && !equals_ignoring_case(name, "to")) {
            e.fail(node, "the envelope has no part \"" + name + "\"");
            return;
        }
        const std::string_view path = from ? e.input.from : e.input.to;
        std::string local(path.substr(0, path.rfind('@')));
        std::string domain(path.size() > local.size() ? path.substr(local.size() + 1) : "");
        if (const auto mailbox = mailbox_of(path)) {
            local = mailbox->local_part;
            domain = mailbox->domain;
        }
        auto text = address_part(part_of(e, node), local, domain, e.environment.detail_separator);
        if (text) out.list.push_back(std::move(*text));
    }
}

// RFC 5229 §5: a source that is empty does not count.
void of_string(Execution& e, std::uint32_t node, Values& out) {
    out.list = e.strings(node, Slot::source);
    const Argument* match = e.script.find(node, Slot::match_type);
    if (match != nullptr && match->tag == Tag::count)
        std::erase_if(out.list, [](const std::string& one) { return one.empty(); });
}

void of_flags(Execution& e, std::uint32_t node, Values& out) {
    if (!e.has(node, Slot::variables)) {
        out.list = e.flags;
        return;
    }
    for (const std::string& name : e.strings(node, Slot::variables))
        if (const auto found = e.variables.find(lowered(name)); found != e.variables.end())
            for (std::string& flag : flags_in({found->second}, e.environment.limits.flags_max))
                out.list.push_back(std::move(flag));
}

// RFC 5173 §5: without a transform it is :text.
void of_body(Execution& e, std::uint32_t node, Values& out) {
    out.captures = false;
    const Argument* transform = e.script.find(node, Slot::transform);
    if (transform != nullptr && transform->tag == Tag::raw) {
        if (e.spend(node, e.parts.body.size() / 4096)) out.list.emplace_back(e.parts.body);
        return;
    }
    std::vector<std::string> types{"text"};
    if (transform != nullptr && transform->tag == Tag::content)
        types = e.strings(node, Slot::transform);
    for (const BodyPart& part : e.body()) {
        if (std::none_of(types.begin(), types.end(),
                         [&](const std::string& type) { return type_is(part.type, type); }))
            continue;
        if (!e.spend(node, part.text.size() / 4096)) return;
        out.list.push_back(part.text);
    }
}

// RFC 5260 §4.1: without :zone the clock is that of who runs the script.
void of_date(Execution& e, std::uint32_t node, Values& out) {
    const auto part = find_date_part(e.string(node, Slot::datepart));
    if (!part) return e.fail(node, "a date has no such part");
    std::int64_t unix_s = e.environment.now_unix_s;
    std::int32_t offset = e.environment.offset_min;
    const Argument* zone = e.script.find(node, Slot::zone);
    if (e.script.nodes[node].word == Word::date) {
        const auto fields = fields_named(e, node, e.string(node, Slot::headers));
        if (fields.empty()) return;
        const auto date = date_in_field(unfolded(fields[0]));
        if (!date) return;
        unix_s = date->unix_s;
        if (zone != nullptr && zone->tag == Tag::originalzone) offset = date->offset_min;
    }
    if (zone != nullptr && zone->tag == Tag::zone) {
        const auto given = parse_zone(e.string(node, Slot::zone));
        if (!given) return e.fail(node, "this is no time zone");
        offset = *given;
    }
    out.list.push_back(date_part(*part, unix_s, offset));
}

// RFC 5183 §4: what is not known matches nothing.
void of_environment(Execution& e, std::uint32_t node, Values& out) {
    const std::string name = lowered(e.string(node, Slot::name));
    const Environment& known = e.environment;
    const struct {
        std::string_view name;
        const std::string& value;
    } items[] = {{"domain", known.domain},       {"host", known.host},
                 {"location", known.location},   {"name", known.name},
                 {"phase", known.phase},         {"remote-host", known.remote_host},
                 {"remote-ip", known.remote_ip}, {"version", known.version}};
    for (const auto& item : items)
        if (item.name == name && !item.value.empty()) out.list.push_back(item.value);
}

}  // namespace

Values values_of(Execution& e, std::uint32_t node) {
    Values out;
    switch (e.script.nodes[node].word) {
    case Word::header: of_header(e, node, out); break;
    case Word::address: of_address(e, node, out); break;
    case Word::envelope: of_envelope(e, node, out); break;
    case Word::string: of_string(e, node, out); break;
    case Word::hasflag: of_flags(e, node, out); break;
    case Word::body: of_body(e, node, out); break;
    case Word::date:
    case Word::currentdate: of_date(e, node, out); break;
    case Word::environment: of_environment(e, node, out); break;
    default: break;
    }
    return out;
}

}  // namespace postroad::sieve
