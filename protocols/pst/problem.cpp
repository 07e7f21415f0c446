// Entry ids, and problems as sentences.
#include <fmt/format.h>

#include "protocols/pst/store.hpp"

namespace postroad::pst {

std::string sentence(const Problem& problem) {
    std::string place;
    if (problem.offset != 0) place = fmt::format("octet {}", problem.offset);
    if (problem.nid != 0)
        place += fmt::format("{}node 0x{:x}", place.empty() ? "" : ", ", problem.nid);
    return fmt::format("{}{}{}{}{}", place, place.empty() ? "" : ": ", problem.what,
                       problem.advice.empty() ? "" : "; ", problem.advice);
}

std::string entry_id(const rpc::Uuid& record_key, NodeId nid) {
    mapi::Writer writer;
    rpc::Uuid key = record_key;
    writer.value(std::uint32_t{0});
    mapi::guid(writer, key);
    writer.value(nid);
    return std::move(writer.out);
}

std::optional<EntryId> read_entry_id(std::string_view octets) {
    mapi::Reader reader(octets);
    EntryId out;
    std::uint32_t flags = 0;
    reader.value(flags);
    mapi::guid(reader, out.record_key);
    reader.value(out.nid);
    return reader.done() ? std::optional(out) : std::nullopt;
}

}  // namespace postroad::pst
