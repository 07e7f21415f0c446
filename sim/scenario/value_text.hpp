// How each type of value is written in a scenario file: its words in an error message, its name in
// the reference, its canonical text. Reading and printing both go by these.
#pragma once

#include "sim/scenario/names.hpp"
#include "sim/scenario/schema.hpp"

#include <charconv>
#include <map>
#include <type_traits>

namespace postroad::scenario {

// A value that is written as one string (or, if `bare`, also as a bare number or date).
template <class T> struct Scalar;

template <> struct Scalar<Duration> {
    static constexpr std::string_view type = "duration",
                                      expects = "a duration such as \"250ms\", \"2m30s\" or \"5d\"";
    static constexpr bool bare = false;
    static auto parse(std::string_view text) { return parse_duration(text); }
};
template <> struct Scalar<Size> {
    static constexpr std::string_view type = "size",
                                      expects =
                                          "a size such as \"512 B\", \"64 KiB\" or \"10 MiB\"";
    static constexpr bool bare = true;
    static auto parse(std::string_view text) { return parse_size(text); }
};
template <> struct Scalar<BitRate> {
    static constexpr std::string_view
        type = "rate",
        expects = "a rate such as \"64 kbit/s\", \"8 Mbit/s\" or \"unlimited\"";
    static constexpr bool bare = false;
    static auto parse(std::string_view text) { return parse_bit_rate(text); }
};
template <> struct Scalar<Frequency> {
    static constexpr std::string_view type = "frequency",
                                      expects =
                                          "a frequency such as \"3/s\", \"12/min\" or \"1/2m30s\"";
    static constexpr bool bare = false;
    static auto parse(std::string_view text) { return parse_frequency(text); }
};
template <> struct Scalar<PortRange> {
    static constexpr std::string_view type = "ports",
                                      expects = "a range of ports such as \"49152-65535\"";
    static constexpr bool bare = false;
    static auto parse(std::string_view text) { return parse_port_range(text); }
};
template <> struct Scalar<Chance> {
    static constexpr std::string_view type = "chance",
                                      expects =
                                          "a chance such as \"1%\", \"0.25%\" or 0.01, from 0 to 1";
    static constexpr bool bare = true;
    static auto parse(std::string_view text) { return parse_chance(text); }
};
template <> struct Scalar<UtcOffset> {
    static constexpr std::string_view type = "UTC offset",
                                      expects = "an offset such as \"+02:00\" or \"Z\"";
    static constexpr bool bare = false;
    static auto parse(std::string_view text) { return parse_utc_offset(text); }
};
template <> struct Scalar<Instant> {
    static constexpr std::string_view
        type = "date and time",
        expects = "an RFC 3339 date and time such as 2010-09-01T08:00:00Z, in whole seconds";
    static constexpr bool bare = true;
    static auto parse(std::string_view text) { return parse_instant(text); }
};
template <> struct Scalar<Ip> {
    static constexpr std::string_view
        type = "address",
        expects = "an IP address such as \"192.0.2.10\" or \"2001:db8::10\"";
    static constexpr bool bare = false;
    static auto parse(std::string_view text) { return parse_ip(text); }
};
template <> struct Scalar<Prefix> {
    static constexpr std::string_view type = "prefix",
                                      expects =
                                          "a prefix such as \"192.0.2.0/24\" or \"2001:db8::/64\", "
                                          "with no bits set after its length";
    static constexpr bool bare = false;
    static auto parse(std::string_view text) { return parse_prefix(text); }
};
template <> struct Scalar<Endpoint> {
    static constexpr std::string_view
        type = "host:port",
        expects = "a host's name, with or without a port, such as \"mail:587\"";
    static constexpr bool bare = false;
    static auto parse(std::string_view text) { return parse_endpoint(text); }
};
template <> struct Scalar<Mx> {
    static constexpr std::string_view
        type = "preference and host",
        expects = "a preference from 0 to 65535 and a host, such as \"10 mx1\"";
    static constexpr bool bare = false;
    static std::optional<Mx> parse(std::string_view text) {
        Mx out;
        const char* const end = text.data() + text.size();
        const auto number = std::from_chars(text.data(), end, out.preference);
        if (number.ec != std::errc{} || number.ptr == end || *number.ptr != ' ')
            return std::nullopt;
        out.host = text.substr(static_cast<std::size_t>(number.ptr - text.data()) + 1);
        if (out.host.empty() || out.host.find(' ') != std::string::npos) return std::nullopt;
        return out;
    }
};
inline std::string to_text(const Mx& mx) { return std::to_string(mx.preference) + " " + mx.host; }

template <class T>
concept ScalarValue = requires {
    Scalar<T>::type;
};

template <class T> struct IsList : std::false_type {};
template <class T> struct IsList<std::vector<T>> : std::true_type {};
template <class T> struct IsMap : std::false_type {};
template <class V> struct IsMap<std::map<std::string, V>> : std::true_type {};
template <class T> struct IsOptional : std::false_type {};
template <class T> struct IsOptional<std::optional<T>> : std::true_type {};

// The word for a text's use in the reference.
constexpr std::string_view use_type(Use use) {
    switch (use) {
    case Use::network: return "network";
    case Use::host: return "host";
    case Use::link_end: return "network or host";
    case Use::link: return "link";
    case Use::firewall: return "firewall";
    case Use::authority: return "authority";
    case Use::certificate: return "certificate";
    case Use::zone: return "zone";
    case Use::person: return "person";
    case Use::who: return "person or address";
    case Use::mail: return "mail address";
    case Use::domain: return "domain name";
    case Use::relay: return "network, prefix or domain";
    case Use::file: return "file";
    case Use::id: return "name";
    case Use::literal: return "any value";
    default: return "text";
    }
}

template <class T> std::string type_words(Use use) {
    if constexpr (IsOptional<T>::value)
        return type_words<typename T::value_type>(use);
    else if constexpr (NamedTable<T>)
        return "tables by name";
    else if constexpr (Table<T>)
        return "table";
    else if constexpr (IsList<T>::value) {
        using Element = typename T::value_type;
        if (NamedTable<Element>) return "tables by name";
        if (std::same_as<Element, Event> || std::same_as<Element, Link> ||
            std::same_as<Element, Workload>)
            return "list of tables";
        return "list of: " + type_words<Element>(use);
    } else if constexpr (IsMap<T>::value)
        return "table of: " + type_words<typename T::mapped_type>(use);
    else if constexpr (std::same_as<T, Duration>)
        return use == Use::moment ? "moment" : "duration";
    else if constexpr (ScalarValue<T>)
        return std::string(Scalar<T>::type);
    else if constexpr (Word<T>) {
        std::string out;
        for (const std::string_view word : words(T{}))
            out += (out.empty() ? "`\"" : ", `\"") + std::string(word) + "\"`";
        return out;
    } else if constexpr (std::same_as<T, bool>)
        return "true or false";
    else if constexpr (std::integral<T>)
        return "number";
    else
        return std::string(use_type(use));
}

// The value as it stands after "key = "; tables go as { ... }.
template <class T> std::string value_text(const T& value, Use use);

// Tables that have a shorter way to be written: that text, or "".
template <class S> std::string short_text(const S& value) {
    if constexpr (std::same_as<S, Bookmark>)
        return toml_string(value.text);
    else if constexpr (std::same_as<S, Fetch>)
        return value == Fetch{value.person, {}} ? toml_string(value.person) : "";
    else if constexpr (std::same_as<S, SizeShare>)
        return value.weight == 1 ? toml_string(to_text(value.size)) : "";
    else
        return "";
}

// Keys whose value came from a file named by another key are not written out.
template <class S> bool is_shown(const S& value, std::string_view key_name) {
    if constexpr (std::same_as<S, Zone>)
        return key_name != "text" || value.file.empty();
    else if constexpr (std::same_as<S, Send>)
        return key_name != "message" || value.eml.empty();
    else
        return static_cast<void>(value), static_cast<void>(key_name), true;
}

template <Table S> std::string inline_table(const S& value) {
    [[maybe_unused]] static const S usual{};
    std::string out;
    each(keys(&value), [&](const auto& row) {
        const auto& member = value.*row.member;
        if (!is_shown(value, row.name) || (!row.note.required && member == usual.*row.member))
            return;
        out += (out.empty() ? " " : ", ") + toml_key(row.name) + " = " +
               value_text(member, row.note.use);
    });
    return "{" + out + (out.empty() ? "}" : " }");
}

template <class T> std::string value_text(const T& value, Use use) {
    if constexpr (IsOptional<T>::value)
        return value ? value_text(*value, use) : "";
    else if constexpr (IsList<T>::value) {
        if (value.size() == 1 && !std::same_as<T, std::vector<Outage>> &&
            !std::same_as<T, std::vector<WebResource>>)
            return value_text(value[0], use);
        std::string out;
        for (const auto& one : value) out += (out.empty() ? "" : ", ") + value_text(one, use);
        return "[" + out + "]";
    } else if constexpr (IsMap<T>::value) {
        std::string out;
        for (const auto& [name, one] : value)
            out += (out.empty() ? " " : ", ") + toml_key(name) + " = " + value_text(one, use);
        return "{" + out + (out.empty() ? "}" : " }");
    } else if constexpr (Table<T>) {
        const std::string brief = short_text(value);
        return brief.empty() ? inline_table(value) : brief;
    } else if constexpr (std::same_as<T, Duration>)
        return "\"" + std::string(use == Use::moment ? "+" : "") + to_text(value) + "\"";
    else if constexpr (std::same_as<T, Instant>)
        return to_text(value);
    else if constexpr (ScalarValue<T>)
        return toml_string(to_text(value));
    else if constexpr (Word<T>)
        return "\"" + std::string(words(value)[static_cast<std::size_t>(value)]) + "\"";
    else if constexpr (std::same_as<T, bool>)
        return value ? "true" : "false";
    else if constexpr (std::integral<T>)
        return std::to_string(value);
    else if constexpr (std::same_as<T, Located>)
        return toml_text(value.text);
    else if (use == Use::literal)
        return value;
    else
        return use == Use::text ? toml_text(value) : toml_string(value);
}

}  // namespace postroad::scenario
