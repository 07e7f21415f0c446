// A mail store in memory: as simple as it can be, so that it can be the model that other stores,
// and what IMAP sessions are told, are held against.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/lexer.hpp"
#include "protocols/imap/store.hpp"

namespace postroad::imap_model {

struct Message {
    imap::MessageRow row;
    std::string text;
    imap::InternalDate date;
    std::uint64_t email_id = 0;
    std::int64_t saved_s = 0;
};

struct Mailbox {
    std::uint64_t id = 0;
    std::uint32_t uidvalidity = 0, uidnext = 1;
    std::uint64_t modseq = 1;
    std::uint32_t recent_from = 1;  // no session has seen these UIDs yet
    std::vector<Message> messages;  // by UID upwards
    std::vector<std::pair<std::uint32_t, std::uint64_t>> vanished;  // UID and when
    std::vector<std::string> keywords;
    std::uint64_t forgets_before = 0;  // of what vanished

    Message* find(std::uint32_t uid) {
        for (Message& one : messages)
            if (one.row.uid == uid) return &one;
        return nullptr;
    }
    std::string keyword_table() const {
        std::string out;
        for (const std::string& one : keywords) out += one + "\n";
        return out;
    }
    // The place of a keyword, made if there is room; 32: there is none.
    unsigned intern(std::string_view name) {
        for (unsigned i = 0; i < keywords.size(); ++i)
            if (equals_ignoring_case(keywords[i], name)) return imap::system_flags + i;
        if (keywords.size() == imap::keywords_max) return 32;
        keywords.emplace_back(name);
        return imap::system_flags + static_cast<unsigned>(keywords.size()) - 1;
    }
    std::uint32_t add(std::string_view text, std::uint32_t flags, imap::InternalDate date,
                      std::uint64_t email_id, std::int64_t now_s) {
        messages.push_back({{uidnext, flags, ++modseq}, std::string(text), date, email_id, now_s});
        return uidnext++;
    }
    template <class Goes> std::vector<std::uint32_t> remove(Goes&& goes) {
        std::vector<std::uint32_t> out;
        for (const Message& one : messages)
            if (goes(one)) out.push_back(one.row.uid);
        if (out.empty()) return out;
        ++modseq;
        for (const std::uint32_t uid : out) vanished.emplace_back(uid, modseq);
        std::erase_if(messages, [&](const Message& one) {
            return std::binary_search(out.begin(), out.end(), one.row.uid);
        });
        return out;
    }
};

struct Store {
    std::map<std::string, std::shared_ptr<Mailbox>> mailboxes;
    std::set<std::string> subscriptions;
    std::map<std::string, std::uint32_t> uses;
    std::uint64_t next_id = 1, next_email = 1;
    std::uint32_t next_validity = 700;
    std::int64_t now_s = 697170952;
    std::uint64_t storage_limit = 0;  // in units of 1024 octets; 0: none
    char delimiter = '/';

    Store() { create("INBOX", 0); }

    std::shared_ptr<Mailbox> find(const std::string& name) const {
        const auto at = mailboxes.find(name);
        return at == mailboxes.end() ? nullptr : at->second;
    }
    std::shared_ptr<Mailbox> by_id(std::uint64_t id) const {
        for (const auto& [name, box] : mailboxes)
            if (box->id == id) return box;
        return nullptr;
    }
    void create(const std::string& name, std::uint32_t use) {
        for (std::size_t end = name.find(delimiter); end != name.npos;
             end = name.find(delimiter, end + 1))
            if (!find(name.substr(0, end))) create(name.substr(0, end), 0);
        auto box = std::make_shared<Mailbox>();
        box->id = next_id++;
        box->uidvalidity = ++next_validity;
        mailboxes[name] = box;
        if (use != 0) uses[name] = use;
    }
    bool has_children(const std::string& name) const {
        const auto at = mailboxes.upper_bound(name + delimiter);
        return at != mailboxes.end() && at->first.starts_with(name + delimiter);
    }
    std::uint64_t octets() const {
        std::uint64_t out = 0;
        for (const auto& [name, box] : mailboxes)
            for (const Message& one : box->messages) out += one.text.size();
        return out;
    }
    std::uint64_t count() const {
        std::uint64_t out = 0;
        for (const auto& [name, box] : mailboxes) out += box->messages.size();
        return out;
    }
};

}  // namespace postroad::imap_model
