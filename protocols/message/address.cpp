// A recursive-descent reader without recursion in the input: comments are counted, groups do not
// nest (RFC 5322 §3.4).
#include "protocols/message/address.hpp"

#include "protocols/message/characters.hpp"
#include "protocols/message/mime.hpp"

namespace postroad::message {

namespace {

class Reader {
public:
    Reader(std::string_view text, std::size_t mailboxes_max, AddressList& list)
        : text_(text), left_(mailboxes_max), list_(list) {}

    void run() {
        bool first = true;
        while (skip(), at_ < text_.size()) {
            if (text_[at_] == ',') { // §4.4: empty elements
                list_.obsolete = true;
                ++at_;
                continue;
            }
            if (left_ == 0) {
                list_.limit_reached = true;
                return;
            }
            const std::size_t begin = at_;
            if (!address()) recover();
            skip();
            if (at_ < text_.size() && text_[at_] == ',') {
                ++at_;
                skip();
                if (at_ == text_.size()) list_.obsolete = true;
            } else if (at_ < text_.size()) {
                fail(at_, "a comma must follow an address");
                recover();
                if (at_ < text_.size()) ++at_;
            }
            if (at_ == begin) ++at_; // nothing was understood: never stand still
            first = false;
        }
        if (first && list_.errors.empty()) fail(0, "no address");
    }

private:
    struct Words {
        std::string local; // with the dots, for a local part
        std::string phrase; // with spaces, for a display name
        std::size_t count = 0;
        bool dotted_oddly = false; // a dot at an end, or two in a row
        bool loose = false;        // words without a dot between them
        bool has_dot = false;
        bool quoted = false;
        std::size_t end = 0;
    };

    bool fail(std::size_t at, std::string_view what) {
        constexpr std::size_t errors_max = 100;
        if (list_.errors.size() < errors_max) list_.errors.push_back({at, what});
        return false;
    }

    // Skips CFWS and keeps the last comment.
    void skip() {
        while (at_ < text_.size()) {
            if (is_blank(text_[at_])) {
                ++at_;
            } else if (text_[at_] == '(') {
                const std::size_t after = skip_comment(text_, at_);
                if (after == std::string_view::npos) {
                    fail(at_, "the comment is never closed");
                    at_ = text_.size();
                    return;
                }
                comment_.clear();
                for (std::size_t i = at_ + 1; i + 1 < after; ++i) {
                    if (text_[i] == '\\' && i + 2 < after) ++i;
                    if (text_[i] != '\r' && text_[i] != '\n') comment_ += text_[i];
                }
                at_ = after;
            } else {
                return;
            }
        }
    }

    // To the next comma outside quotes and comments, or the end.
    void recover() {
        while (at_ < text_.size() && text_[at_] != ',') {
            if (text_[at_] == '"') {
                std::string ignored;
                const std::size_t begin = at_;
                if (!quoted_string(ignored)) at_ = begin + 1;
            } else if (text_[at_] == '(') {
                const std::size_t after = skip_comment(text_, at_);
                at_ = after == std::string_view::npos ? text_.size() : after;
            } else {
                ++at_;
            }
        }
    }

    // §3.2.4. Line ends inside are folding.
    bool quoted_string(std::string& out) {
        for (++at_; at_ < text_.size(); ++at_) {
            char c = text_[at_];
            if (c == '"') {
                ++at_;
                return true;
            }
            if (c == '\\' && at_ + 1 < text_.size()) c = text_[++at_];
            if (c != '\r' && c != '\n') out += c;
        }
        return false;
    }

    // Atoms, quoted strings and dots, as they come before "@", "<", ":" or an end.
    bool words(Words& words) {
        bool dot_before = true; // a dot may not come first
        while (skip(), at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '.') {
                words.dotted_oddly |= dot_before;
                words.has_dot = dot_before = true;
                words.local += '.';
                words.phrase += '.';
                words.end = ++at_;
                continue;
            }
            std::string word;
            if (c == '"') {
                const std::size_t begin = at_;
                if (!quoted_string(word)) return fail(begin, "the quoted string is never closed");
                words.quoted = true;
            } else if (is_atext(c)) {
                while (at_ < text_.size() && is_atext(text_[at_])) word += text_[at_++];
            } else {
                break;
            }
            words.loose |= !dot_before;
            if (words.count > 0 && (!dot_before || spaced(words.end, word.size())))
                words.phrase += ' ';
            words.phrase += word;
            words.local += word;
            words.end = at_;
            dot_before = false;
            ++words.count;
        }
        words.dotted_oddly |= dot_before && words.has_dot;
        return true;
    }

    // Whether something stood between the octet at `end` and the word that was just read.
    bool spaced(std::size_t end, std::size_t word_size) const {
        return end + word_size < at_ && is_blank(text_[end]);
    }

    // §3.4.1: what follows "@".
    bool domain(std::string& out) {
        skip();
        if (at_ < text_.size() && text_[at_] == '[') {
            const std::size_t begin = at_;
            for (; at_ < text_.size() && text_[at_] != ']'; ++at_) {
                if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
                if (!is_blank(text_[at_])) out += text_[at_];
            }
            if (at_ == text_.size()) return fail(begin, "the domain literal is never closed");
            out += ']';
            domain_end_ = ++at_;
            return true;
        }
        while (true) {
            skip();
            const std::size_t begin = at_;
            while (at_ < text_.size() && is_atext(text_[at_])) out += text_[at_++];
            if (at_ == begin) return fail(at_, "a domain name is missing here");
            domain_end_ = at_;
            skip();
            if (at_ >= text_.size() || text_[at_] != '.') return true;
            list_.obsolete |= at_ != domain_end_; // §4.4: CFWS around dots
            ++at_;
            out += '.';
        }
    }

    bool local_part(const Words& words, std::size_t begin, std::string& out) {
        if (words.count == 0) return fail(begin, "a local part is missing before the \"@\"");
        if (words.loose) return fail(begin, "words of a local part need dots between them");
        if (words.dotted_oddly) return fail(begin, "a dot may not begin, end or repeat here");
        list_.obsolete |= words.quoted && words.count > 1;
        out = words.local;
        return true;
    }

    // §4.4: "@hop1,@hop2:" in front of the real address.
    bool route(Mailbox& mailbox) {
        list_.obsolete = true;
        while (skip(), at_ < text_.size() && text_[at_] != ':') {
            if (text_[at_] == ',') {
                ++at_;
                continue;
            }
            if (text_[at_] != '@') return fail(at_, "a route is \"@domain,@domain:\"");
            ++at_;
            mailbox.route.emplace_back();
            if (!domain(mailbox.route.back())) return false;
        }
        if (at_ >= text_.size()) return fail(at_, "the route is never ended by a colon");
        ++at_;
        return true;
    }

    // Behind "<".
    bool angle_address(Mailbox& mailbox) {
        ++at_;
        skip();
        if (at_ < text_.size() && text_[at_] == '@' && !route(mailbox)) return false;
        skip();
        const std::size_t begin = at_;
        Words local;
        if (!words(local) || !local_part(local, begin, mailbox.local_part)) return false;
        if (at_ >= text_.size() || text_[at_] != '@')
            return fail(at_, "\"@domain\" is missing in this address");
        ++at_;
        if (!domain(mailbox.domain)) return false;
        skip();
        if (at_ >= text_.size() || text_[at_] != '>') return fail(at_, "a \">\" is missing here");
        mailbox.end = ++at_;
        return true;
    }

    // What begins at a word or "<"; sets `group_name` when a colon makes it a group.
    bool mailbox(Mailbox& mailbox, std::string* group_name, bool& is_group) {
        comment_.clear();
        mailbox.begin = at_;
        Words read;
        if (!words(read)) return false;
        const char c = at_ < text_.size() ? text_[at_] : '\0';
        if (c == '<') {
            mailbox.display_name = read.phrase;
            list_.obsolete |= read.has_dot; // §4.1: a dot in a phrase
            if (!angle_address(mailbox)) return false;
        } else if (c == '@') {
            if (!local_part(read, mailbox.begin, mailbox.local_part)) return false;
            ++at_;
            if (!domain(mailbox.domain)) return false;
            mailbox.end = domain_end_;
        } else if (c == ':' && group_name != nullptr && read.count > 0) {
            *group_name = read.phrase;
            is_group = true;
            ++at_;
            return true;
        } else if (read.count == 0) {
            return fail(at_, "an address cannot begin like this");
        } else {
            return fail(mailbox.begin, "\"@domain\" is missing in this address");
        }
        skip(); // a comment behind the address belongs to it
        mailbox.comment = comment_;
        --left_;
        return true;
    }

    bool address() {
        Address address;
        address.begin = at_;
        Mailbox first;
        if (!mailbox(first, &address.group_name, address.is_group)) return false;
        if (address.is_group) {
            if (!members(address)) return false;
            address.end = at_;
        } else {
            address.end = first.end;
            address.mailboxes.push_back(std::move(first));
        }
        list_.addresses.push_back(std::move(address));
        return true;
    }

    // Behind "name:", up to and with the semicolon. What was read before a mistake is kept.
    bool members(Address& group) {
        while (skip(), at_ < text_.size() && text_[at_] != ';') {
            if (text_[at_] == ',') {
                ++at_;
                continue;
            }
            if (left_ == 0) {
                list_.limit_reached = true;
                break;
            }
            Mailbox member;
            bool ignored = false;
            if (!mailbox(member, nullptr, ignored)) return false;
            group.mailboxes.push_back(std::move(member));
            skip();
            if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ';')
                return fail(at_, "a comma or semicolon must follow a member of a group");
        }
        if (at_ >= text_.size())
            return fail(group.begin, "the group is never ended by a semicolon");
        if (text_[at_] == ';') ++at_;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t left_;
    std::size_t domain_end_ = 0;
    std::string comment_;
    AddressList& list_;
};

bool dot_atom(std::string_view text) {
    bool dot_before = true;
    for (const char c : text) {
        if (c == '.' ? dot_before : !is_atext(c)) return false;
        dot_before = c == '.';
    }
    return !dot_before;
}

// §3.2.4. CR, LF and NUL cannot be quoted; they are left out, so nothing can be injected.
void put_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '\r' || c == '\n' || c == '\0') continue;
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

// A domain as a scenario gave it, without what could end the line or the address.
void put_domain(std::string& out, std::string_view domain) {
    for (const char c : domain)
        if (static_cast<unsigned char>(c) > 32 && c != '<' && c != '>' && c != ',') out += c;
}

} // namespace

std::string Mailbox::address() const {
    std::string out;
    put_local_part(out, local_part);
    out += '@';
    put_domain(out, domain);
    return out;
}

std::vector<Mailbox> AddressList::mailboxes() const {
    std::vector<Mailbox> all;
    for (const Address& address : addresses)
        all.insert(all.end(), address.mailboxes.begin(), address.mailboxes.end());
    return all;
}

AddressList parse_addresses(std::string_view value, std::size_t addresses_max) {
    AddressList list;
    Reader(value, addresses_max, list).run();
    return list;
}

void put_local_part(std::string& out, std::string_view local_part) {
    if (dot_atom(local_part)) {
        out += local_part;
    } else {
        put_quoted(out, local_part);
    }
}

void put_phrase(std::string& out, std::string_view phrase) {
    if (needs_encoded_words(phrase)) {
        // Words that came in encoded go out as they came.
        const bool already = is_ascii(phrase) && decode_words(phrase) != phrase;
        bool plain = already;
        for (const char c : phrase) plain &= is_atext(c) || c == ' ';
        if (plain) {
            out += phrase;
        } else {
            encode_words(phrase, out);
        }
        return;
    }
    bool atoms = !phrase.empty() && !is_wsp(phrase.front()) && !is_wsp(phrase.back()) &&
                 phrase.find("  ") == std::string_view::npos;
    for (const char c : phrase) atoms &= is_atext(c) || c == ' ';
    if (atoms) {
        out += phrase;
    } else {
        put_quoted(out, phrase);
    }
}

void put_mailbox(std::string& out, const Mailbox& mailbox) {
    if (mailbox.display_name.empty()) {
        out += mailbox.address();
        return;
    }
    put_phrase(out, mailbox.display_name);
    out += " <" + mailbox.address() + ">";
}

void put_address(std::string& out, const Address& address) {
    if (address.is_group) {
        put_phrase(out, address.group_name);
        out += address.mailboxes.empty() ? ":" : ": ";
    }
    for (std::size_t i = 0; i < address.mailboxes.size(); ++i) {
        if (i > 0) out += ", ";
        put_mailbox(out, address.mailboxes[i]);
    }
    if (address.is_group) out += ';';
}

std::string format_addresses(const std::vector<Address>& addresses) {
    std::string out;
    for (const Address& address : addresses) {
        if (!out.empty()) out += ", ";
        put_address(out, address);
    }
    return out;
}

} // namespace postroad::message
