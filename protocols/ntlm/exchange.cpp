// What a server challenges with, what a client answers, and who has answered rightly.
#include "protocols/ntlm/exchange.hpp"

#include "protocols/ntlm/hashes.hpp"
#include "protocols/ntlm/response.hpp"

namespace postroad::ntlm {
namespace {

std::string first_label(std::string_view name) {
    return upper(name.substr(0, name.find('.')).substr(0, 15));
}

Judgement refuse(Judgement so_far, std::string_view why, bool malformed = false) {
    so_far.why = why;
    so_far.malformed = malformed;
    return so_far;
}
Judgement malformed(Judgement so_far, std::string_view why) {
    return refuse(std::move(so_far), why, true);
}

std::uint64_t time_in(std::string_view octets) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < 8; ++i)
        out |= static_cast<std::uint64_t>(static_cast<unsigned char>(octets[i])) << 8 * i;
    return out;
}

}  // namespace

std::string negotiate(const Initiator& initiator) {
    return encode(Negotiate{flag::unicode | flag::oem | flag::request_target | flag::ntlm |
                                flag::always_sign | flag::extended_security | flag::target_info |
                                flag::version | flag::key_128 | flag::key_56 | flag::key_exchange |
                                initiator.wanted,
                            {},
                            {}});
}

std::string challenge(const Negotiate& asked, const Acceptor& acceptor) {
    Challenge out;
    // What the client offers of what is known here; UTF-16 where it can.
    out.flags = flag::ntlm | flag::target_info | flag::request_target | flag::target_is_server |
                flag::version | flag::always_sign;
    out.flags |= (asked.flags & flag::unicode) ? flag::unicode : flag::oem;
    out.flags |= asked.flags & (flag::extended_security | flag::sign | flag::seal | flag::key_128 |
                                flag::key_56 | flag::key_exchange);
    const std::string& host = acceptor.host_name;
    const std::size_t dot = host.find('.');
    const std::string dns_domain = dot == std::string::npos ? host : host.substr(dot + 1);
    const std::string domain =
        acceptor.domain.empty() ? first_label(dns_domain) : upper(acceptor.domain);
    out.target = first_label(host);
    out.server_challenge = acceptor.server_challenge;
    out.target_info =
        encode_pairs({{AvId::netbios_domain, utf16(domain)},
                      {AvId::netbios_computer, utf16(out.target)},
                      {AvId::dns_domain, utf16(dns_domain)},
                      {AvId::dns_computer, utf16(host)},
                      {AvId::timestamp, file_time_octets(file_time(acceptor.unix_s))}});
    return encode(out);
}

// MS-NLMP §3.2.5.1.2: who answers a challenge rightly knows the password.
Judgement judge(std::string_view negotiated, std::string_view challenged, std::string_view octets,
                const Acceptor& acceptor) {
    Judgement out;
    const auto message = decode_authenticate(octets);
    const auto said = decode_challenge(challenged);
    if (!message || !said) return malformed(out, "that is no AUTHENTICATE message of NTLM");
    if (message->user.empty()) return refuse(out, "NTLM's anonymous user may do nothing here");
    out.user = message->user;
    V2Response answer;
    if (!read_v2(message->nt_response, answer))
        return refuse(out, "only NTLMv2 is taken: what came is NTLMv1's response, or LM's");
    const auto pairs = decode_pairs(answer.target_info);
    if (!pairs) return malformed(out, "the target information of the response is cut off");
    const auto password = acceptor.password_of ? acceptor.password_of(out.user) : std::nullopt;
    if (!password) return refuse(out, wrong_password);
    const std::string key = response_key(*password, message->user, message->domain);
    if (nt_proof(key, said->server_challenge, answer.client_part) != answer.proof)
        return refuse(out, wrong_password);
    out.agreed.flags = message->flags;
    out.agreed.key = session_base_key(key, answer.proof);
    if ((message->flags & flag::key_exchange) && message->session_key.size() == 16)
        out.agreed.key = rc4(out.agreed.key, message->session_key);
    if (flags_of(*pairs).value_or(0) & av_flag_mic) {
        if (message->mic.empty())
            return malformed(out, "the message says it has a MIC and has none");
        std::string plain(octets);
        plain.replace(mic_offset, mic_octets, mic_octets, '\0');
        if (mic_of(out.agreed.key, negotiated, challenged, plain) != message->mic)
            return refuse(out, "NTLM's messages have been changed on their way: the MIC is wrong");
    }
    return out;
}

Judgement respond(std::string_view negotiated, std::string_view octets,
                  const Initiator& initiator) {
    Judgement result;
    const auto said = decode_challenge(octets);
    if (!said) return malformed(result, "that is no CHALLENGE message of NTLM");
    auto pairs = decode_pairs(said->target_info);
    if (!pairs)
        return refuse(result, "the server speaks no NTLMv2: it gives no target information");
    Authenticate out;
    // "DOMAIN\user", as people type it where there are domains.
    const std::size_t slash = initiator.user.find('\\');
    out.user = slash == std::string::npos ? initiator.user : initiator.user.substr(slash + 1);
    out.domain = slash == std::string::npos ? std::string() : initiator.user.substr(0, slash);
    out.workstation = upper(initiator.workstation);
    out.flags = said->flags & ~(flag::target_is_server | flag::target_is_domain);
    const AvPair* const stamp = find_pair(*pairs, AvId::timestamp);
    const bool stamped = stamp != nullptr && stamp->value.size() == 8;
    const std::uint64_t time = stamped ? time_in(stamp->value) : file_time(initiator.unix_s);
    if (stamped) pairs->push_back({AvId::flags, std::string("\x02\0\0\0", 4)});  // a MIC follows
    const std::string key = response_key(initiator.password, out.user, out.domain);
    const std::string part = client_part(time, initiator.client_challenge, encode_pairs(*pairs));
    const std::string proof = nt_proof(key, said->server_challenge, part);
    out.nt_response = proof + part;
    // §3.1.5.1.2: with a timestamp the old response is left empty, for nobody should look at it.
    out.lm_response = stamped
                          ? std::string(24, '\0')
                          : lm_response(key, said->server_challenge, initiator.client_challenge);
    result.agreed.key = session_base_key(key, proof);
    result.agreed.flags = out.flags;
    if (out.flags & flag::key_exchange) {
        out.session_key = rc4(result.agreed.key, initiator.session_key);
        result.agreed.key = initiator.session_key;
    }
    result.user = out.user;
    result.message = encode(out);
    if (stamped)
        result.message.replace(mic_offset, mic_octets,
                               mic_of(result.agreed.key, negotiated, octets, result.message));
    return result;
}

}  // namespace postroad::ntlm
