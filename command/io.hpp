// What a subcommand talks to: three streams, what they are connected to, and where the labs are.
// The tests put strings in their place.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>

#include "sim/views/text.hpp"

namespace postroad::command {

enum Status : int {
    done = 0,
    check_failed = 1,
    bad_input = 2,   // told on `err`, and nothing has been written
    own_limit = 3,   // the run was stopped by --events-max
};

struct Io {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool in_is_terminal = false, out_is_terminal = false, err_is_terminal = false;
    bool no_colour = false;            // NO_COLOR is set (https://no-color.org)
    unsigned width = 100;              // columns of the terminal
    std::filesystem::path labs = {};   // the folder with NN-name folders; empty: there is none
    std::string program = "postroad";  // as the person types it, in hints

    sim::views::Style style(bool wide = false) const {
        return {out_is_terminal && !no_colour, width, wide};
    }
    sim::views::Sink sink();           // to `out`
    // Words that show a command line: "next: postroad labs" with `program` for "postroad".
    std::string as_typed(std::string_view words) const;
};

// Where the labs are for this very program; empty when they are nowhere.
std::filesystem::path find_labs();

// "postroad: …" on err, with one full line; gives bad_input back.
int refuse(Io& io, std::string_view what, std::string_view hint = {});

}  // namespace postroad::command
