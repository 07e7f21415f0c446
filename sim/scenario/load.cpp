// From text to scenario: syntax, values, names, files and rules; every step tells all it finds.
#include "sim/scenario/load.hpp"

#include "protocols/base/did_you_mean.hpp"
#include "sim/scenario/check.hpp"
#include "sim/scenario/complete.hpp"
#include "sim/scenario/reader.hpp"

#include <set>

namespace postroad::scenario {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// TOML must be UTF-8; told here, because a parser's own message has no place a person could find.
bool check_utf8(std::string_view text, const std::string& file, Problems& problems) {
    const std::size_t bad = find_bad_utf8(text);
    if (bad == std::string_view::npos) return true;
    Place place{file, 1, 1};
    std::size_t line_start = 0;
    for (std::size_t i = 0; i < bad; ++i) {
        if (text[i] == '\n') {
            ++place.line;
            place.column = 1;
            line_start = i + 1;
        } else if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U)
            ++place.column;
    }
    problems.add({Severity::error, place, 1, "this is not UTF-8",
                  "TOML files are UTF-8 (TOML 1.0.0)", "save the file as UTF-8",
                  std::string(line_of(text.substr(line_start), 1))});
    return false;
}

// "Error while parsing key-value pair: expected ..." -> "expected ..."
std::string syntax_message(std::string_view description) {
    const std::size_t colon = description.find(": ");
    if (description.substr(0, 20) == "Error while parsing " && colon != std::string_view::npos) {
        const std::string_view thing = description.substr(20, colon - 20);
        return std::string(description.substr(colon + 2)) + " (in this " + std::string(thing) + ")";
    }
    return std::string(description);
}

std::optional<toml::table> parse(std::string_view text, const std::string& file,
                                 Problems& problems) {
    try {
        return toml::parse(text, std::string_view(file));
    } catch (const toml::parse_error& problem) {
        const toml::source_position at = problem.source().begin;
        problems.add({Severity::error,
                      {file, at.line, at.column},
                      1,
                      "this is not TOML: " + syntax_message(problem.description()),
                      {},
                      {},
                      std::string(line_of(text, at.line))});
        return std::nullopt;
    }
}

// The format's version comes first: of another version nothing else can be judged.
bool check_version(const toml::table& table, Reader& reader) {
    const toml::node* node = table.get("postroad");
    const auto* version = node == nullptr ? nullptr : node->as_integer();
    if (version == nullptr || version->get() == format_version) return true;
    const bool later = version->get() > format_version;
    reader.add(reader.span_of(node->source()),
               later ? "this scenario was written for a later Postroad"
                     : "there is no format version " + std::to_string(version->get()),
               "its format is version " + std::to_string(version->get()) +
                   "; this Postroad reads version " + std::to_string(format_version),
               later ? "install a newer Postroad" : "write postroad = 1");
    return false;
}

// The names that a reference of each use may take.
std::vector<std::string_view> candidates(Use use, const Scenario& s) {
    std::vector<std::string_view> out;
    if (use == Use::network || use == Use::link_end || use == Use::relay)
        for (const Network& one : s.networks) out.emplace_back(one.name);
    if (use == Use::host || use == Use::link_end || use == Use::mx)
        for (const Host& one : s.hosts) out.emplace_back(one.name);
    if (use == Use::person)
        for (const Person& one : s.people) out.emplace_back(one.name);
    if (use == Use::firewall)
        for (const Firewall& one : s.firewalls) out.emplace_back(one.name);
    if (use == Use::authority)
        for (const Authority& one : s.authorities) out.emplace_back(one.name);
    if (use == Use::certificate)
        for (const Certificate& one : s.certificates) out.emplace_back(one.name);
    if (use == Use::zone)
        for (const Zone& one : s.zones) out.emplace_back(one.origin);
    if (use == Use::link)
        for (const Link& one : s.links) out.emplace_back(one.name);
    return out;
}

bool is_access_link(std::string_view name, const Scenario& s) {
    const std::size_t dashes = name.find("--");
    if (dashes == std::string_view::npos) return false;
    const Host* host = find_host(s, name.substr(0, dashes));
    if (host == nullptr) return false;
    for (const Name& network : host->network)
        if (network == name.substr(dashes + 2)) return true;
    return false;
}

void check_references(Reader& reader, const Scenario& s) {
    std::map<Use, std::vector<std::string_view>> known;
    std::map<Use, std::set<std::string_view>> known_set;
    for (const Reference& one : reader.references) {
        if (!known.contains(one.use)) {
            known[one.use] = candidates(one.use, s);
            known_set[one.use] = {known[one.use].begin(), known[one.use].end()};
        }
        if (known_set[one.use].contains(one.text)) continue;
        if ((one.use == Use::mx || one.use == Use::relay) &&
            one.text.find('.') != std::string::npos)
            continue;  // a domain name; whether it leads anywhere is another question
        if (one.use == Use::link && is_access_link(one.text, s)) continue;
        std::string kind(one.use == Use::mx      ? "host"
                         : one.use == Use::relay ? "network"
                                                 : use_type(one.use));
        const std::string_view near = closest(one.text, known[one.use]);
        std::string suggestion;
        if (!near.empty())
            suggestion = "did you mean " + quoted(near) + "?";
        else if (one.use == Use::link)
            suggestion = "a host's own line is called HOST--NETWORK";
        reader.add(one.span, "there is no " + kind + " " + quoted(one.text), {},
                   std::move(suggestion));
    }
}

constexpr std::size_t old_mail_files_max = 100'000;
constexpr std::size_t old_mail_octets_max = std::size_t{256} << 20U;

// An mbox file, or all files of a folder.
void read_old_mail(Reader& reader, const Surroundings& around, Person& person) {
    const Span& span = reader.places["people." + toml_key(person.name) + ".mail"];
    std::vector<MailFile> files;
    const auto names = around.list_files && stays_inside(person.mail)
                           ? around.list_files(person.mail)
                           : std::nullopt;
    person.mail_files.folder = names.has_value();
    if (names && names->size() > old_mail_files_max) {
        reader.add(span, "there are " + std::to_string(names->size()) + " files in " +
                             quoted(person.mail) + ": too many",
                   "a scenario takes " + std::to_string(old_mail_files_max) + " a person");
        return;
    }
    std::size_t octets = 0;
    for (const std::string& name : names.value_or(std::vector<std::string>{""})) {
        const std::string path = names ? person.mail + "/" + name : person.mail;
        // What is listed lies inside, whatever is in its name.
        std::optional<std::string> text;
        if (names && around.read_file) text = around.read_file(path);
        else if (auto located = reader.file(span, path)) text = std::move(located->text);
        else return;
        if (!text) {
            reader.add(span, "the file " + quoted(path) + " cannot be read");
            return;
        }
        octets += text->size();
        if (octets > old_mail_octets_max) {
            reader.add(span, quoted(person.mail) + " is too large",
                       "a scenario takes 256 MiB of old mail a person");
            return;
        }
        files.push_back({path, std::move(*text)});
    }
    person.mail_files.files = std::make_shared<const std::vector<MailFile>>(std::move(files));
}

// Brings in what the scenario names files for.
void read_files(Reader& reader, const Surroundings& around, Scenario& s) {
    for (Person& person : s.people)
        if (!person.mail.empty()) read_old_mail(reader, around, person);
    for (Zone& zone : s.zones) {
        const std::string path = "zones." + toml_key(zone.origin);
        if (zone.file.empty()) continue;
        if (!zone.text.empty())
            reader.add(reader.places[path + ".text"], "a zone has either a file or a text");
        if (auto text = reader.file(reader.places[path + ".file"], zone.file))
            zone.text = std::move(*text);
    }
    for (std::size_t i = 0; i < s.timeline.size(); ++i) {
        Send* send = std::get_if<Send>(&s.timeline[i].action);
        if (send == nullptr || send->eml.empty()) continue;
        const std::string path = "timeline[" + std::to_string(i) + "].send";
        if (!send->message.empty())
            reader.add(reader.places[path + ".message"], "a message is either in a file or here");
        if (auto text = reader.file(reader.places[path + ".eml"], send->eml))
            send->message = std::move(*text);
    }
}

void check_old_mail(const CheckMail& judge, Reader& reader, const Scenario& completed) {
    if (!judge) return;
    for (const Person& person : completed.people) {
        Problems found;
        if (person.mail_files.files != nullptr)
            judge(person, reader.places["people." + toml_key(person.name) + ".mail"].place, found);
        for (const Problem& one : found.list()) reader.problems.add(one);
    }
}

void check_rules(const CheckRules& judge, Reader& reader, const Scenario& s) {  // a complete one
    if (!judge) return;
    Problems found;
    for (const Firewall& firewall : s.firewalls)
        if (!firewall.rules.empty()) judge(firewall.rules, false, s, found);
    for (const Event& event : s.timeline)
        if (const auto* change = std::get_if<FirewallChange>(&event.action))
            if (!change->rule.empty()) judge(change->rule, true, s, found);
    for (const Problem& one : found.list()) reader.problems.add(one);
}

void check_zones(const CheckZone& judge, Reader& reader, const Scenario& completed) {
    if (!judge) return;
    for (const Zone& zone : completed.zones) {
        Problems found;
        if (!zone.text.empty()) judge(zone.text, zone.origin, found);
        for (Problem one : found.list()) {
            // In a zone that was written for the person, only their own records can be wrong.
            const auto records =
                reader.places.find("domains." + toml_key(zone.origin) + ".records");
            if (zone.text.place.line == 0 && records != reader.places.end()) {
                one.place = records->second.place;
                one.length = records->second.length;
                one.source_line.clear();
            }
            reader.problems.add(std::move(one));
        }
    }
}

// `set` entries are tried on a copy, one after the other as they will happen.
void check_set(Reader& reader, const Scenario& complete_one) {
    std::optional<Scenario> scratch;
    for (std::size_t i = 0; i < complete_one.timeline.size(); ++i) {
        const auto* set = std::get_if<SetValue>(&complete_one.timeline[i].action);
        if (set == nullptr || set->path.empty()) continue;
        if (!scratch) scratch = complete_one;
        const Problems found = set_value(*scratch, set->path, set->value);
        for (const Problem& one : found.list())
            reader.add(reader.places["timeline[" + std::to_string(i) + "].set"],
                       "set " + quoted(set->path) + ": " + one.what, one.why, one.suggestion);
    }
}

}  // namespace

Loaded load(std::string_view text, const std::string& file, const Surroundings& surroundings) {
    Loaded out;
    if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
    if (!check_utf8(text, file, out.problems)) return out;
    const auto table = parse(text, file, out.problems);
    if (!table) return out;

    Reader reader(text, file, surroundings);
    if (!check_version(*table, reader)) {
        out.problems = std::move(reader.problems);
        return out;
    }
    if (const toml::node* start = table->get("start")) {
        const auto* string = start->as_string();
        const auto instant = parse_instant(string != nullptr ? std::string_view(string->get())
                                                             : reader.source_of(start->source()));
        if (instant) reader.start = *instant;
    } else
        reader.start = Scenario{}.start;

    Scenario declared;
    const bool whole = reader.table(*table, At{"", "", "", {}}, declared, Span{{file, 1, 1}, 1});
    read_files(reader, surroundings, declared);
    Scenario completed = complete(declared);
    // With a section misspelled, every name in it would seem to be missing.
    bool sections_known = true;
    for (const auto& [key, node] : *table) {
        bool found = false;
        const std::string_view name = key.str();
        each(keys(&declared), [&](const auto& row) { found = found || row.name == name; });
        sections_known = sections_known && (found || node.is_value());
    }
    if (sections_known) check_references(reader, completed);
    if (whole) {
        Problems found;
        check(declared, completed, reader.places, found);
        for (Problem one : found.list()) {
            one.source_line = reader.line(one.place.line);
            reader.problems.add(std::move(one));
        }
        check_set(reader, completed);
    }
    check_rules(surroundings.check_rules, reader, completed);
    check_zones(surroundings.check_zone, reader, completed);
    check_old_mail(surroundings.check_mail, reader, completed);
    for (const Problem& one : reader.problems.list()) {
        Problem shown = one;
        if (shown.source_line.empty() && shown.place.file == file)
            shown.source_line = reader.line(shown.place.line);
        out.problems.add(std::move(shown));
    }
    out.problems.sort();
    if (!out.ok()) return out;
    const auto by_time = [](Scenario& s) {
        std::stable_sort(s.timeline.begin(), s.timeline.end(),
                         [](const Event& a, const Event& b) { return a.at < b.at; });
    };
    by_time(declared);
    by_time(completed);
    out.declared = std::move(declared);
    out.complete = std::move(completed);
    out.places = std::move(reader.places);
    return out;
}

Problems set_value(Scenario& scenario, const std::string& path, const std::string& toml_value) {
    const std::string text = path + " = " + toml_value + "\n";
    Problems problems;
    if (!check_utf8(text, "set", problems)) return problems;
    const auto table = parse(text, "set", problems);
    if (!table) return problems;
    const Surroundings nothing;
    Reader reader(text, "set", nothing);
    reader.changing = true;
    reader.start = scenario.start;
    if (table->size() != 1 || table->contains("postroad")) {
        reader.add(Span{{"set", 1, 1}, 1}, "this is not the path of one key that may change");
        return std::move(reader.problems);
    }
    Scenario changed = scenario;
    static_cast<void>(reader.table(*table, At{"", "", "", {}}, changed, Span{{"set", 1, 1}, 1}));
    if (!reader.problems.any_error()) check_references(reader, changed);
    if (!reader.problems.any_error()) scenario = std::move(changed);
    return std::move(reader.problems);
}

}  // namespace postroad::scenario
