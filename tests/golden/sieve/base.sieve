=== an empty script keeps
# nothing at all
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)

=== RFC 5228 §1.1: a script of its time
require ["fileinto"];
# Example Sieve Filter
if header :is "Sender" "owner-ietf-mta-filters@imc.org"
        {
        fileinto "filter";  # move to "filter" mailbox
        }
elsif address :DOMAIN :is ["From", "To"] "example.com"
        {
        keep;               # keep in "In" mailbox
        }
elsif anyof (NOT address :all :contains
               ["To", "Cc", "Bcc"] "me@example.com",
             header :matches "subject"
               ["*make*money*fast*", "*university*dipl*mas*"])
        {
        fileinto "spam";   # move to "spam" mailbox
        }
else
        {
        fileinto "personal";
        }
--- plain.eml from alice@example.org to bob@example.net
keep
  3:4 header: false, nothing to compare, "owner-ietf-mta-filters@imc.org"
  3:1 if: false
  7:7 address: true, matched, "example.com" :is "example.com"
  7:1 elsif: true
  9:9 keep, "INBOX"
--- list.eml from coyote@desert.example.org to bob@example.net
fileinto "spam"
  3:4 header: false, nothing matched, "owner-acme-users@lists.example.com" :is "owner-ietf-mta-filters@imc.org"
  3:1 if: false
  7:7 address: false, nothing matched, "lists.example.com" :is "example.com"
  7:1 elsif: false
  11:18 address: false, nothing matched, "acme-users@lists.example.com" :contains "me@example.com"
  11:14 not: true
  11:7 anyof: true
  11:1 elsif: true
  16:9 fileinto, "spam"

=== RFC 5228 §2.7.2: matches in several ways
if header :contains "subject" "MAKE MONEY" { discard; }
if header :contains ["From", "Sender"] "b1ff" { discard; stop; }
--- rich.eml from b1ff@de.res.example.com to bob@example.net
discard
  1:4 header: false, nothing matched, "$$$ YOU, TOO, CAN BE A MILLIONAIRE! $$$" :contains "MAKE MONEY"
  1:1 if: false
  2:4 header: true, matched, "b1ff@de.res.example.com" :contains "b1ff"
  2:1 if: true
  2:49 discard
  2:58 stop
--- coyote.eml from coyote@desert.example.org to bob@example.net
keep (implicit)
  1:4 header: false, nothing matched, "I have a present for you" :contains "MAKE MONEY"
  1:1 if: false
  2:4 header: false, nothing matched, "coyote@desert.example.org" :contains "b1ff"
  2:1 if: false

=== RFC 5228 §2.10.3: the same mailbox twice is one copy
require "fileinto";
fileinto "Lists";
fileinto "INBOX";
keep;
fileinto "Lists";
--- plain.eml from alice@example.org to bob@example.net
fileinto "Lists"
fileinto "INBOX"
  2:1 fileinto, "Lists"
  3:1 fileinto, "INBOX"
  4:1 keep, done already, "INBOX"
  5:1 fileinto, done already, "Lists"

=== RFC 5228 §3.1: if, elsif, else
if header :contains "from" "coyote" {
   discard;
} elsif header :contains ["subject"] ["$$$"] {
   discard;
} else {
   redirect "bob@work.example.com";
}
--- coyote.eml from coyote@desert.example.org to bob@example.net
discard
  1:4 header: true, matched, "coyote@desert.example.org" :contains "coyote"
  1:1 if: true
  2:4 discard
--- rich.eml from b1ff@de.res.example.com to bob@example.net
discard
  1:4 header: false, nothing matched, "youcouldberich!@reply-by-postal-mail.invalid" :contains "coyote"
  1:1 if: false
  3:9 header: true, matched, "$$$ YOU, TOO, CAN BE A MILLIONAIRE! $$$" :contains "$$$"
  3:3 elsif: true
  4:4 discard
--- plain.eml from alice@example.org to bob@example.net
redirect "bob@work.example.com"
  1:4 header: false, nothing matched, ""Alice Archer" <alice@example.org>" :contains "coyote"
  1:1 if: false
  3:9 header: false, nothing matched, "Lunch on Friday?" :contains "$$$"
  3:3 elsif: false
  5:3 else
  6:4 redirect, "bob@work.example.com"

=== RFC 5228 §4.2: redirect cancels the implicit keep
redirect "bart@example.com";
--- plain.eml from alice@example.org to bob@example.net
redirect "bart@example.com"
  1:1 redirect, "bart@example.com"

=== RFC 5228 §4.4: discard does not cancel what is written
discard;
keep;
--- plain.eml from alice@example.org to bob@example.net
discard
keep
  1:1 discard
  2:1 keep, "INBOX"

=== RFC 5228 §5.1: only the address counts
if address :is :all "from" "alice@example.org" { keep; }
if address :is :localpart "from" "Alice Archer" { discard; }
if address :domain :contains ["to", "cc"] "EXAMPLE" { stop; }
--- plain.eml from alice@example.org to bob@example.net
keep
  1:4 address: true, matched, "alice@example.org" :is "alice@example.org"
  1:1 if: true
  1:50 keep, "INBOX"
  2:4 address: false, nothing matched, "alice" :is "Alice Archer"
  2:1 if: false
  3:4 address: true, matched, "example.net" :contains "EXAMPLE"
  3:1 if: true
  3:55 stop

=== RFC 5228 §5.4: the envelope is not the header
require ["envelope", "fileinto"];
if envelope :all :is "from" "bounce@lists.example.com" { fileinto "Lists"; }
if envelope :is "from" "" { fileinto "Reports"; }
if envelope :localpart :is "to" "bob" { stop; }
--- plain.eml from bounce@lists.example.com to bob@example.net
fileinto "Lists"
  2:4 envelope: true, matched, "bounce@lists.example.com" :is "bounce@lists.example.com"
  2:1 if: true
  2:58 fileinto, "Lists"
  3:4 envelope: false, nothing matched, "bounce@lists.example.com" :is ""
  3:1 if: false
  4:4 envelope: true, matched, "bob" :is "bob"
  4:1 if: true
  4:41 stop
--- plain.eml from <> to bob@example.net
fileinto "Reports"
  2:4 envelope: false, nothing matched, "" :is "bounce@lists.example.com"
  2:1 if: false
  3:4 envelope: true, matched, "" :is ""
  3:1 if: true
  3:29 fileinto, "Reports"
  4:4 envelope: true, matched, "bob" :is "bob"
  4:1 if: true
  4:41 stop
--- plain.eml from alice@example.org to carol@example.net
keep (implicit)
  2:4 envelope: false, nothing matched, "alice@example.org" :is "bounce@lists.example.com"
  2:1 if: false
  3:4 envelope: false, nothing matched, "alice@example.org" :is ""
  3:1 if: false
  4:4 envelope: false, nothing matched, "carol" :is "bob"
  4:1 if: false

=== RFC 5228 §5.5: exists wants all of them
if not exists ["From","Date","X-Nothing"] { discard; }
--- plain.eml from alice@example.org to bob@example.net
discard
  1:8 exists: false, nothing to compare, "X-Nothing"
  1:4 not: true
  1:1 if: true
  1:45 discard

=== RFC 5228 §5.7: a header that is not there matches nothing, not even nothing
if header :contains ["X-Caffeine"] [""] { discard; }
if header :is ["X-Priority"] [""] { discard; }
if header :contains ["X-Priority"] [""] { keep; }
--- robot.eml from monitor@example.org to bob@example.net
keep
  1:4 header: false, nothing to compare
  1:1 if: false
  2:4 header: false, nothing matched, "1" :is ""
  2:1 if: false
  3:4 header: true, matched, "1" :contains ""
  3:1 if: true
  3:43 keep, "INBOX"

=== RFC 5228 §5.9: over and under leave out what is equal
if size :over 1M { discard; }
elsif size :under 1K { keep; }
--- plain.eml from alice@example.org to bob@example.net
keep
  1:4 size: false, "371" :over "1048576"
  1:1 if: false
  2:7 size: true, "371" :under "1024"
  2:1 elsif: true
  2:24 keep, "INBOX"

=== RFC 5228 §2.4.2: lines of text, with a period stuffed
require "reject";
if header :contains "subject" "lunch" { reject text: # hush
I am not here.
..and a period.

Bob
.
; }
--- plain.eml from alice@example.org to bob@example.net
reject "I am not here./.and a period.//Bob/"
  2:4 header: true, matched, "Lunch on Friday?" :contains "lunch"
  2:1 if: true
  2:41 reject, "I am not here./.and a period.//Bob/"

=== RFC 5228 §2.4.2.4: encoded characters
require ["encoded-character", "fileinto"];
if header :contains "Subject" "${hex:4c 75}n${unicode:63}h" { fileinto "$${hex:40}"; }
if header :contains "Subject" "${hex:zz}" { discard; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "$@"
  2:4 header: true, matched, "Lunch on Friday?" :contains "Lunch"
  2:1 if: true
  2:63 fileinto, "$@"
  3:4 header: false, nothing matched, "Lunch on Friday?" :contains "${hex:zz}"
  3:1 if: false

=== comparators: case, octets, numbers
require ["comparator-i;ascii-numeric", "relational", "fileinto"];
if header :comparator "i;octet" :contains "Subject" "lunch" { discard; }
if header :comparator "i;ascii-casemap" :contains "Subject" "lunch" { fileinto "Lists"; }
if header :comparator "i;ascii-numeric" :is "X-Priority" "01" { fileinto "Work"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "Lists"
  2:4 header: false, nothing matched, "Lunch on Friday?" :contains "lunch"
  2:1 if: false
  3:4 header: true, matched, "Lunch on Friday?" :contains "lunch"
  3:1 if: true
  3:71 fileinto, "Lists"
  4:4 header: false, nothing to compare, "01"
  4:1 if: false
--- robot.eml from monitor@example.org to bob@example.net
fileinto "Work"
  2:4 header: false, nothing matched, "Disk full" :contains "lunch"
  2:1 if: false
  3:4 header: false, nothing matched, "Disk full" :contains "lunch"
  3:1 if: false
  4:4 header: true, matched, "1" :is "01"
  4:1 if: true
  4:65 fileinto, "Work"

=== wildcards and their escapes
require "fileinto";
if header :matches "Subject" "?unch*\\?" { fileinto "question"; }
if header :matches "Subject" "Lunch on Friday\\?*" { fileinto "exact"; }
if header :matches "Subject" "lunch" { fileinto "never"; }
if header :matches "Subject" "" { fileinto "never"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "question"
fileinto "exact"
  2:4 header: true, matched, "Lunch on Friday?" :matches "?unch*\?"
  2:1 if: true
  2:44 fileinto, "question"
  3:4 header: true, matched, "Lunch on Friday?" :matches "Lunch on Friday\?*"
  3:1 if: true
  3:54 fileinto, "exact"
  4:4 header: false, nothing matched, "Lunch on Friday?" :matches "lunch"
  4:1 if: false
  5:4 header: false, nothing matched, "Lunch on Friday?" :matches ""
  5:1 if: false

=== encoded words are read as what they say
require "fileinto";
if header :is "Subject" "Grüße aus Köln" { fileinto "Köln"; }
if header :contains "From" "Jürgen" { fileinto "Jürgen"; }
if address :all :is "From" "juergen@example.org" { fileinto "address"; }
--- mime.eml from juergen@example.org to bob@example.net
fileinto "Köln"
fileinto "Jürgen"
fileinto "address"
  2:4 header: true, matched, "Grüße aus Köln" :is "Grüße aus Köln"
  2:1 if: true
  2:44 fileinto, "Köln"
  3:4 header: true, matched, "Jürgen Grün <juergen@example.org>" :contains "Jürgen"
  3:1 if: true
  3:39 fileinto, "Jürgen"
  4:4 address: true, matched, "juergen@example.org" :is "juergen@example.org"
  4:1 if: true
  4:52 fileinto, "address"

=== not, true, false and tests within tests
if allof (not false, anyof (false, not not true, header :is "never" "asked")) { stop; }
discard;
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  1:15 false: false
  1:11 not: true
  1:29 false: false
  1:44 true: true
  1:40 not: false
  1:36 not: true
  1:22 anyof: true
  1:4 allof: true
  1:1 if: true
  1:81 stop

=== an error while it runs keeps the message, and nothing else is done
require ["fileinto", "variables"];
fileinto "Lists";
set "who" "nobody";
redirect "${who}";
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  2:1 fileinto, "Lists"
  3:1 set, "nobody", "who"
  4:1 redirect, the script failed, ""nobody" is no mail address"

=== too many redirections are an error
redirect "a@example.com"; redirect "b@example.com"; redirect "c@example.com";
redirect "d@example.com"; redirect "A@EXAMPLE.com"; redirect "e@example.com";
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  1:1 redirect, "a@example.com"
  1:27 redirect, "b@example.com"
  1:53 redirect, "c@example.com"
  2:1 redirect, "d@example.com"
  2:27 redirect, done already, "A@EXAMPLE.com"
  2:53 redirect, the script failed, "the script redirects to more than 4 addresses"
