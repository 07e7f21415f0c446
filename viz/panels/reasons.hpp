// What panels say of a row that somebody wants to understand.
#pragma once

#include "viz/draw/theme.hpp"
#include "viz/model/recording.hpp"

namespace postroad::viz {

// Who says it to whom, and by which section: "mail → post   RFC 5321 §4.2".
std::string who_words(const Recording& run, const RowWords& said);
// "decided before it", and the reasons; nothing without any.
void reasons(const Theme& theme, const std::vector<RowWords>& decided);

}  // namespace postroad::viz
