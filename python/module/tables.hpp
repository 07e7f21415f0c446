// The Trace as tables, one function a table: columns are built from its rows and from nothing else.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <span>
#include <string_view>

#include "python/module/columns.hpp"
#include "sim/core/trace.hpp"
#include "sim/views/index.hpp"
#include "sim/world/setup.hpp"

namespace postroad::python {

// What every table needs to know first: how many rows of each kind there are, the conversations'
// numbers in the views, and the addresses that no host has. One pass over the Trace.
class Survey {
  public:
    explicit Survey(const sim::Trace& trace, std::size_t addresses_of_setup);
    std::size_t count(sim::Fact fact) const { return counts_[static_cast<std::size_t>(fact)]; }
    // From 1 in the order they began; 0: none.
    std::uint32_t conversation(sim::Id id) const {
        const std::size_t node = sim::node_of(id), place = sim::count_of(id);
        return node < numbers_.size() && place < numbers_[node].size() ? numbers_[node][place] : 0;
    }
    const std::vector<net::Address>& more_addresses() const { return more_; }

  private:
    void note(const sim::RowView& row, std::size_t addresses_of_setup);
    std::array<std::size_t, static_cast<std::size_t>(sim::Fact::count_of_facts)> counts_{};
    std::vector<std::vector<std::uint32_t>> numbers_;  // by the node that began it and its count
    std::uint32_t conversations_ = 0;
    std::vector<net::Address> more_;
};

// Of a run up to a position, made when a table needs it and kept for the next one.
class IndexKeeper {
  public:
    const sim::views::TraceIndex& index(const sim::Trace& trace,
                                        const std::shared_ptr<const sim::Setup>& setup);
    const Survey& survey(const sim::Trace& trace, const std::shared_ptr<const sim::Setup>& setup);

  private:
    void forget_others(const sim::Trace& trace, const std::shared_ptr<const sim::Setup>& setup);
    std::uint64_t end_ = ~std::uint64_t{0};
    std::shared_ptr<const sim::Setup> setup_;
    std::unique_ptr<sim::views::TraceIndex> index_;
    std::unique_ptr<Survey> survey_;
};

// Visits every row of a Trace. Within a chunk rows stand one behind the other, up to its filler: no
// look-up a row.
template <class Visit>
void each_row(const sim::Trace& trace, Visit visit) {
    for (std::uint64_t chunk = 0; chunk < trace.end(); chunk += sim::chunk_bytes) {
        const std::byte* at = reinterpret_cast<const std::byte*>(&trace.at(chunk).head());
        const std::byte* const end = at + std::min(trace.end() - chunk, sim::chunk_bytes);
        for (sim::RowView row(at); at < end && row.head().fact != sim::Fact::filler;
             row = sim::RowView(at += row.head().octets))
            visit(row);
    }
}

// What tables are made from: a run's rows up to a moment.
class Rows {
  public:
    Rows(const sim::Trace& the_trace, const std::shared_ptr<const sim::Setup>& the_setup,
         IndexKeeper& keeper)
        : trace(the_trace), setup(*the_setup), survey(keeper.survey(the_trace, the_setup)),
          shared_setup_(the_setup), keeper_(keeper) {}

    const sim::Trace& trace;
    const sim::Setup& setup;
    const Survey& survey;
    // Words for all addresses, those of the setup first, then the others.
    std::vector<std::string> address_words() const;
    std::size_t addresses() const { return setup.addresses.size() + survey.more_addresses().size(); }
    // Not while columns are filled: it is made when it is first asked for.
    const sim::views::TraceIndex& index() const { return keeper_.index(trace, shared_setup_); }

  private:
    std::shared_ptr<const sim::Setup> shared_setup_;
    IndexKeeper& keeper_;
};

struct TableRow {
    std::string_view name;
    Columns (*make)(Rows&);
    std::string_view doc;
};
// Every table there is.
std::span<const TableRow> table_rows();

// The tables of messages and of conversations.
Columns conversations_table(Rows& rows);
Columns custody_table(Rows& rows);
Columns queue_table(Rows& rows);
Columns deliveries_table(Rows& rows);

// A text's lines, parted by ", ".
std::string comma_separated(std::string_view lines);

// When: two columns that every table begins with.
class When {
  public:
    When(const Rows& rows, Columns& out, const char* time = "time", const char* t_s = "t_s")
        : start_ns_(rows.setup.start_unix_s * std::int64_t{1'000'000'000}),
          time_(out.numbers<std::int64_t>(time)), t_s_(out.numbers<double>(t_s)) {}
    void put(Time time) {
        time_.put(start_ns_ + static_cast<std::int64_t>(time));
        t_s_.put(static_cast<double>(time) / 1e9);
    }
    // "Not a time", as numpy writes it.
    void put_never() {
        time_.put(std::numeric_limits<std::int64_t>::min());
        t_s_.put(std::numeric_limits<double>::quiet_NaN());
    }

  private:
    std::int64_t start_ns_;
    Numbers<std::int64_t>& time_;
    Numbers<double>& t_s_;
};

// Who: names of hosts and networks.
class Who {
  public:
    Who(const Rows& rows, Columns& out, const char* name = "node") : codes_(out.codes(name)) {
        for (NodeId node = 0; node < rows.setup.nodes(); ++node)
            codes_.words.emplace_back(rows.setup.node_name(node));
    }
    void put(NodeId node) {
        codes_.put(node < codes_.words.size() ? static_cast<std::int32_t>(node) : -1);
    }

  private:
    Codes& codes_;
};

// An IP address by its id.
class Where {
  public:
    Where(const Rows& rows, Columns& out, const char* name)
        : rows_(rows), codes_(out.codes(name)) {
        codes_.words_at_the_end = [&rows] { return rows.address_words(); };
    }
    void put(std::uint32_t id) {
        codes_.put(id < rows_.addresses() ? static_cast<std::int32_t>(id) : -1);
    }

  private:
    const Rows& rows_;
    Codes& codes_;
};

// One of an enumeration's values, in the words of sim/views/fact_words.hpp.
template <class Value>
class Word {
  public:
    Word(Columns& out, const char* name, std::size_t count, std::string_view (*words)(Value))
        : codes_(out.codes(name)) {
        for (std::size_t value = 0; value < count; ++value)
            codes_.words.emplace_back(words(static_cast<Value>(value)));
    }
    void put(Value value) { codes_.put(static_cast<std::int32_t>(value)); }

  private:
    Codes& codes_;
};

}  // namespace postroad::python
