// Reads the RDATA of a master-file record with ldns and gives its wire form.
#pragma once

#include "protocols/dns/master_file.hpp"

namespace postroad::dns {

struct ReadRdata {
    bool ok = false;
    std::vector<std::uint8_t> wire;  // names uncompressed
    // When not ok: which token is at fault (or the type, when there is none), and why.
    Place at;
    std::string what, why, hint;
};
ReadRdata read_rdata_text(const Entry& entry);

}  // namespace postroad::dns
