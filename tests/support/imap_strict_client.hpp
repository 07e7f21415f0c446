// An IMAP client that believes only what it is told, and insists on the rules of RFC 3501 §5.2 and
// §7.4.1: it knows a mailbox by EXISTS, EXPUNGE, VANISHED and FETCH alone.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/ascii.hpp"
#include "protocols/imap/lexer.hpp"
#include "tests/catch.hpp"

namespace postroad {

class StrictImapClient {
public:
    using Flags = std::set<std::string>;
    struct Known {
        std::uint32_t uid = 0;  // 0: not told yet
        std::optional<Flags> flags;
    };
    std::vector<Known> messages;  // number n is at n-1
    std::string text;             // of the last BODY[]
    bool has_text = false;
    std::vector<std::uint32_t> found;  // of the last SEARCH
    std::string tagged;                // the last tagged reply, from its status on

    void forget() { messages.clear(); }
    bool knows_all() const {
        return std::all_of(messages.begin(), messages.end(),
                           [](const Known& one) { return one.uid != 0 && one.flags.has_value(); });
    }

    // What the server said to one command, or in IDLE. `by_number`: no EXPUNGE is legal in it.
    void hear(std::string_view said, bool by_number) {
        tagged.clear();
        has_text = false;
        found.clear();
        imap::Reader reader(said);
        while (!reader.done()) response(reader, by_number);
    }

private:
    static void end_line(imap::Reader& reader) {
        const std::size_t end = reader.rest().find("\r\n");
        REQUIRE(end != std::string_view::npos);
        reader.back_to(reader.at() + end + 2);
    }

    void response(imap::Reader& reader, bool by_number) {
        const std::string_view whole = reader.rest();
        INFO(whole.substr(0, whole.find("\r\n")));
        if (reader.take('+')) return end_line(reader);
        if (!reader.text("* ")) {
            REQUIRE(tagged.empty());
            REQUIRE(reader.tag());
            tagged = reader.rest().substr(1, reader.rest().find("\r\n") - 1);
            return end_line(reader);
        }
        if (const auto number = reader.number())
            numbered(reader, *number, by_number);
        else if (reader.text("VANISHED "))
            vanished(reader, by_number);
        else if (reader.text("SEARCH"))
            while (reader.space()) found.push_back(*reader.nz_number());
        end_line(reader);
    }

    void numbered(imap::Reader& reader, std::uint32_t number, bool by_number) {
        REQUIRE(reader.space());
        if (reader.text("EXISTS")) {
            CHECK(number >= messages.size());  // only EXPUNGE makes it less
            messages.resize(number);
        } else if (reader.text("EXPUNGE")) {
            CHECK(!by_number);
            REQUIRE(number >= 1);
            REQUIRE(number <= messages.size());
            messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(number - 1));
        } else if (reader.text("FETCH (")) {
            REQUIRE(number >= 1);
            REQUIRE(number <= messages.size());
            fetched(reader, messages[number - 1]);
        } else {
            REQUIRE(reader.text("RECENT"));
            CHECK(number <= messages.size());
        }
    }

    void vanished(imap::Reader& reader, bool by_number) {
        if (reader.text("(EARLIER) ")) return;
        CHECK(!by_number);
        const auto set = reader.sequence_set();
        REQUIRE(set);
        for (const imap::Range& range : imap::resolved(*set, 0))
            for (std::uint32_t uid = range.from; uid <= range.to; ++uid) vanished(uid);
    }

    // Numbers rise as UIDs do: one whose UID it never learnt lies between those it knows.
    void vanished(std::uint32_t uid) {
        const auto behind = std::find_if(messages.begin(), messages.end(),
                                         [&](const Known& one) { return one.uid >= uid; });
        if (behind != messages.end() && behind->uid == uid) {
            messages.erase(behind);
            return;
        }
        REQUIRE(behind != messages.begin());
        REQUIRE(std::prev(behind)->uid == 0);
        messages.erase(std::prev(behind));
    }

    void fetched(imap::Reader& reader, Known& one) {
        do {
            if (reader.text("FLAGS ")) {
                const auto words = reader.flag_list();
                REQUIRE(words);
                Flags flags(words->begin(), words->end());
                flags.erase("\\Recent");
                one.flags = flags;
            } else if (reader.text("UID ")) {
                const auto uid = reader.nz_number();
                REQUIRE(uid);
                if (one.uid != 0) CHECK(one.uid == *uid);  // a number means one message
                one.uid = *uid;
            } else if (reader.text("MODSEQ (")) {
                REQUIRE(reader.number64());
                REQUIRE(reader.take(')'));
            } else {
                REQUIRE(reader.text("BODY[] "));
                const auto octets = reader.string();
                REQUIRE(octets);
                text = *octets;
                has_text = true;
            }
        } while (reader.space());
        REQUIRE(reader.take(')'));
    }
};

}  // namespace postroad
