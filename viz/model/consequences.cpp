// Each run is boiled down to how its messages and connections ended; then the ends are compared.
#include "viz/model/consequences.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "sim/net/packet.hpp"
#include "sim/views/ladder_words.hpp"

namespace postroad::viz {
namespace {

using sim::CustodyMove;
using sim::nothing;

// How a message ended, copy by copy.
struct Ended {
    std::string sender, subject;
    std::set<std::string> delivered, fetched;
    unsigned reports = 0, discarded = 0;
    std::uint64_t last = 0;
    std::string holder;  // who had it last
};

std::string person_at(const sim::Setup& setup, NodeId device) {
    for (const sim::PersonSetup& one : setup.people)
        if (one.device == device) return one.name;
    return device < setup.nodes() ? std::string(setup.node_name(device)) : "?";
}

std::map<std::string, Ended> messages_of(const Recording& run) {
    std::map<std::string, Ended> out;
    const auto& journeys = run.index().journeys;
    for (std::size_t i = 0; i < journeys.size(); ++i) {
        const sim::views::Journey journey = journeys[i];
        if (journey.report_on != nothing) continue;  // told with what it reports on
        Ended ended;
        ended.subject = sim::views::visible(journey.subject());
        for (const std::uint32_t step : journey.steps) {
            const sim::views::Custody here = run.index().custody[step];
            const std::string tail =
                sim::views::visible(run.trace().at(here.position).tail<sim::CustodyFact>());
            if (ended.sender.empty()) ended.sender = person_at(run.setup(), here.node);
            ended.last = here.position;
            if (here.fact.move == CustodyMove::delivered) ended.delivered.insert(tail);
            if (here.fact.move == CustodyMove::fetched) ended.fetched.insert(tail);
            if (here.fact.move == CustodyMove::bounced) ++ended.reports;
            if (here.fact.move == CustodyMove::discarded) ++ended.discarded;
            if (here.fact.move == CustodyMove::composed || here.fact.move == CustodyMove::accepted)
                ended.holder = run.index().node_name(here.node);
        }
        // Ids depend on what a host has done before; who wrote what and when does not.
        const sim::views::Custody first = run.index().custody[journey.steps.front()];
        std::string key = std::to_string(first.node) + " " + std::to_string(first.time) + " " +
                          std::string(journey.subject());
        while (out.count(key) != 0) key += '+';
        out.emplace(key, std::move(ended));
    }
    return out;
}

std::string words_of(const Ended& one) {
    std::string out;
    const auto put = [&](const std::string& words) { out += (out.empty() ? "" : "; ") + words; };
    const auto all = [](const std::set<std::string>& names) {
        std::string list;
        for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
        return list;
    };
    if (!one.fetched.empty()) put("read by " + all(one.fetched));
    std::set<std::string> unread;
    std::set_difference(one.delivered.begin(), one.delivered.end(), one.fetched.begin(),
                        one.fetched.end(), std::inserter(unread, unread.end()));
    if (!unread.empty()) put("in the mailbox of " + all(unread));
    if (one.reports != 0) put("reported as undeliverable");
    if (one.discarded != 0) put("discarded");
    return out.empty() ? "stays at " + one.holder : out;
}

// The larger, the better for who wrote it and who waits for it.
long worth(const Ended& one) {
    return 4 * static_cast<long>(one.delivered.size()) + 2 * static_cast<long>(one.fetched.size()) -
           static_cast<long>(one.reports) - 2 * static_cast<long>(one.discarded);
}

struct Ends {
    unsigned up = 0, failed = 0;
    std::string how;  // the last failure
    std::uint64_t first = 0;
};
using Between = std::tuple<std::string, std::string, std::string>;  // from, to, service

std::map<Between, Ends> connections_of(const Recording& run) {
    std::map<Between, Ends> out;
    for (const sim::views::Conversation& one : run.index().conversations) {
        if (one.protocol != net::protocol_tcp) continue;
        Ends& ends = out[{run.index().node_name(one.initiator), run.index().end_name(sim::views::opening(run.trace(), one).target),
                          sim::views::service_name(one.protocol, one.target_port)}];
        if (ends.first == 0) ends.first = one.first + 1;
        if (one.established != never) {
            ++ends.up;
        } else {
            ++ends.failed;
            ends.how =
                one.ended == never ? "no answer" : std::string(sim::views::words_for(one.how));
        }
    }
    return out;
}

std::string words_of(const Ends& one) {
    std::string out = std::to_string(one.up) + " came up";
    if (one.failed != 0) out += ", " + std::to_string(one.failed) + " did not: " + one.how;
    return out;
}

}  // namespace

std::vector<Consequence> consequences(const Recording& was, const Recording& is) {
    std::vector<Consequence> out;
    const auto before = messages_of(was), behind = messages_of(is);
    for (const auto& [key, one] : before) {
        const auto found = behind.find(key);
        if (found == behind.end()) {
            out.push_back({true, true, one.sender, one.subject, words_of(one), "is never written",
                           one.last + 1});
            continue;
        }
        const long a = worth(one), b = worth(found->second);
        const std::string ended = words_of(one), ends = words_of(found->second);
        if (ended != ends && a != b)
            out.push_back({b < a, true, one.sender, one.subject, ended, ends, one.last + 1});
    }
    const auto up = connections_of(was), up_now = connections_of(is);
    for (const auto& [ends, one] : up) {
        const auto found = up_now.find(ends);
        const Ends now = found == up_now.end() ? Ends{} : found->second;
        const bool worse = now.failed > one.failed, better = now.failed < one.failed;
        if (!worse && !better) continue;
        const auto& [from, to, service] = ends;
        out.push_back(
            {worse, false, from + " → " + to, service, words_of(one), words_of(now), one.first});
    }
    for (const auto& [ends, now] : up_now) {
        if (up.count(ends) != 0 || now.failed == 0) continue;
        const auto& [from, to, service] = ends;
        out.push_back({true, false, from + " → " + to, service, "nobody tried", words_of(now), 0});
    }
    std::stable_sort(out.begin(), out.end(), [](const Consequence& a, const Consequence& b) {
        if (a.worse != b.worse) return a.worse;
        return a.person && !b.person;
    });
    return out;
}

}  // namespace postroad::viz
