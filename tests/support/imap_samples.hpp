// The mailboxes that tests of the IMAP server begin with.
#pragma once

#include "tests/support/imap_desk.hpp"

namespace postroad::imap_model {

inline const std::string sample_texts[] = {
    "From: Fred Foobar <foobar@Blurdybloop.example>\r\n"
    "Date: Mon, 7 Feb 1994 21:52:25 -0800\r\n"
    "Subject: afternoon meeting\r\n"
    "To: mooch@owatagu.siam.edu.example\r\n"
    "Message-Id: <B27397-0100000@Blurdybloop.example>\r\n"
    "\r\n"
    "Hello Joe, do you think we can meet at 3:30 tomorrow?\r\n",
    "From: Joe Mooch <mooch@owatagu.siam.edu.example>\r\n"
    "Date: Mon, 7 Feb 1994 22:43:04 -0800\r\n"
    "Subject: Re: afternoon meeting\r\n"
    "To: foobar@Blurdybloop.example\r\n"
    "Message-Id: <2@owatagu.siam.edu.example>\r\n"
    "In-Reply-To: <B27397-0100000@Blurdybloop.example>\r\n"
    "\r\n"
    "Yes.\r\n",
    "From: Alice <alice@example.org>\r\n"
    "Date: Tue, 8 Feb 1994 09:00:00 +0100\r\n"
    "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    "Message-Id: <3@example.org>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n"
    "\r\n"
    "--b\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "\r\n"
    "first part\r\n"
    "--b\r\n"
    "Content-Type: application/octet-stream; name=\"x.bin\"\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment; filename=\"x.bin\"\r\n"
    "\r\n"
    "AQID\r\n"
    "--b--\r\n",
    "Subject: bare\r\n\r\nno end of line",
};

// INBOX has the four samples with UIDs 1, 2, 4 and 5: 3 has vanished.
inline void fill(Store& store) {
    const std::shared_ptr<Mailbox> inbox = store.find("INBOX");
    const std::int64_t day = 86400;
    const std::uint32_t work = 1U << inbox->intern("$Work");
    inbox->add(sample_texts[0], imap::flag::seen | imap::flag::answered,
               {store.now_s - 3 * day, -480}, store.next_email++, store.now_s);
    inbox->add(sample_texts[1], imap::flag::seen | work, {store.now_s - 2 * day, 0},
               store.next_email++, store.now_s);
    inbox->add("gone\r\n", imap::flag::deleted, {store.now_s, 0}, store.next_email++, store.now_s);
    inbox->remove([](const Message& one) { return (one.row.flags & imap::flag::deleted) != 0; });
    inbox->add(sample_texts[2], 0, {store.now_s - day, 60}, store.next_email++, store.now_s);
    inbox->add(sample_texts[3], imap::flag::deleted | imap::flag::flagged, {store.now_s, 0},
               store.next_email++, store.now_s);
    inbox->recent_from = 4;
    store.create("Archive/1993", imap::folder::archive);
    store.create("Drafts", imap::folder::drafts);
    store.create("Entw\xc3\xbcrfe & mehr", 0);
    store.create("Sent", imap::folder::sent);
    store.subscriptions = {"INBOX", "Archive/1993", "Lost"};
}

}  // namespace postroad::imap_model
