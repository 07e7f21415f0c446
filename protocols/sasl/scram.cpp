// SCRAM-SHA-1 (RFC 5802) and SCRAM-SHA-256 (RFC 7677), with and without channel binding.
#include "protocols/sasl/scram.hpp"

#include "protocols/base/ascii.hpp"
#include "protocols/message/base64.hpp"
#include "protocols/message/mime.hpp"
#include "protocols/sasl/mechanisms.hpp"

namespace postroad::sasl {
namespace {

constexpr std::uint32_t iterations_min = 4096;       // RFC 7677 §4
constexpr std::uint32_t iterations_max = 1'000'000;  // a server may not make a client compute all day

Hash hash_of(Mechanism mechanism) {
    return mechanism == Mechanism::scram_sha_1 || mechanism == Mechanism::scram_sha_1_plus
               ? Hash::sha_1 : Hash::sha_256;
}

std::string base64(std::string_view octets) {
    std::string out;
    message::base64_encode(octets, out);
    return out;
}

// "x=value" up to a comma; nothing when the next attribute is another one.
std::optional<std::string_view> take_attribute(std::string_view& text, char name) {
    if (text.size() < 2 || text[0] != name || text[1] != '=') return std::nullopt;
    const std::size_t end = text.find(',');
    const std::string_view value = text.substr(2, end == std::string_view::npos ? end : end - 2);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return value;
}

// §7: printable ASCII without a comma.
bool is_nonce(std::string_view text) {
    for (const char c : text)
        if (c < '!' || c > '~' || c == ',') return false;
    return !text.empty();
}

std::string proof_of(Hash hash, const ScramKeys& keys, std::string_view auth_message) {
    return xored(keys.client_key, hmac(hash, keys.stored_key, auth_message));
}

// The GS2 header (RFC 5801 §4): how the client stands to channel bindings, and whom it acts as.
struct Gs2 {
    char flag = 'n';
    std::string_view binding, authorization, header;
};
std::optional<Gs2> take_gs2(std::string_view& text) {
    const std::string_view whole = text;
    Gs2 out;
    if (text.empty()) return std::nullopt;
    out.flag = text[0];
    if (out.flag == 'p') {
        const auto type = take_attribute(text, 'p');
        if (!type || type->empty()) return std::nullopt;
        out.binding = *type;
    } else if ((out.flag == 'n' || out.flag == 'y') && text.size() > 1 && text[1] == ',') {
        text.remove_prefix(2);
    } else {
        return std::nullopt;
    }
    if (text.starts_with(',')) {
        text.remove_prefix(1);
    } else {
        const auto name = take_attribute(text, 'a');
        if (!name) return std::nullopt;
        out.authorization = *name;
    }
    out.header = whole.substr(0, whole.size() - text.size());
    return out;
}

Result first_from_client(Memory& memory, std::string_view text, const ServerSettings& settings) {
    const auto gs2 = take_gs2(text);
    if (!gs2) return malformed("the message begins with a GS2 header: n, y or p=...");
    const bool plus = is_plus(memory.mechanism);
    if (plus != (gs2->flag == 'p'))
        return malformed("a channel binding is named with the -PLUS mechanisms, and with no other");
    // §6: a client that could bind saw no -PLUS on offer. If there was one, somebody cut it out.
    if (gs2->flag == 'y' && settings.offers_plus)
        return refuse("somebody on the path has cut the offer of channel binding out");
    if (plus && find_binding(settings.bindings, gs2->binding) == nullptr)
        return refuse("this channel binding is not known here");
    const std::string_view bare = text;
    if (take_attribute(text, 'm')) return malformed("no extension of SCRAM is known here");
    const auto name = take_attribute(text, 'n');
    const auto nonce = take_attribute(text, 'r');
    if (!name || !nonce || !is_nonce(*nonce))
        return malformed("the first message is n=name,r=nonce");
    const auto user = scram_unescaped(*name);
    const auto authorization = scram_unescaped(gs2->authorization);
    if (!user || user->empty() || !authorization || !message::is_utf8(*user))
        return malformed("a name is UTF-8 with =2C for a comma and =3D for an equals sign");
    memory.user = *user;
    memory.authorization = *authorization;
    const std::string salt = settings.salt_of ? settings.salt_of(*user) : settings.salt;
    const std::string first = "r=" + std::string(*nonce) + settings.nonce + ",s=" + base64(salt) +
                              ",i=" + std::to_string(settings.iterations);
    memory.heard = std::string(gs2->header) + '\n' + std::string(bare);
    memory.said = first;
    return go_on(first);
}

Result last_from_client(Memory& memory, std::string_view text, const ServerSettings& settings) {
    const std::string_view whole = text;
    const auto binding = take_attribute(text, 'c');
    const auto nonce = take_attribute(text, 'r');
    if (!binding || !nonce) return malformed("the last message begins with c=...,r=...");
    while (!text.empty() && !text.starts_with("p=")) {  // extensions are passed over (§5.1)
        const std::size_t comma = text.find(',');
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    const std::string_view without_proof =
        whole.substr(0, whole.size() - std::min(whole.size(), text.size() + 1));
    const auto proof_text = take_attribute(text, 'p');
    if (!proof_text || !text.empty()) return malformed("the last message ends with p=proof");
    const auto proof = message::base64_decode(*proof_text);
    const auto bound = message::base64_decode(*binding);
    if (!proof || !bound) return malformed("proof and binding are base64");

    const std::string_view heard = memory.heard;
    const std::string_view header = heard.substr(0, heard.find('\n'));
    const std::string_view first_bare = heard.substr(header.size() + 1);
    std::string_view said = memory.said;
    const auto full_nonce = take_attribute(said, 'r');
    const auto salt = take_attribute(said, 's');
    const auto iterations = take_attribute(said, 'i');
    POSTROAD_ASSERT(full_nonce && salt && iterations);
    if (*nonce != *full_nonce) return refuse("the nonce is not the one that was agreed");
    std::string expected(header);
    if (header.starts_with("p=")) {
        const std::string_view type = header.substr(2, header.find(',') - 2);
        const Binding* const known = find_binding(settings.bindings, type);
        if (known == nullptr) return refuse("this channel binding is not known here");
        expected += known->data;
    }
    if (*bound != expected)
        return refuse("the client is bound to another channel than this one: somebody sits between");

    const auto password = settings.password_of ? settings.password_of(memory.user) : std::nullopt;
    const auto clean = password ? prepared(*password) : std::nullopt;
    if (!clean) return refuse(wrong_password);
    const Hash hash = hash_of(memory.mechanism);
    const std::string raw_salt = message::base64_decode(*salt).value_or("");
    const ScramKeys keys = scram_keys(hash, *clean, raw_salt,
                                      static_cast<std::uint32_t>(*parse_number(*iterations)));
    const std::string auth_message = std::string(first_bare) + "," + memory.said + "," +
                                     std::string(without_proof);
    if (*proof != proof_of(hash, keys, auth_message)) return refuse(wrong_password);
    return go_on("v=" + base64(hmac(hash, keys.server_key, auth_message)));
}

Result last_to_server(Memory& memory, std::string_view text, const ClientSettings& settings) {
    const std::string_view whole = text;
    if (take_attribute(text, 'm')) return malformed("no extension of SCRAM is known here");
    const auto nonce = take_attribute(text, 'r');
    const auto salt_text = take_attribute(text, 's');
    const auto count = take_attribute(text, 'i');
    if (!nonce || !salt_text || !count)
        return malformed("the server's first message is r=nonce,s=salt,i=count");
    const std::string_view mine = memory.heard;  // this side's nonce
    if (!is_nonce(*nonce) || !nonce->starts_with(mine) || nonce->size() == mine.size())
        return refuse("the server's nonce does not go on from the client's");
    const auto salt = message::base64_decode(*salt_text);
    const auto iterations = parse_number(*count);
    if (!salt || salt->empty() || !iterations) return malformed("a salt is base64, a count a number");
    if (*iterations < iterations_min || *iterations > iterations_max)
        return refuse("the server wants fewer iterations than are safe, or more than are sane");
    const auto password = prepared(settings.password);
    if (!password) return refuse("SCRAM cannot carry this password");

    const std::string_view said = memory.said;
    const std::string header(said.substr(0, said.find('\n')));
    const std::string first_bare(said.substr(header.size() + 1));
    std::string bound = header;
    if (header.starts_with("p=")) {
        const Binding* const binding =
            find_binding(settings.bindings, std::string_view(header).substr(2, header.find(',') - 2));
        if (binding == nullptr) return refuse("the channel is gone");
        bound += binding->data;
    }
    const std::string without_proof = "c=" + base64(bound) + ",r=" + std::string(*nonce);
    const Hash hash = hash_of(memory.mechanism);
    const ScramKeys keys =
        scram_keys(hash, *password, *salt, static_cast<std::uint32_t>(*iterations));
    const std::string auth_message = first_bare + "," + std::string(whole) + "," + without_proof;
    memory.heard = hmac(hash, keys.server_key, auth_message);  // what must come next
    return go_on(without_proof + ",p=" + base64(proof_of(hash, keys, auth_message)));
}

Result judge_server(Memory& memory, std::string_view text) {
    if (const auto error = take_attribute(text, 'e'))
        return refuse("the server says " + std::string(*error));
    const auto signature = take_attribute(text, 'v');
    if (!signature) return malformed("the server's last message is v=signature");
    const auto octets = message::base64_decode(*signature);
    if (!octets || *octets != memory.heard)
        return refuse("the server does not know the password either: it is not the one it says");
    return go_on({});
}

}  // namespace

ScramKeys scram_keys(Hash hash, std::string_view password, std::string_view salt,
                     std::uint32_t iterations) {
    const std::string salted = pbkdf2(hash, password, salt, iterations);
    ScramKeys out;
    out.client_key = hmac(hash, salted, "Client Key");
    out.stored_key = digest(hash, out.client_key);
    out.server_key = hmac(hash, salted, "Server Key");
    return out;
}

std::optional<std::string> prepared(std::string_view text) {
    if (!message::is_utf8(text)) return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        if (octet < 32 || octet == 127) return std::nullopt;  // RFC 4013 §2.3
        if (octet == 0xc2 && i + 1 < text.size()) {
            const auto next = static_cast<unsigned char>(text[i + 1]);
            if (next < 0xa0) return std::nullopt;             // C1 controls
            if (next == 0xa0 || next == 0xad) {               // §2.1: a space; nothing
                if (next == 0xa0) out += ' ';
                ++i;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

std::string scram_escaped(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == ',') out += "=2C";
        else if (c == '=') out += "=3D";
        else out += c;
    }
    return out;
}

std::optional<std::string> scram_unescaped(std::string_view name) {
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '=') {
            out += name[i];
            continue;
        }
        const std::string_view code = name.substr(i, 3);
        if (code == "=2C") out += ',';
        else if (code == "=3D") out += '=';
        else return std::nullopt;
        i += 2;
    }
    return out;
}

Result scram_server(Memory& memory, std::string_view response, const ServerSettings& settings) {
    switch (memory.step) {
        case 0: return first_from_client(memory, response, settings);
        case 1: return last_from_client(memory, response, settings);
        default:  // the client has seen the signature and has nothing to say
            if (!response.empty()) return malformed("nothing more is to be said");
            return succeed(memory);
    }
}

Result scram_client(Memory& memory, std::string_view challenge, const ClientSettings& settings) {
    switch (memory.step) {
        case 0: {
            const auto user = prepared(settings.user);
            if (!user) return refuse("SCRAM cannot carry this name");
            std::string header = "n";
            if (is_plus(memory.mechanism)) {
                if (settings.bindings.empty()) return refuse("there is no channel to be bound to");
                header = "p=" + settings.bindings.front().type;
            } else if (!settings.bindings.empty() && !settings.plus_offered) {
                header = "y";  // RFC 5802 §6: we could, and saw no offer
            }
            header += ",";
            if (!settings.authorization.empty())
                header += "a=" + scram_escaped(settings.authorization);
            header += ",";
            const std::string bare = "n=" + scram_escaped(*user) + ",r=" + settings.nonce;
            memory.said = header + '\n' + bare;
            memory.heard = settings.nonce;
            return go_on(header + bare);
        }
        case 1: return last_to_server(memory, challenge, settings);
        case 2: return judge_server(memory, challenge);
        default: return malformed("nothing more is to be said");
    }
}

}  // namespace postroad::sasl
