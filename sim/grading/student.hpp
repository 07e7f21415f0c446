// A student's own run of a lab: a seed and a variant that come from their name or number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/grading/lab.hpp"
#include "sim/world/open.hpp"

namespace postroad::sim::grading {

// The same for " S1234567 " and "s1234567"; below 2^32, so that it can be typed.
std::uint64_t student_seed(std::string_view student);

// Null: the lab has no variants.
const Variant* variant_of(const Lab& lab, std::string_view student);

// The scenario with the variant's keys set. What cannot be set is told at the lab's place for it.
Opened as_variant(const Opened& opened, const Variant& variant, const std::string& file,
                  const scenario::ReadFile& read_file);

}  // namespace postroad::sim::grading
