// The hash is the project's own, so that Python, the command and every machine agree.
#include "sim/grading/student.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/base/hash.hpp"
#include "sim/scenario/load.hpp"
#include "sim/scenario/print.hpp"

namespace postroad::sim::grading {
namespace {

std::uint64_t hash_of(std::string_view student) {
    return mix64(hash_octets(lowered(trimmed(student))), 0);
}

}  // namespace

std::uint64_t student_seed(std::string_view student) { return hash_of(student) >> 32; }

const Variant* variant_of(const Lab& lab, std::string_view student) {
    if (lab.variants.empty()) return nullptr;
    return &lab.variants[(hash_of(student) & 0xffffffff) % lab.variants.size()];
}

Opened as_variant(const Opened& opened, const Variant& variant, const std::string& file,
                  const scenario::ReadFile& read_file) {
    scenario::Scenario changed = opened.declared;
    for (const auto& [path, value] : variant.set) {
        const scenario::Problems problems = scenario::set_value(changed, path, value);
        if (!problems.any_error()) continue;
        Opened out;
        scenario::Problem told = problems.list().front();
        told.place = variant.place;
        told.source_line = {};
        told.what = "the variant \"" + variant.name + "\" cannot set " + path + ": " + told.what;
        out.problems.add(std::move(told));
        return out;
    }
    return open_scenario(scenario::print(changed), file, read_file);
}

}  // namespace postroad::sim::grading
