// Fuzzes the DNS message reader, the authoritative server and zone text.
// The first octet chooses: even for a packet, odd for a zone file.
#include "protocols/dns/answer.hpp"
#include "protocols/dns/message_reader.hpp"

#include <cstdlib>

using namespace postroad::dns;

namespace {

const ZoneSet& zones() {
    static const ZoneSet set = [] {
        ZoneSet out;
        out.add(load_zone({"fuzz.zone",
                           "$TTL 60\n@ SOA ns1 host 1 2 3 4 5\n@ NS ns1\n@ MX 10 ns1\n"
                           "ns1 A 192.0.2.1\n*.w TXT x\nc CNAME d.w\ns NS ns.s\nns.s A 192.0.2.2\n",
                           parse_name("example.org.").name, 1})
                    .zone);
        return out;
    }();
    return set;
}

void fuzz_packet(Bytes packet) {
    static std::array<std::uint8_t, 70000> out;
    MessageReader reader(packet);
    for (Record r; reader.next(r);) {
        const auto size = expand_rdata(r, out);
        if ((r.as_mx() || r.as_soa() || r.as_name()) && !size) std::abort();  // they must agree
        if (auto txt = r.as_txt())
            for (std::string_view text; txt->next(text);) {}
        (void)r.as_edns();
    }
    const Answer a = answer(zones(), packet, {}, std::span(out).first(1232));
    MessageReader response(Bytes(out).first(a.size));
    for (Record r; response.next(r);) {}
    if (a.size != 0 && (response.error() != MessageError::none || response.trailing_size() != 0))
        std::abort();
}

void fuzz_zone(std::string_view text) {
    const Include include = [](std::string_view path) -> std::optional<std::string> {
        if (path == "i") return "x A 192.0.2.1\n";
        return std::nullopt;
    };
    const LoadedZone first = load_zone({"fuzz", text, parse_name("example.org.").name, 1}, include);
    if (!first.zone) return;
    const std::string printed = first.zone->to_text();
    const LoadedZone again = load_zone({"again", printed, first.zone->origin(), 1});
    if (!again.zone || again.zone->to_text() != printed) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const Bytes rest{data + 1, size - 1};
    if (data[0] % 2 == 0)
        fuzz_packet(rest);
    else
        fuzz_zone({reinterpret_cast<const char*>(rest.data()), rest.size()});
    return 0;
}
