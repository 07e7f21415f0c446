// What `postroad live` prints before anybody comes: where each service is to be found, who may log
// in, and the command lines to try.
#pragma once

#include <string>
#include <vector>

#include "command/io.hpp"
#include "sim/live/edge.hpp"

namespace postroad::command {

// "mail:25=127.0.0.1:20025" for every service: the first host's port 25 at 20025, the second's at
// 21025, and so on.
std::vector<std::string> every_place(const sim::Setup& setup);

// "there are: mail:25 mail:587 …", for people who named something else.
std::string known_places(const sim::Setup& setup);

// The doors, who has which password, and commands that use them. `source`: the LAB or FILE as typed.
void print_table(const std::vector<sim::live::Exposure>& exposures, const sim::Setup& setup,
                 std::string_view source, Io& io);

}  // namespace postroad::command
