// LIST and LSUB over a list of folders (RFC 3501 §6.3.8, RFC 5258, RFC 6154): pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::imap {

// A mailbox as LIST shows it: its attributes in the order they are written.
struct ListedFolder {
    std::string name;  // UTF-8
    std::vector<std::string_view> attributes;
    bool child_subscribed = false;  // RFC 5258 §4: CHILDINFO ("SUBSCRIBED")
    bool exists = true;             // STATUS can be asked
};

struct ListQuery {
    std::vector<std::string> patterns;  // reference and pattern joined
    bool only_subscribed = false;
    bool remote = false;  // taken, and without effect: there are none
    bool recursive_match = false;
    bool only_special = false;     // selection SPECIAL-USE
    bool show_subscribed = false;  // RETURN (SUBSCRIBED)
    bool show_children = true;     // \HasChildren, \HasNoChildren
    bool show_special = true;
    bool lsub = false;  // RFC 3501 §6.3.9's rule for "%"
};

// "*" matches anything, "%" anything without the delimiter. INBOX ignores case.
bool matches_pattern(std::string_view name, std::string_view pattern, char delimiter);

// `folders`: what the store answered to FOLDERS (store.hpp).
std::vector<ListedFolder> list_folders(std::string_view folders, const ListQuery& query,
                                       char delimiter);

}  // namespace postroad::imap
