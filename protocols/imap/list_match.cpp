// Which folders a LIST shows, and with which attributes.
#include "protocols/imap/list_match.hpp"

#include <algorithm>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/store.hpp"

namespace postroad::imap {
namespace {

struct Folder {
    std::string_view name;
    std::uint32_t bits = 0;
    bool has(std::uint32_t bit) const { return (bits & bit) != 0; }
};

std::vector<Folder> read_folders(std::string_view text) {
    std::vector<Folder> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const std::size_t space = std::min(line.find(' '), line.size());
        if (const auto bits = parse_number(line.substr(0, space)); bits && space < line.size())
            out.push_back({line.substr(space + 1), static_cast<std::uint32_t>(*bits)});
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

bool is_below(std::string_view name, std::string_view parent, char delimiter) {
    return delimiter != '\0' && name.size() > parent.size() && name.starts_with(parent) &&
           name[parent.size()] == delimiter;
}

constexpr std::uint32_t special = folder::all | folder::archive | folder::drafts | folder::flagged |
                                  folder::junk | folder::sent | folder::trash;

struct Word {
    std::uint32_t bit;
    std::string_view word;
};
constexpr Word special_words[] = {
    {folder::all, "\\All"},         {folder::archive, "\\Archive"}, {folder::drafts, "\\Drafts"},
    {folder::flagged, "\\Flagged"}, {folder::junk, "\\Junk"},       {folder::sent, "\\Sent"},
    {folder::trash, "\\Trash"},
};

ListedFolder shown(const Folder& one, const std::vector<Folder>& all, const ListQuery& query,
                   char delimiter) {
    ListedFolder out;
    out.name = one.name;
    out.exists = !one.has(folder::missing | folder::no_select);
    const auto add = [&](bool has, std::string_view word) {
        if (has) out.attributes.push_back(word);
    };
    add(one.has(folder::missing) && !query.lsub, "\\NonExistent");
    add(one.has(folder::no_select) || (query.lsub && one.has(folder::missing)), "\\Noselect");
    add(one.has(folder::no_inferiors), "\\Noinferiors");
    add(one.has(folder::marked), "\\Marked");
    add(one.has(folder::unmarked), "\\Unmarked");
    add(one.has(folder::subscribed) && (query.show_subscribed || query.only_subscribed) &&
            !query.lsub,
        "\\Subscribed");
    if (query.show_children && !query.lsub && !one.has(folder::no_inferiors)) {
        const bool parent = std::any_of(all.begin(), all.end(), [&](const Folder& other) {
            return !other.has(folder::missing) && is_below(other.name, one.name, delimiter);
        });
        add(parent, "\\HasChildren");
        add(!parent, "\\HasNoChildren");
    }
    for (const Word& word : special_words)
        add(query.show_special && !query.lsub && one.has(word.bit), word.word);
    return out;
}

bool any_matches(std::string_view name, const ListQuery& query, char delimiter) {
    return std::any_of(query.patterns.begin(), query.patterns.end(), [&](const std::string& one) {
        return matches_pattern(name, one, delimiter);
    });
}

}  // namespace

bool matches_pattern(std::string_view name, std::string_view pattern, char delimiter) {
    // The classic walk with one place to come back to for each kind of wildcard: a "%" within a
    // "*" may have to give up what it took, so both are kept.
    const bool is_inbox = equals_ignoring_case(name, "INBOX");
    const auto same = [&](char a, char b) {
        return a == b || (is_inbox && to_lower(a) == to_lower(b));
    };
    std::vector<bool> reach(name.size() + 1), next;
    reach[0] = true;
    for (const char c : pattern) {
        next.assign(name.size() + 1, false);
        if (c == '*' || c == '%') {
            bool open = false;
            for (std::size_t i = 0; i <= name.size(); ++i) {
                if (i > 0 && c == '%' && name[i - 1] == delimiter) open = false;
                open = open || reach[i];
                next[i] = open;
            }
        } else {
            for (std::size_t i = 0; i < name.size(); ++i)
                if (reach[i] && same(name[i], c)) next[i + 1] = true;
        }
        reach.swap(next);
    }
    return reach[name.size()];
}

std::vector<ListedFolder> list_folders(std::string_view folders, const ListQuery& query,
                                       char delimiter) {
    const std::vector<Folder> all = read_folders(folders);
    std::vector<ListedFolder> out;
    const auto already = [&](std::string_view name) {
        return std::find_if(out.begin(), out.end(),
                            [&](const ListedFolder& one) { return one.name == name; });
    };
    for (const Folder& one : all) {
        const bool wanted = (!query.only_subscribed || one.has(folder::subscribed)) &&
                            (!query.only_special || one.has(special)) &&
                            (query.only_subscribed || !one.has(folder::missing));
        if (!wanted) continue;
        if (any_matches(one.name, query, delimiter)) {
            if (const auto had = already(one.name); had == out.end())
                out.push_back(shown(one, all, query, delimiter));
            else  // a parent shown for its child's sake turned out to be listed itself
                had->attributes = shown(one, all, query, delimiter).attributes;
            continue;
        }
        if (!(query.only_subscribed && (query.recursive_match || query.lsub))) continue;
        // RFC 5258 §3.5, RFC 3501 §6.3.9: a parent is shown whose child alone is subscribed.
        for (std::size_t end = one.name.find(delimiter); end != one.name.npos && delimiter != '\0';
             end = one.name.find(delimiter, end + 1)) {
            const std::string_view parent = one.name.substr(0, end);
            if (!any_matches(parent, query, delimiter)) continue;
            const auto had = already(parent);
            if (had != out.end()) {
                had->child_subscribed = true;
                continue;
            }
            ListedFolder up;
            const auto known = std::find_if(
                all.begin(), all.end(), [&](const Folder& other) { return other.name == parent; });
            if (known != all.end()) up = shown(*known, all, query, delimiter);
            up.name = parent;
            up.child_subscribed = true;
            up.exists = known != all.end() && up.exists;
            if (query.lsub)
                up.attributes = {"\\Noselect"};
            else if (known == all.end())
                up.attributes = {"\\NonExistent", "\\HasChildren"};
            out.push_back(std::move(up));
        }
    }
    // A parent that is subscribed itself and came before its child.
    if (query.recursive_match)
        for (ListedFolder& up : out)
            for (const Folder& one : all)
                if (one.has(folder::subscribed) && is_below(one.name, up.name, delimiter) &&
                    !any_matches(one.name, query, delimiter))
                    up.child_subscribed = true;
    return out;
}

}  // namespace postroad::imap
