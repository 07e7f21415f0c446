// What a person wants to know of each packet.
#include "protocols/rpc/words.hpp"

#include "protocols/rpc/pdu.hpp"
#include "protocols/rpc/services.hpp"

namespace postroad::rpc {
namespace {

std::string interface_words(const Syntax& interface) {
    return word_of(interface) + " " + std::to_string(interface.major) + "." + std::to_string(interface.minor);
}

std::string transfer_words(const Syntax& transfer) {
    if (transfer == ndr_syntax) return "NDR";
    if (transfer == ndr64_syntax) return "NDR64";
    return is_feature_negotiation(transfer) ? "features" : to_string(transfer);
}

std::string body_words(const Bind& bind) {
    std::string out;
    for (const PresentationContext& one : bind.contexts) {
        if (!out.empty()) out += ", ";
        out += interface_words(one.abstract);
        // NDR is what everybody speaks; the rest is worth a word.
        for (const Syntax& transfer : one.transfers)
            if (transfer != ndr_syntax) out += " by " + transfer_words(transfer);
    }
    if (bind.group != 0) out += ", joins group " + std::to_string(bind.group);
    return out;
}

std::string_view reason_words(std::uint16_t reason) {
    switch (static_cast<Reason>(reason)) {
    case Reason::not_specified: break;
    case Reason::abstract_syntax_not_supported: return "no such interface";
    case Reason::transfer_syntaxes_not_supported: return "not by this syntax";
    case Reason::local_limit_exceeded: return "too many";
    }
    return "refused";
}

std::string body_words(const BindAck& ack) {
    std::string out;
    for (const ContextResult& one : ack.results) {
        if (!out.empty()) out += ", ";
        if (one.verdict == Verdict::acceptance)
            out += "accepted";
        else if (one.verdict == Verdict::negotiate_ack)
            out += "features agreed on";
        else
            out += reason_words(one.reason);
    }
    return out + "; group " + std::to_string(ack.group);
}

std::string body_words(const BindNak& nak) {
    switch (nak.reason) {
    case Rejection::not_specified: break;
    case Rejection::temporary_congestion: return "too much to do";
    case Rejection::local_limit_exceeded: return "too many";
    case Rejection::protocol_version_not_supported: return "another version of RPC";
    case Rejection::authentication_type_not_recognized: return "no such way to log in";
    case Rejection::invalid_checksum: return "a wrong checksum";
    }
    return "no reason given";
}

std::string octets_words(std::size_t octets) { return std::to_string(octets) + " octets"; }

std::string body_words(const Request& request) {
    return "operation " + std::to_string(request.operation) + " of context " +
           std::to_string(request.context) + ", " + octets_words(request.stub.size());
}
std::string body_words(const Response& response) { return octets_words(response.stub.size()); }
std::string body_words(const Fault& fault) { return text_of(fault.status); }
std::string body_words(const Auth3&) { return "the log-in's third message"; }
std::string body_words(const Plain&) { return {}; }

std::string_view name_of(AuthType type) {
    switch (type) {
    case AuthType::none: return "nobody";
    case AuthType::spnego: return "spnego";
    case AuthType::ntlm: return "ntlm";
    case AuthType::kerberos: return "kerberos";
    }
    return "an unknown provider";
}

}  // namespace

std::string words_of(std::string_view octets) {
    const auto packet = read_packet(octets);
    if (!packet) return "octets that are no packet of RPC";
    std::string out(name_of(packet->type));
    const std::string body =
        std::visit([](const auto& one) { return body_words(one); }, packet->body);
    if (!body.empty()) out += ": " + body;
    const bool is_part = (packet->flags & flag::whole) != flag::whole;
    if (is_part) out += packet->flags & flag::last ? ", the last part" : ", a part";
    if (packet->verifier)
        out += "; " + std::string(name_of(packet->verifier->type)) + ", " +
               std::string(name_of(packet->verifier->level));
    return out;
}

}  // namespace postroad::rpc
