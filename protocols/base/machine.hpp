// What a protocol machine takes and gives: `step(machine, input, host, effects)`.
// A machine is a plain record; it knows no socket, no clock and no policy. What may take time,
// fail, change or be hooked is asked, and an answer that is ready at once takes the same path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/base/heap.hpp"
#include "protocols/base/section.hpp"

namespace postroad {

// What can be asked of the world around a machine. The texts of an Ask are valid during the step.
enum class AskKind : std::uint8_t {
    none,
    client_name,   // a: the name the client gave with HELO/EHLO (RFC 5321 §4.1.1.1)
    sender,        // a: reverse-path, b: parameters of MAIL, number: SIZE
    recipient,     // a: forward-path, b: parameters of RCPT
    verify,        // a: what VRFY names
    expand,        // a: the list EXPN names
    authenticate,  // a: SASL mechanism, b: the client's response, number: 1 if there is one
    accept,        // message: take responsibility for the mail that has been received
    maildrop,      // a: user, b: password, c: how ("USER", "APOP", "SASL")
    retrieve,      // number: message index in the maildrop
    commit,        // texts: the deletions a session leaves behind
    next_job,      // a client is ready for (more) work
    dns_query,     // a: a whole DNS message; the answer's text is the response
    kdc_request,   // a: a whole Kerberos message; the answer's text is the reply
    respond,       // a client's part of SASL: c "BEGIN", number: sasl::Mechanisms on offer; then
                   // c "STEP", b: the server's challenge
    http_request,  // a: method and target, b: field lines, c: body, number: what is wrong with it
    store,         // c: what an IMAP session wants of its account or mailbox (imap/server.hpp)
    rpc_security,  // either end of DCE/RPC: a: the peer's token, b: what is remembered, number: see
                   // rpc::SecurityAsk
    rpc_call,      // a: a call's stub octets, b: for what interface and object, c: who calls,
                   // number: see rpc::CallAsk
};

struct Ask {
    AskKind kind = AskKind::none;
    std::string_view a, b, c;
    std::uint64_t number = 0;
};

// What an answer says about a mailbox or a path.
enum class Relay : std::uint8_t { allow, deny };

struct Answer {
    AskKind to = AskKind::none;
    bool ok = true;
    bool exists = true;            // recipient, maildrop: there is such a mailbox; respond: there
                                   // is a response to say
    Relay relay = Relay::allow;    // recipient: may this client send there through us?
    std::uint16_t code = 0;        // 0: the machine's own reply; else the reply policy wants
    std::string_view enhanced;     // RFC 3463 code that goes with `code`
    std::string_view text;         // words, a queue id, a message
    std::uint64_t number = 0;
    std::uint64_t octets = 0;
};

enum class Wake : std::uint8_t {
    opened,    // the connection is up (server: greet; client: wait for the greeting)
    bytes,     // octets arrived
    closed,    // the peer has closed or the connection broke
    timer,     // the deadline set by Effects::wait has passed
    tls_up,    // octets are protected from here on; before `opened` where TLS comes first
    answer,    // what was asked is known
    changed,   // the mailbox has changed
};

struct Input {
    Wake what = Wake::opened;
    std::string_view bytes;
    const Answer* answer = nullptr;
};

// What a piece of the octets sent means, for the Trace.
enum class Speech : std::uint8_t { command, reply, content };

struct Said {
    std::uint32_t offset = 0, size = 0;  // in Effects::out (heard: in the input)
    Section section;
    std::uint16_t code = 0;  // reply code; 0 for commands and content
    Speech speech = Speech::reply;
    std::uint8_t note = 0;   // a remark of the machine's own, by its table of notes
};

// What a client learnt, for whoever gave it its work.
enum class TellKind : std::uint8_t {
    recipient_ok,       // index, code, text
    recipient_refused,
    message_accepted,   // code, text: responsibility has passed (RFC 5321 §4.2.5)
    message_refused,
    session_failed,     // before or outside a transaction
    session_done,
    fetched,            // text: a whole message, octets
    login_failed,
    secret_in_clear,    // text: whose; code 1: a token, else the password
    response,           // HTTP: code, text: field lines, then the body; index: where that begins
    imap,               // code: what, an imap::Told; index, text: as described there
    rpc_answer,         // DCE/RPC: text: the stub octets a call has come back with
    rpc_fault,          // index: the status a call has failed with
};

struct Tell {
    TellKind kind = TellKind::session_done;
    std::uint16_t code = 0;
    std::uint32_t index = 0;
    std::uint32_t offset = 0, size = 0;  // in Effects::words
};

// What a client makes of a server without TLS, for the Trace.
enum class TlsRemark : std::uint8_t { none, goes_on_without, ends_without };

// How much a client cares for TLS, and for the certificate it is shown.
enum class TlsPolicy : std::uint8_t {
    none,           // never asks for it
    opportunistic,  // takes it where it is offered (RFC 7435), whoever the peer is
    required,       // says nothing of worth without it, whoever the peer is
    verified,       // and goes on only with a certificate that is good for the peer's name
};

// What a step wants done. One object serves a driver for ever: its buffers keep their room.
class Effects {
  public:
    explicit Effects(Heap& heap_of_world) : heap(&heap_of_world) {}

    Heap* heap;
    std::string out;         // octets to send, in order
    std::vector<Said> said;  // what they mean
    std::vector<Said> heard; // what the input meant; offsets into `heard_text`
    std::string heard_text;
    std::vector<Tell> tells;
    std::string words;       // the texts of the tells
    Ask ask;                 // kind none: nothing is asked
    std::string ask_text;    // keeps an ask's texts when what they were read from goes
    std::uint64_t wait_ns = 0;  // new deadline, from now; 0: as it was
    bool listen_to_heard = false;  // the peer is not one of ours: record what it says, too
    bool close = false;
    bool abort = false;
    bool start_tls = false;     // once `out` has been sent
    std::uint32_t behind_tls = 0;  // octets that came in the clear behind the command for it
    TlsRemark tls_remark = TlsRemark::none;

    void clear() {
        out.clear();
        said.clear();
        heard.clear();
        heard_text.clear();
        tells.clear();
        words.clear();
        ask = {};
        wait_ns = 0;
        close = abort = start_tls = false;
        behind_tls = 0;
        tls_remark = TlsRemark::none;
    }
    // Marks what has been appended to `out` since `from`.
    void mark(std::size_t from, Speech speech, Section section, std::uint16_t code = 0,
              std::uint8_t note = 0) {
        said.push_back({static_cast<std::uint32_t>(from),
                        static_cast<std::uint32_t>(out.size() - from), section, code, speech,
                        note});
    }
    void hear(std::string_view line, Section section, Speech speech = Speech::command,
              std::uint16_t code = 0) {
        if (!listen_to_heard) return;
        heard.push_back({static_cast<std::uint32_t>(heard_text.size()),
                         static_cast<std::uint32_t>(line.size()), section, code, speech, 0});
        heard_text.append(line);
    }
    void tell(TellKind kind, std::uint16_t code = 0, std::uint32_t index = 0,
              std::string_view text = {}) {
        tells.push_back({kind, code, index, static_cast<std::uint32_t>(words.size()),
                         static_cast<std::uint32_t>(text.size())});
        words.append(text);
    }
    // For who is about to move or drop what an ask's texts are views of.
    void keep_ask() {
        if (ask.kind == AskKind::none) return;
        ask_text.assign(ask.a).append(ask.b).append(ask.c);
        const std::string_view all = ask_text;
        ask.a = all.substr(0, ask.a.size());
        ask.b = all.substr(ask.a.size(), ask.b.size());
        ask.c = all.substr(ask.a.size() + ask.b.size());
    }
    std::string_view text_of(const Tell& one) const {
        return std::string_view(words).substr(one.offset, one.size);
    }
};

}  // namespace postroad
