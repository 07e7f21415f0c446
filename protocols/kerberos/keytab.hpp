// A key table as MIT's programs and Wireshark read it (file format 0x0502): keys of principals, so
// that a service can open tickets and a capture can be read.
#pragma once

#include "protocols/kerberos/messages.hpp"

namespace postroad::kerberos {

struct KeytabEntry {
    std::string realm;
    PrincipalName name;
    Key key;
    std::uint32_t version = 1;
    std::int64_t written_unix_s = 0;
};
std::string write_keytab(const std::vector<KeytabEntry>& entries);

}  // namespace postroad::kerberos
