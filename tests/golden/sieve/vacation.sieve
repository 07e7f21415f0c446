=== RFC 5230 §4: a simple vacation, told once a week
require "vacation";
vacation "I'm out -- send mail to my boss.";
--- plain.eml from alice@example.org to bob@example.net
vacation to "alice@example.org" from "bob@example.net" about "Auto: Lunch on Friday?"
keep (implicit)
  2:1 vacation, "alice@example.org"
--- plain.eml from alice@example.org to bob@example.net again
keep (implicit)
  2:1 vacation, the sender was told lately, "alice@example.org"
--- plain.eml from alice@example.org to bob@example.net again after 8
vacation to "alice@example.org" from "bob@example.net" about "Auto: Lunch on Friday?"
keep (implicit)
  2:1 vacation, "alice@example.org"
--- list.eml from owner-acme-users@lists.example.com to bob@example.net
keep (implicit)
  2:1 vacation, the sender is a program, "owner-acme-users@lists.example.com"
--- list.eml from coyote@desert.example.org to bob@example.net
keep (implicit)
  2:1 vacation, it came by a mailing list, "coyote@desert.example.org"
--- robot.eml from monitor@example.org to bob@example.net
keep (implicit)
  2:1 vacation, it was sent automatically, "monitor@example.org"
--- plain.eml from <> to bob@example.net
keep (implicit)
  2:1 vacation, the reverse-path is null
--- plain.eml from MAILER-DAEMON@example.org to bob@example.net
keep (implicit)
  2:1 vacation, the sender is a program, "MAILER-DAEMON@example.org"
--- plain.eml from acme-request@example.org to bob@example.net
keep (implicit)
  2:1 vacation, the sender is a program, "acme-request@example.org"
--- plain.eml from bob@example.net to bob@example.net
keep (implicit)
  2:1 vacation, the sender is the owner, "bob@example.net"
--- coyote.eml from coyote@desert.example.org to bob@example.net
keep (implicit)
  2:1 vacation, it is not addressed to the owner, "coyote@desert.example.org"

=== RFC 5230 §4: days, addresses, subject, from
require ["vacation", "fileinto"];
if header :contains "subject" "present" {
    vacation :days 23 :addresses ["roadrunner@acme.example.com", "rr@example.edu"]
        :subject "Gone" :from "Bob <bob@example.net>" "I'm out. ${1}";
    fileinto "Work";
}
--- coyote.eml from coyote@desert.example.org to bob@example.net
vacation to "coyote@desert.example.org" from "Bob <bob@example.net>" about "Gone"
fileinto "Work"
  2:4 header: true, matched, "I have a present for you" :contains "present"
  2:1 if: true
  3:5 vacation, "coyote@desert.example.org"
  5:5 fileinto, "Work"
--- coyote.eml from coyote@desert.example.org to bob@example.net again after 22
fileinto "Work"
  2:4 header: true, matched, "I have a present for you" :contains "present"
  2:1 if: true
  3:5 vacation, the sender was told lately, "coyote@desert.example.org"
  5:5 fileinto, "Work"
--- coyote.eml from coyote@desert.example.org to bob@example.net again after 24
vacation to "coyote@desert.example.org" from "Bob <bob@example.net>" about "Gone"
fileinto "Work"
  2:4 header: true, matched, "I have a present for you" :contains "present"
  2:1 if: true
  3:5 vacation, "coyote@desert.example.org"
  5:5 fileinto, "Work"

=== RFC 6131: seconds, which may be none
require "vacation-seconds";
vacation :seconds 0 "Told every time.";
--- plain.eml from alice@example.org to bob@example.net again
vacation to "alice@example.org" from "bob@example.net" about "Auto: Lunch on Friday?"
keep (implicit)
  2:1 vacation, "alice@example.org"

=== only one vacation may be executed
require "vacation";
vacation "one";
vacation "two";
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  2:1 vacation, "alice@example.org"
  3:1 vacation, the script failed, "only one vacation may be executed"

=== RFC 7352: what was seen before
require ["duplicate", "fileinto"];
if duplicate { fileinto "Seen"; }
if duplicate :handle "other" :uniqueid "x" :seconds 60 { fileinto "Again"; }
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  2:4 duplicate: false, nothing matched, "<1@example.org>"
  2:1 if: false
  3:4 duplicate: false, nothing matched, "x"
  3:1 if: false
--- plain.eml from alice@example.org to bob@example.net again
fileinto "Seen"
fileinto "Again"
  2:4 duplicate: true, matched, "<1@example.org>"
  2:1 if: true
  2:16 fileinto, "Seen"
  3:4 duplicate: true, matched, "x"
  3:1 if: true
  3:58 fileinto, "Again"
--- plain.eml from alice@example.org to bob@example.net again after 1
fileinto "Seen"
  2:4 duplicate: true, matched, "<1@example.org>"
  2:1 if: true
  2:16 fileinto, "Seen"
  3:4 duplicate: false, nothing matched, "x"
  3:1 if: false
