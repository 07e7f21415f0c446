// One pass forward over the last rows that have to do with DNS.
#include "viz/model/lookups.hpp"

#include <algorithm>

#include "protocols/dns/types.hpp"
#include "viz/model/flights.hpp"

namespace postroad::viz {
namespace {

constexpr std::size_t rows_shown = 400, rows_back = 20'000;

std::string without_dot(std::string name) {
    if (name.size() > 1 && name.back() == '.') name.pop_back();
    return name;
}

class Grower {
  public:
    Grower(const Recording& run, std::size_t happened) : run_(run), happened_(happened) {}

    std::vector<Lookup> grow() {
        std::vector<std::size_t> rows;
        for (std::size_t i = happened_; i-- > 0 && rows.size() < rows_shown && happened_ - i < rows_back;) {
            const Kind kind = run_.entries.kind(i);
            if (kind == Kind::lookup || kind == Kind::datagram || kind == Kind::line) rows.push_back(i);
        }
        for (auto at = rows.rbegin(); at != rows.rend(); ++at) {
            RowWords said = words_at(run_, run_.entries[*at]);
            said.arrives = said.arrives && arrives(run_, run_.entries[*at]);
            if (run_.entries.kind(*at) == Kind::lookup) finish(*at, said);
            else if (said.protocol == Protocol::dns) exchange(*at, said);
        }
        return std::move(out_);
    }

  private:
    using Ink = sim::views::Ink;

    // "example.net. MX?" asks, "example.net. MX: …" answers.
    void exchange(std::size_t entry, const RowWords& said) {
        const std::size_t space = said.text.find(' ');
        if (space == std::string::npos) return;
        const std::size_t end = said.text.find_first_of("?:", space);
        if (end == std::string::npos) return;
        const std::string what =
            without_dot(said.text.substr(0, space)) + said.text.substr(space, end - space);
        if (said.text[end] == '?') ask(entry, said, what);
        else answer(entry, said, what, end);
    }

    void ask(std::size_t entry, const RowWords& said, const std::string& what) {
        const std::size_t at = open(said.from, what, entry);
        out_[at].steps.push_back({entry, Lookup::none, said.to,
                                  said.arrives ? std::string() : "the question is lost",
                                  said.arrives ? Ink::plain : Ink::bad, {}});
    }

    void answer(std::size_t entry, const RowWords& said, const std::string& what, std::size_t colon) {
        for (std::size_t i = out_.size(); i-- > 0;) {
            if (out_[i].host != said.to || out_[i].what != what) continue;
            for (auto step = out_[i].steps.rbegin(); step != out_[i].steps.rend(); ++step) {
                if (step->asked != said.from || step->answer != Lookup::none) continue;
                step->answer = entry;
                step->words = said.arrives ? said.text.substr(std::min(colon + 2, said.text.size()))
                                           : "the answer is lost";
                step->ink = said.arrives ? said.ink : Ink::bad;
                return;
            }
        }
    }

    // The look-up's own end; one out of the cache has nothing else.
    void finish(std::size_t entry, const RowWords& said) {
        const sim::RowView row = run_.trace().at(run_.entries.position(entry));
        const auto& fact = row.as<sim::LookupFact>();
        const std::string_view tail = row.tail<sim::LookupFact>();
        const std::string name(tail.substr(0, std::min<std::size_t>(fact.name_octets, tail.size())));
        const std::string what =
            without_dot(name) + " " + dns::to_text(static_cast<dns::Type>(fact.type));
        // A host that asks its own resolver hears the same once more.
        for (std::size_t i = out_.size(); i-- > 0 && i + 8 > out_.size();)
            if (out_[i].host == said.from && out_[i].what == what && out_[i].result != Lookup::none &&
                run_.time_of(out_[i].result) == row.head().time && fact.server == sim::nothing)
                return;
        Lookup& one = out_[open(said.from, what, entry)];
        one.result = entry;
        const std::size_t colon = said.text.find(what + ": ");
        one.words = colon == std::string::npos ? said.text : said.text.substr(colon + what.size() + 2);
        // Its own name need not be said again.
        if (one.words.starts_with(what + " ")) one.words.erase(0, what.size() + 1);
        one.ink = said.ink == Ink::why ? Ink::plain : said.ink;
        for (Lookup::Step& step : one.steps)
            if (step.answer == Lookup::none && step.words.empty()) {
                step.words = "no answer";
                step.ink = Ink::bad;
            }
    }

    // The one that goes on, else a new one in its place of the tree.
    std::size_t open(NodeId host, const std::string& what, std::size_t entry) {
        for (std::size_t i = out_.size(); i-- > 0;)
            if (out_[i].host == host && out_[i].result == Lookup::none && out_[i].what == what) return i;
        const std::size_t at = out_.size();
        Lookup made;
        made.host = host;
        made.what = what;
        made.begun = entry;
        out_.push_back(std::move(made));
        for (std::size_t i = at; i-- > 0;) {
            Lookup& other = out_[i];
            if (other.result != Lookup::none) continue;
            if (other.host == host) {
                other.below.push_back(at);
                out_[at].nested = true;
                break;
            }
            const bool waits = !other.steps.empty() && other.steps.back().asked == host &&
                               other.steps.back().answer == Lookup::none && other.what == what;
            if (!waits) continue;
            other.steps.back().below.push_back(at);
            out_[at].nested = true;
            break;
        }
        return at;
    }

    const Recording& run_;
    std::size_t happened_;
    std::vector<Lookup> out_;
};

}  // namespace

std::vector<Lookup> lookups_before(const Recording& run, std::size_t happened) {
    return Grower(run, happened).grow();
}

}  // namespace postroad::viz
