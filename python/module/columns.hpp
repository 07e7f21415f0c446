// Columns of a table, filled by C++ without the interpreter's lock and then handed to numpy, which
// owns them from there on: nothing is copied, and no later run can change what was handed out.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/base/hash.hpp"

namespace postroad::python {

namespace py = pybind11;

// Values of a column, one a row. Room is kept for as many rows as there can be, so that nothing is
// counted first: the system gives memory only to what is written, and the rest goes back at the end.
template <class T>
class Numbers {
  public:
    explicit Numbers(std::size_t rows_max)
        : values_(static_cast<T*>(std::malloc(rows_max * sizeof(T) + 1))) {
        if (values_ == nullptr) throw std::bad_alloc();
    }
    ~Numbers() { std::free(values_); }
    Numbers(const Numbers&) = delete;
    Numbers& operator=(const Numbers&) = delete;
    void put(T value) { values_[size_++] = value; }
    T operator[](std::size_t row) const { return values_[row]; }
    T& operator[](std::size_t row) { return values_[row]; }
    std::size_t size() const { return size_; }

    // The array takes the values over; this column is empty then.
    py::array to_numpy() {
        void* const fitting = std::realloc(values_, size_ * sizeof(T) + 1);
        T* const values = fitting == nullptr ? values_ : static_cast<T*>(fitting);
        values_ = nullptr;
        const py::capsule owner(values, [](void* all) { std::free(all); });
        return py::array_t<T>({size_}, {sizeof(T)}, values, owner);
    }

  private:
    T* values_;
    std::size_t size_ = 0;
};

// Octets that were met, each with a number from 0 in the order they were first met. Nobody walks
// the table itself, so its order means nothing.
class Dictionary {
  public:
    // `key` must stay where it is.
    std::int32_t number_of(std::string_view key) { return number_of(key, hash_octets(key)); }
    // Fetches what number_of will look at first: a table of many words is in no cache.
    void fetch(std::uint64_t hash) const {
        if (!places_.empty()) __builtin_prefetch(&places_[hash & (places_.size() - 1)]);
    }
    std::int32_t number_of(std::string_view key, std::uint64_t hash) {
        if (words_.size() * 2 >= places_.size()) grow();
        for (std::size_t at = hash & (places_.size() - 1);; at = (at + 1) & (places_.size() - 1)) {
            Place& place = places_[at];
            if (place.number < 0) {
                place = {hash, static_cast<std::int32_t>(words_.size())};
                words_.push_back(key);
                return place.number;
            }
            if (place.hash == hash && words_[static_cast<std::size_t>(place.number)] == key)
                return place.number;
        }
    }
    const std::vector<std::string_view>& words() const { return words_; }

  private:
    struct Place {
        std::uint64_t hash = 0;
        std::int32_t number = -1;
    };
    void grow() {
        std::vector<Place> before = std::move(places_);
        places_.assign(before.empty() ? 64 : before.size() * 2, Place{});
        for (const Place& one : before) {
            if (one.number < 0) continue;
            std::size_t at = one.hash & (places_.size() - 1);
            while (places_[at].number >= 0) at = (at + 1) & (places_.size() - 1);
            places_[at] = one;
        }
    }
    std::vector<Place> places_;
    std::vector<std::string_view> words_;
};

// One code a row and what the codes mean: a pandas Categorical. Code -1: no value.
class Codes {
  public:
    explicit Codes(std::size_t rows_max) : codes_(rows_max) {}
    void put(std::int32_t code) { codes_.put(code); }
    // What code 0, 1, 2 … mean; equal words become one. Invalid UTF-8 is kept as Python's
    // surrogateescape keeps it.
    std::vector<std::string> words;
    // For words that are known only when all rows were seen.
    std::function<std::vector<std::string>()> words_at_the_end;
    // Equal words become one, codes the narrowest integers that hold them. Without the lock.
    void prepare();
    // (codes, list of str)
    py::tuple to_numpy();

  private:
    template <class T>
    void narrow(std::unique_ptr<Numbers<T>>& to, const std::vector<std::int32_t>& meaning);
    Numbers<std::int32_t> codes_;
    std::unique_ptr<Numbers<std::int8_t>> narrow_;
    std::unique_ptr<Numbers<std::int16_t>> wide_;
    std::vector<std::string> names_;
};

// Texts as they stand in the Trace, encoded by a dictionary. `show` makes words of one.
class Texts {
  public:
    explicit Texts(std::size_t rows_max) : codes_(rows_max) {}
    void put(std::string_view text) { codes_.put(dictionary_.number_of(text)); }
    void put_none() { codes_.put(-1); }
    void put(std::string_view text, std::uint64_t hash) {
        codes_.put(dictionary_.number_of(text, hash));
    }
    void fetch(std::uint64_t hash) const { dictionary_.fetch(hash); }
    std::function<std::string(std::string_view)> show;
    void prepare() {
        codes_.words.reserve(dictionary_.words().size());
        for (const std::string_view one : dictionary_.words())
            codes_.words.push_back(show ? show(one) : std::string(one));
        codes_.prepare();
    }
    py::tuple to_numpy() { return codes_.to_numpy(); }

  private:
    Dictionary dictionary_;
    Codes codes_;
};

// A table: columns by name, in the order they were asked for.
class Columns {
  public:
    // `rows_max`: no more rows than that will be put.
    explicit Columns(std::size_t rows_max) : rows_max_(rows_max) {}

    template <class T>
    Numbers<T>& numbers(const char* name) {
        return add<Numbers<T>>(name);
    }
    Codes& codes(const char* name) { return add<Codes>(name); }
    Texts& texts(const char* name) { return add<Texts>(name); }

    std::size_t rows_max() const { return rows_max_; }
    std::size_t size() const { return columns_.size(); }
    // What a column needs behind its last row, without the interpreter's lock.
    void prepare(std::size_t column) {
        if (!std::exchange(columns_[column].prepared, true)) columns_[column].prepare();
    }
    void prepare() {
        for (std::size_t column = 0; column < columns_.size(); ++column) prepare(column);
    }
    // With the interpreter's lock, once prepared: {name: array or (codes, words)}.
    py::dict to_python() {
        py::dict out;
        for (auto& one : columns_) out[one.name] = one.to_python();
        return out;
    }

  private:
    struct Named {
        const char* name;
        std::function<void()> prepare;
        std::function<py::object()> to_python;
        bool prepared = false;
    };
    template <class Column>
    Column& add(const char* name) {
        auto column = std::make_shared<Column>(rows_max_);
        Column& out = *column;
        columns_.push_back({name,
                            [column] {
                                if constexpr (requires { column->prepare(); }) column->prepare();
                            },
                            [column] { return py::object(column->to_numpy()); }, false});
        return out;
    }
    std::size_t rows_max_;
    std::vector<Named> columns_;
};

// A str of these octets; what is no UTF-8 becomes lone surrogates (PEP 383).
py::str to_str(std::string_view octets);

}  // namespace postroad::python
