=== RFC 5429 §2.1: refused while the sender is there
require "ereject";
if header :contains "from" "coyote" { ereject "I am not taking mail from you."; }
--- coyote.eml from coyote@desert.example.org to bob@example.net
ereject "I am not taking mail from you."
  2:4 header: true, matched, "coyote@desert.example.org" :contains "coyote"
  2:1 if: true
  2:39 ereject, "I am not taking mail from you."
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  2:4 header: false, nothing matched, ""Alice Archer" <alice@example.org>" :contains "coyote"
  2:1 if: false

=== RFC 5429 §2.2: refused by a report
require ["reject"];
reject "Please use the form.";
discard;
--- plain.eml from alice@example.org to bob@example.net
reject "Please use the form."
discard
  2:1 reject, "Please use the form."
  3:1 discard

=== a refused message is not stored too
require ["reject", "fileinto"];
fileinto "Work";
reject "No.";
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  2:1 fileinto, "Work"
  3:1 reject, the script failed, "reject refuses the message, so nothing else can be done with it"

=== nor is it answered
require ["reject", "vacation"];
vacation "Away.";
reject "No.";
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  2:1 vacation, "alice@example.org"
  3:1 reject, the script failed, "reject refuses the message, so nothing else can be done with it"

=== nor refused twice
require ["reject", "ereject"];
reject "No.";
ereject "No!";
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  2:1 reject, "No."
  3:1 ereject, the script failed, "ereject refuses the message, so nothing else can be done with it"
