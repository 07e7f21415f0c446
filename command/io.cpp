// Words to the person who typed the command.
#include "command/io.hpp"

#include <ostream>

namespace postroad::command {

sim::views::Sink Io::sink() {
    return [this](std::string_view words) { out << words; };
}

int refuse(Io& io, std::string_view what, std::string_view hint) {
    io.err << "postroad: " << what << '\n';
    if (!hint.empty()) io.err << "    " << hint << '\n';
    return bad_input;
}

}  // namespace postroad::command
