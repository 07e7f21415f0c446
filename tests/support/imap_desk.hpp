// One IMAP session's desk over a mail store in memory: it answers the server's asks as simply as it
// can, so that other desks can be held against it.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/flags.hpp"
#include "protocols/imap/lexer.hpp"
#include "protocols/imap/query.hpp"
#include "protocols/imap/server.hpp"
#include "tests/support/imap_store.hpp"
#include "tests/support/sasl_desk.hpp"

namespace postroad::imap_model {

// One session's desk. `Asked` is an Ask, or what keeps one's texts (dialogue::KeptAsk).
class Desk {
public:
    explicit Desk(Store& store) : store_(store) {}

    std::string text;  // keeps what an answer shows
    std::string head;
    std::uint64_t open = 0;  // the mailbox this session has open; 0: none
    bool busy = false;       // a message comes to the open mailbox before each look for news
    std::string fails;       // the store cannot do this: "FETCH", or "all"

    template <class Asked>
    void operator()(imap::Server& server, Heap& heap, const Asked& ask, Answer& out) {
        if (ask.kind == AskKind::authenticate) {
            answer_sasl(server, heap, ask, out, text, false);
        } else if (ask.kind == AskKind::maildrop) {
            out.ok = ask.c == "SASL" ? ask.a != "nobody"
                                     : ask.b == "secret-" + std::string(ask.a) && ask.a != "nobody";
            out.number = 5;
        } else {
            answer(server, heap, {ask.kind, ask.a, ask.b, ask.c, ask.number}, out);
        }
    }

private:
    void refuse(Answer& out, std::string_view code, std::string_view words = {}) {
        out.ok = false;
        out.enhanced = code;
        out.text = words;
    }
    std::shared_ptr<Mailbox> opened() const { return open == 0 ? nullptr : store_.by_id(open); }

    void answer(imap::Server& server, Heap& heap, const Ask& ask, Answer& out) {
        if (ask.c == "CHANGES" && busy) deliver();
        if (fails == "all" || fails == ask.c) {
            if (ask.c == "CLOSE") close(nullptr, false);
            return refuse(out, "SERVERBUG", "the store is out of order");
        }
        const bool of_account = of_the_account(server, heap, ask, out);
        if (of_account) return;
        const auto box = opened();
        if (ask.c == "CLOSE") return close(box, ask.number == 1);
        if (!box) return refuse(out, "NONEXISTENT", "the mailbox has been deleted");
        of_the_mailbox(server, heap, *box, ask, out);
    }

    bool of_the_account(imap::Server& server, Heap& heap, const Ask& ask, Answer& out) {
        const std::string a(ask.a), b(ask.b);
        if (ask.c == "FOLDERS")
            folders(out);
        else if (ask.c == "CREATE")
            create(a, ask.number, out);
        else if (ask.c == "DELETE")
            erase(a, out);
        else if (ask.c == "RENAME")
            rename(a, b, out);
        else if (ask.c == "SUBSCRIBE")
            store_.subscriptions.insert(a);
        else if (ask.c == "UNSUBSCRIBE")
            store_.subscriptions.erase(a);
        else if (ask.c == "STATUS")
            status(a, out);
        else if (ask.c == "APPEND")
            append(a, b, heap.view(server.message), out);
        else if (ask.c == "QUOTA" || ask.c == "SETQUOTA")
            quota(ask, out);
        else if (ask.c == "SELECT" || ask.c == "EXAMINE")
            select(a, ask.c == "SELECT", out);
        else
            return false;
        return true;
    }

    void of_the_mailbox(imap::Server& server, Heap& heap, Mailbox& box, const Ask& ask,
                        Answer& out) {
        if (ask.c == "CHANGES")
            changes(box, ask, out);
        else if (ask.c == "VANISHED")
            vanished(box, ask.number, out);
        else if (ask.c == "KEYWORD")
            keywords(box, ask.number == 1 ? "" : ask.b, out);
        else if (ask.c == "FETCH")
            fetch(box, ask, out);
        else if (ask.c == "STORE")
            store_flags(box, ask, out);
        else if (ask.c == "EXPUNGE")
            expunge(box, ask.a, out);
        else if (ask.c == "COPY" || ask.c == "MOVE")
            copy(box, ask, out);
        else
            query(server, heap, box, ask, out);
    }

    void deliver() {
        if (const auto box = opened())
            box->add("Subject: news\r\n\r\n", 0, {store_.now_s, 0}, store_.next_email++,
                     store_.now_s);
    }

    void folders(Answer& out) {
        std::map<std::string, std::uint32_t> all;
        for (const auto& [name, box] : store_.mailboxes) {
            const auto use = store_.uses.find(name);
            all[name] = use == store_.uses.end() ? 0 : use->second;
        }
        for (const std::string& name : store_.subscriptions) {
            if (all.count(name) == 0) all[name] = imap::folder::missing;
            all[name] |= imap::folder::subscribed;
        }
        text.clear();
        for (const auto& [name, bits] : all) text += std::to_string(bits) + " " + name + "\n";
        out.text = text;
    }

    void create(const std::string& name, std::uint64_t use, Answer& out) {
        if (store_.find(name)) return refuse(out, "ALREADYEXISTS", "there is such a mailbox");
        store_.create(name, static_cast<std::uint32_t>(use));
        out.number = store_.find(name)->id;
    }
    void erase(const std::string& name, Answer& out) {
        if (!store_.find(name)) return refuse(out, "NONEXISTENT", "no such mailbox");
        if (store_.has_children(name))
            return refuse(out, "HASCHILDREN", "it has mailboxes below it");
        store_.mailboxes.erase(name);
        store_.uses.erase(name);
    }
    void rename(const std::string& from, const std::string& to, Answer& out) {
        if (!store_.find(from)) return refuse(out, "NONEXISTENT", "no such mailbox");
        if (store_.find(to)) return refuse(out, "ALREADYEXISTS", "there is such a mailbox");
        if (to.starts_with(from + store_.delimiter))
            return refuse(out, "CANNOT", "a mailbox cannot go below itself");
        if (from == "INBOX") {  // RFC 9051 §6.3.6: its messages go, and it stays
            store_.create(to, 0);
            const auto inbox = store_.find(from), target = store_.find(to);
            target->keywords = inbox->keywords;
            for (const Message& one : inbox->messages)
                target->add(one.text, one.row.flags, one.date, one.email_id, store_.now_s);
            inbox->remove([](const Message&) { return true; });
            return;
        }
        std::map<std::string, std::shared_ptr<Mailbox>> moved;
        for (const auto& [name, box] : store_.mailboxes)
            if (name == from || name.starts_with(from + store_.delimiter))
                moved[to + name.substr(from.size())] = box;
        std::erase_if(store_.mailboxes, [&](const auto& one) {
            return one.first == from || one.first.starts_with(from + store_.delimiter);
        });
        for (std::size_t end = to.find(store_.delimiter); end != to.npos;
             end = to.find(store_.delimiter, end + 1))
            if (!store_.find(to.substr(0, end))) store_.create(to.substr(0, end), 0);
        store_.mailboxes.insert(moved.begin(), moved.end());
    }

    void status(const std::string& name, Answer& out) {
        const auto box = store_.find(name);
        if (!box) return refuse(out, "NONEXISTENT", "no such mailbox");
        imap::StatusFacts facts;
        facts.modseq_max = box->modseq;
        facts.mailbox_id = box->id;
        facts.uidnext = box->uidnext;
        facts.uidvalidity = box->uidvalidity;
        for (const Message& one : box->messages) {
            ++facts.messages;
            facts.octets += one.text.size();
            facts.recent += one.row.uid >= box->recent_from;
            facts.unseen += !(one.row.flags & imap::flag::seen);
            if (!(one.row.flags & imap::flag::deleted)) continue;
            ++facts.deleted;
            facts.deleted_octets += one.text.size();
        }
        text.clear();
        imap::put_record(text, facts);
        out.text = text;
    }

    // "system-flags unix-seconds zone-minutes keyword keyword…"
    void append(const std::string& name, const std::string& how, std::string_view message,
                Answer& out) {
        const auto box = store_.find(name);
        if (!box) return refuse(out, "NONEXISTENT", "no such mailbox");
        if (store_.storage_limit != 0 &&
            store_.octets() + message.size() > store_.storage_limit * 1024)
            return refuse(out, "OVERQUOTA", "there is no room");
        std::string_view rest = how;
        auto flags = static_cast<std::uint32_t>(*parse_number(take_word(rest)));
        const std::string when(take_word(rest));
        const std::string zone(take_word(rest));
        while (!rest.empty())
            if (const unsigned bit = box->intern(take_word(rest)); bit < 32) flags |= 1U << bit;
        imap::InternalDate date{store_.now_s, 0};
        if (when != "-") date = {std::stoll(when), std::stoi(zone)};
        out.number = box->add(message, flags, date, store_.next_email++, store_.now_s);
        out.octets = box->uidvalidity;
    }

    void quota(const Ask& ask, Answer& out) {
        if (ask.number == 0 && !ask.a.empty())
            return refuse(out, "NONEXISTENT", "no such quota root");
        if (ask.number == 1 && !store_.find(std::string(ask.a)))
            return refuse(out, "NONEXISTENT", "no such mailbox");
        if (ask.c == "SETQUOTA") {
            std::string_view rest = ask.b;
            store_.storage_limit = 0;
            while (!rest.empty()) {
                const std::string_view resource = take_word(rest);
                const auto limit = parse_number(take_word(rest));
                if (resource != "STORAGE") return refuse(out, "CANNOT", "no such resource");
                store_.storage_limit = *limit;
            }
        }
        text = "";
        if (store_.storage_limit != 0 || ask.number == 0) text = "\n";  // the root without a name
        if (store_.storage_limit != 0)
            text += "STORAGE " + std::to_string((store_.octets() + 1023) / 1024) + " " +
                    std::to_string(store_.storage_limit);
        out.text = text;
    }

    // This session's view of a row: \Recent is its own.
    imap::MessageRow shown(Mailbox& box, const Message& one) {
        if (one.row.uid >= box.recent_from && takes_recent_) {
            for (const Message& other : box.messages)
                if (other.row.uid >= box.recent_from) recent_.insert(other.row.uid);
            box.recent_from = box.uidnext;
        }
        imap::MessageRow row = one.row;
        if (recent_.count(row.uid) != 0) row.flags |= imap::flag::recent;
        return row;
    }

    void select(const std::string& name, bool takes_recent, Answer& out) {
        close(nullptr, false);
        const auto box = store_.find(name);
        if (!box) return refuse(out, "NONEXISTENT", "no such mailbox");
        open = box->id;
        takes_recent_ = takes_recent;
        imap::SelectHead facts;
        facts.modseq_max = box->modseq;
        facts.mailbox_id = box->id;
        facts.uidvalidity = box->uidvalidity;
        facts.uidnext = box->uidnext;
        facts.messages = static_cast<std::uint32_t>(box->messages.size());
        facts.keyword_octets = static_cast<std::uint32_t>(box->keyword_table().size());
        text.clear();
        imap::put_record(text, facts);
        for (const Message& one : box->messages) imap::put_record(text, shown(*box, one));
        text += box->keyword_table();
        out.text = text;
        out.number = box->id;
    }

    void close(const std::shared_ptr<Mailbox>& box, bool expunges) {
        if (box && expunges)
            box->remove([](const Message& one) { return one.row.flags & imap::flag::deleted; });
        open = 0;
        recent_.clear();
    }

    void put_changes(Mailbox& box, const std::vector<imap::MessageRow>& rows,
                     const std::vector<std::uint32_t>& uids, std::string_view table, Answer& out) {
        imap::ChangesHead facts;
        facts.modseq_max = box.modseq;
        facts.uidnext = box.uidnext;
        facts.messages = static_cast<std::uint32_t>(rows.size());
        facts.uids = static_cast<std::uint32_t>(uids.size());
        facts.keyword_octets = static_cast<std::uint32_t>(table.size());
        text.clear();
        imap::put_record(text, facts);
        for (const imap::MessageRow& row : rows) imap::put_record(text, row);
        for (const std::uint32_t uid : uids) imap::put_record(text, uid);
        text += table;
        out.text = text;
    }

    std::vector<std::uint32_t> vanished_since(const Mailbox& box, std::uint64_t since) const {
        std::vector<std::uint32_t> uids;
        for (const auto& [uid, when] : box.vanished)
            if (when > since) uids.push_back(uid);
        std::sort(uids.begin(), uids.end());
        return uids;
    }
    void changes(Mailbox& box, const Ask& ask, Answer& out) {
        out.exists = ask.number >= box.forgets_before;
        std::vector<imap::MessageRow> rows;
        for (const Message& one : box.messages)
            if (one.row.modseq > ask.number || !out.exists) rows.push_back(shown(box, one));
        const std::string table = box.keyword_table();
        const bool news = ask.a != "KEYWORDS " + std::to_string(box.keywords.size());
        put_changes(box, rows,
                    out.exists ? vanished_since(box, ask.number) : std::vector<std::uint32_t>{},
                    news ? table : "", out);
    }
    void vanished(Mailbox& box, std::uint64_t since, Answer& out) {
        out.exists = since >= box.forgets_before;
        put_changes(box, {}, out.exists ? vanished_since(box, since) : std::vector<std::uint32_t>{},
                    {}, out);
    }
    void keywords(Mailbox& box, std::string_view names, Answer& out) {
        while (!names.empty())
            if (box.intern(take_word(names)) == 32)
                return refuse(out, "LIMIT", "there are too many keywords");
        text = box.keyword_table();
        out.text = text;
    }

    imap::FetchHead head_of(Mailbox& box, const Message& one) {
        const imap::MessageRow row = shown(box, one);
        imap::FetchHead facts;
        facts.modseq = row.modseq;
        facts.flags = row.flags;
        facts.email_id = one.email_id;
        facts.internal_s = one.date.unix_s;
        facts.internal_zone_min = one.date.zone_min;
        facts.saved_s = one.saved_s;
        facts.octets = static_cast<std::uint32_t>(one.text.size());
        return facts;
    }
    void fetch(Mailbox& box, const Ask& ask, Answer& out) {
        Message* const one = box.find(static_cast<std::uint32_t>(ask.number));
        out.exists = one != nullptr;
        if (!one) return;
        if (ask.a == "SEEN" && !(one->row.flags & imap::flag::seen)) {
            one->row.flags |= imap::flag::seen;
            one->row.modseq = ++box.modseq;
        }
        head.clear();
        imap::put_record(head, head_of(box, *one));
        out.enhanced = head;
        if (ask.b == "TEXT") {
            text = one->text;
            out.text = text;
        }
    }

    static std::vector<imap::Range> uids_of(std::string_view text) {
        imap::Reader reader(text);
        return imap::resolved(*reader.sequence_set(), 0);
    }

    void store_flags(Mailbox& box, const Ask& ask, Answer& out) {
        const auto uids = uids_of(ask.a);
        const auto flags = static_cast<std::uint32_t>(*parse_number(ask.b.substr(1)));
        std::vector<imap::MessageRow> rows;
        std::vector<std::uint32_t> failed;
        bool changed = false;
        for (Message& one : box.messages) {
            if (!imap::contains(uids, one.row.uid)) continue;
            if (one.row.modseq > ask.number) {
                failed.push_back(one.row.uid);
                continue;
            }
            const std::uint32_t before = one.row.flags;
            if (ask.b[0] == '+')
                one.row.flags |= flags;
            else if (ask.b[0] == '-')
                one.row.flags &= ~flags;
            else
                one.row.flags = flags;
            if (one.row.flags != before) {
                box.modseq += !changed;
                changed = true;
                one.row.modseq = box.modseq;
            }
            rows.push_back(shown(box, one));
        }
        put_changes(box, rows, failed, {}, out);
    }

    void expunge(Mailbox& box, std::string_view which, Answer& out) {
        const auto uids = which.empty() ? std::vector<imap::Range>{{1, ~0U}} : uids_of(which);
        const auto gone = box.remove([&](const Message& one) {
            return (one.row.flags & imap::flag::deleted) && imap::contains(uids, one.row.uid);
        });
        put_changes(box, {}, gone, {}, out);
    }

    void copy(Mailbox& box, const Ask& ask, Answer& out) {
        const auto target = store_.find(std::string(ask.a));
        if (!target) return refuse(out, "NONEXISTENT", "no such mailbox");
        const auto uids = uids_of(ask.b);
        std::vector<Message> chosen;
        for (const Message& one : box.messages)
            if (imap::contains(uids, one.row.uid)) chosen.push_back(one);
        if (chosen.size() != imap::count_of(uids))
            return refuse(out, "EXPUNGEISSUED", "some of these messages are there no more");
        text.clear();
        for (const Message& one : chosen) {
            std::uint32_t flags = one.row.flags & ((1U << imap::system_flags) - 1);
            for (unsigned i = 0; i < box.keywords.size(); ++i)
                if (one.row.flags >> (imap::system_flags + i) & 1U)
                    if (const unsigned bit = target->intern(box.keywords[i]); bit < 32)
                        flags |= 1U << bit;
            imap::put_record(
                text, imap::CopiedPair{one.row.uid, target->add(one.text, flags, one.date,
                                                                one.email_id, store_.now_s)});
        }
        if (ask.c == "MOVE")
            box.remove([&](const Message& one) {
                return std::any_of(chosen.begin(), chosen.end(), [&](const Message& other) {
                    return other.row.uid == one.row.uid;
                });
            });
        out.text = text;
        out.number = target->uidvalidity;
        out.octets = box.modseq;
    }

    void query(imap::Server& server, Heap& heap, Mailbox& box, const Ask& ask, Answer& out) {
        const auto message_of = [&](std::uint32_t uid, bool with_text) {
            imap::QueryMessage message;
            const Message* const one = box.find(uid);
            message.exists = one != nullptr;
            if (!one) return message;
            message.row = shown(box, *one);
            message.head = head_of(box, *one);
            if (with_text) message.text = one->text;
            return message;
        };
        const auto result =
            imap::run_query(server, heap, ask, box.keyword_table(), store_.now_s, message_of);
        text = result.text;
        out.text = text;
        out.number = result.modseq_max;
    }

    Store& store_;
    bool takes_recent_ = false;
    std::set<std::uint32_t> recent_;  // UIDs that are \Recent in this session
};

}  // namespace postroad::imap_model
