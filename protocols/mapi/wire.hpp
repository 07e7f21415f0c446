// How remote operations lay out values (MS-OXCDATA §2.1): little-endian, packed, nothing aligned.
// As with NDR one description serves both ways.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/rpc/uuid.hpp"

namespace postroad::mapi {

struct PropertyTag;

inline constexpr std::size_t list_max = 32'767;
inline constexpr unsigned nesting_max = 24;  // of restrictions in restrictions

class Writer {
public:
    static constexpr bool reading = false;
    std::string out;

    template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
    void value(const T& number) {
        const auto bits = static_cast<std::uint64_t>(number);
        for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(bits >> 8 * i & 0xff);
    }
    template <class T>
    requires(!std::is_integral_v<T> && !std::is_enum_v<T>) void value(const T& one) {
        describe(*this, const_cast<T&>(one));  // a Writer only looks
    }
    void octets(std::string& text, std::size_t) { out += text; }
    void ascii(std::string& text) { out.append(text).append(1, '\0'); }
    void unicode(std::string& utf8);  // UTF-16 and its NUL
    template <class Count, class T> void list(std::vector<T>& all) {
        value(static_cast<Count>(all.size()));
        for (T& one : all) value(one);
    }
    template <class Count> void counted(std::string& text) {
        value(static_cast<Count>(text.size()));
        out += text;
    }
    // Something with its size in octets ahead.
    template <class Size, class F> void sized(F&& inside) {
        const std::size_t at = out.size();
        value(Size{});
        inside(*this);
        const std::size_t size = out.size() - at - sizeof(Size);
        for (std::size_t i = 0; i < sizeof(Size); ++i)
            out[at + i] = static_cast<char>(size >> 8 * i & 0xff);
    }
    bool require(bool) { return true; }
};

// After a mistake every further value is 0 and empty, and `good` says so.
class Reader {
public:
    static constexpr bool reading = true;
    explicit Reader(std::string_view octets) : rest_(octets) {}
    bool good() const { return good_; }
    bool done() const { return good_ && rest_.empty(); }
    std::string_view rest() const { return rest_; }
    bool require(bool holds) {
        if (!holds) {
            good_ = false;
            rest_ = {};
        }
        return good_;
    }

    template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
    void value(T& number) {
        const std::string_view octets = take(sizeof(T));
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < octets.size(); ++i)
            bits |= std::uint64_t{static_cast<unsigned char>(octets[i])} << 8 * i;
        number = static_cast<T>(bits);
    }
    template <class T>
    requires(!std::is_integral_v<T> && !std::is_enum_v<T>) void value(T& one) {
        if (!require(nested_ < nesting_max)) return;
        ++nested_;
        describe(*this, one);
        --nested_;
    }
    void octets(std::string& text, std::size_t count) { text = take(count); }
    void ascii(std::string& text) {
        const std::size_t end = rest_.find('\0');
        text.clear();
        if (!require(end != std::string_view::npos)) return;
        text = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
    }
    void unicode(std::string& utf8);
    template <class Count, class T> void list(std::vector<T>& all) {
        Count count{};
        value(count);
        all.clear();
        // No element is smaller than an octet.
        if (!require(count <= list_max && count <= rest_.size())) return;
        for (std::uint64_t i = 0; i < count && good_; ++i) value(all.emplace_back());
    }
    template <class Count> void counted(std::string& text) {
        Count count{};
        value(count);
        text = take(count);
    }
    template <class Size, class F> void sized(F&& inside) {
        Size size{};
        value(size);
        Reader part(take(size));
        part.columns = columns;
        part.nested_ = nested_;
        if (!good_) return;
        inside(part);
        (void)require(part.done());
    }

    // What a row of properties is read by, where nothing in it says so.
    const std::vector<PropertyTag>* columns = nullptr;

private:
    std::string_view take(std::size_t count) {
        if (!require(count <= rest_.size())) return {};
        const std::string_view out = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return out;
    }
    std::string_view rest_;
    unsigned nested_ = 0;
    bool good_ = true;
};

// GUIDs, as everywhere (MS-DTYP §2.3.4.2).
template <class A> void guid(A& a, rpc::Uuid& uuid) {
    a.value(uuid.time_low);
    a.value(uuid.time_mid);
    a.value(uuid.time_high);
    for (std::uint8_t& octet : uuid.rest) a.value(octet);
}

template <class T> std::string write(const T& one) {
    Writer writer;
    writer.value(one);
    return std::move(writer.out);
}
template <class T> bool read(std::string_view octets, T& one) {
    Reader reader(octets);
    one = T{};
    reader.value(one);
    return reader.done();
}

}  // namespace postroad::mapi
