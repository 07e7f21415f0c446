// The Trace as tables, one function a table: columns are built from its rows and from nothing else.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <string_view>

#include "python/module/columns.hpp"
#include "sim/core/trace.hpp"
#include "sim/views/index.hpp"
#include "sim/world/setup.hpp"

namespace postroad::python {

// Conversations and journeys of a run up to a position: a pass of its own, made when a table needs
// it and kept for the next one.
class IndexKeeper {
  public:
    const sim::views::TraceIndex& of(const sim::Trace& trace,
                                     const std::shared_ptr<const sim::Setup>& setup);

  private:
    std::uint64_t end_ = ~std::uint64_t{0};
    std::shared_ptr<const sim::Setup> setup_;
    std::unique_ptr<sim::views::TraceIndex> index_;
};

// What tables are made from: a run's rows up to a moment. One pass a table.
class Rows {
  public:
    Rows(const sim::Trace& the_trace, const std::shared_ptr<const sim::Setup>& the_setup,
         IndexKeeper& keeper)
        : trace(the_trace), setup(*the_setup), shared_setup_(the_setup), keeper_(keeper) {}

    const sim::Trace& trace;
    const sim::Setup& setup;
    // No more rows of any kind than that: a row is a head and at least eight octets.
    std::size_t rows_max() const { return trace.end() / (sizeof(sim::RowHead) + 8) + 1; }
    // Its number in the views, from 1 in the order they began; 0: none, or not met yet by each().
    std::uint32_t conversation(sim::Id id) const;
    // Words for all addresses, those of the setup first, then those that each() has met.
    std::vector<std::string> address_words() const;
    std::size_t addresses() const { return setup.addresses.size() + more_.size(); }
    const sim::views::TraceIndex& index() const { return keeper_.of(trace, shared_setup_); }

    template <class Visit>
    void each(sim::Fact fact, Visit visit) {
        // Within a chunk rows stand one behind the other, up to its filler: no look-up a row.
        for (std::uint64_t chunk = 0; chunk < trace.end(); chunk += sim::chunk_bytes) {
            const std::byte* at = reinterpret_cast<const std::byte*>(&trace.at(chunk).head());
            const std::byte* const end = at + std::min(trace.end() - chunk, sim::chunk_bytes);
            for (sim::RowView row(at); at < end && row.head().fact != sim::Fact::filler;
                 row = sim::RowView(at += row.head().octets)) {
                const sim::Fact mine = row.head().fact;
                if (mine == fact) visit(row);
                else if (mine == sim::Fact::conversation || mine == sim::Fact::address) note(row);
            }
        }
    }

  private:
    void note(const sim::RowView& row);
    std::shared_ptr<const sim::Setup> shared_setup_;
    IndexKeeper& keeper_;
    // By the node that began it and that node's count.
    std::vector<std::vector<std::uint32_t>> numbers_;
    std::uint32_t conversations_ = 0;
    std::vector<net::Address> more_;
};

struct TableRow {
    std::string_view name;
    Columns (*make)(Rows&);
    std::string_view doc;
};
// Every table there is.
std::span<const TableRow> table_rows();

// The tables that follow messages and conversations rather than single rows.
Columns conversations_table(Rows& rows);
Columns custody_table(Rows& rows);
Columns queue_table(Rows& rows);
Columns deliveries_table(Rows& rows);

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
