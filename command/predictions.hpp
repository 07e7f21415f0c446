// The file of a student's predictions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "command/catalogue.hpp"
#include "sim/grading/grade.hpp"

namespace postroad::command {

inline constexpr std::string_view predictions_file = "predictions.toml";  // in the current folder

// One file serves many labs: the predictions of each stand below a line "[05-the-mx-ladder]"; those
// above the first such line are of any lab.
// Empty when there is no such file. None, and told, when it cannot be read or what is there is no
// prediction of this lab's.
std::optional<sim::grading::Predictions> read_predictions(const std::string& path, const Lab& lab,
                                                          Io& io);
// A prediction is made before the run: once answers have been told, the lab's part of the file says
// so, and nothing more is taken down. False, and told, when the file cannot be written.
bool tell_once(const std::string& path, const Lab& lab,
               const sim::grading::Predictions& predictions, Io& io);
bool was_told(std::string_view file, const Lab& lab);

// The whole file with these as the lab's part, other labs' as they were.
std::string with_predictions(std::string_view file, const Lab& lab,
                             const sim::grading::Predictions& predictions);

}  // namespace postroad::command
