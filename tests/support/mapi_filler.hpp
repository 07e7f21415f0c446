// An archive that makes values up: what the description of a remote operation reads, it draws. So
// every operation there is gets examples of all shapes, and a new one needs no maker of its own.
#pragma once

#include "protocols/base/random.hpp"
#include "protocols/mapi/recipients.hpp"
#include "protocols/mapi/rop_buffer.hpp"

namespace mapi_filler {

using namespace postroad;
using namespace postroad::mapi;
using postroad::mapi::Row;  // there is a Row of servers, too

class Filler {
public:
    static constexpr bool reading = true;
    explicit Filler(std::uint64_t seed) : chance_{seed, 0} {}

    template <class T>
    requires std::is_integral_v<T>
    void value(T& number) {
        number = static_cast<T>(chance_.below(2) ? chance_.below(3) : chance_.next());
    }
    void value(PropertyTag& tag) {
        constexpr PropertyType types[] = {PropertyType::integer16,
                                          PropertyType::integer32,
                                          PropertyType::boolean,
                                          PropertyType::string,
                                          PropertyType::string8,
                                          PropertyType::time,
                                          PropertyType::guid,
                                          PropertyType::binary,
                                          PropertyType::null,
                                          static_cast<PropertyType>(0x1003),
                                          static_cast<PropertyType>(0x101f)};
        tag = PropertyTag(static_cast<std::uint16_t>(chance_.next()),
                          types[chance_.below(std::size(types))]);
    }
    void value(Row& row) {  // a cell for each column, with a value, without, or with an error
        row.cells.clear();
        for (const PropertyTag tag : *columns) {
            Cell cell{tag, {}, 0};
            const std::uint64_t state = chance_.below(5);
            if (state == 0) cell.error = 0x8004010f;
            if (state > 1) value_of(*this, tag.type(), cell.value.emplace());
            row.cells.push_back(cell);
        }
    }
    void value(Test& test) {
        test = depth_ > 3 ? Test::exists : static_cast<Test>(chance_.below(12));
    }
    template <class T>
    requires std::is_enum_v<T>
    void value(T& one) { one = static_cast<T>(chance_.below(2)); }
    template <class T>
    requires(!std::is_integral_v<T> && !std::is_enum_v<T>) void value(T& one) {
        ++depth_;
        describe(*this, one);
        --depth_;
    }
    void octets(std::string& text, std::size_t count) {
        text.clear();
        for (std::size_t i = 0; i < std::min<std::size_t>(count, 40); ++i) text += letter();
    }
    void ascii(std::string& text) { octets(text, chance_.below(12)); }
    void unicode(std::string& utf8) {
        ascii(utf8);
        if (chance_.below(3) == 0) utf8 += "ß€𝄞";
    }
    template <class Count, class T> void list(std::vector<T>& all) {
        all.resize(chance_.below(depth_ > 3 ? 1 : 4));
        for (T& one : all) value(one);
    }
    template <class Count> void counted(std::string& text) { ascii(text); }
    template <class Size, class F> void sized(F&& inside) { inside(*this); }
    bool require(bool holds) { return holds; }
    bool good() const { return true; }
    std::string_view rest() const { return "abc"; }

    const std::vector<PropertyTag>* columns = nullptr;

private:
    char letter() { return static_cast<char>('a' + chance_.below(26)); }
    Random chance_;
    unsigned depth_ = 0;
};

template <class T> T made(std::uint64_t seed, const std::vector<PropertyTag>* columns = nullptr) {
    Filler filler(seed);
    filler.columns = columns;
    T out;
    filler.value(out);
    return out;
}

// The operation of that index in the variant.
template <std::size_t at = 0> RequestBody request_of(std::size_t index, std::uint64_t seed) {
    if constexpr (at + 1 < std::variant_size_v<RequestBody>)
        if (index != at) return request_of<at + 1>(index, seed);
    return made<std::variant_alternative_t<at, RequestBody>>(seed);
}
// The body that a response already has the kind of, filled.
inline void fill(ResponseBody& body, std::uint64_t seed, const std::vector<PropertyTag>* columns) {
    Filler filler(seed);
    filler.columns = columns;
    std::visit([&](auto& one) { one.parts(filler); }, body);
}

}  // namespace mapi_filler
