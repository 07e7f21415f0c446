// Whether an answer may be believed. There is no DNSSEC here: a resolver that validates would say so
// with AD, and until one does, zones that the scenario declares as signed count as validated.
#include "sim/dns/resolve.hpp"

namespace postroad::sim::dns_layer {
namespace {

// The zone nearest above a name is declared as signed.
bool is_declared(const Setup& setup, dns::Bytes name) {
    std::string text = dns::to_text(name);
    if (text.size() > 1 && text.back() == '.') text.pop_back();
    for (std::string_view rest = text;;) {
        const std::uint32_t zone = setup.find_zone(rest);
        if (zone != nothing) return setup.zones[zone].is_signed;
        const std::size_t dot = rest.find('.');
        if (dot == std::string_view::npos) return false;
        rest.remove_prefix(dot + 1);
    }
}

}  // namespace

Security security_of(const Run& run, const Resolved& resolved) {
    // RFC 4035 §3.2.3: AD is set when every record of the answer is authentic.
    if (!resolved.message.empty() &&
        dns::MessageReader(resolved.message).header().authentic_data)
        return Security::authenticated;
    const bool all = is_declared(run.setup(), resolved.name) &&
                     (resolved.aliases == 0 || is_declared(run.setup(), resolved.canonical));
    return all ? Security::assumed : Security::insecure;
}

}  // namespace postroad::sim::dns_layer
