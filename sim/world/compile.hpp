// What the steps of compile() share; only the compile_*.cpp files and setup.cpp include this.
#pragma once

#include <string>

#include "sim/scenario/names.hpp"
#include "sim/world/setup.hpp"

namespace postroad::sim {

struct Compiler {
    const scenario::Scenario& s;
    scenario::Problems& problems;
    const Setup* before;  // may be null
    Setup& out;
    bool tls_offered = false;  // by some host; else nobody asks for it, and nobody wonders

    // Mistakes that have no place any more are named by their key's path.
    void error(std::string path, std::string what, std::string why = {},
               std::string suggestion = {}) {
        problems.add({scenario::Severity::error, {std::move(path), 0, 0}, 1, std::move(what),
                      std::move(why), std::move(suggestion), {}});
    }
};

inline std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// The steps, in this order. Names and their look-ups come first: the rest finds by them.
void compile_names(Compiler& c);
void compile_network(Compiler& c);    // links, attachments, addresses
void compile_firewalls(Compiler& c);
void compile_zones(Compiler& c);
void compile_hosts(Compiler& c);      // services and how a host's MTA talks
void compile_tls(Compiler& c);        // certificates
void compile_people(Compiler& c);
void compile_rules(Compiler& c);      // Sieve scripts
void compile_retrievers(Compiler& c); // behind people, whose accounts they use
void compile_kerberos(Compiler& c);   // realms and their principals

// Mistakes found in a text of the scenario: its errors alone, since warnings were told when it was
// loaded.
void tell_errors(const scenario::Problems& found, const scenario::Located& text,
                 scenario::Problems& problems);

// `opportunistic` is `none` in a world without TLS, where saying so in each session is noise.
TlsPolicy to_policy(const Compiler& c, scenario::TlsPolicy policy);

// Names of SASL mechanisms; one that is not known is a mistake at `path`.
std::vector<sasl::Mechanism> to_mechanisms(Compiler& c, const std::string& path,
                                           const std::vector<std::string>& names);

}  // namespace postroad::sim
