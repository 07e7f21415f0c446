// The Trace as tables, one function a table: columns are built from its rows and from nothing else.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "python/module/columns.hpp"
#include "sim/core/trace.hpp"
#include "sim/views/index.hpp"
#include "sim/world/setup.hpp"

namespace postroad::python {

// What tables are made from: rows up to a moment, counted once.
class Rows {
  public:
    Rows(const sim::Trace& trace, const sim::Setup& setup);

    const sim::Trace& trace;
    const sim::Setup& setup;
    std::size_t count(sim::Fact fact) const { return counts_[static_cast<std::size_t>(fact)]; }
    // Its number in the views, from 1 in the order they began; 0: none, or unknown.
    std::uint32_t conversation(sim::Id id) const;
    std::string address_words(std::uint32_t id) const;
    std::size_t addresses() const { return setup.addresses.size() + more_.size(); }
    // Conversations and journeys: a pass of its own, made when a table needs it.
    const sim::views::TraceIndex& index() const;

    template <class Visit>
    void each(sim::Fact fact, Visit visit) const {
        for (auto at = trace.read(); !at.done(); at.next())
            if (at.row().head().fact == fact) visit(at.row());
    }

  private:
    std::array<std::size_t, static_cast<std::size_t>(sim::Fact::count_of_facts)> counts_{};
    // By the node that began it and that node's count.
    std::vector<std::vector<std::uint32_t>> numbers_;
    std::vector<net::Address> more_;
    mutable std::unique_ptr<sim::views::TraceIndex> index_;
};

struct TableRow {
    std::string_view name;
    Columns (*make)(const Rows&);
    std::string_view doc;
};
// Every table there is.
std::span<const TableRow> table_rows();

// The tables that follow messages and conversations rather than single rows.
Columns conversations_table(const Rows& rows);
Columns custody_table(const Rows& rows);
Columns queue_table(const Rows& rows);
Columns deliveries_table(const Rows& rows);

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
    Where(const Rows& rows, Columns& out, const char* name) : codes_(out.codes(name)) {
        for (std::size_t id = 0; id < rows.addresses(); ++id)
            codes_.words.push_back(rows.address_words(static_cast<std::uint32_t>(id)));
    }
    void put(std::uint32_t id) {
        codes_.put(id < codes_.words.size() ? static_cast<std::int32_t>(id) : -1);
    }

  private:
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
