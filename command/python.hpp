// The Python package beside the command: for what is written in Python (check.py, gradebooks).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command/io.hpp"

namespace postroad::command {

// The interpreter that has the package: beside this program, or in the clone's build/venv. Empty,
// and told what to do, when there is none.
std::string find_python(Io& io);

// Runs `python3 -I -m MODULE WORDS…` and gives what it writes; what it complains about goes to the
// person. None, and told, when it cannot be run or fails.
std::optional<std::string> run_python(const std::string& module, std::vector<std::string> words,
                                      Io& io);

}  // namespace postroad::command
