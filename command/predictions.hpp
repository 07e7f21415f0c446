// The file of a student's predictions.
#pragma once

#include <optional>
#include <string>

#include "command/catalogue.hpp"
#include "sim/grading/grade.hpp"

namespace postroad::command {

inline constexpr std::string_view predictions_file = "predictions.toml";  // in the current folder

// Empty when there is no such file. None, and told, when it cannot be read or is no prediction of
// this lab's.
std::optional<sim::grading::Predictions> read_predictions(const std::string& path, const Lab& lab,
                                                          Io& io);

}  // namespace postroad::command
