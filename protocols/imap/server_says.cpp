// What the IMAP server says whatever the command: tagged replies, BYE, capabilities, flags.
#include "protocols/imap/flags.hpp"
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {
namespace {

void put_words(std::string& out, const Reply& reply) {
    if (!reply.enhanced.empty()) {
        out += '[';
        out += reply.enhanced;
        out += "] ";
    }
    out += reply.text;
    out += reply.more;
}

std::string_view word_of(std::uint16_t code) {
    return code == good ? "OK " : code == refused ? "NO " : "BAD ";
}

}  // namespace

void say_go_on(std::string_view text, postroad::Section section, Effects& fx) {
    const std::size_t from = fx.out.size();
    fx.out += "+ ";
    fx.out += text;
    fx.out += "\r\n";
    fx.mark(from, Speech::reply, section, go_on);
}

void say_bye(Server& server, std::string_view text, postroad::Section section, Effects& fx) {
    server.ended = 1;
    server.state = S::logout;
    const std::size_t from = fx.out.size();
    fx.out += "* BYE ";
    fx.out += text;
    fx.out += "\r\n";
    fx.mark(from, Speech::reply, section, bye);
    fx.close = true;
}

void say_tagged(Server& server, const ServerHost& host, const Reply& reply,
                postroad::Section section, Effects& fx) {
    const std::size_t from = fx.out.size();
    const std::string_view tag = tag_of(server, *fx.heap);
    fx.out += tag.empty() ? "*" : tag;
    fx.out += ' ';
    fx.out += word_of(reply.code);
    put_words(fx.out, reply);
    fx.out += "\r\n";
    fx.mark(from, Speech::reply, section, reply.code);
    fx.heap->drop(server.command);
    fx.heap->drop(server.message);
    fx.heap->drop(server.targets);
    fx.heap->drop(server.words);
    fx.heap->drop(server.notes);
    server.waiting = Waiting::nothing;
    server.too_long = server.stage = server.bits = server.outcome = 0;
    server.at = server.search_flags = 0;
    // Who guesses passwords errs, too.
    const bool errs = reply.code == bad || (reply.code == refused && !server.has_account);
    if (errs && !server.ended && ++server.errors >= host.errors_max)
        say_bye(server, "too many errors, closing; good-bye", "9051 §7.1.5", fx);
    if (server.ended) fx.close = true;
}

void put_flag_words(std::string& out, std::uint32_t flags, const Server& server, const Heap& heap) {
    std::string keywords;
    std::string_view table = heap.view(server.keywords);
    for (unsigned place = system_flags; place < 32 && !table.empty(); ++place) {
        const std::size_t end = table.find('\n');
        if (flags >> place & 1U) {
            if (!keywords.empty()) keywords += ' ';
            keywords += table.substr(0, end);
        }
        table.remove_prefix(end == table.npos ? table.size() : end + 1);
    }
    if (has(server, enabled::rev2)) flags &= ~flag::recent;
    out += '(';
    put_flags(out, flags & ((1U << system_flags) - 1), keywords);
    out += ')';
}

namespace {

struct Named {
    std::string_view name;
    Capability needs;
};

// Told to those who are logged in (RFC 9051 §6.1.1: a list may grow then).
constexpr Named beyond[] = {
    {"UNSELECT", Capability::unselect},
    {"UIDPLUS", Capability::uidplus},
    {"MOVE", Capability::move},
    {"CONDSTORE", Capability::condstore},
    {"QRESYNC", Capability::qresync},
    {"CHILDREN", Capability::children},
    {"LIST-EXTENDED", Capability::list_extended},
    {"LIST-STATUS", Capability::list_status},
    {"SPECIAL-USE", Capability::special_use},
    {"CREATE-SPECIAL-USE", Capability::create_special_use},
    {"NAMESPACE", Capability::name_spaces},
    {"ESEARCH", Capability::esearch},
    {"SEARCHRES", Capability::searchres},
    {"SORT", Capability::sort},
    {"ESORT", Capability::esort},
    {"THREAD=ORDEREDSUBJECT", Capability::thread},
    {"THREAD=REFERENCES", Capability::thread},
    {"WITHIN", Capability::within},
    {"QUOTA", Capability::quota},
    {"QUOTA=RES-STORAGE", Capability::quota},
    {"QUOTA=RES-MESSAGE", Capability::quota},
    {"QUOTASET", Capability::quota},
    {"BINARY", Capability::binary},
    {"UTF8=ACCEPT", Capability::utf8_accept},
    {"STATUS=SIZE", Capability::status_size},
    {"OBJECTID", Capability::object_id},
    {"PREVIEW", Capability::preview},
    {"SAVEDATE", Capability::save_date},
};

constexpr Named always[] = {
    {"IMAP4rev2", Capability::rev2}, {"LITERAL+", Capability::literal_plus},
    {"LITERAL-", Capability::literal_minus}, {"SASL-IR", Capability::sasl_ir},
    {"ID", Capability::id}, {"ENABLE", Capability::enable}, {"IDLE", Capability::idle},
    {"APPENDLIMIT", Capability::appendlimit},
};

}  // namespace

std::vector<std::string_view> capability_words() {
    std::vector<std::string_view> out;
    for (const Named& one : always) out.push_back(one.name);
    for (const Named& one : beyond) out.push_back(one.name);
    return out;
}

std::optional<Capability> capability_named(std::string_view word) {
    for (const Named& one : always)
        if (equals_ignoring_case(one.name, word)) return one.needs;
    for (const Named& one : beyond)
        if (equals_ignoring_case(one.name, word)) return one.needs;
    return std::nullopt;
}

void put_capabilities(std::string& out, const Server& server, const ServerHost& host) {
    const auto has_it = [&](Capability one) { return host.capabilities.has(one); };
    out += "CAPABILITY IMAP4rev1";
    if (has_it(Capability::rev2)) out += " IMAP4rev2";
    if (host.starttls && !server.tls) out += " STARTTLS";
    if (!server.has_account) {
        if (!takes_login(server, host)) out += " LOGINDISABLED";
        const sasl::Mechanisms taken = taken_now(server, host);
        for (std::uint8_t i = 1; i < sasl::mechanism_count; ++i) {
            if (!taken.has(static_cast<sasl::Mechanism>(i))) continue;
            out += " AUTH=";
            out += sasl::name_of(static_cast<sasl::Mechanism>(i));
        }
    }
    if (has_it(Capability::sasl_ir)) out += " SASL-IR";
    if (has_it(Capability::literal_plus))
        out += " LITERAL+";
    else if (has_it(Capability::literal_minus))
        out += " LITERAL-";
    if (has_it(Capability::id)) out += " ID";
    if (has_it(Capability::enable)) out += " ENABLE";
    if (has_it(Capability::idle)) out += " IDLE";
    if (!server.has_account) return;
    for (const Named& one : beyond) {
        if (!has_it(one.needs)) continue;
        out += ' ';
        out += one.name;
    }
    if (!has_it(Capability::appendlimit)) return;
    out += " APPENDLIMIT=";
    append_number(out, host.append_octets_max);
}

}  // namespace postroad::imap
