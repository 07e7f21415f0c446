// The user's state folder (XDG Base Directory Specification), and files that appear whole.
#pragma once

#include <string>

namespace postroad::viz {

// "$XDG_STATE_HOME/postroad", by default "~/.local/state/postroad"; empty when there is no home.
std::string state_folder();

// Writes to a name beside it first; makes its folder. False, with errno, when it cannot be.
bool write_whole_file(const std::string& path, const std::string& text);

}  // namespace postroad::viz
