// Schema rows of who reads mail, and of what they do with it (see schema.hpp).
#pragma once

#include "sim/scenario/key.hpp"
#include "sim/scenario/scenario.hpp"

namespace postroad::scenario {

constexpr std::string_view title(const Handle*) { return "handle = { ... } in [[timeline]]"; }
constexpr std::string_view intro(const Handle*) {
    return "Somebody does something with mail that they have: in the mail program, and by IMAP on the "
           "server as well. A POP3 server knows no such thing.";
}
constexpr auto keys(const Handle*) {
    using S = Handle;
    return std::tuple{
        key("person", &S::person, {"Who.", "\"bob\"", Use::person, {}, {}, 0, true}),
        key("act", &S::act, {"What is done.", "\"file\""}),
        key("subject", &S::subject,
            {"To the messages with this in their subject.", "\"hello\"", Use::line, "the newest"}),
        key("folder", &S::folder, {"Where they are.", "\"Team\"", Use::line, "INBOX"}),
        key("to", &S::to, {"The folder that `file` puts them into.", "\"Archive\""}),
        key("body", &S::body, {"The text of a reply.", "\"Agreed.\"", Use::text}),
    };
}

constexpr std::string_view title(const Habit*) { return "[habits.NAME]"; }
constexpr std::string_view intro(const Habit*) {
    return "People who look at their mail at human rates, and do something with it; drawn from the "
           "seed. What is read and neither removed nor filed stays.";
}
constexpr auto keys(const Habit*) {
    using S = Habit;
    return std::tuple{
        key("people", &S::people, {"Who.", "[\"alice\", \"bob\"]", Use::person, "everybody"}),
        key("every", &S::every, {"The mean time between two looks.", "\"30m\""}),
        key("arrival", &S::arrival,
            {"At even times, or at random ones with that mean.", "\"even\""}),
        key("takes", &S::takes, {"The mean time that one message takes.", "\"1m\""}),
        key("replies", &S::replies, {"How many get a reply.", "\"20%\""}),
        key("removes", &S::removes, {"How many are deleted.", "\"50%\""}),
        key("files", &S::files, {"How many are filed, of the others.", "\"30%\""}),
        key("flags", &S::flags, {"How many are flagged.", "\"10%\""}),
        key("folder", &S::folder, {"Where they are filed.", "\"Projects\""}),
        key("start", &S::start, {"When it begins.", "\"+1h\"", Use::moment}),
        key("until", &S::until, {"When it ends.", "\"+2d\"", Use::moment, "when the run does"}),
    };
}

constexpr std::string_view title(const Retriever*) { return "[retrievers.NAME]"; }
constexpr std::string_view intro(const Retriever*) {
    return "A mail retrieval agent (MRA): it polls a mailbox somewhere by POP3 or IMAP and hands what "
           "it finds on, so that it lies in another one.";
}
constexpr auto keys(const Retriever*) {
    using S = Retriever;
    return std::tuple{
        key("host", &S::host, {"Where it runs.", "\"mail\"", Use::host, {}, {}, 0, true}),
        key("protocol", &S::protocol, {"How it fetches: `pop3` or `imap`.", "\"imap\""}),
        key("from", &S::from, {"The server it polls.", "\"isp:110\"", Use::line, "must be given"}),
        key("user", &S::user, {"The account there.", "\"bob\"", Use::line, "must be given"}),
        key("password", &S::password, {"Its password.", "\"secret-bob\"", Use::line,
                                       "that of the person whose account it is"}),
        key("tls", &S::tls, {"What it wants of that server.", "\"required\""}),
        key("mechanisms", &S::mechanisms,
            {"SASL mechanisms that it may use there, the preferred one first. Those that need a "
             "ticket or a token are for people. Without `PLAIN` or `LOGIN` it never says the "
             "password itself.",
             "[\"SCRAM-SHA-256\"]", Use::line, "all, the strongest first"}),
        key("folders", &S::folders, {"Which folders (IMAP).", "[\"INBOX\"]", Use::text, "INBOX"}),
        key("every", &S::every, {"How often it polls.", "\"10m\""}),
        key("keep", &S::keep, {"Leave the messages there.", "true"}),
        key("by", &S::by, {"How it hands them on.", "\"smtp\""}),
        key("to", &S::to, {"To whom.", "\"mail:24\"", Use::line, "its own host"}),
        key("recipients", &S::recipients,
            {"Whose mail it is.", "[\"bob@example.org\"]", Use::mail,
             "multidrop: it guesses from the header"}),
        key("envelope_fields", &S::envelope_fields,
            {"Multidrop: fields in which that server may have left the envelope's recipient.",
             "[\"X-Envelope-To\"]"}),
        key("domains", &S::domains,
            {"Multidrop: addresses of these domains in To and Cc are taken for recipients.",
             "[\"example.org\"]", Use::domain, "those of the host it hands on to"}),
        key("postmaster", &S::postmaster,
            {"Multidrop: who gets what fits nobody.", "\"postmaster@example.org\"", Use::mail,
             "nobody: it stays on the server"}),
    };
}

}  // namespace postroad::scenario
