// Writes the reference: a heading for each table of the schema and a row for each key in it.
#include "sim/scenario/reference.hpp"

#include "sim/scenario/value_text.hpp"

namespace postroad::scenario {

const char* const smallest_example = R"(postroad = 1
title = "Alice writes to Bob"
[hosts.mail]
domains = "example.org"
[hosts.post]
domains = "example.net"
[people.alice]
address = "alice@example.org"
[people.bob]
address = "bob@example.net"
[[timeline]]
send = { from = "alice", to = "bob", subject = "Hello", body = "Is this thing on?" }
[[timeline]]
at = "+1m"
fetch = "bob"
)";

namespace {

constexpr std::string_view opening = R"(# Scenario files

<!-- Written from sim/scenario/schema*.hpp by sim/scenario/reference.cpp; a test compares them. -->

A scenario is a TOML file that says what world to build and what happens in it. This is a whole
one: two organisations with a mail server each, two people, one message, and its collection.

```toml
)";

constexpr std::string_view rules = R"(```

Everything else is worked out: each mail domain gets a network, a zone, a name server and a
resolver; each person gets a password, a mailbox and a computer; the root and top-level name
servers are made, and addresses come from the ranges set aside for documentation. What is written
is kept.

## How values are written

| value | written as |
|---|---|
| duration | `"250ms"`, `"2m30s"`, `"1.5s"`, `"5d"`; units `ns us ms s m h d w`. Exact to the nanosecond |
| moment | `"+2m30s"` after the start, or an RFC 3339 date and time |
| size | `"64 KiB"`, `"10 MiB"` (of 1024), `"35 MB"` (of 1000), `"512 B"`, or bytes as a number |
| rate | `"8 Mbit/s"`, `"64 kbit/s"`, `"unlimited"` |
| frequency | `"3/s"`, `"12/min"`, `"100/h"`, `"1/2m30s"` |
| chance | `"1%"`, `"0.25%"`, `0.01`; exact to a thousand-millionth |
| address, prefix | `"192.0.2.10"`, `"2001:db8::10"`, `"192.0.2.0/24"` |
| host:port | `"mail:587"`; without a port, the usual one |
| domain name | `"example.org"`; internationalised ones become A-labels: `"bücher.example"` |
| list | `["a", "b"]`; one value alone needs no brackets |

The file is UTF-8. An unknown key is an error. Files named in a scenario (`.eml`, zones,
old mail) are in its folder. The order of `[hosts]` and of the other tables is the order in which
addresses are given.
)";

std::string cell(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

template <Table S> void write_table(std::string& out) {
    static const S usual{};
    const std::string_view name = title(&usual);
    const bool code = name.find_first_of("[=") != std::string_view::npos;
    out += "\n## " + (code ? "`" + std::string(name) + "`" : std::string(name)) + "\n\n" +
           std::string(intro(&usual)) + "\n\n";
    out += "| key | type | default | unit | since | meaning | example "
           "|\n|---|---|---|---|---|---|---|\n";
    each(keys(&usual), [&](const auto& row) {
        const auto& member = usual.*row.member;
        using M = std::remove_cvref_t<decltype(member)>;
        const Note& note = row.note;
        std::string usual_text(note.default_words);
        if (note.required)
            usual_text = "must be given";
        else if (note.example.empty())
            usual_text = "see below";
        else if (usual_text.empty())
            usual_text = "`" + cell(value_text(member, note.use)) + "`";
        if (usual_text == "`\"\"`" || usual_text == "`[]`" || usual_text == "`{}`")
            usual_text = "none";
        out += "| `" + std::string(row.name) + "` | " + cell(type_words<M>(note.use)) + " | " +
               usual_text + " | " + std::string(note.unit) + " | " + std::to_string(note.since) +
               " | " + std::string(note.doc) + " | " +
               (note.example.empty() ? "" : "`" + cell(note.example) + "`") + " |\n";
    });
}

template <Table S> void list_examples(std::string& out) {
    const S usual{};
    each(keys(&usual), [&](const auto& row) {
        if (row.note.example.empty()) return;
        out += std::string(title(&usual)) + "|" + std::string(row.name) + "|";
        for (const char c : row.note.example)
            out += c == '\n' ? std::string("\\n") : std::string(1, c);
        out += "\n";
    });
}

template <class F> void each_table(F&& f) {
    f.template operator()<Scenario>();
    f.template operator()<Network>();
    f.template operator()<Link>();
    f.template operator()<Outage>();
    f.template operator()<Attacker>();
    f.template operator()<Firewall>();
    f.template operator()<Host>();
    f.template operator()<SmtpServer>();
    f.template operator()<MsaServer>();
    f.template operator()<QueueSettings>();
    f.template operator()<Routing>();
    f.template operator()<Pop3Server>();
    f.template operator()<ImapServer>();
    f.template operator()<LmtpServer>();
    f.template operator()<MdaSettings>();
    f.template operator()<DnsServer>();
    f.template operator()<ResolverSettings>();
    f.template operator()<KdcSettings>();
    f.template operator()<TlsSettings>();
    f.template operator()<LogIn>();
    f.template operator()<WebServer>();
    f.template operator()<WebResource>();
    f.template operator()<Authority>();
    f.template operator()<Certificate>();
    f.template operator()<Domain>();
    f.template operator()<MtaSts>();
    f.template operator()<Zone>();
    f.template operator()<Person>();
    f.template operator()<FetchSettings>();
    f.template operator()<Event>();
    f.template operator()<Send>();
    f.template operator()<Fetch>();
    f.template operator()<Handle>();
    f.template operator()<LinkChange>();
    f.template operator()<FirewallChange>();
    f.template operator()<RecordChange>();
    f.template operator()<HostChange>();
    f.template operator()<ServiceChange>();
    f.template operator()<SetValue>();
    f.template operator()<Bookmark>();
    f.template operator()<Workload>();
    f.template operator()<Habit>();
    f.template operator()<Retriever>();
    f.template operator()<SizeShare>();
}

}  // namespace

std::string reference() {
    std::string out = std::string(opening) + smallest_example + std::string(rules);
    each_table([&]<class S>() { write_table<S>(out); });
    return out;
}

std::string all_examples() {
    std::string out;
    each_table([&]<class S>() { list_examples<S>(out); });
    return out;
}

}  // namespace postroad::scenario
