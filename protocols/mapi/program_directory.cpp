// Who somebody is and where the mailbox is, as the address book says (MS-OXABREF §3.2.4,
// MS-OXNSPI §3.2.4), and whom a message is for.
#include "protocols/base/ascii.hpp"
#include "protocols/mapi/program_parts.hpp"
#include "protocols/nspi/nspi_stubs.hpp"

namespace postroad::mapi::parts {
namespace {

constexpr std::uint32_t not_found = 0x8004010f, ambiguous = 0x80040700;
constexpr std::string_view database_name = "/cn=Microsoft Private MDB";

Request book_call(const Desk& desk, Step step, std::uint16_t operation, std::string stub,
                  std::string_view name) {
    return plain_call(desk, Line::directory, step, nspi::interface, operation, std::move(stub),
                      name);
}
Request referral_call(const Desk& desk, Step step, std::uint16_t operation, std::string stub,
                      std::string_view name) {
    return plain_call(desk, Line::directory, step, nspi::referral_interface, operation,
                      std::move(stub), name);
}

std::string known_dn(const Desk& desk) {
    const std::string_view own = desk.heap.view(desk.program.own_dn);
    return own.empty() ? desk.settings.user_dn : std::string(own);
}

Request ask_referral(const Desk& desk) {
    nspi::NewDsaIn in;
    in.user_dn = known_dn(desk);
    in.unused.emplace();
    in.server.emplace(std::string());
    return referral_call(desk, Step::referral, nspi::get_new_dsa, ndr::write(in), "RfrGetNewDSA");
}
Request ask_bind(const Desk& desk) {
    nspi::BindIn in;
    in.server.emplace();
    return book_call(desk, Step::bind, nspi::bind, ndr::write(in), "NspiBind");
}
Request ask_for_self(const Desk& desk) {
    if (const std::string dn = known_dn(desk); !dn.empty()) {
        const nspi::DnToMidIn in{desk.program.book, 0, {dn}};
        return book_call(desk, Step::find_self_by_dn, nspi::dn_to_mid, ndr::write(in),
                         "NspiDNToMId");
    }
    nspi::GetMatchesIn in;
    in.handle = desk.program.book;
    in.filter.emplace();
    in.filter->test = Test::property;
    in.filter->relation = Relation::equal;
    in.filter->tag = tag::anr;
    in.filter->value = {tag::anr, Value::of(desk.settings.user)};
    in.requested = 2;
    in.columns = nspi::Tags{tag::display_name, tag::email_address};
    return book_call(desk, Step::find_self, nspi::get_matches, ndr::write(in), "NspiGetMatches");
}
Request ask_own_properties(const Desk& desk) {
    nspi::GetPropsIn in;
    in.handle = desk.program.book;
    in.stat.current = desk.program.self;
    in.columns = nspi::Tags{tag::display_name, tag::email_address, tag::smtp_address,
                            tag::home_database};
    return book_call(desk, Step::own_properties, nspi::get_props, ndr::write(in), "NspiGetProps");
}
Request ask_for_server(const Desk& desk) {
    nspi::FqdnIn in;
    in.server_dn = desk.heap.view(desk.program.server);
    in.octets = static_cast<std::uint32_t>(in.server_dn.size() + 1);
    return referral_call(desk, Step::find_server, nspi::get_fqdn_from_server_dn, ndr::write(in),
                         "RfrGetFQDNFromServerDN");
}

// A recipient that the address book may know: a name, or an address in the person's own domain.
bool is_local(const Desk& desk, const DraftRecipient& one) {
    const std::size_t at = one.smtp.rfind('@');
    if (at == std::string::npos) return true;
    const std::string_view own = desk.heap.view(desk.program.own_smtp);
    const std::size_t own_at = own.rfind('@');
    return own_at != std::string_view::npos &&
           equals_ignoring_case(own.substr(own_at), std::string_view(one.smtp).substr(at));
}

Request ask_to_resolve(const Desk& desk) {
    nspi::ResolveIn<true> in;
    in.handle = desk.program.book;
    in.columns = nspi::Tags{tag::display_name, tag::email_address, tag::smtp_address};
    for (const DraftRecipient& one : load(desk).recipients)
        if (is_local(desk, one)) in.names.emplace_back(one.smtp);
    return book_call(desk, Step::resolve, nspi::resolve_names_w, ndr::write(in),
                     "NspiResolveNamesW");
}
Request ask_to_unbind(const Desk& desk) {
    nspi::UnbindIn in;
    in.handle = desk.program.book;
    return book_call(desk, Step::unbind, nspi::unbind, ndr::write(in), "NspiUnbind");
}

std::string_view text_of(const nspi::Row& row, PropertyTag tag) {
    for (const TaggedValue& one : row.values)
        if (one.tag.id() == tag.id() && one.tag.type() != PropertyType::error)
            return one.value.text;
    return {};
}

void is_identified(const Desk& desk) {
    desk.program.directory = 1;
    desk.program.asks_next = Step::none;
    NewsItem item;
    item.kind = NewsKind::identified;
    item.text = desk.heap.view(desk.program.server);
    item.name = desk.heap.view(desk.program.own_dn);
    desk.news.push_back(std::move(item));
}

// The book cannot help. Who is known from an earlier session goes on without.
void go_without(const Desk& desk, std::uint32_t code, std::string why) {
    Program& program = desk.program;
    program.directory = 2;
    program.book = {};
    program.asks_next = Step::none;
    if (program.resolving == 1) program.resolving = 2;
    if (known_dn(desk).empty() && program.ended == 0) return give_up(desk, code, std::move(why));
    tell(desk, NewsKind::remark, code, std::move(why));
}
void book_refused(const Desk& desk, Step step, nspi::Code code) {
    const auto number = static_cast<std::uint32_t>(code);
    go_without(desk, number, std::string(api_call(step).method) + ": " + error_text(number));
}

void self_found(const Desk& desk, Step step, const std::optional<nspi::Tags>& mids,
                nspi::Code code) {
    const bool too_many = code == nspi::Code::table_too_big || (mids && mids->size() > 1);
    const std::uint32_t found = mids && mids->size() == 1 ? mids->front().number : 0;
    if (too_many)
        return go_without(desk, ambiguous,
                          desk.settings.user + " is not the only one: " + error_text(ambiguous));
    if (code != nspi::Code::success) return book_refused(desk, step, code);
    if (found == 0)
        return go_without(desk, not_found,
                          desk.settings.user + " is not in the address book: " +
                              error_text(not_found));
    desk.program.self = found;
    desk.program.asks_next = Step::own_properties;
}

void own_properties_came(const Desk& desk, const nspi::GetPropsOut& out) {
    const bool some = out.code == nspi::Code::success || out.code == nspi::Code::errors_returned;
    if (!some || !out.row) return book_refused(desk, Step::own_properties, out.code);
    Program& program = desk.program;
    if (const auto dn = text_of(*out.row, tag::email_address); !dn.empty())
        desk.heap.assign(program.own_dn, dn);
    desk.heap.assign(program.own_smtp, text_of(*out.row, tag::smtp_address));
    desk.heap.assign(program.own_name, text_of(*out.row, tag::display_name));
    std::string_view home = text_of(*out.row, tag::home_database);
    desk.heap.assign(program.server, {});
    if (home.empty()) return is_identified(desk);
    if (home.size() > database_name.size() &&
        equals_ignoring_case(home.substr(home.size() - database_name.size()), database_name))
        home.remove_suffix(database_name.size());
    desk.heap.assign(program.server, home);
    program.asks_next = Step::find_server;
}

void names_resolved(const Desk& desk, const nspi::ResolveOut& out) {
    Draft draft = load(desk);
    std::size_t asked = 0, row = 0;
    for (DraftRecipient& one : draft.recipients) {
        if (!is_local(desk, one)) continue;
        const std::uint32_t verdict = out.mids && asked < out.mids->size()
                                          ? (*out.mids)[asked].number
                                          : nspi::mid::unresolved;
        ++asked;
        const bool is_name = one.smtp.find('@') == std::string::npos;
        if (verdict == nspi::mid::resolved && out.rows && row < out.rows->size()) {
            const nspi::Row& found = (*out.rows)[row++];
            one.dn = text_of(found, tag::email_address);
            one.smtp = text_of(found, tag::smtp_address);
            one.name = text_of(found, tag::display_name);
        } else if (is_name && verdict == nspi::mid::ambiguous) {
            one.dn = "?";  // whom it means must be asked
        }
    }
    store(desk, draft);
    desk.program.resolving = 2;
}

}  // namespace

std::optional<Request> directory_next(const Desk& desk) {
    Program& program = desk.program;
    if (program.ended != 0) return ask_to_unbind(desk);
    if (program.directory == 1 && program.resolving != 1) return std::nullopt;
    if (program.directory == 1) program.asks_next = Step::resolve;
    if (program.asks_next == Step::resolve && program.book.is_nil()) return ask_bind(desk);
    switch (program.asks_next) {
    case Step::referral: return ask_referral(desk);
    case Step::bind: return ask_bind(desk);
    case Step::find_self: return ask_for_self(desk);
    case Step::own_properties: return ask_own_properties(desk);
    case Step::find_server: return ask_for_server(desk);
    case Step::resolve: return ask_to_resolve(desk);
    default: return std::nullopt;
    }
}

void directory_answered(const Desk& desk, Step step, std::string_view stub, bool big_endian) {
    Program& program = desk.program;
    const auto reads = [&](auto& out) {
        if (ndr::read(stub, out, big_endian)) return true;
        go_without(desk, 0, std::string(api_call(step).method) + ": an answer that cannot be read");
        return false;
    };
    switch (step) {
    case Step::referral: {
        nspi::NewDsaOut out;  // the same server, as a rule: one line serves both interfaces
        if (reads(out)) program.asks_next = Step::bind;
        return;
    }
    case Step::bind: {
        nspi::BindOut out;
        if (!reads(out)) return;
        if (out.code != nspi::Code::success) return book_refused(desk, step, out.code);
        program.book = out.handle;
        if (program.directory == 0) program.asks_next = Step::find_self;
        return;
    }
    case Step::find_self: {
        nspi::GetMatchesOut out;
        if (reads(out)) self_found(desk, step, out.mids, out.code);
        return;
    }
    case Step::find_self_by_dn: {
        nspi::MidsOut out;
        if (reads(out)) self_found(desk, step, out.mids, out.code);
        return;
    }
    case Step::own_properties: {
        nspi::GetPropsOut out;
        if (reads(out)) own_properties_came(desk, out);
        return;
    }
    case Step::find_server: {
        nspi::FqdnOut out;
        if (!reads(out)) return;
        desk.heap.assign(program.server, out.name && out.code == nspi::Code::success
                                             ? std::string_view(*out.name)
                                             : std::string_view{});
        return is_identified(desk);
    }
    case Step::resolve: {
        nspi::ResolveOut out;
        if (!reads(out)) return;
        program.asks_next = Step::none;
        return names_resolved(desk, out);
    }
    default: program.book = {}; return;  // unbound, whatever was said
    }
}

void directory_failed(const Desk& desk, Step step, std::uint32_t code, std::string why) {
    Program& program = desk.program;
    if (step == Step::unbind || program.ended != 0) {
        program.book = {};
        return;
    }
    if (code == 0 || (step != Step::referral && step != Step::find_server && step != Step::resolve))
        return go_without(desk, code, std::move(why));
    // The line stands, and it is known what to do without that answer.
    tell(desk, NewsKind::remark, code, std::move(why));
    if (step == Step::referral) {
        program.asks_next = Step::bind;
    } else if (step == Step::find_server) {
        desk.heap.drop(program.server);
        is_identified(desk);
    } else {
        program.asks_next = Step::none;
        program.resolving = 2;
    }
}

}  // namespace postroad::mapi::parts
