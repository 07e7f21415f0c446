// The table itself.
#include "sim/grading/kinds.hpp"

namespace postroad::sim::grading {
namespace {

constexpr FieldRow delivered_fields[] = {
    {"to", How::word, "the mailbox's owner: one of their addresses", "\"bob@example.net\""},
    {"from", How::word, "the author: the address in From", "\"alice@example.org\""},
    {"reverse_path", How::word, "the envelope's return address; `\"\"` is the null one",
     "\"alice@example.org\""},
    {"subject", How::word, "the Subject field", "\"hello\""},
    {"host", How::word, "the host with the mailbox", "\"mail\""},
};
constexpr FieldRow accepted_fields[] = {
    {"host", How::word, "who took responsibility, with 250 behind the end of data", "\"mx1\""},
    {"client", How::word, "the host that it came from", "\"alice-pc\""},
    {"to", How::word, "a recipient of the envelope", "\"bob@example.net\""},
    {"from", How::word, "the author: the address in From", "\"alice@example.org\""},
    {"reverse_path", How::word, "the envelope's return address; `\"\"` is the null one",
     "\"bounces@example.org\""},
    {"subject", How::word, "the Subject field", "\"hello\""},
};
constexpr FieldRow fetched_fields[] = {
    {"person", How::word, "who collected it: a name or an address", "\"bob\""},
    {"from", How::word, "the author: the address in From", "\"alice@example.org\""},
    {"subject", How::word, "the Subject field", "\"hello\""},
};
constexpr FieldRow connect_fields[] = {
    {"to", How::word, "the other end: a host, or a host and a port, by any of its names",
     "\"mx1.example.org:25\""},
    {"from", How::word, "the host that connects", "\"mail\""},
    {"port", How::word, "the port alone", "587"},
    {"outcome", How::word, "what came of it", "\"refused\"",
     "established closed refused timed_out unreachable reset aborted crashed"},
};
constexpr FieldRow line_fields[] = {
    {"verb", How::word, "a command, by its first word; IMAP's by the word behind its tag, "
     "`UID FETCH` by both", "\"RCPT\""},
    {"reply", How::reply, "a reply, by its code or its class; POP3's by its first word, `+OK` or "
     "`-ERR`; IMAP's by the word behind its tag", "\"5yz\""},
    {"contains", How::contains, "a part of the line", "\"bob@example.net\""},
    {"from", How::word, "the host that says it", "\"mx\""},
    {"to", How::word, "the host that hears it", "\"alice-pc\""},
    {"port", How::word, "the conversation's port", "25"},
};
constexpr FieldRow decision_fields[] = {
    {"reason", How::word, "the reason's name, as the ladder's `--json` shows it",
     "\"mx_fallback\""},
    {"contains", How::contains, "a part of the reason's sentence", "\"mx2\""},
    {"host", How::word, "the host that decides", "\"mail\""},
};
constexpr FieldRow verdict_fields[] = {
    {"firewall", How::word, "the firewall's name; a network's for what its provider blocks",
     "\"border\""},
    {"rule", How::word, "the number of the rule, from 1, `policy`, or `nat` where an address is hidden", "2"},
    {"verdict", How::word, "what became of the packet", "\"drop\"", "accept drop reject"},
    {"from", How::word, "the host that sent the packet", "\"alice-pc\""},
    {"to", How::word, "the host it was for", "\"mx\""},
    {"port", How::word, "the port it was for", "25"},
};
constexpr FieldRow dns_fields[] = {
    {"host", How::word, "the host that asks", "\"mail\""},
    {"name", How::word, "what it asks for", "\"example.org\""},
    {"type", How::word, "the record's type", "\"MX\""},
    {"answer", How::contains, "a part of a record of the answer", "\"mx1.example.org\""},
    {"rcode", How::word, "the response code", "\"NXDOMAIN\""},
    {"from_cache", How::flag, "whether a cache answered", "true"},
    {"timed_out", How::flag, "whether nobody answered", "true"},
};
constexpr FieldRow bounce_fields[] = {
    {"host", How::word, "the host that gives up", "\"mail\""},
    {"to", How::word, "who is told: the reverse-path", "\"alice@example.org\""},
    {"recipient", How::word, "who did not get the message", "\"nobody@example.net\""},
    {"status", How::word, "the enhanced status code (RFC 3463)", "\"5.1.1\""},
};
constexpr FieldRow secret_fields[] = {
    {"person", How::word, "whose: a name or an address", "\"alice\""},
};
constexpr FieldRow copy_fields[] = {
    {"to", How::word, "the mailbox's owner: one of their addresses", "\"bob@example.net\""},
    {"subject", How::word, "the Subject field", "\"hello\""},
    {"header", How::field, "a header field, by its name or by name and a part of its value",
     "\"Return-Path: <alice@example.org>\""},
    {"no_header", How::no_field, "a header field that is not there", "\"Bcc\""},
    {"contains", How::contains, "a part of the message, header or body", "\"dave@example.net\""},
    {"lacks", How::lacks, "what is nowhere in the message", "\"dave@example.net\""},
    {"line", How::word, "a whole line of the body", "\".profile\""},
    {"received", How::chain, "who wrote the Received fields, the topmost first: the `by` names",
     "[\"mx.example.net\", \"mail.example.org\"]"},
    {"body", How::word, "whether the body is, octet for octet, what its author sent",
     "\"intact\"", "intact changed unknown"},
};
constexpr FieldRow custody_fields[] = {
    {"to", How::word, "the mailbox's owner: one of their addresses", "\"bob@example.net\""},
    {"subject", How::word, "the Subject field", "\"hello\""},
    {"chain", How::chain, "who was responsible for it, from the author's computer to the mailbox",
     "[\"alice-pc\", \"mail\", \"post\"]"},
};

constexpr FieldRow lies_fields[] = {
    {"of", How::word, "whose mailbox: one of their addresses", "\"bob@example.net\""},
    {"folder", How::word, "the folder", "\"Team\""},
    {"subject", How::word, "the Subject field", "\"hello\""},
    {"flag", How::word, "a flag or keyword it has", "\"\\\\Seen\""},
};
constexpr FieldRow shown_fields[] = {
    {"on", How::word, "the computer with the mail program", "\"phone\""},
    {"folder", How::word, "the folder it is shown in", "\"INBOX\""},
    {"subject", How::word, "the Subject field", "\"hello\""},
    {"flag", How::word, "how it is marked there", "\"\\\\Seen\""},
};

constexpr FieldRow exposes_fields[] = {
    {"firewall", How::word, "the firewall's name", "\"border\""},
    {"service", How::word, "what listens: a service of the scenario's words, or an RPC interface by "
     "its word or its UUID", "\"service-control\""},
    {"host", How::word, "the host on which it listens", "\"mail\""},
    {"port", How::word, "the port at which it does", "445"},
    {"mail", How::flag, "whether it is a part of what mail needs from outside", "false"},
    {"anywhere", How::flag, "whether anybody may connect, and not some addresses alone", "true"},
    {"by_helper", How::flag, "whether it is open only for who has asked the endpoint mapper",
     "true"},
};

constexpr KindRow rows[] = {
    {"delivered", Kind::delivered, "A message came into a mailbox.", "delivery",
     "nothing was delivered", delivered_fields},
    {"not_delivered", Kind::delivered, "No such message came into a mailbox.", "delivery",
     "nothing was delivered", delivered_fields, true},
    {"accepted", Kind::accepted,
     "A host took responsibility for a message (RFC 5321 §4.2.5): the envelope as it was then.",
     "acceptance", "no host took responsibility for a message", accepted_fields},
    {"fetched", Kind::fetched, "Somebody collected a message from a mailbox.", "collection",
     "nobody collected a message", fetched_fields},
    {"connect", Kind::connect, "A TCP connection was tried.", "connection",
     "no connection was tried", connect_fields},
    {"line", Kind::line, "Something was said in a conversation.", "line", "nothing was said",
     line_fields},
    {"decision", Kind::decision, "A host decided something, for a reason.", "decision",
     "nothing was decided", decision_fields},
    {"verdict", Kind::verdict, "A firewall let a packet pass, or did not.", "verdict",
     "no packet met a firewall", verdict_fields},
    {"dns", Kind::dns, "A host learnt the answer to a DNS question.", "DNS answer",
     "no name was looked up", dns_fields},
    {"bounce", Kind::bounce, "A report of failure went to a reverse-path (RFC 5321 §6.1).",
     "report of failure", "no report of failure was sent", bounce_fields},
    {"secret_in_clear", Kind::secret_in_clear, "A password crossed the network readable by all.",
     "password in the clear", "no password was seen in the clear", secret_fields},
    {"copy", Kind::copy, "A message as it lies in a mailbox, or as it was collected from there.",
     "copy", "no mailbox ever had a message", copy_fields},
    {"body_intact", Kind::copy, "A copy whose body is what its author sent: `copy` with "
     "`body = \"intact\"`.", "intact copy", "no mailbox ever had a message", copy_fields, false,
     "body=intact"},
    {"custody", Kind::custody, "The hosts that were responsible for a message, one after the "
     "other.", "way", "nothing was delivered", custody_fields},
    {"lies", Kind::lies, "A message that lies in a folder on the server when the run is over.",
     "message in a folder", "every mailbox is empty at the end", lies_fields},
    {"shown", Kind::shown, "A message that a mail program shows when the run is over.",
     "message in a mail program", "no mail program has anything to show at the end", shown_fields},
    {"exposes", Kind::exposes, "A service that listens when the run is over, and that a firewall "
     "lets strangers connect to, from outside of what it protects; as `postroad show --exposure` "
     "tells it. What the host's own firewall stops is none.", "service that is open",
     "no firewall lets a stranger in to anything that listens", exposes_fields},
    {"not_exposed", Kind::exposes, "No such service is open to strangers when the run is over.",
     "service that is open", "no firewall lets a stranger in to anything that listens",
     exposes_fields, true},
};

}  // namespace

std::span<const KindRow> kind_rows() { return rows; }

const KindRow* find_kind(std::string_view name) {
    for (const KindRow& row : rows)
        if (row.name == name) return &row;
    return nullptr;
}

std::span<const FieldRow> fields_of(Kind kind) {
    for (const KindRow& row : rows)
        if (row.kind == kind) return row.fields;
    return {};
}

int find_field(Kind kind, std::string_view name) {
    const auto fields = fields_of(kind);
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (fields[i].name == name) return static_cast<int>(i);
    return -1;
}

}  // namespace postroad::sim::grading
