// Firewall rules and zones read for a scenario; places in a text become places in a file.
#include "sim/world/judge.hpp"

#include <algorithm>
#include <map>

#include "protocols/sieve/parse.hpp"
#include "sim/mail/old_mail.hpp"
#include "sim/scenario/names.hpp"
#include "sim/world/convert.hpp"

namespace postroad::sim {
namespace {

std::uint32_t characters(std::string_view text) {
    return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    }));
}

// A problem at line and column (from 1, in octets) of a text, with nothing said yet. Where the
// text's first line begins in mid-line, the file alone knows that line: source_line stays empty.
scenario::Problem problem_in(const scenario::Located& text, const std::string& path,
                             std::uint32_t line_number, std::uint32_t column,
                             std::uint32_t octets) {
    scenario::Problem out;
    const std::string_view line = scenario::line_of(text.text, line_number);
    const std::size_t at = std::min<std::size_t>(column == 0 ? 0 : column - 1, line.size());
    if (octets == 0) octets = static_cast<std::uint32_t>(line.substr(at).find_first_of(" \t;()"));
    out.place = {path, line_number, characters(line.substr(0, at)) + 1};
    out.length = std::max(1U, characters(line.substr(at, octets)));
    if (text.place.line != 0) {
        out.place.file = text.place.file;
        out.place.line += text.place.line - 1;
        if (line_number == 1) out.place.column += text.place.column - 1;
    }
    if (line_number > 1 || text.place.column <= 1) out.source_line = line;
    return out;
}

}  // namespace

net::NameBook name_book(const scenario::Scenario& complete) {
    using Book = std::map<std::string, std::vector<net::Prefix>, std::less<>>;
    const auto book = std::make_shared<Book>();
    for (const scenario::Network& network : complete.networks)
        for (const scenario::Prefix& prefix : network.subnet)
            (*book)[network.name].push_back(to_net(prefix));
    for (const scenario::Host& host : complete.hosts) {  // a host goes before a network
        std::vector<net::Prefix> own;
        for (const scenario::Ip& ip : host.address) own.push_back(net::host_prefix(to_net(ip)));
        (*book)[host.name] = std::move(own);
    }
    net::NameBook out;
    for (const auto& [name, prefixes] : *book) out.known.push_back(name);
    out.resolve = [book](std::string_view name) {
        const auto found = book->find(name);
        return found == book->end() ? std::vector<net::Prefix>{} : found->second;
    };
    return out;
}

std::shared_ptr<const net::Ruleset> read_rules(const scenario::Located& rules,
                                               scenario::Policy policy, const std::string& path,
                                               const net::NameBook& names,
                                               scenario::Problems& problems) {
    std::vector<net::Problem> found;
    const bool accept = policy == scenario::Policy::accept;
    auto out = std::make_shared<net::Ruleset>(net::parse_ruleset(
        rules.text, names, found, accept ? net::Action::accept : net::Action::drop));
    for (const net::Problem& one : found) {
        scenario::Problem told = problem_in(rules, path, one.line, one.column, one.length);
        told.what = one.what;
        told.why = one.why;
        told.suggestion = one.hint;
        problems.add(std::move(told));
    }
    if (!found.empty()) return nullptr;
    // nftables has no such policy: there too one writes `reject` as the last rule.
    if (policy == scenario::Policy::reject && out->policy == net::Action::drop) {
        net::Rule last;
        last.action = net::Action::reject;
        last.match_first = static_cast<std::uint32_t>(out->matches.size());
        out->rules.push_back(last);
        out->lines.push_back(0);
    }
    return out;
}

std::shared_ptr<const sieve::Script> read_script(const scenario::Located& text,
                                                 const std::string& path,
                                                 scenario::Problems& problems) {
    sieve::Parsed read = sieve::parse(text.text);
    for (const sieve::Problem& one : read.problems) {
        scenario::Problem told = problem_in(text, path, one.line, one.column, one.length);
        told.what = one.what;
        told.why = one.why;
        told.suggestion = one.suggestion;
        problems.add(std::move(told));
    }
    if (!read.ok()) return nullptr;
    return std::make_shared<sieve::Script>(std::move(read.script));
}

std::shared_ptr<const dns::Zone> read_zone(const scenario::Located& text,
                                           const std::string& origin,
                                           scenario::Problems& problems) {
    const std::string path = "zones." + scenario::toml_key(origin);
    const dns::ParsedName name = dns::parse_name(origin == "." ? origin : origin + ".");
    if (!name) {
        problems.add({scenario::Severity::error, {path, 0, 0}, 1,
                      "\"" + origin + "\" is not a domain name", {}, {}, {}});
        return nullptr;
    }
    const dns::LoadedZone loaded = dns::load_zone({text.place.file, text.text, name.name, 1});
    for (const dns::Problem& one : loaded.problems) {
        scenario::Problem told = problem_in(text, path, one.line, one.column, 0);
        told.severity = one.severity == dns::Severity::error ? scenario::Severity::error
                                                             : scenario::Severity::warning;
        told.what = one.what;
        told.why = one.why;
        told.suggestion = one.hint;
        problems.add(std::move(told));
    }
    return loaded.zone;
}

scenario::Surroundings surroundings(scenario::ReadFile read_file,
                                    scenario::ListFiles list_files) {
    scenario::Surroundings out;
    out.read_file = std::move(read_file);
    out.list_files = std::move(list_files);
    out.check_mail = check_mail;
    out.check_rules = [](const scenario::Located& rules, bool single,
                         const scenario::Scenario& complete, scenario::Problems& problems) {
        net::NameBook names = name_book(complete);
        names.part = single;
        const auto read =
            read_rules(rules, scenario::Policy::accept, "rules", names, problems);
        if (!single || read == nullptr || read->rules.size() + read->helpers.size() == 1) return;
        scenario::Problem told = problem_in(rules, "rules", 1, 1, 0);
        told.length = std::max(1U, characters(scenario::line_of(rules.text, 1)));
        told.what = "one rule is expected here, not " + std::to_string(read->rules.size());
        told.why = "a change adds, inserts or replaces one rule";
        problems.add(std::move(told));
    };
    out.check_zone = [](const scenario::Located& text, const std::string& origin,
                        scenario::Problems& problems) { read_zone(text, origin, problems); };
    return out;
}

}  // namespace postroad::sim
