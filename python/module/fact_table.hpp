// A table with a row for each row of one kind in the Trace: columns by name, and for each what it
// takes from a row. Columns are filled block by block, several at a time by threads of their own.
#pragma once

#include <array>
#include <concepts>
#include <functional>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "python/module/tables.hpp"

namespace postroad::python {

// Rows of a kind in blocks that stay in a processor's cache while columns read them.
inline constexpr std::size_t rows_in_block = 1024;

using Block = std::span<const sim::RowView>;

// Calls `fill` with every row of a kind, a block at a time.
void each_block(const sim::Trace& trace, sim::Fact fact, const std::function<void(Block)>& fill);

// Fills columns: the costlier ones are given to threads first. `costs` has a column's share.
struct Filler {
    std::function<void(Block)> fill;
    std::size_t first, last;  // the columns it fills, to be prepared behind the last block
    int cost;
};
void fill_all(const sim::Trace& trace, sim::Fact fact, Columns& columns,
              const std::vector<Filler>& fillers);

template <class F> class FactTable {
public:
    // Begins with `time`, `t_s` and `node`.
    explicit FactTable(Rows& rows) : rows_(rows), out_(rows.survey.count(F::fact)) {
        moment("time", "t_s", [](const F&, const sim::RowView& row) { return row.head().time; });
        part(Who(rows_, out_), [](const F&, const sim::RowView& row) { return row.head().node; });
    }

    // `get`: a member of the record, or what gives a value from (record) or (record, row).
    template <class Get> void number(const char* name, Get get) {
        using T = std::remove_cvref_t<decltype(take(get, std::declval<const F&>(),
                                                    std::declval<const sim::RowView&>()))>;
        Numbers<T>& column = out_.numbers<T>(name);
        fill([&column, get](const F& fact, const sim::RowView& row) {
            column.put(take(get, fact, row));
        });
    }
    // `get` gives a moment; 0 or `never` is none if `may_lack`.
    template <class Get>
    void moment(const char* time, const char* t_s, Get get, bool may_lack = false) {
        When when(rows_, out_, time, t_s);
        fill([when, get, may_lack](const F& fact, const sim::RowView& row) mutable {
            const Time at = take(get, fact, row);
            if (may_lack && (at == 0 || at == never))
                when.put_never();
            else
                when.put(at);
        });
    }
    // A text, or std::nullopt; what views stay where they are. `show` makes words of one.
    template <class Get>
    void text(const char* name, Get get, std::function<std::string(std::string_view)> show = {}) {
        Texts& column = out_.texts(name);
        column.show = std::move(show);
        fill_blocks(
            [&column, get](Block block) {
                std::array<std::optional<std::string_view>, rows_in_block> words;
                std::array<std::uint64_t, rows_in_block> hashes;
                for (std::size_t at = 0; at < block.size(); ++at) {
                    words[at] = take(get, block[at].template as<F>(), block[at]);
                    hashes[at] = words[at] ? hash_octets(*words[at]) : 0;
                    if (words[at]) column.fetch(hashes[at]);
                }
                for (std::size_t at = 0; at < block.size(); ++at)
                    words[at] ? column.put(*words[at], hashes[at]) : column.put_none();
            },
            costly);
    }
    // A small value whose octets are the dictionary's key; a member of the record.
    template <class Member>
    void octets(const char* name, Member member,
                std::function<std::string(std::string_view)> show) {
        text(
            name,
            [member](const F& fact) {
                const auto& value = fact.*member;
                return std::optional<std::string_view>(
                    std::in_place, reinterpret_cast<const char*>(&value), sizeof value);
            },
            std::move(show));
    }
    // A code, -1 for none, and what codes mean.
    template <class Get> void code(const char* name, std::vector<std::string> words, Get get) {
        Codes& column = out_.codes(name);
        const auto count = static_cast<std::int32_t>(words.size());
        column.words = std::move(words);
        fill([&column, get, count](const F& fact, const sim::RowView& row) {
            const std::int64_t value = take(get, fact, row);
            column.put(value >= 0 && value < count ? static_cast<std::int32_t>(value) : -1);
        });
    }
    // One of an enumeration's values up to `last`, in the words of sim/views/fact_words.hpp.
    template <class Value, class Get>
    void word(const char* name, Value last, std::string_view (*words)(Value), Get get) {
        std::vector<std::string> all;
        for (std::size_t value = 0; value <= static_cast<std::size_t>(last); ++value)
            all.emplace_back(words(static_cast<Value>(value)));
        code(name, std::move(all), [get](const F& fact, const sim::RowView& row) {
            return static_cast<std::int64_t>(take(get, fact, row));
        });
    }
    template <class Get> void node(const char* name, Get get) { part(Who(rows_, out_, name), get); }
    template <class Get> void address(const char* name, Get get) {
        part(Where(rows_, out_, name), get);
    }
    template <class Get> void conversation(Get get) {
        number("conversation",
               [&survey = rows_.survey, get](const F& fact, const sim::RowView& row) {
                   return survey.conversation(take(get, fact, row));
               });
    }
    // By its number in the views (0: unknown).
    template <class Get> void message(Get get) {
        number("message", [&index = rows_.index(), get](const F& fact, const sim::RowView& row) {
            const std::uint32_t journey = index.journey_of(take(get, fact, row));
            return journey == sim::nothing ? std::uint32_t{0} : journey + 1;
        });
    }

    Columns make() {
        fill_all(rows_.trace, F::fact, out_, fillers_);
        return std::move(out_);
    }

private:
    static constexpr int costly = 6;

    template <class Get>
    static decltype(auto) take(const Get& get, const F& fact, const sim::RowView& row) {
        if constexpr (std::invocable<const Get&, const F&, const sim::RowView&>)
            return get(fact, row);
        else
            return std::invoke(get, fact);
    }
    // `made`: a column, or several, with a put() for a value.
    template <class Part, class Get> void part(Part made, Get get) {
        fill([made, get](const F& fact, const sim::RowView& row) mutable {
            made.put(take(get, fact, row));
        });
    }
    template <class Fill> void fill(Fill one_row) {
        fill_blocks(
            [one_row](Block block) mutable {
                for (const sim::RowView& row : block) one_row(row.template as<F>(), row);
            },
            1);
    }
    // For what was added to the columns since the last time.
    void fill_blocks(std::function<void(Block)> fill, int cost) {
        fillers_.push_back({std::move(fill), filled_, out_.size(), cost});
        filled_ = out_.size();
    }

    Rows& rows_;
    Columns out_;
    std::vector<Filler> fillers_;
    std::size_t filled_ = 0;
};

}  // namespace postroad::python
