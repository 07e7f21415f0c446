// One description of a message serves both ways: `describe(archive, message)` names the fields in
// their order, and the archive reads or writes them. EXPLICIT tags, as all of RFC 4120 has them.
#pragma once

#include <limits>

#include "protocols/base/der.hpp"
#include "protocols/kerberos/messages.hpp"
#include "protocols/kerberos/time.hpp"

namespace postroad::kerberos {

inline constexpr std::size_t list_entries_max = 256;

// EncryptionKey (RFC 4120 §5.2.9) is in what others keep, too.
template <class A>
void describe(A& archive, EncryptionKey& value) {
    archive.sequence([&](A& a) {
        a.field(0, value.type);
        a.field(1, value.value);
    });
}

class Writer {
  public:
    static constexpr bool reading = false;
    std::string out;

    // One that has an identifier of its own: an OID, an ENUMERATED.
    void element(std::uint8_t identifier, std::string_view contents) {
        out += der::element(identifier, contents);
    }
    // What is tagged, and no field of a sequence: the alternative of a CHOICE.
    template <class F>
    void choice(unsigned number, F&& inside) {
        Writer inner;
        inside(inner);
        out += der::element(der::context(number), inner.out);
    }

    template <class F>
    void sequence(F&& fields) {
        Writer inner;
        fields(inner);
        out += der::element(der::sequence, inner.out);
    }
    template <class F>
    void application(unsigned number, F&& inside) {
        Writer inner;
        inside(inner);
        out += der::element(der::application(number), inner.out);
    }
    template <class T>
    void field(unsigned number, const T& value) {
        Writer inner;
        inner.put(value);
        out += der::element(der::context(number), inner.out);
    }
    template <class T>
    void field(unsigned number, const std::optional<T>& value) {
        if (value) field(number, *value);
    }
    template <class T>
    void field(unsigned number, const std::vector<T>& list) {
        if (!list.empty()) required(number, list);
    }
    template <class T>
    void required(unsigned number, const std::vector<T>& list) {
        Writer inner;
        inner.put_list(list);
        out += der::element(der::context(number), inner.out);
    }
    template <class T>
    void put_list(const std::vector<T>& list) {
        Writer inner;
        for (const T& one : list) inner.put(one);
        out += der::element(der::sequence, inner.out);
    }
    void put(std::int32_t value) { out += der::element(der::integer, der::write_integer(value)); }
    void put(std::int64_t value) { out += der::element(der::integer, der::write_integer(value)); }
    void put(std::uint32_t value) { out += der::element(der::integer, der::write_integer(value)); }
    void put(const std::string& text) { out += der::element(der::general_string, text); }
    void put(const Octets& octets) { out += der::element(der::octet_string, octets.text); }
    void put(const Time& time) { out += der::element(der::generalized_time, write_time(time.unix_s)); }
    void put(const Flags& flags) {
        std::string octets(1, '\0');  // no unused bits
        for (int shift = 24; shift >= 0; shift -= 8)
            octets += static_cast<char>(flags.bits >> shift & 0xff);
        out += der::element(der::bit_string, octets);
    }
    template <class T>
    void put(const T& value) {
        describe(*this, const_cast<T&>(value));  // a Writer only looks
    }
};

class Reader {
  public:
    static constexpr bool reading = true;
    explicit Reader(std::string_view octets) : rest_(octets) {}
    bool good() const { return good_; }
    bool done() const { return good_ && rest_.empty(); }

    void element(std::uint8_t identifier, std::string& octets) { octets = contents(identifier); }
    template <class F>
    void choice(unsigned number, F&& fields) {
        inside(der::context(number), fields);
    }
    template <class F>
    void sequence(F&& fields) {
        inside(der::sequence, fields);
    }
    template <class F>
    void application(unsigned number, F&& fields) {
        inside(der::application(number), fields);
    }
    template <class T>
    void field(unsigned number, T& value) {
        inside(der::context(number), [&](Reader& inner) { inner.get(value); });
    }
    template <class T>
    void field(unsigned number, std::optional<T>& value) {
        value.reset();
        if (next_is(der::context(number))) field(number, value.emplace());
    }
    template <class T>
    void field(unsigned number, std::vector<T>& list) {
        list.clear();
        if (next_is(der::context(number))) required(number, list);
    }
    template <class T>
    void required(unsigned number, std::vector<T>& list) {
        inside(der::context(number), [&](Reader& inner) { inner.get_list(list); });
    }
    template <class T>
    void get_list(std::vector<T>& list) {
        list.clear();
        inside(der::sequence, [&](Reader& inner) {
            while (inner.good_ && !inner.rest_.empty()) {
                if (list.size() == list_entries_max) return inner.fail();
                inner.get(list.emplace_back());
            }
        });
    }
    void get(std::int32_t& value) {
        value = number<std::int32_t>();
    }
    void get(std::int64_t& value) {
        value = number<std::int64_t>();
    }
    void get(std::uint32_t& value) {
        value = number<std::uint32_t>();
    }
    void get(std::string& text) { text = contents(der::general_string); }
    void get(Octets& octets) { octets.text = contents(der::octet_string); }
    void get(Time& time) {
        const auto read = read_time(contents(der::generalized_time));
        if (!read) return fail();
        time.unix_s = *read;
    }
    // §5.2.8: at least 32 bits; more are let be by none that we would keep.
    void get(Flags& flags) {
        const std::string_view octets = contents(der::bit_string);
        if (octets.size() != 5 || octets[0] != 0) return fail();
        flags.bits = 0;
        for (const char one : octets.substr(1))
            flags.bits = flags.bits << 8 | static_cast<unsigned char>(one);
    }
    template <class T>
    void get(T& value) {
        describe(*this, value);
    }

  private:
    void fail() {
        good_ = false;
        rest_ = {};
    }
    bool next_is(std::uint8_t identifier) const {
        return !rest_.empty() && static_cast<std::uint8_t>(rest_[0]) == identifier;
    }
    std::string_view contents(std::uint8_t identifier) {
        const auto found = der::take(rest_, identifier);
        if (!found) fail();
        return found.value_or(std::string_view{});
    }
    template <class F>
    void inside(std::uint8_t identifier, F&& fields) {
        Reader inner(contents(identifier));
        if (!good_) return;
        fields(inner);
        if (!inner.done()) fail();
    }
    template <class Number>
    Number number() {
        const auto read = der::read_integer(contents(der::integer));
        if (!read || *read < std::numeric_limits<Number>::min() ||
            *read > std::numeric_limits<Number>::max()) {
            fail();
            return 0;
        }
        return static_cast<Number>(*read);
    }
    std::string_view rest_;
    bool good_ = true;
};

}  // namespace postroad::kerberos
