// NDR, how DCE/RPC lays out values (C706 §14): `describe(archive, value)` names the parts of a
// value in their order, and the archive, a Writer or a Reader, puts them down or takes them up.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "protocols/rpc/uuid.hpp"

namespace postroad::ndr {

using rpc::Syntax;
using rpc::Uuid;

inline constexpr std::size_t elements_max = 65'536;  // of one array
inline constexpr unsigned nesting_max = 48;          // values inside values, through pointers too

// C706 §14.2.1 and appendix N: what stands for an object that a server keeps for a client.
struct ContextHandle {
    std::uint32_t attributes = 0;
    Uuid uuid;
    bool is_nil() const { return *this == ContextHandle{}; }
    bool operator==(const ContextHandle&) const = default;
};

template <class T>
concept Number = std::integral<T> || std::is_enum_v<T>;

namespace detail {
template <class T> struct Bits { using type = std::make_unsigned_t<T>; };
template <class T>
requires std::is_enum_v<T>
struct Bits<T> {
    using type = std::make_unsigned_t<std::underlying_type_t<T>>;
};
}  // namespace detail

// What both directions share: when the targets of pointers inside a construct come (§14.3.12.3).
// They wait until the outermost construct is over and come in the order of their pointers, each
// followed at once by what its own pointers point at.
class Deferring {
protected:
    template <class F> void within_construct(F&& body) {
        ++depth_;
        body();
        if (--depth_ == 0) settle();
    }
    void later(std::function<void()> target) {
        if (depth_ == 0)
            target();
        else
            waiting_.push_back(std::move(target));
    }

private:
    void settle() {
        while (!waiting_.empty()) {
            const auto ready = std::exchange(waiting_, {});
            for (const auto& target : ready) target();
        }
    }
    std::vector<std::function<void()>> waiting_;
    unsigned depth_ = 0;
};

class Writer : private Deferring {
public:
    static constexpr bool reading = false;
    std::string out;

    explicit Writer(std::uint32_t full_referents = 0) : full_referents_(full_referents) {}

    void align(std::size_t to) { out.append((to - out.size() % to) % to, '\0'); }
    template <Number T> void value(const T& number) {
        const auto bits = static_cast<typename detail::Bits<T>::type>(number);
        align(sizeof bits);
        for (std::size_t i = 0; i < sizeof bits; ++i)
            out += static_cast<char>(static_cast<std::uint64_t>(bits) >> 8 * i & 0xff);
    }
    template <class T> void value(const T& one) {
        describe(*this, const_cast<T&>(one));  // a Writer only looks
    }
    // A structure whose widest part has `alignment` octets (§14.3.2).
    template <class F> void structure(std::size_t alignment, F&& parts) {
        align(alignment);
        within_construct(parts);
    }
    void octets(std::string& text, std::size_t) {
        out += text;
    }  // as many as are known to be there
    bool require(bool) { return true; }

    // §14.3.3.2: a conformant array of elements, of octets.
    template <class T> void conformant(std::vector<T>& list, std::size_t = elements_max) {
        within_construct([&] {
            value(static_cast<std::uint32_t>(list.size()));
            for (T& one : list) value(one);
        });
    }
    void conformant(std::string& text, std::size_t = elements_max) {
        value(static_cast<std::uint32_t>(text.size()));
        out += text;
    }
    // §14.3.3.4: room for `room` elements, of which the first ones are there.
    template <class T>
    void conformant_varying(std::vector<T>& list, std::uint32_t& room, std::size_t = elements_max) {
        within_construct([&] {
            value(room);
            varying_counts(list.size());
            for (T& one : list) value(one);
        });
    }
    void conformant_varying(std::string& text, std::uint32_t& room, std::size_t = elements_max) {
        value(room);
        varying_counts(text.size());
        out += text;
    }
    // §14.3.4: strings with their NUL; of octets, of UTF-16 (the value is UTF-8).
    void string(std::string& text, std::size_t = elements_max) {
        value(static_cast<std::uint32_t>(text.size() + 1));
        varying_string(text);
    }
    void varying_string(std::string& text, std::size_t = elements_max) {
        varying_counts(text.size() + 1);
        out.append(text).append(1, '\0');
    }
    void wide_string(std::string& utf8, std::size_t = elements_max);

    // §14.3.11: pointers. A `reference` is never null, and at the top level it is not seen at all.
    template <class T> void reference(T& target) {
        value(next_referent());
        later([this, &target] { value(target); });
    }
    // The target is written by `how` (a string, a conformant array), which outlives the call.
    template <class T, class F> void unique(std::optional<T>& target, F how) {
        point_at(target, target ? next_referent() : 0U, how);
    }
    template <class T> void unique(std::optional<T>& target) {
        unique(target, [](Writer& a, T& one) { a.value(one); });
    }
    // §14.3.11.1: full pointers may point at the same; ours never do. They are counted from 1.
    template <class T, class F> void full(std::optional<T>& target, F how) {
        point_at(target, target ? ++full_referents_ : 0U, how);
    }
    template <class T> void full(std::optional<T>& target) {
        full(target, [](Writer& a, T& one) { a.value(one); });
    }
    // A unique pointer at what `how` describes, for values that are no optionals of their own.
    template <class F> void pointer(bool present, F how) {
        value(present ? next_referent() : 0U);
        if (present) later([this, how] { how(*this); });
    }
    // §14.3.8: a union's tag, which chooses what `arms` describes.
    template <Number T, class F> void choose(T& tag, F&& arms) {
        value(tag);
        arms(tag);
    }

private:
    template <class T, class F>
    void point_at(std::optional<T>& target, std::uint32_t referent, F how) {
        value(referent);
        if (target) later([this, &target, how] { how(*this, *target); });
    }
    void varying_counts(std::size_t count) {
        value(0U);  // the offset
        value(static_cast<std::uint32_t>(count));
    }
    std::uint32_t next_referent() {  // any numbers but 0 will do; these are Windows's
        const std::uint32_t out_id = referent_;
        referent_ += 4;
        return out_id;
    }
    std::uint32_t referent_ = 0x20000;
    std::uint32_t full_referents_;
};

// After a mistake every further value is 0 and empty, and `good` says so.
class Reader : private Deferring {
public:
    static constexpr bool reading = true;
    // `big_endian`: how the sender's integers are laid out (§14.1).
    explicit Reader(std::string_view octets, bool big_endian = false)
        : all_(octets), big_endian_(big_endian) {}
    bool good() const { return good_; }
    bool done() const { return good_ && at_ == all_.size(); }
    std::size_t at() const { return at_; }
    std::string_view rest() const { return all_.substr(at_); }
    void fail() {
        good_ = false;
        at_ = all_.size();
    }
    bool require(bool holds) {
        if (!holds) fail();
        return good_;
    }

    void align(std::size_t to) { (void)take((to - at_ % to) % to); }
    template <Number T> void value(T& number) {
        using Bits = typename detail::Bits<T>::type;
        align(sizeof(Bits));
        const std::string_view octets = take(sizeof(Bits));
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < octets.size(); ++i) {
            const std::size_t shift = 8 * (big_endian_ ? octets.size() - 1 - i : i);
            bits |= std::uint64_t{static_cast<unsigned char>(octets[i])} << shift;
        }
        number = static_cast<T>(static_cast<Bits>(bits));
    }
    template <class T> void value(T& one) {
        if (!deeper()) return;
        describe(*this, one);
        --nested_;
    }
    template <class F> void structure(std::size_t alignment, F&& parts) {
        align(alignment);
        within_construct(parts);
    }
    void octets(std::string& text, std::size_t count) { text = take(count); }

    template <class T> void conformant(std::vector<T>& list, std::size_t max = elements_max) {
        within_construct([&] {
            const std::uint32_t count = number();
            elements(list, count, max);
        });
    }
    void conformant(std::string& text, std::size_t max = elements_max) {
        const std::uint32_t count = number();
        text.clear();
        if (require(count <= max)) text = take(count);
    }
    template <class T>
    void conformant_varying(std::vector<T>& list, std::uint32_t& room,
                            std::size_t max = elements_max) {
        within_construct([&] {
            room = number();
            elements(list, varying_count(room), max);
        });
    }
    void conformant_varying(std::string& text, std::uint32_t& room,
                            std::size_t max = elements_max) {
        room = number();
        const std::uint32_t count = varying_count(room);
        text.clear();
        if (require(count <= max)) text = take(count);
    }
    void string(std::string& text, std::size_t max = elements_max) {
        const std::uint32_t room = number();
        terminated(text, varying_count(room), max);
    }
    // `max` counts the NUL, as the declaration of such an array does.
    void varying_string(std::string& text, std::size_t max = elements_max) {
        terminated(text, varying_count(static_cast<std::uint32_t>(max)), max);
    }
    void wide_string(std::string& utf8, std::size_t max = elements_max);

    template <class T> void reference(T& target) {
        if (!require(number() != 0)) return;
        later([this, &target] { value(target); });
    }
    template <class T, class F> void unique(std::optional<T>& target, F how) {
        target.reset();
        if (number() == 0 || !good_) return;
        T* const place = &target.emplace();
        later([this, place, how] { nested(*place, how); });
    }
    template <class T> void unique(std::optional<T>& target) {
        unique(target, [](Reader& a, T& one) { a.value(one); });
    }
    // §14.3.11.1: a number that was met before stands for what it stood for then.
    template <class T, class F> void full(std::optional<T>& target, F how) {
        target.reset();
        const std::uint32_t referent = number();
        if (referent == 0 || !good_) return;
        T* const place = &target.emplace();
        for (const Met& one : met_)
            if (one.referent == referent) {
                if (!require(one.kind == &kind_of<T>)) return;
                return later(
                    [place, known = static_cast<const T*>(one.target)] { *place = *known; });
            }
        if (!require(met_.size() < elements_max)) return;
        met_.push_back({referent, place, &kind_of<T>});
        later([this, place, how] { nested(*place, how); });
    }
    template <class T> void full(std::optional<T>& target) {
        full(target, [](Reader& a, T& one) { a.value(one); });
    }
    template <class F> void pointer(bool& present, F how) {
        present = number() != 0 && good_;
        if (present)
            later([this, how] {
                if (!good_ || !deeper()) return;
                how(*this);
                --nested_;
            });
    }
    template <Number T, class F> void choose(T& tag, F&& arms) {
        value(tag);
        arms(tag);
    }

private:
    struct Met {
        std::uint32_t referent;
        const void* target;
        const char* kind;
    };
    template <class T> static constexpr char kind_of = 0;

    std::string_view take(std::size_t count) {
        if (!require(count <= all_.size() - at_)) return {};
        const std::string_view out = all_.substr(at_, count);
        at_ += count;
        return out;
    }
    std::uint32_t number() {
        std::uint32_t out = 0;
        value(out);
        return out;
    }
    bool deeper() {
        if (!require(nested_ < nesting_max)) return false;
        ++nested_;
        return true;
    }
    template <class T, class F> void nested(T& place, const F& how) {
        if (!good_ || !deeper()) return;
        how(*this, place);
        --nested_;
    }
    // §14.3.3.3: only arrays that begin with their first element are known to anybody.
    std::uint32_t varying_count(std::uint32_t room) {
        const std::uint32_t offset = number();
        const std::uint32_t count = number();
        return require(offset == 0 && count <= room) ? count : 0;
    }
    template <class T> void elements(std::vector<T>& list, std::uint32_t count, std::size_t max) {
        list.clear();
        // No element is smaller than an octet: a count beyond what is left is a lie.
        if (!require(count <= max && count <= all_.size() - at_)) return;
        list.resize(count);  // once: what waits for its target knows where it is
        for (T& one : list)
            if (good_) value(one);
    }
    void terminated(std::string& text, std::uint32_t count, std::size_t max) {
        text.clear();
        if (!require(count >= 1 && count <= max)) return;
        text = take(count);
        if (!require(!text.empty() && text.back() == '\0')) return text.clear();
        text.pop_back();
    }

    std::string_view all_;
    std::size_t at_ = 0;
    unsigned nested_ = 0;
    bool big_endian_ = false;
    bool good_ = true;
    std::vector<Met> met_;
};

template <class A> void describe(A& archive, ContextHandle& handle) {
    archive.structure(4, [&] {
        archive.value(handle.attributes);
        archive.value(handle.uuid);
    });
}

// A whole stub. What follows a stub is passed over: it is padding, or of a later version.
// `full_referents`: ids of full pointers that the call's other stub has used. One of them in results
// would mean what it pointed at in the arguments (C706 §14.3.11.1).
inline constexpr std::uint32_t full_referents_of_arguments = 2;
template <class T> std::string write(const T& stub, std::uint32_t full_referents = 0) {
    Writer writer(full_referents);
    writer.value(stub);
    return std::move(writer.out);
}
template <class T> bool read(std::string_view octets, T& stub, bool big_endian = false) {
    Reader reader(octets, big_endian);
    stub = T{};
    reader.value(stub);
    return reader.good();
}

}  // namespace postroad::ndr

namespace postroad::rpc {

template <class A> void describe(A& archive, Uuid& uuid) {
    archive.structure(4, [&] {
        archive.value(uuid.time_low);
        archive.value(uuid.time_mid);
        archive.value(uuid.time_high);
        for (std::uint8_t& octet : uuid.rest) archive.value(octet);
    });
}
template <class A> void describe(A& archive, Syntax& syntax) {  // p_syntax_id_t, C706 §12.6.3.1
    archive.structure(4, [&] {
        archive.value(syntax.uuid);
        archive.value(syntax.major);
        archive.value(syntax.minor);
    });
}

}  // namespace postroad::rpc
