// The operations of the address book (MS-OXNSPI §3.1.4) over the one list there is, sorted by name.
// A client's place in it is in what it sends (Stat), not here.
#include "protocols/nspi/directory.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/nspi/nspi_stubs.hpp"

namespace postroad::nspi {
namespace {

using rpc::CallAsk;
using rpc::fault;
using rpc::operate;
using rpc::Outcome;
using rpc::Status;

constexpr std::uint32_t rows_at_once_max = 1000;
constexpr PropertyTag anr = 0x360c001f;  // PidTagAnr: whatever may be meant

bool is_less(std::string_view a, std::string_view b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return to_lower(x) < to_lower(y); });
}

const Tags& usual_columns() {  // §3.1.4.1.8: when a client asks for none in particular
    static const Tags all{0x0fff0102, 0x0ff60102, 0x39000003, 0x0ffe0003, 0x3001001f,
                          0x3002001f, 0x3003001f, 0x39fe001f, 0x3a00001f};
    return all;
}

Row row_of(const Person& person, const std::optional<Tags>& columns) {
    Row row;
    for (const PropertyTag tag : columns ? *columns : usual_columns())
        row.values.push_back(property_of(person, tag));
    return row;
}
Row row_of_nobody(const std::optional<Tags>& columns) {
    Row row;
    for (const PropertyTag tag : columns ? *columns : usual_columns())
        row.values.push_back({PropertyTag(tag.id(), mapi::PropertyType::error),
                              mapi::Value::of(static_cast<std::uint64_t>(Code::not_found))});
    return row;
}

const Person* find(std::span<const Person> people, std::uint32_t wanted) {
    const auto found = std::find_if(people.begin(), people.end(),
                                    [&](const Person& one) { return one.mid == wanted; });
    return found == people.end() ? nullptr : &*found;
}

// §3.1.4.5: where a client stands; nothing for an entry that is not there.
std::optional<std::size_t> place_of(const Stat& stat, std::span<const Person> people) {
    switch (stat.current) {
    case mid::beginning: return 0;
    case mid::end: return people.size();
    case mid::current:  // by a share of the whole
        if (stat.total == 0) return 0;
        return std::min<std::size_t>(
            people.size(),
            static_cast<std::size_t>(std::uint64_t{stat.position} * people.size() / stat.total));
    default: break;
    }
    const Person* const one = find(people, stat.current);
    if (one == nullptr) return std::nullopt;
    return static_cast<std::size_t>(one - people.data());
}
void stand_at(Stat& stat, std::size_t place, std::span<const Person> people) {
    stat.current = place < people.size() ? people[place].mid : mid::end;
    stat.position = static_cast<std::uint32_t>(place);
    stat.total = static_cast<std::uint32_t>(people.size());
    stat.delta = 0;
}
std::optional<std::size_t> moved(const Stat& stat, std::span<const Person> people) {
    const auto from = place_of(stat, people);
    if (!from) return std::nullopt;
    const auto to = static_cast<std::int64_t>(*from) + stat.delta;
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(to, 0, static_cast<std::int64_t>(people.size())));
}

UpdateStatOut update(const UpdateStatIn& in, const BookHost& host) {
    UpdateStatOut out{in.stat, {}, Code::success};
    const auto from = place_of(in.stat, host.people);
    const auto to = moved(in.stat, host.people);
    if (!to) {
        out.code = Code::not_found;
        return out;
    }
    stand_at(out.stat, *to, host.people);
    if (in.delta)
        out.delta = static_cast<std::int32_t>(static_cast<std::int64_t>(*to) -
                                              static_cast<std::int64_t>(*from));
    return out;
}

RowsOut query(const QueryRowsIn& in, const BookHost& host) {
    RowsOut out{in.stat, {}, Code::success};
    const std::uint32_t count = std::min(in.count, rows_at_once_max);
    if (in.table) {  // these, wherever they stand
        out.rows.emplace();
        for (const std::uint32_t one : *in.table) {
            if (out.rows->size() == rows_at_once_max) break;
            const Person* const person = find(host.people, one);
            out.rows->push_back(person != nullptr ? row_of(*person, in.columns)
                                                  : row_of_nobody(in.columns));
        }
        return out;
    }
    const auto place = moved(in.stat, host.people);
    if (!place || in.count == 0) {
        out.code = place ? Code::invalid_parameter : Code::not_found;
        return out;
    }
    const std::size_t end = std::min<std::size_t>(host.people.size(), *place + count);
    out.rows.emplace();
    for (std::size_t at = *place; at < end; ++at)
        out.rows->push_back(row_of(host.people[at], in.columns));
    stand_at(out.stat, end, host.people);
    return out;
}

RowsOut seek(const SeekEntriesIn& in, const BookHost& host) {
    RowsOut out{in.stat, {}, Code::not_found};
    if (in.target.tag.id() != 0x3001 || in.table) {
        out.code = Code::general_failure;  // by name alone, in the whole list alone
        return out;
    }
    const auto found = std::find_if(host.people.begin(), host.people.end(), [&](const Person& one) {
        return !is_less(one.display_name, in.target.value.text);
    });
    if (found == host.people.end()) return out;
    out.code = Code::success;
    stand_at(out.stat, static_cast<std::size_t>(found - host.people.begin()), host.people);
    if (in.columns) out.rows = Rows{row_of(*found, in.columns)};
    return out;
}

// Nothing: a restriction that this list cannot tell (§3.1.4.1.10: too complex).
std::optional<bool> fits(const Person& person, const Restriction& filter) {
    switch (filter.test) {
    case mapi::Test::all_of:
    case mapi::Test::any_of: {
        const bool all = filter.test == mapi::Test::all_of;
        bool verdict = all;
        for (const Restriction& part : filter.parts) {
            const auto one = fits(person, part);
            if (!one) return std::nullopt;
            verdict = all ? verdict && *one : verdict || *one;
        }
        return verdict;
    }
    case mapi::Test::none_of: {
        const auto one = fits(person, filter.parts.front());
        return one ? std::optional(!*one) : std::nullopt;
    }
    case mapi::Test::exists:
        return property_of(person, filter.tag).tag.type() != mapi::PropertyType::error;
    case mapi::Test::property:
        if (filter.relation != mapi::Relation::equal) return std::nullopt;
        if (filter.tag.id() == anr.id())
            return !resolve({&person, 1}, filter.value.value.text).empty();
        return equals_ignoring_case(property_of(person, filter.tag).value.text,
                                    filter.value.value.text) &&
               property_of(person, filter.tag).value.number == filter.value.value.number;
    case mapi::Test::content: {
        const std::string text = property_of(person, filter.tag).value.text;
        const std::string& wanted = filter.value.value.text;
        if (filter.fuzzy_low == 2) return starts_ignoring_case(text, wanted);
        if (filter.fuzzy_low == 0) return equals_ignoring_case(text, wanted);
        for (std::size_t at = 0; at <= text.size(); ++at)
            if (starts_ignoring_case(std::string_view(text).substr(at), wanted)) return true;
        return false;
    }
    default: return std::nullopt;
    }
}

GetMatchesOut match(const GetMatchesIn& in, const BookHost& host) {
    GetMatchesOut out{in.stat, {}, {}, Code::success};
    Tags mids;
    for (const Person& one : host.people) {
        const auto verdict = in.filter ? fits(one, *in.filter) : std::nullopt;
        if (!verdict) {
            out.code = Code::too_complex;
            return out;
        }
        if (*verdict) mids.push_back(one.mid);
    }
    if (mids.size() > std::min(in.requested, rows_at_once_max)) {
        out.code = Code::table_too_big;
        return out;
    }
    if (in.columns) {
        out.rows.emplace();
        for (const PropertyTag one : mids)
            out.rows->push_back(row_of(*find(host.people, one.number), in.columns));
    }
    out.mids = std::move(mids);
    return out;
}

template <bool wide> ResolveOut resolve_all(const ResolveIn<wide>& in, const BookHost& host) {
    ResolveOut out{Tags{}, Rows{}, Code::success};
    for (const auto& name : in.names) {
        const auto found = name ? resolve(host.people, *name) : std::vector<std::uint32_t>{};
        out.mids->push_back(found.empty()       ? mid::unresolved
                            : found.size() == 1 ? mid::resolved
                                                : mid::ambiguous);
        if (found.size() == 1)
            out.rows->push_back(row_of(*find(host.people, found.front()), in.columns));
    }
    return out;
}

MidsOut mids_of(const DnToMidIn& in, const BookHost& host) {
    MidsOut out{Tags{}, Code::success};
    for (const std::string& dn : in.names) {
        const auto found =
            std::find_if(host.people.begin(), host.people.end(),
                         [&](const Person& one) { return equals_ignoring_case(one.dn, dn); });
        out.mids->push_back(found == host.people.end() ? 0 : found->mid);
    }
    return out;
}

GetPropsOut properties(const GetPropsIn& in, const BookHost& host) {
    const auto place = place_of(in.stat, host.people);
    if (!place || *place >= host.people.size())
        return {row_of_nobody(in.columns), Code::errors_returned};
    GetPropsOut out{row_of(host.people[*place], in.columns), Code::success};
    for (const TaggedValue& one : out.row->values)
        if (one.tag.type() == mapi::PropertyType::error) out.code = Code::errors_returned;
    return out;
}

CompareMidsOut compare(const CompareMidsIn& in, const BookHost& host) {
    Stat first = in.stat, second = in.stat;
    first.current = in.first;
    second.current = in.second;
    const auto a = place_of(first, host.people), b = place_of(second, host.people);
    if (!a || !b) return {0, Code::general_failure};
    return {*a < *b ? -1 : *a > *b ? 1 : 0, Code::success};
}

// §3.1.4.1.3: which lists there are. Here the one; templates there are none.
GetSpecialTableOut hierarchy(const GetSpecialTableIn& in, const BookHost& host) {
    GetSpecialTableOut out{1, Rows{}, Code::success};
    constexpr std::uint32_t creation_templates = 2;
    if (in.flags & creation_templates) return out;
    Row row;
    const auto put = [&](PropertyTag tag, mapi::Value value) {
        row.values.push_back({tag, std::move(value)});
    };
    put(0x0fff0102, mapi::Value::of(permanent_entry_id("/", 0x100)));
    put(0x36000003, mapi::Value::of(std::uint64_t{0x9}));  // it has recipients, unmodifiable
    put(0x30050003, mapi::Value::of(std::uint64_t{0}));    // its depth
    put(0xfffd0003, mapi::Value::of(std::uint64_t{0}));    // its number: the list of all
    put(0x3001001f, mapi::Value::of(host.list_name));
    put(0xfffb000b, mapi::Value::of(std::uint64_t{0}));  // no master of others
    out.rows->push_back(std::move(row));
    return out;
}

bool is_bound(const Book& book, const ContextHandle& handle, std::uint32_t group,
              const Heap& heap) {
    for (std::uint32_t i = 0; i < book.sessions.size(); ++i)
        if (const Session one = heap.get(book.sessions, i);
            one.id == handle.uuid && one.group == group)
            return true;
    return false;
}
template <class F> void keep_sessions(Book& book, Heap& heap, F&& stays) {
    List<Session> kept;
    for (std::uint32_t i = 0; i < book.sessions.size(); ++i)
        if (const Session one = heap.get(book.sessions, i); stays(one)) heap.push(kept, one);
    heap.drop(book.sessions);
    book.sessions = kept;
}

Outcome run_bind(Book& book, const CallAsk& call, const BookHost& host, Heap& heap) {
    return operate<BindIn>(call, [&](const BindIn& in) {
        BindOut out;
        if (in.stat.code_page == 1200)
            out.code = Code::invalid_codepage;  // §3.1.4.1.1
        else if (book.sessions.size() >= sessions_max)
            out.code = Code::logon_failed;
        if (out.code != Code::success) return out;
        heap.push(book.sessions, {host.fresh, call.group});
        out.handle = {0, host.fresh};
        if (in.server) out.server = host.server;
        return out;
    });
}
Outcome run_unbind(Book& book, const CallAsk& call, Heap& heap) {
    return operate<UnbindIn>(call, [&](const UnbindIn& in) {
        keep_sessions(book, heap, [&](const Session& one) {
            return one.id != in.handle.uuid || one.group != call.group;
        });
        return UnbindOut{};
    });
}

}  // namespace

Outcome answer(Book& book, const CallAsk& call, const BookHost& host, Heap& heap) {
    if (call.operation == bind) return run_bind(book, call, host, heap);
    ContextHandle handle;  // every other operation begins with it
    if (!ndr::read(call.stub, handle, call.big_endian)) return fault(Status::bad_stub_data);
    if (!is_bound(book, handle, call.group, heap)) return fault(Status::context_mismatch);
    const auto with_host = [&](auto what) {
        return [&host, what](const auto& in) { return what(in, host); };
    };
    switch (call.operation) {
    case unbind: return run_unbind(book, call, heap);
    case update_stat: return operate<UpdateStatIn>(call, with_host(update));
    case query_rows: return operate<QueryRowsIn>(call, with_host(query));
    case seek_entries: return operate<SeekEntriesIn>(call, with_host(seek));
    case get_matches: return operate<GetMatchesIn>(call, with_host(match));
    case dn_to_mid: return operate<DnToMidIn>(call, with_host(mids_of));
    case get_props: return operate<GetPropsIn>(call, with_host(properties));
    case compare_mids: return operate<CompareMidsIn>(call, with_host(compare));
    case get_special_table: return operate<GetSpecialTableIn>(call, with_host(hierarchy));
    case query_columns:
        return operate<QueryColumnsIn>(call, [](const QueryColumnsIn&) {
            return MidsOut{usual_columns(), Code::success};
        });
    case resolve_names: return operate<ResolveIn<false>>(call, with_host(resolve_all<false>));
    case resolve_names_w: return operate<ResolveIn<true>>(call, with_host(resolve_all<true>));
    default: return fault(Status::no_such_operation);
    }
}

void run_down(Book& book, std::uint32_t group, Heap& heap) {
    keep_sessions(book, heap, [&](const Session& one) { return one.group != group; });
}

void release(Book& book, Heap& heap) {
    heap.drop(book.sessions);
    book = {};
}

Outcome answer_referral(const CallAsk& call, const ReferralHost& host) {
    switch (call.operation) {
    case get_new_dsa:
        return operate<NewDsaIn>(call, [&](const NewDsaIn& in) {
            NewDsaOut out;
            if (in.unused) out.unused.emplace();
            if (in.server) out.server = std::optional(std::string(host.address_book));
            return out;
        });
    case get_fqdn_from_server_dn:
        return operate<FqdnIn>(call, [&](const FqdnIn& in) {
            FqdnOut out;
            const std::string name =
                host.fqdn_of ? host.fqdn_of(in.server_dn) : std::string();
            if (name.empty())
                out.code = Code::not_found;
            else
                out.name = name;
            return out;
        });
    default: return fault(Status::no_such_operation);
    }
}

}  // namespace postroad::nspi
