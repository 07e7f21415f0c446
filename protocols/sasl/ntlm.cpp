// AUTH NTLM ([MS-SMTPNTLM], [MS-POP3]): NTLM's three messages as an exchange of SASL.
#include "protocols/base/ascii.hpp"
#include "protocols/ntlm/hashes.hpp"
#include "protocols/ntlm/messages.hpp"
#include "protocols/ntlm/response.hpp"
#include "protocols/sasl/digests.hpp"
#include "protocols/sasl/mechanisms.hpp"

namespace postroad::sasl {
namespace {

using namespace ntlm;

// Octets of a given purpose, out of the one nonce that the world has given.
std::string from_nonce(std::string_view nonce, std::string_view purpose, std::size_t count) {
    return hmac(Hash::sha_256, nonce, purpose).substr(0, count);
}

std::string first_label(std::string_view name) {
    return upper(name.substr(0, name.find('.')).substr(0, 15));
}

std::string challenge_for(const Negotiate& asked, const ServerSettings& settings) {
    Challenge out;
    // What the client offers of what is known here; UTF-16 where it can.
    out.flags = flag::ntlm | flag::target_info | flag::request_target | flag::target_is_server |
                flag::version | flag::always_sign;
    out.flags |= (asked.flags & flag::unicode) ? flag::unicode : flag::oem;
    out.flags |= asked.flags & (flag::extended_security | flag::sign | flag::seal | flag::key_128 |
                                flag::key_56 | flag::key_exchange);
    const std::string computer = first_label(settings.host_name);
    const std::size_t dot = settings.host_name.find('.');
    const std::string dns_domain =
        dot == std::string::npos ? settings.host_name : settings.host_name.substr(dot + 1);
    const std::string domain =
        settings.domain.empty() ? first_label(dns_domain) : upper(settings.domain);
    out.target = computer;
    out.server_challenge = from_nonce(settings.nonce, "NTLM server challenge", 8);
    out.target_info = encode_pairs({{AvId::netbios_domain, utf16(domain)},
                                    {AvId::netbios_computer, utf16(computer)},
                                    {AvId::dns_domain, utf16(dns_domain)},
                                    {AvId::dns_computer, utf16(settings.host_name)},
                                    {AvId::timestamp, file_time_octets(file_time(settings.unix_s))}});
    return encode(out);
}

// MS-NLMP §3.2.5.1.2: who answers a challenge rightly knows the password.
Result judge(Memory& memory, std::string_view octets, const ServerSettings& settings) {
    const auto message = decode_authenticate(octets);
    const auto challenge = decode_challenge(memory.said);
    if (!message || !challenge) return malformed("that is no AUTHENTICATE message of NTLM");
    if (message->user.empty()) return refuse("NTLM's anonymous user may do nothing here");
    memory.user = message->user;
    V2Response answer;
    if (!read_v2(message->nt_response, answer))
        return refuse("only NTLMv2 is taken: what came is NTLMv1's response, or LM's");
    const auto pairs = decode_pairs(answer.target_info);
    if (!pairs) return malformed("the target information of the response is cut off");
    const auto password = settings.password_of ? settings.password_of(memory.user) : std::nullopt;
    if (!password) return refuse(wrong_password);
    const std::string key = response_key(*password, message->user, message->domain);
    if (nt_proof(key, challenge->server_challenge, answer.client_part) != answer.proof)
        return refuse(wrong_password);
    if (flags_of(*pairs).value_or(0) & av_flag_mic) {
        if (message->mic.empty()) return malformed("the message says it has a MIC and has none");
        std::string exported = session_base_key(key, answer.proof);
        if ((message->flags & flag::key_exchange) && message->session_key.size() == 16)
            exported = rc4(exported, message->session_key);
        std::string plain(octets);
        plain.replace(mic_offset, mic_octets, mic_octets, '\0');
        if (mic_of(exported, memory.heard, memory.said, plain) != message->mic)
            return refuse("NTLM's messages have been changed on their way: the MIC is wrong");
    }
    return succeed(memory);
}

Result answer_challenge(Memory& memory, std::string_view octets, const ClientSettings& settings) {
    const auto challenge = decode_challenge(octets);
    if (!challenge) return malformed("that is no CHALLENGE message of NTLM");
    auto pairs = decode_pairs(challenge->target_info);
    if (!pairs) return refuse("the server speaks no NTLMv2: it gives no target information");
    Authenticate out;
    // "DOMAIN\user", as people type it where there are domains.
    const std::size_t slash = settings.user.find('\\');
    out.user = slash == std::string::npos ? settings.user : settings.user.substr(slash + 1);
    out.domain = slash == std::string::npos ? std::string() : settings.user.substr(0, slash);
    out.workstation = upper(settings.workstation);
    out.flags = challenge->flags & ~(flag::target_is_server | flag::target_is_domain);
    const AvPair* const stamp = find_pair(*pairs, AvId::timestamp);
    const bool stamped = stamp != nullptr && stamp->value.size() == 8;
    std::uint64_t time = file_time(settings.unix_s);
    if (stamped) {
        time = 0;
        for (unsigned i = 0; i < 8; ++i)
            time |= static_cast<std::uint64_t>(static_cast<unsigned char>(stamp->value[i])) << 8 * i;
        pairs->push_back({AvId::flags, std::string("\x02\0\0\0", 4)});  // a MIC follows
    }
    const std::string mine = from_nonce(settings.nonce, "NTLM client challenge", 8);
    const std::string key = response_key(settings.password, out.user, out.domain);
    const std::string part = client_part(time, mine, encode_pairs(*pairs));
    const std::string proof = nt_proof(key, challenge->server_challenge, part);
    out.nt_response = proof + part;
    // §3.1.5.1.2: with a timestamp the old response is left empty, for nobody should look at it.
    out.lm_response = stamped ? std::string(24, '\0')
                              : lm_response(key, challenge->server_challenge, mine);
    std::string exported = session_base_key(key, proof);
    if (out.flags & flag::key_exchange) {
        const std::string fresh = from_nonce(settings.nonce, "NTLM session key", 16);
        out.session_key = rc4(exported, fresh);
        exported = fresh;
    }
    std::string message = encode(out);
    if (stamped)
        message.replace(mic_offset, mic_octets, mic_of(exported, memory.said, octets, message));
    return go_on(message);
}

}  // namespace

Result ntlm_server(Memory& memory, std::string_view response, const ServerSettings& settings) {
    if (memory.step == 0) {
        const auto asked = decode_negotiate(response);
        if (!asked) return malformed("that is no NEGOTIATE message of NTLM");
        memory.heard = response;
        memory.said = challenge_for(*asked, settings);
        return go_on(memory.said);
    }
    return judge(memory, response, settings);
}

Result ntlm_client(Memory& memory, std::string_view challenge, const ClientSettings& settings) {
    if (memory.step == 0) {
        memory.said = encode(Negotiate{flag::unicode | flag::oem | flag::request_target | flag::ntlm |
                                           flag::always_sign | flag::extended_security |
                                           flag::target_info | flag::version | flag::key_128 |
                                           flag::key_56 | flag::key_exchange,
                                       {}, {}});
        return go_on(memory.said);
    }
    if (memory.step == 1) return answer_challenge(memory, challenge, settings);
    return malformed("NTLM has one challenge");
}

}  // namespace postroad::sasl
