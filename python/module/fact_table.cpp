// Threads: each goes through the rows by itself and fills columns of its own, so that no two write
// to one place and what comes out does not depend on how many there were.
#include "python/module/fact_table.hpp"

#include <algorithm>
#include <future>
#include <numeric>
#include <thread>

namespace postroad::python {
namespace {

// Below that a thread costs more than it saves.
constexpr std::size_t rows_for_threads = 100'000;
constexpr std::size_t threads_max = 8;

// Which thread fills what: the costliest first, each to who has least.
std::vector<std::vector<std::size_t>> shares(const std::vector<Filler>& fillers,
                                             std::size_t threads) {
    std::vector<std::size_t> order(fillers.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return fillers[a].cost > fillers[b].cost;
    });
    std::vector<std::vector<std::size_t>> out(threads);
    std::vector<int> load(threads, 0);
    for (const std::size_t one : order) {
        const auto least = std::min_element(load.begin(), load.end()) - load.begin();
        out[static_cast<std::size_t>(least)].push_back(one);
        load[static_cast<std::size_t>(least)] += fillers[one].cost;
    }
    return out;
}

}  // namespace

void each_block(const sim::Trace& trace, sim::Fact fact, const std::function<void(Block)>& fill) {
    std::vector<sim::RowView> block;
    block.reserve(rows_in_block);
    each_row(trace, [&](const sim::RowView& row) {
        if (row.head().fact != fact) return;
        block.push_back(row);
        if (block.size() < rows_in_block) return;
        fill(block);
        block.clear();
    });
    if (!block.empty()) fill(block);
}

void fill_all(const sim::Trace& trace, sim::Fact fact, Columns& columns,
              const std::vector<Filler>& fillers) {
    const auto fill_some = [&](const std::vector<std::size_t>& mine) {
        if (columns.rows_max() != 0)
            each_block(trace, fact, [&](Block block) {
                for (const std::size_t one : mine) fillers[one].fill(block);
            });
        for (const std::size_t one : mine)
            for (std::size_t column = fillers[one].first; column < fillers[one].last; ++column)
                columns.prepare(column);
    };
    std::size_t threads = 1;
    if (columns.rows_max() >= rows_for_threads)
        threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1,
                                          std::min(threads_max, fillers.size()));
    const auto all = shares(fillers, threads);
    std::vector<std::future<void>> others;
    for (std::size_t at = 1; at < all.size(); ++at)
        others.push_back(std::async(std::launch::async, fill_some, std::cref(all[at])));
    fill_some(all[0]);
    for (std::future<void>& one : others) one.get();
}

}  // namespace postroad::python
