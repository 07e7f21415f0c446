// Stores for tests of files: one drawn by chance, in all shapes that a file can hold, and one of
// mail, for programs that read files of Outlook.
#pragma once

#include "protocols/base/random.hpp"
#include "protocols/pst/mail.hpp"
#include "protocols/pst/nodes.hpp"
#include "protocols/pst/values.hpp"

namespace pst_samples {

// PS_INTERNET_HEADERS (MS-OXPROPS §1.3.2). A constant of its own: clang 14 fails on one in place.
inline constexpr postroad::rpc::Uuid internet_headers{"00020386-0000-0000-c000-000000000046"};

using namespace postroad;
using namespace postroad::pst;
using mapi::PropertyTag;
using mapi::PropertyType;
using mapi::Value;

inline constexpr std::uint64_t when = 134'000'000'000'000'000;  // in 2025

class Maker {
public:
    explicit Maker(std::uint64_t seed) : chance_{seed, 0} {}

    Store store() {
        Store out;
        constexpr rpc::Uuid key{"12345678-9abc-def0-1122-334455667788"};
        out.record_key = key;
        out.record_key.time_low = static_cast<std::uint32_t>(chance_.next());
        out.display_name = text(20);
        out.properties = properties(3);
        out.top = folder(0);
        for (std::uint64_t i = chance_.below(3); i > 0; --i) out.beside.push_back(folder(2));
        for (std::uint64_t i = chance_.below(8); i > 0; --i) out.names.push_back(name());
        return out;
    }

private:
    // Mostly short, sometimes longer than an item of a heap, now and then than a block.
    std::size_t length(std::size_t usual) {
        const std::uint64_t kind = chance_.below(40);
        return chance_.below(kind == 0 ? 40'000 : kind < 3 ? 9'000 : usual);
    }
    std::string octets(std::size_t usual) {
        std::string out(length(usual), '\0');
        for (char& c : out) c = static_cast<char>(chance_.next());
        return out;
    }
    std::string text(std::size_t usual) {
        constexpr const char* letters[] = {"a", "B", " ", "\n", "ö", "Ж", "漢", "😀", "\1", "~"};
        std::string out;
        for (std::size_t i = length(usual); i > 0; --i) out += letters[chance_.below(10)];
        return out;
    }
    Value value(PropertyType type) {
        const bool is_text = fixed_octets(type) == 0 || type == PropertyType::guid;
        Value out;
        if (type == PropertyType::string)
            out.text = text(60);
        else if (type == PropertyType::string8)
            out.text = "eight bits: \xe4";
        else if (is_text)
            out.text = octets(60);
        else
            out.number = chance_.next();
        return out;
    }
    mapi::TaggedValue property() {
        constexpr PropertyType types[] = {
            PropertyType::integer16, PropertyType::integer32, PropertyType::integer64,
            PropertyType::boolean,   PropertyType::time,      PropertyType::floating64,
            PropertyType::string,    PropertyType::string8,   PropertyType::binary,
            PropertyType::guid,      PropertyType::error};
        PropertyType type = types[chance_.below(std::size(types))];
        const PropertyType one = type;
        Value made = value(one);
        if (chance_.below(6) == 0 && one != PropertyType::boolean) {
            type = static_cast<PropertyType>(static_cast<std::uint16_t>(one) | 0x1000);
            made = {};
            for (std::uint64_t i = chance_.below(5); i > 0; --i) {
                Value next = value(one);
                if (fixed_octets(one) == 0 || one == PropertyType::guid)
                    made.texts.push_back(next.text);
                else
                    made.numbers.push_back(next.number);
            }
        }
        // Also ids that mean something to the file.
        const auto id = static_cast<std::uint16_t>(chance_.below(3) == 0 ? 0x3000 + chance_.below(9)
                                                                         : chance_.next());
        return {PropertyTag(id, type), made};
    }
    Properties properties(std::uint64_t usual) {
        Properties out;
        for (std::uint64_t i = chance_.below(chance_.below(50) == 0 ? 900 : usual + 1); i > 0; --i)
            out.push_back(property());
        return out;
    }
    mapi::PropertyName name() {
        mapi::PropertyName out;
        out.kind = chance_.below(2) ? mapi::PropertyName::Kind::id : mapi::PropertyName::Kind::name;
        constexpr rpc::Uuid sets[] = {
            "00020328-0000-0000-c000-000000000046", "00020329-0000-0000-c000-000000000046",
            "00062008-0000-0000-c000-000000000046", "00062014-0000-0000-c000-000000000046"};
        out.set = sets[chance_.below(4)];
        out.id = static_cast<std::uint32_t>(chance_.next());
        out.name = text(12);
        return out;
    }
    Message message(unsigned depth) {
        Message out;
        if (chance_.below(4) == 0)
            out.nid = node_id(NodeType::normal_message,
                              static_cast<std::uint32_t>(0x10000 + chance_.below(30)));
        out.properties = properties(6);
        if (chance_.below(2)) out.properties.push_back({mapi::tag::subject, Value::of(text(30))});
        for (std::uint64_t i = chance_.below(chance_.below(30) == 0 ? 300 : 4); i > 0; --i)
            out.recipients.push_back({properties(3)});
        for (std::uint64_t i = chance_.below(3); i > 0; --i) {
            Attachment one;
            one.properties = properties(4);
            if (depth < 3 && chance_.below(4) == 0) one.embedded.push_back(message(depth + 1));
            out.attachments.push_back(std::move(one));
        }
        return out;
    }
    Folder folder(unsigned depth) {
        Folder out;
        if (chance_.below(4) == 0)
            out.nid = node_id(NodeType::normal_folder,
                              static_cast<std::uint32_t>(0x400 + chance_.below(8)));
        out.name = text(12);
        if (chance_.below(2)) out.container_class = "IPF.Note";
        out.properties = properties(2);
        for (std::uint64_t i = chance_.below(4); i > 0; --i) out.messages.push_back(message(0));
        if (chance_.below(3) == 0) out.associated.push_back(message(2));
        if (depth < 3)
            for (std::uint64_t i = chance_.below(3); i > 0; --i)
                out.folders.push_back(folder(depth + 1));
        return out;
    }

    Random chance_;
};

// --- Mail ---

inline std::string large(std::size_t count, std::uint64_t seed) {
    Random chance{seed, 0};
    std::string out(count, '\0');
    for (char& c : out) c = static_cast<char>(chance.next());
    return out;
}

inline Message mail(std::string_view fields, std::string_view body) {
    const std::string octets = "Date: Mon, 18 Aug 2025 09:00:00 +0000\r\nMIME-Version: 1.0\r\n" +
                               std::string(fields) + "\r\n" + std::string(body);
    return from_mail(mapi::to_properties(octets, when));
}
inline Message letter(std::string_view subject, std::string_view body) {
    return mail("From: Alice Adams <alice@example.org>\r\nTo: Bob Brown <bob@example.net>\r\n"
                "Content-Type: text/plain; charset=utf-8\r\nSubject: " +
                    std::string(subject) + "\r\n",
                body);
}
inline Attachment file(std::string_view name, std::string_view type, std::string octets) {
    Message carrier = from_mail({{}, {}, {{std::string(name), std::string(type), octets}}, {}});
    return carrier.attachments.front();
}
inline Folder folder(std::string_view name) {
    Folder out;
    out.name = name;
    out.container_class = "IPF.Note";
    return out;
}

inline Folder inbox() {
    Folder out = folder("Inbox");
    out.messages.push_back(letter("Plans for Thursday", "Hello Bob,\r\n\r\nlet us meet.\r\n"));
    out.messages.push_back(letter("RE: =?utf-8?q?Gr=C3=BC=C3=9Fe_aus_M=C3=BCnchen_=E6=BC=A2?=",
                                  "Grüße! Ελληνικά, кириллица, 漢字, 😀\r\n"));
    std::string many = "From: Carol <carol@example.com>\r\nTo: ";
    for (int i = 0; i < 150; ++i)
        many += (i ? ",\r\n  " : "") + ("Person " + std::to_string(i)) + " <person" +
                std::to_string(i) + "@example.net>";
    many += "\r\nCc: Dave <dave@example.net>\r\nSubject: To everybody\r\n";
    out.messages.push_back(mail(many, "All of you.\r\n"));
    out.messages.push_back(
        mail("From: Alice Adams <alice@example.org>\r\nTo: bob@example.net\r\nSubject: In two forms"
             "\r\nContent-Type: multipart/alternative; boundary=x\r\n",
             "--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlain text.\r\n--x\r\n"
             "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Marked <b>text</b>.</p>\r\n--x--"
             "\r\n"));
    std::string words;
    for (int i = 0; i < 4000; ++i) words += "line " + std::to_string(i) + " of a long letter\r\n";
    out.messages.push_back(letter("A long letter", words));
    for (Message& one : out.messages) put(one.properties, mapi::tag::flags, Value::of(1U));
    return out;
}

inline Folder attachments() {
    Folder out = folder("With attachments");
    Message one = letter("Small and large", "See what is attached.\r\n");
    one.attachments = {file("note.txt", "text/plain", "a note\r\n"),
                       file("Übersicht.bin", "application/octet-stream", large(300'000, 1)),
                       file("nothing.txt", "text/plain", "")};
    out.messages.push_back(one);
    one = letter("Very large", "Nine megabytes.\r\n");
    one.attachments = {file("large.bin", "application/octet-stream", large(9'000'000, 2))};
    out.messages.push_back(one);
    one = letter("FW: a message", "As attached.\r\n");
    Attachment inner;
    inner.properties = {{mapi::tag::display_name, Value::of("Plans for Friday")}};
    inner.embedded.push_back(letter("Plans for Friday", "Let us not meet.\r\n"));
    inner.embedded.front().attachments = {file("map.png", "image/png", large(5'000, 3))};
    one.attachments = {inner};
    out.messages.push_back(one);
    return out;
}

inline Store random_store(std::uint64_t seed) { return Maker(seed).store(); }

// Little of everything, for what is done to it again and again.
inline Store small_store() {
    Store out;
    out.display_name = "small";
    out.top.folders = {folder("Inbox"), folder("Other")};
    for (const char* subject : {"one", "two", "three"}) {
        Message one = letter(subject, std::string(2000, 'b'));
        one.attachments = {file("a.txt", "text/plain", "data")};
        out.top.folders[0].messages.push_back(std::move(one));
    }
    Attachment inner;
    inner.embedded.push_back(letter("inner", "x"));
    out.top.folders[1].messages.resize(1);
    out.top.folders[1].messages[0].attachments.push_back(inner);
    out.top.folders[1].associated.resize(1);
    out.names = {{mapi::PropertyName::Kind::name, internet_headers, 0, "x-mailer"}};
    return out;
}

// Folders in folders, texts of many alphabets, attachments up to nine megabytes, a message in a
// message, 700 small ones. The same at all times.
inline Store mail_store() {
    Store out;
    constexpr rpc::Uuid key{"0a0b0c0d-1122-3344-5566-778899aabbcc"};
    out.record_key = key;
    out.display_name = "Archive of Bob";
    out.top.folders = {inbox(), attachments(), folder("Many"), folder("Empty")};
    for (int i = 0; i < 700; ++i)
        out.top.folders[2].messages.push_back(
            letter("Message number " + std::to_string(i), "Number " + std::to_string(i) + "\r\n"));
    Folder deep = folder("Level 9");
    deep.messages.push_back(letter("Far down", "Here.\r\n"));
    for (int i = 8; i > 0; --i) {
        Folder above = folder("Level " + std::to_string(i));
        above.folders.push_back(std::move(deep));
        deep = std::move(above);
    }
    out.top.folders.push_back(std::move(deep));
    out.names = {{mapi::PropertyName::Kind::name, internet_headers, 0, "x-mailer"}};
    for (Message& one : out.top.folders[0].messages)
        one.properties.push_back({0x8000001f, Value::of("Postroad")});
    return out;
}

}  // namespace pst_samples
