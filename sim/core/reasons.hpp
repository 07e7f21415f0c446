// Why something was done: a code with typed arguments. The sentence is made when it is shown, so
// that it can be translated, and so that a run spends nothing on words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/section.hpp"
#include "sim/core/facts.hpp"

namespace postroad::sim {

// name, sentence with {0} {1} … for the arguments, where the rule is written.
// A reason is added here and nowhere else.
#define POSTROAD_REASONS(R)                                                                        \
    R(none, "", no_section)                                                                        \
    /* finding the next host */                                                                    \
    R(local_domain, "{0} is a domain of this host: delivered here", "5321 §3.6.1")                  \
    R(not_local, "{0} is not a domain of this host: it goes on by SMTP", "5321 §3.6.1")             \
    R(smart_host, "everything that is not local goes to the smart host {0}", "5321 §3.6.1")         \
    R(route, "{0} goes to {1}: a route of this host says so, not DNS", "5321 §5.1")                 \
    R(mx_only, "MX {0} {1} is the only mail exchanger of {2}", "5321 §5.1")                         \
    R(mx_chosen, "MX {0} {1} chosen over MX {2} {3}: lower preference", "5321 §5.1")                \
    R(mx_equal, "MX {0} {1} chosen by lot among {2} hosts of equal preference", "5321 §5.1")        \
    R(mx_fallback, "MX {0} {1} tried next: {2} did not take the mail", "5321 §5.1")                 \
    R(mx_implicit, "{0} has no MX: its own address is the mail exchanger", "5321 §5.1")             \
    R(mx_null, "{0} has the null MX: it takes no mail at all", "7505 §3")                           \
    R(mx_self, "{0} is this host: exchangers of preference {1} or worse are left out", "5321 §5.1") \
    R(mx_loop, "the best mail exchanger of {0} is this host, which does not deliver for it",        \
      "5321 §5.1")                                                                                  \
    R(mx_cname, "{0} is an alias of {1}: an MX must not name an alias", "2181 §10.3")               \
    R(mx_no_address, "{0} has no address: left out", "5321 §5.1")                                   \
    R(no_such_domain, "{0} does not exist in DNS", "5321 §5.1")                                     \
    R(dns_failed, "DNS gave no answer for {0}: the mail waits", "5321 §5.1")                        \
    R(address_chosen, "{0} is reached at {1}", "5321 §5.1")                                         \
    R(address_literal, "{0} names its host itself", "5321 §4.1.3")                                  \
    R(connection_failed, "{0}:{1} could not be reached: {2}", "5321 §5.1")                          \
    R(connection_reused, "the connection to {0} is used again for this mail", "5321 §3.3")          \
    R(concurrency, "{0} conversations with {1} already: the mail waits its turn", "5321 §4.5.4.1")  \
    /* whom to take mail from and for */                                                           \
    R(relay_local, "{0} is delivered here: taken from anybody", "5321 §3.6.2")                      \
    R(relay_domain, "{0} is relayed for anybody: this host is a mail exchanger of it", "5321 §3.6.2") \
    R(relay_network, "the client {0} is in a network this host relays for", "5321 §3.6.2")          \
    R(relay_authenticated, "the client has authenticated as {0}: it may relay", "6409 §6.1")        \
    R(relay_open, "an open relay takes mail from anybody for anybody: spammers will find it",       \
      "5321 §3.6.2")                                                                                \
    R(relay_denied, "{0} is neither local nor relayed for, and the client {1} is a stranger",       \
      "5321 §3.6.2")                                                                                \
    R(no_mailbox, "there is no mailbox {0} here", "5321 §3.3")                                      \
    R(alias, "{0} is an alias: the mail goes to {1}", "5321 §3.9.1")                                \
    R(list, "{0} is a list: the mail goes to {1}, bounces to {2}", "5321 §3.9.2")                   \
    R(forwarded, "{0} has their mail forwarded to {1}", "5321 §3.9.1")                              \
    R(catch_all, "nobody here is {0}: the catch-all {1} gets it", "5321 §3.9.1")                    \
    R(auth_ok, "{0} has given the right password", "4954 §4")                                       \
    R(auth_failed, "{0} and this password do not go together", "4954 §4")                           \
    R(auth_missing, "a submission server takes mail only from who has authenticated", "6409 §4.3")  \
    R(sender_not_own, "{0} may not send as {1}", "6409 §6.1")                                       \
    R(secret_in_clear, "the password of {0} crosses the network in the clear: anyone on the path "  \
      "has it now; TLS would hide it", "4954 §9")                                                   \
    R(secret_hidden, "APOP proves that {0} knows the password without saying it", "1939 §7")        \
    R(loop, "{0} Received fields: the mail goes round in circles", "5321 §6.3")                     \
    R(too_many_clients, "{0} clients at once is as many as this host serves", "5321 §4.3.2")        \
    R(mailbox_full, "the mailbox of {0} is over its quota", "5321 §4.2.2")                          \
    R(submission_fixed, "the MSA added {0}", "6409 §8")                                             \
    /* responsibility and the queue */                                                             \
    R(submitted, "the message is handed to the submission server {0}", "6409 §3")                   \
    R(responsible, "250 behind the end of data: this host is responsible for the mail now",         \
      "5321 §4.2.5")                                                                                \
    R(relieved, "{0} answered 250 behind the end of data: it is responsible now", "5321 §4.2.5")    \
    R(envelope_only, "recipients come from RCPT alone: no header field was read for them",          \
      "5321 §3.3")                                                                                  \
    R(bcc, "{0} blind recipients are in the envelope and nowhere in the header", "5322 §3.6.3")     \
    R(deferred, "{0}: tried again in {1}", "5321 §4.5.4.1")                                         \
    R(permanent, "{0}: a reply of the 5yz class is final", "5321 §4.2.1")                           \
    R(transient, "{0}: a reply of the 4yz class asks to try later", "5321 §4.2.1")                  \
    R(expired, "{0} in the queue: given up", "5321 §4.5.4.1")                                       \
    R(bounce, "a report goes to the reverse-path {0}", "5321 §6.1")                                 \
    R(no_bounce_for_null, "the reverse-path is empty: no report of a report", "5321 §6.1")          \
    R(bounces_off, "this host is set to send no reports", "5321 §6.1")                              \
    R(warned, "not delivered for {0}: the sender is told, the tries go on", "3461 §6.4")            \
    R(delivered, "delivered to the mailbox of {0}", "5321 §4.4")                                    \
    /* DNS */                                                                                      \
    R(cache_hit, "{0} {1} is in the cache for another {2}", "1035 §7.4")                            \
    R(negative_hit, "that {0} {1} does not exist is in the cache for another {2}", "2308 §5")       \
    R(referral, "{0} refers us to {1} for {2}", "1034 §5.3.3")                                      \
    R(dns_retry, "{0} did not answer in {1}: asked again", "1035 §4.2.1")                           \
    R(dns_next_server, "{0} gave no usable answer: {1} is asked", "1034 §5.3.3")                    \
    R(dns_truncated, "the answer did not fit a datagram: asked again over TCP", "1035 §4.2.2")      \
    R(dns_alias, "{0} is an alias of {1}", "1034 §3.6.2")                                           \
    R(lame, "{0} is named for {1} and does not serve it", "1034 §5.3.3")                            \
    /* the network */                                                                              \
    R(refused, "{0}:{1} refused: nothing listens there, or a firewall rejects", "9293 §3.5.2")      \
    R(no_answer, "{0}:{1} does not answer: a packet filter that drops looks just so", "9293 §3.8.3") \
    R(unreachable, "{0} is unreachable: {1}", "1122 §4.2.3.9")                                      \
    R(retransmitted, "no acknowledgment in {0}: sent again", "6298 §5")                             \
    R(helper_expects, "{0} is at port {1} of {2}, says the endpoint mapper: the helper lets {3} "   \
      "connect there for {4}", "C706 §O")                                                           \
    /* RPC */                                                                                      \
    R(rpc_registered, "{0} listens at port {1}, drawn anew at this start: only the endpoint mapper "  \
      "knows it", "MS-RPCE §2.2.1.1.3")                                                             \
    R(rpc_mapped, "the endpoint mapper says that {0} is at port {1}", "C706 §O")                    \
    R(rpc_not_mapped, "the endpoint mapper knows no {0}", "C706 §O")                                \
    R(rpc_listed, "the endpoint mapper tells a caller of all {0} interfaces that are registered "   \
      "here, without a log-in", "C706 §O")                                                          \
    R(provider_called, "{0} is served by the {1}: {2}", "MS-OXCRPC §3.2.4")                         \
    R(trying_to_connect, "the mail program of {0} shows \"Trying to connect\": {1}",                \
      "MS-RPCE §3.3.2.4.1.1")                                                                       \
    R(identified, "the address book knows {0} as {1}; the mailbox is on {2}", "MS-OXABREF §3.1.4.2") \
    R(news_due, "{0} asks whether there is news: {1}", "MS-OXCNOTIF §3.2.4")                        \
    R(goes_without, "{0} goes on without it: {1}", "MS-OXCRPC §3.2.5")                              \
    R(not_read, "a message of {0} could not be read: {1}", "MS-OXCMSG §3.1.4")                      \
    R(not_done, "the server has not done what {0} wanted: {1}", "MS-OXCROPS §3.1.5")                \
    /* beyond the world's edge */                                                                  \
    R(real_asked, "{0} is a real server, at {1} outside: it is asked whether it takes the "         \
      "connection", no_section)                                                                     \
    R(real_refused, "the real server at {0} does not take the connection: {1}", "9293 §3.5.2")      \
    R(real_unreachable, "{0} is a real server, and nobody outside is asked in this run: "           \
      "it counts as unreachable", "1122 §3.2.2.1")                                                  \
    R(real_other_question, "what {0} answered was said to other words than these: from here on "    \
      "it counts as unreachable", no_section)                                                       \
    /* TLS */                                                                                      \
    R(tls_up, "{0} with {1}: who is on the path sees that there is talk, and no word of it",        \
      "8446 §2")                                                                                    \
    R(tls_verified, "the certificate is for {0}, as {1} was asked for, and {2} vouches for it",     \
      "6125 §6")                                                                                    \
    R(tls_wrong_name, "the certificate is for {0}, but {1} was asked for", "6125 §6.4")             \
    R(tls_expired, "the certificate of {0} was good until {1}, and now it is {2}", "5280 §6.1.3")   \
    R(tls_not_yet_valid, "the certificate of {0} is good from {1} on, and now it is {2}",           \
      "5280 §6.1.3")                                                                                \
    R(tls_unknown_issuer, "the certificate of {0} was issued by {1}, whom this host does not trust", \
      "5280 §6.1")                                                                                  \
    R(tls_self_signed, "the certificate of {0} is signed by nobody but itself", "5280 §6.1")        \
    R(tls_revoked, "the certificate of {0} was taken back by {1}, who had issued it", "5280 §6.3")  \
    R(tls_old_status, "what the authority says about the certificate of {0} is not of these days",  \
      "6960 §3.2")                                                                                  \
    R(tls_status_good, "the server brings the word of {1}: the certificate of {0} stands",          \
      "6066 §8")                                                                                    \
    R(tls_status_missing, "the server brings no word of its authority's: whether the certificate "  \
      "of {0} was taken back is not known", "6066 §8")                                              \
    R(tls_resumed, "the session with {0} goes on with keys of the one before: no certificate is "   \
      "shown again", "8446 §2.2")                                                                   \
    R(tls_client_verified, "the client shows a certificate for {0}, and {1} vouches for it",        \
      "8446 §4.4.2")                                                                                \
    R(tls_client_refused, "the client's certificate for {0} does not hold: {1}", "8446 §4.4.2.4")   \
    R(tls_client_unknown, "the client was asked for a certificate and shows none",                  \
      "8446 §4.4.2.4")                                                                              \
    R(tls_not_verified, "the certificate of {0} does not hold: {1}", "5280 §6.1")                   \
    R(tls_unjudged, "the session goes on: the policy asks for TLS and not for who the peer is; "    \
      "anyone on the path could be it", "7435 §3")                                                  \
    R(tls_refused, "the session ends: the policy asks for a certificate that holds", "5280 §6.1")   \
    R(tls_failed, "the TLS handshake failed: {0}", "8446 §6.2")                                     \
    R(tls_missing_goes_on, "the server offers no TLS: an opportunistic client goes on in the "      \
      "clear, as it would if somebody on the path had cut the offer out", "7435 §3")                \
    R(tls_missing_ends, "the server offers no TLS: this client's policy ends the session",          \
      "3207 §4.1")                                                                                  \
    R(tls_injection_dropped, "{0} octets came in the clear behind the command for TLS: thrown "     \
      "away, for anyone on the path may have put them there", "3207 §6")                            \
    R(tls_injection_kept, "{0} octets came in the clear behind the command for TLS and are run "    \
      "as if they had come through it: anyone on the path can inject commands so", "3207 §6")       \
    /* TLS policy between MTAs */                                                                  \
    R(tls_policy_table, "this host's table says `{0}` for {1}", "7435 §3")                          \
    R(tls_retry_clear, "no TLS came up with {0}: an opportunistic client tries once more in the "   \
      "clear, with a connection of its own; whoever broke the handshake reads along now",           \
      "7435 §3")                                                                                    \
    R(tls_fault, "{0} does not get the mail: {1}", "3207 §4.1")                                     \
    R(dane_found, "{0} of {1} TLSA records at {2} can be used: TLS with {3}, and a certificate "    \
      "that matches, or no mail", "7672 §2.2")                                                      \
    R(dane_none, "there are no TLSA records at {0}: DANE says nothing about {1}", "7672 §2.2")      \
    R(dane_unsigned, "the answer for {0} is not signed: whoever forges addresses forges TLSA "      \
      "records, too; they are refused", "7672 §2.2")                                                \
    R(dane_assumed, "the zone of {0} is declared as signed: its records count as authenticated, "   \
      "which is this scenario's assumption and nobody's proof", "6698 §4.1")                        \
    R(dane_authenticated, "the resolver says that the answer for {0} is authentic", "6698 §4.1")    \
    R(dane_unusable, "none of {0} TLSA records at {1} can be used with SMTP: TLS is a must, "       \
      "whoever the peer is", "7672 §2.2")                                                           \
    R(dane_unknown, "whether {0} has TLSA records could not be found out: it is not tried, for "    \
      "an attacker could have kept them back", "7672 §2.1.2")                                       \
    R(dane_verified, "the TLSA record {0} matches {1} of {2}: no authority is asked", "7671 §5")    \
    R(dane_mismatch, "none of {0} TLSA records matches what {1} has shown, a certificate for {2}",  \
      "7671 §5")                                                                                    \
    R(dane_wrong_name, "the TLSA record {0} matches an issuer, and the certificate is for {1}, "    \
      "but {2} was asked for", "7672 §3.2.2")                                                       \
    R(dane_bad_chain, "the TLSA record {0} matches an issuer, and the chain to it does not hold: "  \
      "{1}", "7671 §5.2")                                                                           \
    R(sts_none, "{0} publishes no MTA-STS policy: {1}", "8461 §3.1")                                \
    R(sts_cached, "the policy of {0} with the id {1} is known, for another {2}", "8461 §3.3")       \
    R(sts_wanted, "{0} has a policy with the id {1}: it is fetched from {2}", "8461 §3.3")          \
    R(sts_fetched, "the policy of {0} says `{1}` for {2}, and names {3}", "8461 §3.2")              \
    R(sts_fetch_failed, "the policy of {0} could not be fetched: {1}", "8461 §3.3")                 \
    R(sts_kept, "{0} still has a policy here that is good for {1}: it holds, for an attacker "      \
      "could hide the new one", "8461 §5.1")                                                        \
    R(sts_host_right, "{0} is one that the policy of {1} names", "8461 §4.1")                       \
    R(sts_host_wrong, "{0} is none that the policy of {1} names: it does not get the mail",         \
      "8461 §4.1")                                                                                  \
    R(sts_host_tested, "{0} is none that the policy of {1} names; the policy is being tested, and " \
      "the mail goes on", "8461 §5")                                                                \
    R(sts_enforced, "the policy of {0} is enforced: TLS with {1} and a certificate that holds, or " \
      "no mail", "8461 §5")                                                                         \
    R(dane_over_sts, "{0} has TLSA records that hold, and an MTA-STS policy: DANE comes first",     \
      "8461 §2")                                                                                    \
    R(tls_report_due, "{0} TLS sessions with {1} on {2}, {3} of them failed: a report goes to {4}", \
      "8460 §4")                                                                                    \
    R(tls_report_unwanted, "{0} asks for no TLS reports", "8460 §3")                                \
    /* the web */                                                                                   \
    R(http_nothing_there, "nothing is declared for {0} of {1}", "9110 §15.5.5")                     \
    R(http_failed, "{0} could not be fetched from {1}: {2}", "9110 §7.3")                           \
    R(http_fetched, "{0} of {1} is answered with {2}", "9110 §15")                                  \
    R(attacker_stripped, "somebody on {0} wrote {1} over the offer of TLS: the client will think "  \
      "there is none", "3207 §6")                                                                   \
    R(attacker_dropped_tls, "somebody on {0} lets no TLS through: the hello for {1} is gone",       \
      "7435 §3")                                                                                    \
    R(attacker_downgraded, "somebody on {0} wrote {1} over the newer versions that the client "     \
      "offers", "8446 §4.1.3")                                                                      \
    R(attacker_weakened, "somebody on {0} wrote weak suites over those that the client offers",     \
      "7457 §2.1")                                                                                  \
    R(attacker_injected, "somebody on {0} put {1} octets behind the command for TLS", "3207 §6")    \
    R(attacker_swapped, "somebody on {0} leads the connection to {1}, which answers for {2}",       \
      "3207 §6")                                                                                    \
    R(attacker_replays, "somebody on {0} has {1} say to {2} once more what the client said",        \
      "5321 §7.1")                                                                                  \
    R(attacker_saw_talk, "somebody on {0} has seen that {1} talks to {2} at port {3}", "7624 §3.2") \
    R(attacker_read_name, "somebody on {0} has read in the client's hello that it wants {1}",       \
      "6066 §3")                                                                                    \
    R(attacker_read_password, "somebody on {0} has read the password of {1}", "4954 §9")            \
    R(attacker_read_envelope, "somebody on {0} has read who writes to whom: {1}", "3207 §1")        \
    R(attacker_read_message, "somebody on {0} has read a message of {1} octets or more", "3207 §1") \
    /* Kerberos */                                                                                 \
    R(kdc_preauth_required, "{0} must first show that it has the key: without that, anybody would " \
      "be given something to try passwords on", "4120 §3.1.3")                                      \
    R(kdc_knows, "{0} has encrypted the time with the right key: a ticket for {1}, good until {2}; " \
      "the password itself never crosses", "4120 §3.1.3")                                           \
    R(kdc_ticket, "{0} has shown a ticket-granting ticket: a ticket for {1}, good until {2}",       \
      "4120 §3.3.3")                                                                                \
    R(kdc_refused, "{0} gets no ticket for {1}: {2}", "4120 §7.5.9")                                \
    R(kdc_found, "the KDC of {0} is {1}: DNS tells so", "4120 §7.2.3.2")                            \
    R(kdc_silent, "the KDC at {0} has not answered in {1}: asked again", "4120 §7.2.1")             \
    R(signed_on, "{0} has signed on to {1}, until {2}: the password was used on this host and has " \
      "not left it", "4120 §3.1.5")                                                                 \
    R(ticket_got, "{0} has a ticket for {1}, good until {2}: got by the ticket-granting ticket, "   \
      "without the password", "4120 §3.3.4")                                                        \
    R(ticket_kept, "{0} still has a ticket for {1}, good until {2}: no password and no KDC needed", \
      "4120 §1.1")                                                                                  \
    R(ticket_failed, "{0} gets no ticket for {1}: {2}", "4120 §3.1.6")                              \
    R(ticket_opened, "the ticket of {0} opens with this server's own key, and is good until {1}: "  \
      "the KDC vouches for {0}, and nobody had to ask it", "4120 §3.2.3")                           \
    R(kdc_not_understood, "this is no message of Kerberos: not answered", "4120 §5")                \
    /* reading */                                                                                  \
    R(maildrop_locked, "the maildrop of {0} is open in another session", "1939 §4")                 \
    R(left_on_server, "{0} messages stay on the server", "1939 §8")                                 \
    R(fetch_failed, "mail could not be fetched from {0}: {1}", "5598 §4.2.2")                       \
    R(in_outbox, "{0}: the message stays in the outbox, tried again in {1}", "5321 §4.5.4.1")       \
    R(told_sender, "the mail program tells its user that {0} gets nothing: {1}", "5321 §4.2.1")   \
    /* somebody outside the world */                                                               \
    R(ruled, "a script decides about {0}: {1} {2}", "5321 §7.9")                                   \
    /* logging in; at the end, so that the others keep their numbers */                             \
    R(auth_proved, "{0} has proved by {1} that it knows the password, without saying it", "4422 §3") \
    R(auth_token, "{0} has shown a token that is good ({1})", "7628 §3.2")                          \
    R(auth_vouched, "{0} is known without a password, by {1}", "4422 §3")                           \
    R(auth_refused, "{0} is not let in by {1}: {2}", "4422 §3")                                     \
    R(auth_given_up, "the client gives the log-in up: {0}", "4422 §3.5")                            \
    R(auth_by_password, "none of {0} can be used: {1} says the password itself instead",            \
      "4422 §3.3")                                                                                  \
    R(auth_none_fits, "none of {0} may be used here ({1}), and the password itself is not said: "   \
      "there is no log-in", "4422 §3.3")                                                            \
    R(auth_chosen_password, "AUTH by {0}, of {1}: it says the password itself, and whoever reads it " \
      "has it", "4422 §6.1")                                                                        \
    R(auth_chosen_token, "AUTH by {0}, of {1}: it says a token, which whoever reads it can use "    \
      "until it expires", "4422 §6.1")                                                              \
    R(auth_chosen_proof, "AUTH by {0}, of {1}: the password is proved and not said; who listens "   \
      "gets a pair to try passwords on", "4422 §6.1")                                               \
    R(auth_chosen_nothing, "AUTH by {0}, of {1}: who listens learns nothing to log in with",        \
      "4422 §6.1")                                                                                  \
    R(login_delayed, "{0} log-ins have failed: the answer comes {1} late", "4954 §9")               \
    R(login_locked, "{0} is locked until {1}: {2} log-ins in a row have failed", "4954 §9")         \
    R(login_still_locked, "{0} is locked until {1}: the log-in is not even looked at", "4954 §9")   \
    R(token_in_clear, "a token of {0} crosses the network in the clear: anyone on the path can use " \
      "it until it expires; TLS would hide it", "6750 §5.3")                                        \
    R(attacker_read_pair, "somebody on {0} has read how {1} proved a password by {2}: guesses can be " \
      "tried on that pair, at home and without anybody noticing", "4422 §6.1")                      \
    R(attacker_read_token, "somebody on {0} has read a token of {1}: it lets them in, too, until "  \
      "it expires", "6750 §5.3")                                                                    \
    R(tls_member, "{0} is of the same organisation: each shows its certificate and knows the "      \
      "other's, whoever has signed it", "8446 §4.3.2")                                            \
    /* folders, rules and what hands mail to them */                                               \
    R(pop_sees_inbox, "{0} messages lie in other folders, where POP3 cannot see them", "1939 §3")   \
    R(expunge_takes_all, "the server has no UIDPLUS: EXPUNGE takes what anybody has marked, and not " \
      "only what is meant here", "4315 §2.1")                                                       \
    R(cache_void, "{0} has another UIDVALIDITY: what was known of its messages is worth nothing",   \
      "3501 §2.3.1.1")                                                                              \
    R(in_step, "{0} is in step with the server by {1}: {2} new, {3} changed, {4} gone", "4549 §3")  \
    R(handled, "{0}: {1}", "3501 §6.4")                                                             \
    R(nothing_to_handle, "{0} has no message \"{1}\" in {2}: nothing is done", "3501 §6.4")         \
    R(not_by_pop, "{0}: this is known to the mail program alone, since POP3 has no word for it",    \
      "1939 §8")                                                                                    \
    R(lmtp_route, "the mailboxes of {0} are behind {1}: handed over by LMTP, with a reply for each " \
      "recipient", "2033 §4.2")                                                                     \
    R(lmtp_own, "{0} is delivered here: handed to this host's MDA by LMTP", "2033 §3")              \
    R(lmtp_partial, "{0} of {1} recipients have the message now: LMTP says so in one session, SMTP " \
      "could not", "2033 §4.2")                                                                     \
    R(pipe_exit, "a program is run for {0}: its exit code {1} means {2}, and that is all it can say", \
      "5598 §4.3.3")                                                                                \
    R(sieve_test, "line {0}: {1}: {2}", "5228 §5")                                                  \
    R(sieve_action, "line {0}: {1}", "5228 §4")                                                     \
    R(sieve_kept, "the rules of {0} do nothing with it: it is kept", "5228 §2.10.2")                \
    R(sieve_failed, "the rules of {0} break down at line {1}: {2}; the message is kept",            \
      "5228 §2.10.6")                                                                               \
    R(sieve_filed, "the rules of {0} put it into {1}: POP3 will not see it there", "5228 §4.1")     \
    R(sieve_redirected, "the rules of {0} send it on to {1}", "5228 §4.2")                          \
    R(sieve_discarded, "the rules of {0} throw it away", "5228 §4.4")                               \
    R(sieve_rejected, "the rules of {0} refuse it: {1}", "5429 §2.1")                               \
    R(sieve_report, "the rules of {0} refuse it, and the conversation is over: a report tells {1}", \
      "5429 §2.2")                                                                                  \
    R(sieve_no_report, "the rules of {0} refuse it, and there is no reverse-path: nobody is told",  \
      "5429 §2.2")                                                                                  \
    R(vacation_sent, "{0} is told that {1} is away", "5230 §4")                                     \
    R(vacation_silent, "{0} is not told that {1} is away: {2}", "5230 §4.5")                        \
    R(mra_polls, "{0} asks {1} for the mail of {2}", "1939 §3")                                     \
    R(mra_handed_on, "{0} has been handed on to {1}: only now may it go from {2}", "5321 §6.1")     \
    R(mra_envelope, "the field {0} names {1}: what is left of the envelope", "5321 §7.2")           \
    R(mra_guess, "no field has the envelope: {0} is guessed from To and Cc. Who was in Bcc gets "   \
      "nothing, and a list's members get what was not theirs", "5321 §7.2")                         \
    R(mra_nobody, "no recipient can be found in the header: {0}", "5321 §7.2")                      \
    R(mra_again, "{0} may have been handed on before, since {1}: it may come twice", "1939 §6")      \
    R(mra_known, "{0} has been handed on before: it is not fetched again", "1939 §7")               \
    R(mra_stays, "{0} stays on {1}: {2}", "5321 §4.2.1")                                            \
    R(old_mail, "messages of old mail: {0}, of {1}, lie in {2} of {3}", no_section)                 \
    R(token_got, "{0} has a token of {1}, good until {2}: the mail server never sees the password", \
      "6749 §4.3")                                                                                  \
    R(token_held, "{0} still has a token of {1}, good until {2}", "6749 §1.4")                      \
    R(token_failed, "{0} gets no token of {1}: {2}", "6749 §5.2")                                   \
    R(token_issued, "a token for {0}, good until {1}, after the right password", "6749 §5.1") \
    R(mapi_called, "{0} calls {1}: {2}", "MS-OXCRPC §3.1.4")                                        \
    R(mapi_refused, "{0} may not log on to {1}: {2}", "MS-OXCSTOR §3.2.5.1")                        \
    R(mapi_lost, "a message of the Internet has no place for {0}: that is lost", "MS-OXCMAIL §2.1") \
    R(mapi_submitted, "{0} leaves the message with the store, which hands it to this host's own "   \
      "queue: no SMTP session, and no client named in Received", "MS-OXCROPS §2.2.7.1")              \
    R(mapi_news, "{0} is told that there is news by {1}", "MS-OXCNOTIF §3.1.5")                     \
    R(pipe_again, "the program that was run for {0} may have done its work, and nobody has read its " \
      "exit code: it is run again, and the message may come twice", "5598 §4.3.3")                  \
    R(mechanisms_offered, "the log-in is negotiated: {0} offered, the preferred one first", "4178 §4.2.1") \
    R(mechanism_taken, "{0} is taken, of {1}", "4178 §4.2.2")                                                 \
    /* helpers of firewalls */                                                                     \
    R(helper_admits, "{0} connects to port {1} of {2}, as the helper expects: this counts as "      \
      "`related`", no_section)                                                                      \
    R(helper_refuses, "the answer is about {0}, for which the helper \"{1}\" opens nothing",        \
      "C706 §O")                                                                                    \
    R(helper_sealed, "the question to the endpoint mapper is sealed: the helper cannot read it, "   \
      "and opens nothing for its answer", "MS-RPCE §2.2.1.1.8")                                     \
    R(helper_unreadable, "the helper opens nothing for this answer: {0}", no_section)               \
    R(helper_waits, "octets of {0} have not come by here: before them the helper reads nothing "    \
      "and opens nothing", no_section)                                                              \
    R(helper_lost, "from here on the helper opens nothing for this connection: {0}", no_section)    \
    R(helper_elsewhere, "the answer names {0}, and {1} was asked: the helper opens nothing at "     \
      "another host", no_section)                                                                   \
    R(helper_rewrites, "the answer names {0}, which {1} cannot reach through the NAT: the helper "  \
      "writes {2} over it", "C706 §I")                                                              \
    R(helper_leaves, "the answer names {0}, which {1} cannot reach through the NAT, and it stays "  \
      "so: {2}", "C706 §I")                                                                         \
    R(helper_forgets, "{0} connections are expected here: that of {1} to port {2} is forgotten",    \
      no_section)

enum class Reason : std::uint16_t {
#define POSTROAD_REASON_CODE(name, sentence, section) name,
    POSTROAD_REASONS(POSTROAD_REASON_CODE)
#undef POSTROAD_REASON_CODE
        count_of_reasons,
};

std::string_view name_of(Reason reason);
std::string_view template_of(Reason reason);
Section section_of(Reason reason);

// Arguments as they stand in a DecisionFact's tail: a tag and a value each.
class Arguments {
  public:
    Arguments& number(std::uint64_t value);
    Arguments& text(std::string_view value);  // at most 1,000 octets are kept
    Arguments& address(const net::Address& value);
    Arguments& duration(Duration ns);
    std::string_view octets() const { return octets_; }
    std::uint16_t count() const { return count_; }
    void clear() {
        octets_.clear();
        count_ = 0;
    }

  private:
    void put(char tag, const void* from, std::size_t size);
    std::string octets_;
    std::uint16_t count_ = 0;
};

// Each argument as words ("1 min 30 s", "192.0.2.1").
std::vector<std::string> argument_words(std::string_view octets);
// The whole sentence of a decision.
std::string sentence(Reason reason, std::string_view argument_octets);
// "1.5 s", "2 min 30 s", "4 h", "250 µs".
std::string duration_words(Duration ns);

}  // namespace postroad::sim
