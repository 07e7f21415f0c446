// Edit distance in three rolling rows (optimal string alignment), and the choice of the nearest.
// Words longer than 64 bytes are not compared: nobody mistypes those by one letter.
#include "protocols/base/did_you_mean.hpp"

#include <algorithm>
#include <array>

namespace postroad {
namespace {

constexpr std::size_t word_bytes_max = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
    const std::size_t none = limit + 1;
    if (a.size() > word_bytes_max || b.size() > word_bytes_max) return none;
    if (a.size() > b.size() + limit || b.size() > a.size() + limit) return none;
    std::array<std::array<std::size_t, word_bytes_max + 1>, 3> rows{};
    for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& row = rows[i % 3];
        const auto& above = rows[(i + 2) % 3];
        const auto& above_that = rows[(i + 1) % 3];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
            const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                                 lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], above_that[j - 2] + 1);
        }
    }
    return std::min(rows[a.size() % 3][b.size()], none);
}

std::string_view closest(std::string_view word, std::span<const std::string_view> known) {
    // A word of one or two letters is near everything; only a difference of case is proposed.
    const std::size_t limit =
        word.size() <= 2 ? 0 : std::max<std::size_t>(1, std::min<std::size_t>(3, word.size() / 3));
    std::string_view best;
    std::size_t best_distance = limit + 1;
    for (const std::string_view candidate : known) {
        const std::size_t distance = edit_distance(word, candidate, limit);
        if (distance >= best_distance) continue;
        best_distance = distance;
        best = candidate;
    }
    return best;
}

}  // namespace postroad
