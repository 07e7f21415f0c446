// Reads a scenario file. Every mistake in it is collected with its place; a scenario with an error
// is never half-used.
#pragma once

#include "sim/scenario/problems.hpp"
#include "sim/scenario/scenario.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postroad::scenario {

// Gives the bytes of a file named in the scenario ("mail/hello.eml", relative to the scenario's
// folder and never outside it), or nothing when there is no such file.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

// Gives the names of all files in a folder named in the scenario and in the folders in it, relative
// to that folder ("cur/1.host:2,S"), sorted; nothing when there is no such folder.
using ListFiles =
    std::function<std::optional<std::vector<std::string>>(const std::string& folder)>;

// Judges one text of firewall rules; each problem's place is within that text's file. Lines and
// columns are those of the text's place onward. `single`: exactly one rule is expected. The
// complete scenario gives the addresses behind the names of hosts and networks.
using CheckRules = std::function<void(const Located& rules, bool single, const Scenario& complete,
                                      Problems& problems)>;

// Judges one zone's master file in the same way.
using CheckZone =
    std::function<void(const Located& text, const std::string& origin, Problems& problems)>;

// Judges the old mail of a person, as it was found; `at` is where the scenario names it.
using CheckMail = std::function<void(const Person& person, const Place& at, Problems& problems)>;

struct Surroundings {
    ReadFile read_file;      // absent: no file can be named
    ListFiles list_files;    // absent: no folder can be named
    CheckRules check_rules;  // absent: rules are taken as they are
    CheckZone check_zone;    // absent: zones are taken as they are
    CheckMail check_mail;    // absent: old mail is taken as it is
};

// Where each value stands: "hosts.mail.address" and, in lists, "hosts.mail.address[1]".
struct Span {
    Place place;
    std::uint32_t length = 1;
};
using Places = std::map<std::string, Span, std::less<>>;

struct Loaded {
    Scenario declared;  // as written
    Scenario complete;  // with everything worked out that was left out (complete.hpp)
    Places places;
    Problems problems;  // when any is an error, both scenarios are empty
    bool ok() const { return !problems.any_error(); }
};

// `file` is the name shown in messages.
Loaded load(std::string_view text, const std::string& file, const Surroundings& surroundings = {});

// Gives one key another value: set_value(s, "hosts.mail.smtp.open_relay", "true"). The value is
// TOML. On problems the scenario is unchanged.
Problems set_value(Scenario& scenario, const std::string& path, const std::string& toml_value);

// Whether a file named in a scenario is in the scenario's folder: relative, without "." or "..".
bool stays_inside(std::string_view relative_path);

}  // namespace postroad::scenario
