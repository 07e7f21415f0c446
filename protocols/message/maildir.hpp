// The names in a Maildir (cr.yp.to/proto/maildir.html) and its folders as Maildir++ has them
// (".Projects.2010"). What a message's text does not say is in its file's name.
#pragma once

#include <optional>
#include <span>

#include "protocols/message/kept.hpp"

namespace postroad::message {

// "1283328000.V1U0000000007.mail.example.org:2,FSa": when, what no other file there has, where;
// then the flags D F P R S T, and keywords as the letters a to z.
struct MaildirName {
    std::int64_t arrived_s = 0;  // since 1970 UTC; 0 when the name does not begin with a number
    std::string unique;          // between the first two dots
    std::string host;
    KeptFlags flags;             // `recent` is not in the name: that is the folder "new"
    bool passed = false;         // P: resent or forwarded, IMAP's keyword $Forwarded
    std::uint32_t keywords = 0;  // bit 0: the letter a
    bool operator==(const MaildirName&) const = default;
};

// The file's name; without ":2," when it is for the folder "new". "/" and ":" in the host's name
// are written as the format says ("\057", "\072").
std::string maildir_name(const MaildirName& name, bool in_new);
// Any file's name gives something: what it does not have is empty.
MaildirName parse_maildir_name(std::string_view name);

// The folder's name as a directory: "Projects/2010" is ".Projects.2010", INBOX is "". Modified
// UTF-7 (RFC 3501 §5.1.3), in which a dot of the name itself is "&AC4-".
std::string maildir_folder(std::string_view name);
// And back. Nothing for what is no folder: no dot at the start, an empty level, bad UTF-7.
std::optional<std::string> folder_of_maildir(std::string_view directory);

// Dovecot's file "dovecot-keywords": a line "0 $Forwarded" for the letter a, and so on.
std::string dovecot_keywords(std::span<const std::string> keywords);
// By letter; an empty one is not used. Lines that say nothing are left out.
std::vector<std::string> parse_dovecot_keywords(std::string_view text);

inline constexpr std::string_view forwarded_keyword = "$Forwarded";
inline constexpr std::size_t maildir_keywords_max = 26;

}  // namespace postroad::message
