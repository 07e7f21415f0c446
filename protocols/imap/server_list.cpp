// LIST with its selection and return options (RFC 5258, RFC 5819, RFC 6154), and LSUB.
#include "protocols/imap/list_match.hpp"
#include "protocols/imap/mailbox_name.hpp"
#include "protocols/imap/server_rows.hpp"

namespace postroad::imap {
namespace {

struct ListCommand {
    ListQuery query;
    std::uint32_t status_items = 0;
    bool only_delimiter = false;  // LIST "" "": what stands between levels?
    std::string problem;
};

std::optional<std::string> into_utf8(const std::optional<std::string>& text, bool utf8) {
    if (!text) return std::nullopt;
    if (utf8) return is_utf8(*text) ? text : std::nullopt;
    return from_modified_utf7(*text);
}

// "(SUBSCRIBED RECURSIVEMATCH)"
bool read_selection(Reader& reader, ListQuery& query, const ServerHost& host) {
    if (!reader.take('(')) return false;
    if (reader.take(')')) return true;
    do {
        if (reader.word("SUBSCRIBED"))
            query.only_subscribed = true;
        else if (reader.word("REMOTE"))
            query.remote = true;
        else if (reader.word("RECURSIVEMATCH"))
            query.recursive_match = true;
        else if (host.capabilities.has(Capability::special_use) && reader.word("SPECIAL-USE"))
            query.only_special = true;
        else
            return false;
    } while (reader.space());
    return reader.take(')');
}

// "RETURN (SUBSCRIBED CHILDREN STATUS (MESSAGES))"
bool read_return(Reader& reader, ListCommand& out, const ServerHost& host) {
    if (!reader.word("RETURN") || !reader.space() || !reader.take('(')) return false;
    if (reader.take(')')) return true;
    do {
        if (reader.word("SUBSCRIBED"))
            out.query.show_subscribed = true;
        else if (reader.word("CHILDREN"))
            out.query.show_children = true;
        else if (host.capabilities.has(Capability::special_use) && reader.word("SPECIAL-USE"))
            out.query.show_special = true;
        else if (host.capabilities.has(Capability::list_status) && reader.word("STATUS") &&
                 reader.space()) {
            const auto items = read_status_items(reader, host);
            if (!items) return false;
            out.status_items = *items;
        } else
            return false;
    } while (reader.space());
    return reader.take(')');
}

bool read_patterns(Reader& reader, const std::string& reference, bool extended, bool utf8,
                   ListCommand& out) {
    const auto one = [&] {
        const auto pattern = into_utf8(reader.list_mailbox(), utf8);
        if (!pattern) return false;
        if (pattern->empty() && out.query.patterns.empty()) out.only_delimiter = true;
        out.query.patterns.push_back(reference + *pattern);
        return true;
    };
    if (!extended || !reader.take('(')) return one();
    do
        if (!one()) return false;
    while (reader.space());
    return reader.take(')');
}

ListCommand read_list(const Server& server, std::string_view argument, const ServerHost& host,
                      bool lsub) {
    constexpr std::string_view usage = "write LIST, a reference and a pattern";
    ListCommand out;
    const bool extended = !lsub && host.capabilities.has(Capability::list_extended);
    out.query.show_children = host.capabilities.has(Capability::children);
    out.query.show_special = host.capabilities.has(Capability::special_use);
    Reader reader(argument);
    if (extended && reader.peek() == '(') {
        if (!read_selection(reader, out.query, host) || !reader.space()) {
            out.problem = "such a selection is not known: SUBSCRIBED, REMOTE, RECURSIVEMATCH, "
                          "SPECIAL-USE are";
            return out;
        }
        if (out.query.recursive_match && !out.query.only_subscribed)  // RFC 5258 §3.1
            out.problem = "RECURSIVEMATCH does not stand alone";
    }
    const bool utf8 = speaks_utf8(server);
    const auto reference = into_utf8(reader.astring(), utf8);
    if (!reference || !reader.space() || !read_patterns(reader, *reference, extended, utf8, out)) {
        out.problem = usage;
        return out;
    }
    if (extended && reader.space() && !read_return(reader, out, host))
        out.problem = "such a return option is not known: SUBSCRIBED, CHILDREN, SPECIAL-USE, "
                      "STATUS (...) are";
    else if (!reader.done())
        out.problem = usage;
    out.query.lsub = lsub;
    if (lsub) out.query.only_subscribed = true;
    return out;
}

void put_delimiter(std::string& out, const ServerHost& host) {
    if (host.delimiter == '\0')
        out += "NIL";
    else
        put_quoted(out, {&host.delimiter, 1});
}

void say_folder(const Server& server, const ListedFolder& one, bool lsub, const ServerHost& host,
                Effects& fx) {
    Untagged line(fx, lsub ? postroad::Section("3501 §7.2.3") : postroad::Section("3501 §7.2.2"));
    line << (lsub ? "LSUB (" : "LIST (");
    bool first = true;
    for (const std::string_view word : one.attributes) {
        line << (first ? "" : " ") << word;
        first = false;
    }
    line << ") ";
    put_delimiter(line.out(), host);
    line << " ";
    put_mailbox(line.out(), one.name, speaks_utf8(server));
    if (one.child_subscribed && !lsub) line << " (CHILDINFO (\"SUBSCRIBED\"))";
}

bool is_lsub(const Server& server) { return server_rows()[server.row].verb == "LSUB"; }

Step start(Server& server, std::string_view argument, const ServerHost& host, bool is_old,
           Effects& fx) {
    const ListCommand command = read_list(server, argument, host, is_old);
    if (!command.problem.empty()) {
        fx.words = command.problem;
        return wrong(fx.words);
    }
    if (command.only_delimiter && command.query.patterns.size() == 1 && !is_old) {
        Untagged line(fx, "3501 §6.3.8");
        line << "LIST (\\Noselect) ";
        put_delimiter(line.out(), host);
        line << " \"\"";
        return ok("listed");
    }
    return store("FOLDERS");
}

// RFC 5819: STATUS of each that was listed, one ask after the other. `notes` has their names.
Reply next_status(Server& server, Effects& fx) {
    const std::string_view names = fx.heap->view(server.notes);
    if (server.at >= names.size()) return ok("listed");
    const std::string_view rest = names.substr(server.at);
    fx.words = rest.substr(0, rest.find('\n'));
    return wait_for(server, store("STATUS", fx.words), fx);
}

}  // namespace

Step list(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    return start(server, argument, host, false, fx);
}
Step lsub(Server& server, std::string_view argument, const ServerHost& host, Effects& fx) {
    return start(server, argument, host, true, fx);
}

Reply judge_list(Server& server, const Answer& answer, const ServerHost& host, Effects& fx) {
    const ListCommand command =
        read_list(server, argument_of(server, *fx.heap), host, is_lsub(server));
    if (server.stage == 1) {
        const std::string_view rest = fx.heap->view(server.notes).substr(server.at);
        const std::string name(rest.substr(0, rest.find('\n')));
        if (answer.ok) say_status(server, name, command.status_items, answer.text, host, fx);
        server.at += static_cast<std::uint32_t>(name.size()) + 1;
        return next_status(server, fx);
    }
    if (!answer.ok) return refusal(answer, "the mailboxes cannot be listed");
    std::string names;
    for (const ListedFolder& one : list_folders(answer.text, command.query, host.delimiter)) {
        say_folder(server, one, is_lsub(server), host, fx);
        if (one.exists) names.append(one.name).append("\n");
    }
    if (command.status_items == 0) return ok("listed");
    fx.heap->assign(server.notes, names);
    server.stage = 1;
    return next_status(server, fx);
}

}  // namespace postroad::imap
