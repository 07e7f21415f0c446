// Composing: a mail program makes a message of what its person wants to say, and an envelope that
// need not agree with the header (RFC 5321 §2.3.1).
#include "sim/mail/people_parts.hpp"

#include "protocols/message/address.hpp"
#include "protocols/message/compose.hpp"
#include "protocols/message/header.hpp"
#include "sim/mail/addresses.hpp"

namespace postroad::sim::people {
namespace {

constexpr std::size_t tail_octets_max = 60'000;  // a row of the Trace holds 65,528

// A stranger has no device here. The host that has his domain speaks for him; else one that is in
// another network than the server, since strangers come from outside.
NodeId host_of_stranger(const Run& run, std::string_view address, std::uint32_t target) {
    const Setup& setup = run.setup();
    const std::string_view domain = mail::domain_part(address);
    for (NodeId node = 0; node < setup.hosts.size() && !domain.empty(); ++node)
        for (const std::string& one : mail::settings_of(run, node).domains)
            if (node != target && equals_ignoring_case(one, domain)) return node;
    const auto network = [&](NodeId node) {
        return setup.hosts[node].attachments.empty() ? nothing
                                                     : setup.hosts[node].attachments[0].network;
    };
    NodeId best = target;
    for (NodeId node = 0; node < setup.hosts.size(); ++node) {
        if (node == target || network(node) == network(target)) continue;
        if (setup.hosts[node].services.empty()) return node;
        if (best == target) best = node;
    }
    return best;
}

// "bob" or "bob@example.org" as it stands in To: people here are known by their full names.
void add_address(const Run& run, std::string_view text, std::vector<message::Address>& out) {
    const std::uint32_t person = run.setup().find_person(text);
    const bool named = person != nothing && !run.setup().people[person].address.empty();
    const std::string_view plain = named && text.find('@') == std::string_view::npos
                                       ? std::string_view(run.setup().people[person].address)
                                       : text;
    message::AddressList list = message::parse_addresses(plain);
    for (message::Address& one : list.addresses) {
        if (named && one.mailboxes.size() == 1 && one.mailboxes[0].display_name.empty())
            one.mailboxes[0].display_name = run.setup().people[person].display;
        out.push_back(std::move(one));
    }
}

std::vector<message::Address> addresses_of(const Run& run, const std::vector<std::string>& texts) {
    std::vector<message::Address> out;
    for (const std::string& text : texts) add_address(run, text, out);
    return out;
}

// Lines of 72 octets, numbered by nothing: filler.
void add_filler(std::string& body, std::uint64_t octets) {
    constexpr std::string_view line =
        "Postroad, postroad, postroad, postroad, postroad, postroad, postroad.\n";
    const std::size_t size_max = body.size() + octets;
    body.reserve(size_max);
    while (body.size() + line.size() <= size_max) body += line;
    if (body.size() < size_max) body.append(size_max - body.size() - 1, 'x').append("\n");
}

std::string unfolded_value(const message::Parts& parts, std::string_view name) {
    std::string scratch;
    const message::Field field = parts.find(name);
    if (field.raw.empty()) return {};
    return std::string(message::unfolded(field, scratch));
}

struct Written {
    std::string content;
    std::string message_id;                // as in the header, brackets included
    std::string subject;
    std::vector<std::string> recipients;   // forward-paths
};

// A message given whole is sent as it is; LF line ends of a text file become CRLF.
Written given(const scenario::Send& send, message::Draft& draft) {
    Written out;
    const std::string& text = send.message.text;
    out.content = text.find("\r\n") == std::string::npos ? message::with_crlf(text) : text;
    const message::Parts parts = message::split_message(out.content);
    out.message_id = unfolded_value(parts, "Message-ID");
    out.subject = unfolded_value(parts, "Subject");
    if (draft.to.empty() && draft.cc.empty() && draft.bcc.empty()) {
        draft.to = message::parse_addresses(parts.find("To").value).addresses;
        draft.cc = message::parse_addresses(parts.find("Cc").value).addresses;
        draft.bcc = message::parse_addresses(parts.find("Bcc").value).addresses;
    }
    return out;
}

Written composed(const Run& run, const scenario::Send& send, NodeId device, Id id,
                 message::Draft& draft) {
    draft.subject = send.subject;
    draft.unix_s = run.unix_s();
    draft.offset_min = run.host(device).utc_offset_min;
    mail::append_queue_id(draft.message_id, id);
    draft.message_id += '@';
    draft.message_id += domain_name_of(run, device);
    for (const auto& [name, value] : send.fields) draft.extra.push_back({name, value});
    draft.body = send.body;
    if (send.padding) {
        if (!draft.body.empty() && draft.body.back() != '\n') draft.body += '\n';
        add_filler(draft.body, send.padding->bytes);
    }
    Written out;
    out.content = message::compose(draft);
    out.message_id = '<' + draft.message_id + '>';
    out.subject = send.subject;
    return out;
}

}  // namespace

void send(Run& run, const scenario::Send& send) {
    const Setup& setup = run.setup();
    Submission one;
    one.person = setup.find_person(send.from);
    const bool here = one.person != nothing && setup.people[one.person].device != nothing;
    const bool by_rpc = here && !send.via && setup.people[one.person].sends_by_rpc &&
                        speaks_mapi(run, one.person) &&
                        setup.people[one.person].fetches_from_host != nothing;
    one.by_rpc = by_rpc ? 1 : 0;
    one.target = send.via ? setup.find_host(send.via->host)
                 : by_rpc ? setup.people[one.person].fetches_from_host
                 : here   ? setup.people[one.person].submits_to_host
                          : nothing;
    if (one.target == nothing) return;  // the scenario has been warned of it
    one.port = send.via ? send.via->port : setup.people[one.person].submits_to_port;
    one.device = here ? setup.people[one.person].device
                      : host_of_stranger(run, send.from, one.target);
    one.message = run.new_id(one.device);

    message::Draft draft;
    add_address(run, one.person != nothing ? setup.people[one.person].address : send.from,
                draft.from);
    draft.to = addresses_of(run, send.to);
    draft.cc = addresses_of(run, send.cc);
    draft.bcc = addresses_of(run, send.bcc);
    Written written = send.message.empty() ? composed(run, send, one.device, one.message, draft)
                                           : given(send, draft);
    written.recipients = message::envelope_recipients(draft);
    if (!send.forward_paths.empty()) written.recipients = send.forward_paths;
    const std::string reverse_path =
        send.reverse_path ? *send.reverse_path
        : draft.from.empty() || draft.from[0].mailboxes.empty()
            ? std::string()
            : draft.from[0].mailboxes[0].address();

    Heap& heap = run.world.heap;
    for (const char c : written.content)
        if (static_cast<unsigned char>(c) > 127) one.eight_bit = 1;
    CustodyFact fact;
    fact.message = one.message;
    fact.move = CustodyMove::composed;
    fact.recipients = static_cast<std::uint16_t>(written.recipients.size());
    fact.content_hash = hash_octets(written.content);
    std::string tail = written.message_id + '\n' + written.subject + '\n' + reverse_path;
    for (const std::string& path : written.recipients) {
        heap.push(one.forward_paths, heap.make(path));
        if (tail.size() + path.size() < tail_octets_max) tail += '\n' + path;
    }
    run.record(one.device, fact, std::string_view(tail).substr(0, tail_octets_max));
    if (!draft.bcc.empty())
        run.decide(one.device, one.message, Reason::bcc,
                   static_cast<std::uint64_t>(draft.bcc.size()));
    if (!send.forward_paths.empty()) run.decide(one.device, one.message, Reason::envelope_only);
    if (here) ++run.world.mail.people.people.edit(one.person).sent;
    if (written.recipients.empty()) {  // nobody to send it to: the mail program says so
        run.decide(one.device, one.message, Reason::told_sender, "nobody", "no recipient is given");
        heap.drop(one.forward_paths);
        return;
    }
    if (!by_rpc) {
        // No address book of a server's: what was typed becomes an entry that stands for itself.
        std::string all;
        for (const std::string& path : written.recipients) all += (all.empty() ? "SMTP:" : ", SMTP:") + path;
        called(run, one.person, 0, "IAddrBook::CreateOneOff", "MAPI subsystem", all);
    }
    one.reverse_path = heap.make(reverse_path);
    one.content = heap.make(written.content);
    submit(run, one);
}

}  // namespace postroad::sim::people
