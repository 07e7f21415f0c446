// The map from property ids above 0x8000 to names (MS-PST §2.4.7).
#pragma once

#include "protocols/pst/store.hpp"

namespace postroad::pst {

// The node's properties: streams of sets, of entries and of texts, and a hash table of the entries.
Properties name_map(const std::vector<mapi::PropertyName>& names);
// An id whose name is damaged or not there has none. `damaged` counts the former.
std::vector<mapi::PropertyName> read_name_map(const Properties& properties, std::size_t& damaged);

}  // namespace postroad::pst
