// Whose mail is it? A mailbox has no envelope. Where one mailbox collects the mail of a whole
// domain (multidrop), an agent must find the recipients in the header: in a field that the server
// has left, or by guessing from To and Cc (RFC 5321 §7.2: the header need not name them).
#include "protocols/base/ascii.hpp"
#include "protocols/message/address.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/trace_fields.hpp"
#include "sim/mail/addresses.hpp"
#include "sim/mail/retriever_parts.hpp"

namespace postroad::sim::retriever {
namespace {

constexpr std::size_t recipients_max = 100;

bool is_ours(const scenario::Retriever& settings, std::string_view address) {
    const std::string_view domain = mail::domain_part(address);
    for (const std::string& one : settings.domains)
        if (equals_ignoring_case(one, domain)) return true;
    return settings.domains.empty() && !domain.empty();
}

void add(std::vector<std::string>& out, const std::string& address) {
    for (const std::string& one : out)
        if (equals_ignoring_case(one, address)) return;
    if (out.size() < recipients_max) out.push_back(address);
}

// "Delivered-To: bob@example.org"; a Received field has it behind "for".
void from_field(const scenario::Retriever& settings, const message::Field& field,
                std::vector<std::string>& out) {
    std::string address;
    if (field.is("Received")) {
        const auto received = message::parse_received(field.value);
        if (received) address = received->for_path;
        if (is_ours(settings, address)) add(out, address);
        return;
    }
    for (const message::Mailbox& one : message::parse_addresses(field.value).mailboxes())
        if (is_ours(settings, address = one.address())) add(out, address);
}

std::string joined(const std::vector<std::string>& all) {
    std::string out;
    for (const std::string& one : all) out += (out.empty() ? "" : ", ") + one;
    return out;
}

}  // namespace

std::vector<std::string> recipients_of(Run& run, std::uint32_t agent, Id message,
                                       std::string_view content) {
    const scenario::Retriever& settings = settings_of(run, agent);
    const NodeId host = setup_of(run, agent).host;
    if (!settings.recipients.empty()) return settings.recipients;
    const message::Parts parts = message::split_message(content);
    std::vector<std::string> out;
    for (const std::string& name : settings.envelope_fields) {
        for (const message::Field& field : parts.fields()) {
            if (!field.is(name)) continue;
            from_field(settings, field, out);
            if (!out.empty()) break;  // the topmost is the last server's
        }
        if (out.empty()) continue;
        run.decide(host, message, Reason::mra_envelope, name, joined(out));
        return out;
    }
    for (const message::Field& field : parts.fields())
        if (field.is("To") || field.is("Cc") || field.is("Resent-To") || field.is("Resent-Cc"))
            from_field(settings, field, out);
    if (!out.empty()) {
        run.decide(host, message, Reason::mra_guess, joined(out));
        return out;
    }
    run.decide(host, message, Reason::mra_nobody,
               settings.postmaster.empty() ? std::string("it stays where it is")
                                           : settings.postmaster + " gets it");
    if (!settings.postmaster.empty()) out.push_back(settings.postmaster);
    return out;
}

}  // namespace postroad::sim::retriever
