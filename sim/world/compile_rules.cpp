// Rules for what arrives: Sieve scripts are read once, and shared with the Setup before where they
// are the same.
#include "sim/scenario/names.hpp"
#include "sim/world/compile.hpp"
#include "sim/world/judge.hpp"

namespace postroad::sim {

void compile_rules(Compiler& c) {
    for (PersonSetup& person : c.out.people) {
        const scenario::Person& from = c.s.people[person.scenario_index];
        if (from.sieve.empty()) continue;
        if (c.before != nullptr && person.scenario_index < c.before->people.size()) {
            const PersonSetup& old = c.before->people[person.scenario_index];
            if (old.sieve != nullptr &&
                c.before->scenario.people[old.scenario_index].sieve == from.sieve) {
                person.sieve = old.sieve;
                continue;
            }
        }
        scenario::Problems found;
        person.sieve =
            read_script(from.sieve, "people." + scenario::toml_key(from.name) + ".sieve", found);
        tell_errors(found, from.sieve, c.problems);
    }
}

}  // namespace postroad::sim
