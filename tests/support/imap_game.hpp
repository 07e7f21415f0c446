// Random commands of three IMAP sessions at once, held against a plain model of two mailboxes: what
// each client has been told is what is there, and a number never means another message. A Backend
// opens lines to a server: `open(number)` gives one with `feed(octets)` and `wake()`, which give what
// the server says then; `forget()` makes its store forget what has vanished, if it can.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "protocols/base/random.hpp"
#include "protocols/imap/sequence_set.hpp"
#include "tests/catch.hpp"
#include "tests/support/imap_strict_client.hpp"

namespace postroad::imap_game {

using Flags = StrictImapClient::Flags;

// The model: what two mailboxes hold, as anybody would write it down.
struct Plain {
    struct Message {
        Flags flags;
        std::string text;
    };
    std::map<std::uint32_t, Message> messages;
    std::uint32_t uidnext = 1;
    void add(const Flags& flags, const std::string& text) { messages[uidnext++] = {flags, text}; }
};

template <class Line>
struct Session {
    std::unique_ptr<Line> line;
    StrictImapClient client;
    std::string mailbox;  // empty: none is selected
    bool idles = false;
    bool rev2 = false;
    int tag = 0;

    template <class Backend>
    Session(Backend& backend, int number) : line(backend.open(number)) {
        line->feed("l LOGIN alice secret-alice\r\n");
    }
    // Says a command and hears what is said to it.
    const std::string& say(const std::string& command) {
        const bool by_number = command.starts_with("FETCH") || command.starts_with("STORE") ||
                               command.starts_with("SEARCH");
        const std::string said = line->feed(std::to_string(++tag) + " " + command + "\r\n");
        INFO(command << "\n" << said);
        client.hear(said, by_number);
        return client.tagged;
    }
    std::string status(const std::string& name) {
        return line->feed(std::to_string(++tag) + " STATUS " + name + " (MESSAGES UIDNEXT)\r\n");
    }
};

template <class Backend>
class Game {
    using Session = imap_game::Session<typename Backend::Line>;

public:
    explicit Game(std::uint64_t seed) : dice_{seed, 0} {
        for (int i = 0; i < 3; ++i) sessions_.push_back(std::make_unique<Session>(backend_, i));
        sessions_[0]->say("CREATE Other");
        if (dice_.below(2) == 0) sessions_[0]->say("ENABLE QRESYNC");
        if (dice_.below(2) == 0) {
            sessions_[1]->say("ENABLE CONDSTORE IMAP4rev2");
            sessions_[1]->rev2 = true;
        }
        for (auto& one : sessions_) select(*one);
    }

    void play(int moves) {
        for (int i = 0; i < moves; ++i) {
            Session& one = *sessions_[dice_.below(sessions_.size())];
            move(one);
            learn(one);
            wake_others(one);
        }
        for (int round = 0; round < 2; ++round)
            for (auto& one : sessions_) {
                end_idle(*one);
                one->say("NOOP");
                learn(*one);
            }
        compare();
    }

private:
    void move(Session& one) {
        if (one.idles && dice_.below(3) != 0) return;
        end_idle(one);
        if (one.mailbox.empty()) return select(one);
        switch (dice_.below(16)) {
        case 0: return select(one);
        case 1: one.say("NOOP"); return;
        case 2:
        case 3:
        case 4: return append(one);
        case 5:
        case 6:
        case 7: return change_flags(one);
        case 8: return expunge(one);
        case 9: return expunge_some(one);
        case 10: return copy(one, false);
        case 11: return copy(one, true);
        case 12: return read(one);
        case 13: return search(one);
        case 14: return idle(one);
        default: return close(one);
        }
    }

    Plain& box_of(const Session& one) { return boxes_[one.mailbox]; }

    void select(Session& one) {
        one.mailbox = dice_.below(3) == 0 ? "Other" : "INBOX";
        one.client.forget();
        CHECK(one.say("SELECT " + one.mailbox).starts_with("OK"));
    }
    void close(Session& one) {
        if (dice_.below(2) == 0) {
            one.say("CLOSE");
            std::erase_if(box_of(one).messages, [](const auto& each) {
                return each.second.flags.count("\\Deleted") != 0;
            });
        } else {
            one.say("UNSELECT");
        }
        one.client.forget();
        one.mailbox.clear();
    }
    void idle(Session& one) {
        one.say("IDLE");
        CHECK(one.client.tagged.empty());
        one.idles = true;
    }
    void end_idle(Session& one) {
        if (!one.idles) return;
        one.idles = false;
        one.client.hear(one.line->feed("DONE\r\n"), false);
        CHECK(one.client.tagged.starts_with("OK"));
    }

    Flags some_flags() {
        Flags out;
        for (const char* const one : {"\\Seen", "\\Deleted", "\\Flagged", "$A", "$B"})
            if (dice_.below(3) == 0) out.insert(one);
        return out;
    }
    static std::string words_of(const Flags& flags) {
        std::string out = "(";
        for (const std::string& one : flags) out += (out.size() > 1 ? " " : "") + one;
        return out + ")";
    }

    void append(Session& one) {
        const std::string name = dice_.below(3) == 0 ? "Other" : "INBOX";
        const std::string text = "Subject: " + std::to_string(++texts_) + "\r\n\r\nx\r\n";
        const Flags flags = some_flags();
        CHECK(one.say("APPEND " + name + " " + words_of(flags) + " {" +
                      std::to_string(text.size()) + "+}\r\n" + text)
                  .starts_with("OK"));
        boxes_[name].add(flags, text);
    }

    // Some of the messages whose UIDs the client knows; by number or by UID.
    struct Chosen {
        std::vector<std::uint32_t> uids;
        std::string set;
        std::string uid_word;  // "UID " or nothing
    };
    Chosen choose(const Session& one) {
        Chosen out;
        const bool by_uid = dice_.below(2) == 0;
        out.uid_word = by_uid ? "UID " : "";
        std::vector<imap::Range> ranges;
        for (std::size_t i = 0; i < one.client.messages.size(); ++i) {
            const std::uint32_t uid = one.client.messages[i].uid;
            if (uid == 0 || dice_.below(3) != 0) continue;
            out.uids.push_back(uid);
            imap::push_number(ranges, by_uid ? uid : static_cast<std::uint32_t>(i + 1));
        }
        imap::put_ranges(out.set, ranges);
        return out;
    }

    void change_flags(Session& one) {
        const Chosen chosen = choose(one);
        if (chosen.uids.empty()) return;
        const char how = "+-="[dice_.below(3)];
        const Flags flags = some_flags();
        std::string command = chosen.uid_word + "STORE " + chosen.set + " ";
        if (how != '=') command += how;
        const bool silent = dice_.below(2) == 0;
        command += silent ? "FLAGS.SILENT " : "FLAGS ";
        const auto apply = [&](Flags& to) {
            if (how == '=') to.clear();
            for (const std::string& word : flags) {
                if (how == '-')
                    to.erase(word);
                else
                    to.insert(word);
            }
        };
        // A silent client reckons for itself; what it is told besides is newer.
        if (silent)
            for (auto& known : one.client.messages)
                if (known.flags && std::count(chosen.uids.begin(), chosen.uids.end(), known.uid))
                    apply(*known.flags);
        one.say(command + words_of(flags));
        for (const std::uint32_t uid : chosen.uids)
            if (const auto at = box_of(one).messages.find(uid); at != box_of(one).messages.end())
                apply(at->second.flags);
    }

    void expunge(Session& one) {
        CHECK(one.say("EXPUNGE").starts_with("OK"));
        std::erase_if(box_of(one).messages,
                      [](const auto& each) { return each.second.flags.count("\\Deleted") != 0; });
    }
    void expunge_some(Session& one) {
        Chosen chosen = choose(one);
        if (chosen.uids.empty()) return;
        std::string set;
        std::vector<imap::Range> ranges;
        for (const std::uint32_t uid : chosen.uids) imap::push_number(ranges, uid);
        imap::put_ranges(set, ranges);
        CHECK(one.say("UID EXPUNGE " + set).starts_with("OK"));
        for (const std::uint32_t uid : chosen.uids) {
            const auto at = box_of(one).messages.find(uid);
            if (at != box_of(one).messages.end() && at->second.flags.count("\\Deleted") != 0)
                box_of(one).messages.erase(at);
        }
    }

    void copy(Session& one, bool moves) {
        const Chosen chosen = choose(one);
        if (chosen.uids.empty()) return;
        const std::string target = dice_.below(2) == 0 ? "Other" : "INBOX";
        Plain& from = box_of(one);
        bool all_there = true;
        for (const std::uint32_t uid : chosen.uids) all_there &= from.messages.count(uid) != 0;
        const std::string& said =
            one.say(chosen.uid_word + (moves ? "MOVE " : "COPY ") + chosen.set + " " + target);
        CHECK(said.starts_with(all_there ? "OK" : "NO [EXPUNGEISSUED]"));
        if (!all_there) return;
        for (const std::uint32_t uid : chosen.uids) {
            const Plain::Message message = from.messages[uid];
            boxes_[target].add(message.flags, message.text);
            if (moves) from.messages.erase(uid);
        }
    }

    void read(Session& one) {
        const Chosen chosen = choose(one);
        if (chosen.uids.size() != 1) return;
        const std::string& said = one.say(chosen.uid_word + "FETCH " + chosen.set + " BODY[]");
        const auto at = box_of(one).messages.find(chosen.uids[0]);
        const bool there = at != box_of(one).messages.end();
        CHECK(one.client.has_text == there);
        if (!there) {
            CHECK(said.starts_with(chosen.uid_word.empty() ? "NO [EXPUNGEISSUED]" : "OK"));
            return;
        }
        CHECK(one.client.text == at->second.text);
        at->second.flags.insert("\\Seen");
    }

    void search(Session& one) {
        if (!one.client.knows_all()) return;
        const std::vector<StrictImapClient::Known> view = one.client.messages;
        if (one.rev2) return;
        CHECK(one.say("SEARCH SEEN UNKEYWORD $A").starts_with("OK"));
        std::vector<std::uint32_t> expected;
        for (std::size_t i = 0; i < view.size(); ++i) {
            const auto at = box_of(one).messages.find(view[i].uid);
            if (at != box_of(one).messages.end() && at->second.flags.count("\\Seen") != 0 &&
                at->second.flags.count("$A") == 0)
                expected.push_back(static_cast<std::uint32_t>(i + 1));
        }
        CHECK(one.client.found == expected);
    }

    // Asks for what it has not been told yet, by number.
    void learn(Session& one) {
        if (one.idles || one.mailbox.empty()) return;
        for (std::size_t i = 0; i < one.client.messages.size(); ++i) {
            const auto& known = one.client.messages[i];
            if (known.uid == 0 || !known.flags)
                one.say("FETCH " + std::to_string(i + 1) + " (UID FLAGS)");
        }
    }

    // The store wakes who has the mailbox open: in IDLE news are told, else nothing at all is.
    void wake_others(const Session& who) {
        if (dice_.below(20) == 0) backend_.forget();
        for (auto& other : sessions_) {
            if (other.get() == &who || other->mailbox.empty()) continue;
            const std::string said = other->line->wake();
            if (!other->idles) CHECK(said.empty());
            other->client.hear(said, false);
            CHECK(other->client.tagged.empty());
        }
    }

    void compare() {
        for (const auto& [name, plain] : boxes_) {
            const std::string said = sessions_[0]->status(name);
            CHECK_THAT(said, Catch::Matchers::Contains("MESSAGES " + std::to_string(plain.messages.size()) + " ") &&
                                 Catch::Matchers::Contains("UIDNEXT " + std::to_string(plain.uidnext) + ")"));
        }
        for (auto& one : sessions_) {
            if (one->mailbox.empty()) continue;
            const Plain& plain = box_of(*one);
            REQUIRE(one->client.messages.size() == plain.messages.size());
            std::size_t i = 0;
            for (const auto& [uid, message] : plain.messages) {
                const auto& known = one->client.messages[i++];
                CHECK(known.uid == uid);
                REQUIRE(known.flags);
                CHECK(*known.flags == message.flags);
            }
        }
    }

    Backend backend_;
    std::map<std::string, Plain> boxes_{{"INBOX", {}}, {"Other", {}}};
    std::vector<std::unique_ptr<Session>> sessions_;
    Random dice_;
    int texts_ = 0;
};

}  // namespace postroad::imap_game
