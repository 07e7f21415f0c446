// How much of one thing a file, or a message in it, can hold: what the format has ids for.
#pragma once

#include <cstddef>

namespace postroad::pst {

inline constexpr std::size_t recipients_max = 100'000, attachments_max = 100'000,
                             large_cells_max = 100'000,  // of the recipients of a message
    columns_max = 255, names_max = 0x8000;

}  // namespace postroad::pst
