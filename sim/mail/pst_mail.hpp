// Folders of mail as a PST file (MS-PST), and back: what programs keep on their own disks.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message/kept.hpp"
#include "protocols/pst/store.hpp"

namespace postroad::sim {

// By name, levels parted by "/"; INBOX is there called "Inbox".
using KeptFolders = std::map<std::string, std::vector<message::Kept>>;

// `key`: what tells this file from all others. `made_s`: since 1970 UTC.
std::string write_pst_mail(const KeptFolders& folders, std::string_view display_name,
                           const rpc::Uuid& key, std::int64_t made_s);

struct PstMail {
    KeptFolders folders;
    pst::Problems problems;          // what was damaged, and got around
    bool readable = false;           // false: the first problem says why it is none
};
PstMail read_pst_mail(std::string_view octets);

// Whether octets say of themselves that they are such a file (§2.2.2.6: "!BDN").
bool is_pst(std::string_view octets);

}  // namespace postroad::sim
