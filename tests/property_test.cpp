// No mail is lost and none is duplicated under random loss, reordering, duplication, outages and
// crashes: each message ends once for each recipient, in the mailbox or in a report to its sender.
// The one exception is RFC 5321 §4.5.4.1's: the 250 behind the end of data was lost.
#include <cstdlib>
#include <map>

#include "tests/mail_world.hpp"

using namespace postroad;
using namespace postroad::sim;

namespace {

// A world of two organisations on bad lines, as a scenario.
std::string scenario_of(std::uint64_t seed) {
    Random dice{seed, 0};
    const auto number = [&](std::uint64_t low, std::uint64_t high) {
        return std::to_string(dice.between(low, high));
    };
    const std::uint64_t first_mail = dice.below(40 * 60);
    const auto outages = [&] {
        std::string out = "down = [";
        if (dice.below(2) == 0) {  // in the middle of a session, and for longer than TCP tries
            const std::uint64_t from = first_mail * 1000 + dice.below(6000);
            out += "{ from = \"+" + std::to_string(from) + "ms\", to = \"+" +
                   std::to_string(from + dice.between(400'000, 1'500'000)) + "ms\" }, ";
        }
        for (std::uint64_t i = dice.below(4); i > 0; --i) {
            const std::uint64_t from = dice.below(40 * 60);
            const std::uint64_t lasts = dice.below(3) == 0 ? dice.between(60, 2400)
                                                           : dice.between(1, 60);
            out += "{ from = \"+" + std::to_string(from) + "s\", to = \"+" +
                   std::to_string(from + lasts) + "s\" }, ";
        }
        return out + "]\n";
    };
    std::string out = "until = \"+8h\"\n";
    for (int i = 1; i <= 2; ++i) {
        const std::string tag = std::to_string(i);
        out += "[networks.net" + tag + "]\n[hosts.mail" + tag + "]\nnetwork = \"net" + tag +
               "\"\ndomains = \"org" + tag + ".example\"\nqueue.retry = [\"" + number(20, 300) +
               "s\", \"" + number(300, 900) + "s\"]\nqueue.expire_after = \"" + number(20, 120) +
               "m\"\nqueue.warn_after = \"" + number(5, 60) + "m\"\nqueue.connect_timeout = \"" +
               number(10, 100) + "s\"\n";
        if (dice.below(4) == 0) out += "smtp.extensions_off = [\"PIPELINING\"]\n";
        if (dice.below(4) == 0) out += "smtp.size_max = \"8 KiB\"\n";
        out += "[[links]]\nbetween = [\"net" + tag + "\", \"internet\"]\nlatency = \"" +
               number(1, 200) + "ms\"\n";
        if (dice.below(3) != 0) out += "loss = \"" + number(1, 20) + "%\"\n";
        if (dice.below(2) == 0) out += "duplicate = \"" + number(1, 10) + "%\"\n";
        if (dice.below(2) == 0)
            out += "reorder = \"" + number(1, 20) + "%\"\nreorder_by = \"" + number(1, 400) +
                   "ms\"\n";
        if (dice.below(2) == 0) out += "jitter = \"" + number(1, 40) + "ms\"\n";
        if (dice.below(3) != 0) out += outages();
    }
    out += "[people.ann]\naddress = \"ann@org1.example\"\n"
           "[people.ben]\naddress = \"ben@org2.example\"\n"
           "[people.cat]\naddress = \"cat@org2.example\"\n";
    const std::string people[] = {"ann", "ben", "cat"};
    for (const std::string& one : people)  // the way to the own server is bad, too
        if (dice.below(3) == 0)
            out += "[[timeline]]\nlink = { link = \"" + one + "-pc--net" +
                   (one == "ann" ? "1" : "2") + "\", loss = \"" + number(1, 20) + "%\" }\n";
    // The timeline is in the order of its moments.
    std::multimap<std::uint64_t, std::string> moments;
    const std::uint64_t mails = dice.between(1, 4);
    for (std::uint64_t i = 0; i < mails; ++i) {
        const std::uint64_t from = dice.below(3);
        std::string to = "\"" + people[(from + 1 + dice.below(2)) % 3] + "\"";
        if (dice.below(3) == 0) to += ", \"" + people[from] + "\"";
        if (dice.below(6) == 0) to += ", \"nobody@org2.example\"";
        std::string send = "send = { from = \"" + people[from] + "\", to = [" + to +
                           "], subject = \"mail " + std::to_string(i) +
                           ".\", body = \"A body.\\n.\\n..dots\\n\"";
        if (dice.below(3) == 0) send += ", padding = \"" + number(1, 24) + " KiB\"";
        moments.emplace(i == 0 ? first_mail : dice.below(40 * 60), send + " }\n");
    }
    if (dice.below(3) == 0) {
        const std::string host = "mail" + number(1, 2);
        const std::string state = dice.below(2) == 0 ? "crash" : "down";
        const std::uint64_t from = dice.below(40 * 60);
        moments.emplace(from, "host = { host = \"" + host + "\", state = \"" + state + "\" }\n");
        moments.emplace(from + dice.between(1, 900),
                        "host = { host = \"" + host + "\", state = \"up\" }\n");
    }
    for (const auto& [at, action] : moments)
        out += "[[timeline]]\nat = \"+" + std::to_string(at) + "s\"\n" + action;
    return out;
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> out;
    for (std::size_t end = 0; end != std::string_view::npos; text.remove_prefix(end + 1)) {
        end = text.find('\n');
        out.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
    }
    return out;
}

// One mail to one recipient.
struct Fate {
    std::string sender, mark;  // who wrote it; "Subject: mail 0."
    std::uint64_t in_mailbox = 0, reported = 0, told = 0;
    std::uint64_t taken_twice = 0;  // servers took it and their clients never learnt it
    std::uint64_t ends() const { return in_mailbox + reported + told; }
};

// What the Trace says of the conversations that mail went through.
struct Conversation {
    bool content_sent = false;
    bool broken_for_client = false;
};

struct Verdict {
    std::string fault;  // empty: all is well
    std::uint64_t mails = 0, delivered = 0, reported = 0, twice = 0;
};

std::size_t count_with(const std::vector<std::string>& mails, bool reports,
                       const std::vector<std::string>& parts) {
    std::size_t count = 0;
    for (const std::string& one : mails) {
        bool fits = one.starts_with("Return-Path: <>") == reports;
        for (const std::string& part : parts) fits = fits && one.find(part) != std::string::npos;
        count += fits ? 1U : 0U;
    }
    return count;
}

// A content is the same mail's as before the Received fields that hosts put in front of it: by the
// hash of what came to the last host, the hash of what was written.
std::map<std::uint64_t, std::uint64_t> relayed_contents(const MailWorld& w) {
    std::map<std::uint64_t, std::uint64_t> out;
    for (const char* const person : {"ann", "ben", "cat"}) {
        for (const std::string& mail : w.mailbox(person)) {
            std::string_view rest = mail;
            std::vector<std::uint64_t> hashes;
            const auto skip_field = [&] {
                do rest.remove_prefix(rest.find('\n') + 1);
                while (rest.starts_with('\t') || rest.starts_with(' '));
            };
            for (skip_field(); rest.starts_with("Received:"); skip_field())
                hashes.push_back(hash_octets(rest));
            for (const std::uint64_t hash : hashes) out[hash] = hash_octets(rest);
        }
    }
    return out;
}

Verdict judge(std::uint64_t seed) {
    MailWorld w(scenario_of(seed), seed);
    run_whole(w.simulation, {});
    Verdict out;
    const auto fault = [&](const std::string& words) { out.fault += words + '\n'; };

    using Handoff = std::pair<Id, std::uint32_t>;  // conversation, transaction
    std::map<std::uint64_t, std::map<std::string, Fate>> fates;   // by content, recipient
    std::map<Id, std::uint64_t> content_of;                       // by the sender's own id
    std::map<Handoff, std::pair<std::uint64_t, std::vector<std::string>>> taken;
    std::map<Handoff, std::vector<std::string>> handed;
    std::map<Id, Conversation> conversations;
    for (auto at = w.simulation.trace().read(); !at.done(); at.next()) {
        const RowView row = at.row();
        if (row.head().fact == Fact::line) {
            const auto& line = row.as<LineFact>();
            if (line.speech == Speech::content && line.from_initiator)
                conversations[line.conversation].content_sent = true;
        } else if (row.head().fact == Fact::ended) {
            const auto& end = row.as<EndedFact>();
            if (end.initiator && end.how != Ending::closed)
                conversations[end.conversation].broken_for_client = true;
        } else if (row.head().fact == Fact::decision) {
            const auto& decision = row.as<DecisionFact>();
            if (static_cast<Reason>(decision.reason) != Reason::told_sender) continue;
            const auto words = argument_words(row.tail<DecisionFact>());
            ++fates[content_of[decision.subject]][words.at(0)].told;
        } else if (row.head().fact == Fact::custody) {
            const auto& custody = row.as<CustodyFact>();
            auto tail = lines_of(row.tail<CustodyFact>());
            const Handoff handoff{custody.conversation, custody.transaction};
            if (custody.move == CustodyMove::composed) {
                content_of[custody.message] = custody.content_hash;
                for (std::size_t i = 3; i < tail.size(); ++i)
                    fates[custody.content_hash][tail[i]] = {tail[2], "Subject: " + tail[1]};
                ++out.mails;
            } else if (custody.move == CustodyMove::accepted && custody.conversation != 0) {
                tail.erase(tail.begin());
                if (!taken.emplace(handoff, std::pair{custody.content_hash, tail}).second)
                    fault("one transaction was taken twice");
            } else if (custody.move == CustodyMove::handed_over) {
                tail.erase(tail.begin());
                if (!handed.emplace(handoff, tail).second)
                    fault("one transaction was handed over twice");
            } else if (custody.move == CustodyMove::discarded) {
                fault("a message was discarded");
            }
        }
    }
    for (const auto& [handoff, recipients] : handed) {
        const auto found = taken.find(handoff);
        if (found == taken.end()) {
            fault("handed over to nobody: " + recipients.at(0));
        } else if (found->second.second != recipients) {
            fault("handed over for other recipients than it was taken for");
        }
    }
    const auto contents = relayed_contents(w);
    for (const auto& [handoff, what] : taken) {
        if (handed.contains(handoff)) continue;
        const Conversation& through = conversations[handoff.first];
        if (!through.content_sent || !through.broken_for_client)
            fault("taken, and the client does not know it, for no reason in the Trace");
        const auto relayed = contents.find(what.first);
        const std::uint64_t written = relayed == contents.end() ? what.first : relayed->second;
        for (const std::string& recipient : what.second) ++fates[written][recipient].taken_twice;
        ++out.twice;
    }

    for (auto& [content, by_recipient] : fates) {
        for (auto& [recipient, fate] : by_recipient) {
            if (fate.mark.empty()) {
                fault("a content that nobody wrote went to " + recipient);
                continue;
            }
            if (w.world().setup->find_person(recipient) != nothing)
                fate.in_mailbox = count_with(w.mailbox(recipient), false, {fate.mark});
            fate.reported = count_with(w.mailbox(fate.sender), true,
                                       {fate.mark, "Action: failed", "Final-Recipient: rfc822; " +
                                                                         recipient + "\r\n"});
            out.delivered += fate.in_mailbox;
            out.reported += fate.reported + fate.told;
            if (fate.ends() != 1 + fate.taken_twice)
                fault(fate.mark + " to " + recipient + ": " + std::to_string(fate.in_mailbox) +
                      " in the mailbox, " + std::to_string(fate.reported) + " reports, " +
                      std::to_string(fate.told) + " told by the mail program, taken unseen " +
                      std::to_string(fate.taken_twice) + " times");
        }
    }
    // Nothing is left on the way, and nothing leaks.
    const World& world = w.world();
    if (!w.is_empty()) fault("something is left in a queue");
    if (world.mail.people.outbox.live() != 0) fault("something is left in an outbox");
    if (world.tcp.tcbs.live() + world.tcp.segments.live() + world.tcp.items.live() != 0)
        fault("TCP records are left");
    return out;
}

Verdict judge_all(std::uint64_t first, std::uint64_t last) {
    if (const char* const one = std::getenv("POSTROAD_SEED"))
        first = last = std::strtoull(one, nullptr, 10);
    Verdict all;
    int failures = 0;
    for (std::uint64_t seed = first; seed <= last && failures < 5; ++seed) {
        const Verdict one = judge(seed);
        all.mails += one.mails;
        all.delivered += one.delivered;
        all.reported += one.reported;
        all.twice += one.twice;
        INFO("again: POSTROAD_SEED=" << seed << " build/release/postroad_tests \"[property]\"");
        INFO(scenario_of(seed));
        CHECK(one.fault == "");
        failures += one.fault.empty() ? 0 : 1;
    }
    return all;
}

}  // namespace

TEST_CASE("no mail is lost or duplicated on bad lines, in a hundred worlds", "[property]") {
    const Verdict all = judge_all(1, 100);
    CHECK(all.mails > 0);
}

TEST_CASE("no mail is lost or duplicated on bad lines, in a thousand worlds",
          "[property][slow]") {
    const bool thorough = std::getenv("POSTROAD_LONG") != nullptr;
    const Verdict all = judge_all(101, thorough ? 100'000 : 1'000);
    if (std::getenv("POSTROAD_SEED") != nullptr) return;
    // The worlds were bad enough, and not too bad, to say something.
    CHECK(all.mails > 2'000);
    CHECK(all.delivered > 2'000);
    CHECK(all.reported > 100);
    CHECK(all.twice > 0);
}
