// The fields of each message, in the order and with the tags of RFC 4178 appendix A.
#include "protocols/spnego/messages.hpp"

#include "protocols/kerberos/archive.hpp"

namespace postroad::spnego {

template <class A, std::uint8_t identifier>
void describe(A& archive, Raw<identifier>& value) {
    archive.element(identifier, value.octets);
}
template <class A>
void describe(A& archive, NegHints& value) {
    archive.sequence([&](A& a) {
        a.field(0, value.name);
        a.field(1, value.address);
    });
}
// Hints have taken the number that the MIC has without them.
template <class A>
void describe(A& archive, NegTokenInit& value) {
    const bool has_hints = value.hints.has_value();
    archive.choice(0, [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.mechanisms);
            a.field(1, value.flags);
            a.field(2, value.token);
            if (has_hints) a.field(3, value.hints);
            a.field(has_hints ? 4 : 3, value.mic);
        });
    });
}
template <class A>
void describe(A& archive, NegTokenResp& value) {
    archive.choice(1, [&](A& tagged) {
        tagged.sequence([&](A& a) {
            a.field(0, value.state);
            a.field(1, value.mechanism);
            a.field(2, value.token);
            a.field(3, value.mic);
        });
    });
}

namespace {

using kerberos::Reader;
using kerberos::Writer;

constexpr std::string_view spnego_number = "1.3.6.1.5.5.2";
constexpr std::string_view windows_kerberos_number = "1.2.840.48018.1.2.2";
constexpr std::string_view rfc_kerberos_number = "1.2.840.113554.1.2.2";
constexpr std::string_view ntlm_number = "1.3.6.1.4.1.311.2.2.10";

template <class T>
bool read_whole(std::string_view octets, T& value) {
    Reader reader(octets);
    reader.get(value);
    return reader.done();
}

}  // namespace

Mechanism mechanism_of(const MechType& type) {
    const std::string number = der::read_object_identifier(type.octets);
    if (number == windows_kerberos_number || number == rfc_kerberos_number)
        return Mechanism::kerberos;
    return number == ntlm_number ? Mechanism::ntlm : Mechanism::other;
}

std::string name_of(const MechType& type) {
    switch (mechanism_of(type)) {
        case Mechanism::kerberos: return "Kerberos";
        case Mechanism::ntlm: return "NTLM";
        case Mechanism::other: break;
    }
    const std::string number = der::read_object_identifier(type.octets);
    return number.empty() ? "what has no number" : number;
}

std::string names_of(const std::vector<MechType>& types) {
    std::string out, last;
    for (const MechType& one : types) {
        std::string name = name_of(one);
        if (name == last) continue;
        if (!out.empty()) out += ", ";
        out += name;
        last = std::move(name);
    }
    return out;
}

MechType windows_kerberos() {
    return {der::write_object_identifier(windows_kerberos_number)};
}
MechType rfc_kerberos() { return {der::write_object_identifier(rfc_kerberos_number)}; }
MechType ntlm() { return {der::write_object_identifier(ntlm_number)}; }

Raw<der::enumerated> to_message(NegState state) {
    return {std::string(1, static_cast<char>(state))};
}

std::string write(const NegTokenInit& value) {
    Writer writer;
    writer.element(der::object_identifier, der::write_object_identifier(spnego_number));
    writer.put(value);
    return der::element(der::application(0), writer.out);
}

bool read(std::string_view octets, NegTokenInit& value) {
    const auto whole = der::take(octets, der::application(0));
    if (!whole || !octets.empty()) return false;
    std::string_view rest = *whole;
    const auto number = der::take(rest, der::object_identifier);
    if (!number || der::read_object_identifier(*number) != spnego_number) return false;
    value = {};
    if (read_whole(rest, value)) return true;
    value = {};
    value.hints.emplace();
    return read_whole(rest, value) && value.hints.has_value();
}

std::string write(const NegTokenResp& value) {
    Writer writer;
    writer.put(value);
    return std::move(writer.out);
}
bool read(std::string_view octets, NegTokenResp& value) {
    value = {};
    return read_whole(octets, value);
}

std::string signed_list(const std::vector<MechType>& mechanisms) {
    Writer writer;
    writer.put_list(mechanisms);
    return std::move(writer.out);
}
bool read_list(std::string_view octets, std::vector<MechType>& mechanisms) {
    Reader reader(octets);
    reader.get_list(mechanisms);
    return reader.done();
}

}  // namespace postroad::spnego
