// libFuzzer target: any octets through every reader of protocols/message and protocols/sasl, with
// the properties that must hold whatever they are.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocols/base/assertion.hpp"
#include "protocols/message/address.hpp"
#include "protocols/message/compose.hpp"
#include "protocols/message/date.hpp"
#include "protocols/message/dot_stuffing.hpp"
#include "protocols/message/dsn.hpp"
#include "protocols/message/header.hpp"
#include "protocols/message/mime.hpp"
#include "protocols/message/trace_fields.hpp"
#include "protocols/ntlm/messages.hpp"
#include "protocols/sasl/overhear.hpp"
#include "protocols/sasl/plain.hpp"
#include "tests/support/sasl_desk.hpp"

using namespace postroad;
using namespace postroad::message;

namespace {

void header_is_lossless(std::string_view text) {
    const Parts parts = split_message(text);
    std::string glued;
    std::string scratch;
    for (const Field& field : parts.fields()) {
        glued += field.raw;
        unfolded(field, scratch);
    }
    glued += parts.separator;
    glued += parts.body;
    POSTROAD_ASSERT(glued == text);
}

void pieces_do_not_matter(std::string_view text) {
    std::string whole;
    Unstuffer first;
    const std::size_t taken = unstuff(first, text, whole);
    std::string bytewise;
    Unstuffer second;
    std::size_t at = 0;
    while (at < text.size() && second.place != Unstuffer::ended)
        at += unstuff(second, text.substr(at, 1), bytewise);
    POSTROAD_ASSERT(whole == bytewise && taken == at && first.flags == second.flags &&
                    first.place == second.place);

    std::string wire;
    stuff(text, wire);
    std::string back;
    Unstuffer third;
    POSTROAD_ASSERT(unstuff(third, wire, back) == wire.size());
    POSTROAD_ASSERT(third.place == Unstuffer::ended && back.starts_with(text));
}

void encodings_round_trip(std::string_view text) {
    std::string encoded;
    base64_encode(text, encoded);
    POSTROAD_ASSERT(base64_decode(encoded) == text);
    encoded.clear();
    quoted_printable_encode(text, encoded);
    POSTROAD_ASSERT(quoted_printable_decode(encoded) == text);
    POSTROAD_ASSERT(xtext_decode(xtext_encode(text)) == text);
    if (is_utf8(text) && !text.empty()) {
        encoded.clear();
        encode_words(text, encoded);
        POSTROAD_ASSERT(decode_words(encoded) == text);
    }
    base64_decode(text);
    base64_decode_lenient(text);
    quoted_printable_decode(text);
    decode_words(text);
    parse_content_type(text);
    xtext_decode(text);
}

void addresses_round_trip(std::string_view text) {
    for (const Mailbox& mailbox : parse_addresses(text).mailboxes()) {
        const std::string path = mailbox.address();
        if (path.find('\0') != std::string::npos || mailbox.domain.find('\\') != std::string::npos)
            continue;
        if (mailbox.local_part.find('\0') != std::string::npos) continue; // cannot be written
        const AddressList again = parse_addresses(path);
        if (!mailbox.domain.starts_with('['))
            POSTROAD_ASSERT(again.mailboxes().size() == 1 &&
                            again.mailboxes()[0].address() == path);
    }
}

void composing_is_sound(std::string_view text) {
    Draft draft;
    draft.from = parse_addresses(text, 3).addresses;
    draft.subject = text;
    draft.body = text;
    const std::string message = compose(draft);
    header_is_lossless(message);
    POSTROAD_ASSERT(split_message(message).find("Bcc").raw.empty());
    Dsn dsn;
    dsn.from = "mailer-daemon@mx.test";
    dsn.reporting_mta = "mx.test";
    DsnRecipient recipient;
    recipient.final_recipient = "a@b.test";
    recipient.diagnostic_code = text;
    dsn.recipients.push_back(recipient);
    dsn.return_whole = true;
    dsn.original = text;
    const std::string report = compose_dsn(dsn);
    const auto back = read_dsn(report);
    POSTROAD_ASSERT(back && back->recipients.size() == 1 && back->original == text);
}

// Every mechanism's first message, and an answer to a challenge that a fuzzer made.
void read_sasl(std::string_view text) {
    Heap heap;
    for (std::uint8_t i = 1; i < sasl::mechanism_count; ++i) {
        const auto mechanism = static_cast<sasl::Mechanism>(i);
        sasl::Exchange server, client;
        sasl::ServerSettings settings = sasl_settings();
        sasl::server_step(server, mechanism, true, true, text, settings, heap);
        if (!server.memory.empty())
            sasl::server_step(server, mechanism, false, true, text, settings, heap);
        sasl::ClientSettings mine;
        mine.user = mine.password = "alice";
        mine.nonce = "abc";
        sasl::client_begin(client, mechanism, mine, heap);
        sasl::client_step(client, text, mine, heap);
        sasl::forget(server, heap);
        sasl::forget(client, heap);
        sasl::Memory memory;
        memory.mechanism = mechanism;
        sasl::overhear(memory, text);
    }
    POSTROAD_ASSERT(heap.live_blocks() == 0);
    ntlm::decode_negotiate(text);
    ntlm::decode_challenge(text);
    ntlm::decode_authenticate(text);
    ntlm::decode_pairs(text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    header_is_lossless(text);
    pieces_do_not_matter(text);
    encodings_round_trip(text);
    addresses_round_trip(text);
    composing_is_sound(text);
    parse_date(text);
    parse_rfc3339(text);
    parse_received(text);
    parse_return_path(text);
    read_dsn(text);
    parse_enhanced_status(text);
    leading_enhanced_status(text);
    sasl::Plain plain;
    sasl::decode_plain(text, plain);
    sasl::decode_plain_base64(text, plain);
    read_sasl(text);
    return 0;
}
