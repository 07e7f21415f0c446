=== RFC 3894: a copy leaves the implicit keep
require ["copy", "fileinto"];
fileinto :copy "Work";
redirect :copy "bob@home.example.com";
--- plain.eml from alice@example.org to bob@example.net
fileinto "Work" :copy
redirect "bob@home.example.com" :copy
keep (implicit)
  2:1 fileinto, "Work"
  3:1 redirect, "bob@home.example.com"

=== RFC 5490 §3: mailboxes that exist, and one that is made
require ["mailbox", "fileinto"];
if mailboxexists ["Lists", "inbox"] { fileinto "Lists"; }
if mailboxexists ["Lists", "Nowhere"] { fileinto "never"; }
else { fileinto :create "Nowhere"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "Lists"
fileinto "Nowhere" :create
  2:4 mailboxexists: true, "inbox"
  2:1 if: true
  2:39 fileinto, "Lists"
  3:4 mailboxexists: false, nothing to compare, "Nowhere"
  3:1 if: false
  4:1 else
  4:8 fileinto, "Nowhere"

=== RFC 5233: user and detail
require ["subaddress", "envelope", "fileinto"];
if address :detail "cc" "urgent" { fileinto "Urgent"; }
if address :user "cc" "support" { fileinto "Support"; }
if envelope :detail "to" "" { fileinto "Empty"; }
if envelope :detail :contains "to" "" { fileinto "Some"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "Urgent"
fileinto "Support"
  2:4 address: true, matched, "urgent" :is "urgent"
  2:1 if: true
  2:36 fileinto, "Urgent"
  3:4 address: true, matched, "support" :is "support"
  3:1 if: true
  3:35 fileinto, "Support"
  4:4 envelope: false, nothing to compare
  4:1 if: false
  5:4 envelope: false, nothing to compare
  5:1 if: false
--- plain.eml from alice@example.org to bob+@example.net
fileinto "Urgent"
fileinto "Support"
fileinto "Empty"
fileinto "Some"
  2:4 address: true, matched, "urgent" :is "urgent"
  2:1 if: true
  2:36 fileinto, "Urgent"
  3:4 address: true, matched, "support" :is "support"
  3:1 if: true
  3:35 fileinto, "Support"
  4:4 envelope: true, matched, "" :is ""
  4:1 if: true
  4:31 fileinto, "Empty"
  5:4 envelope: true, matched, "" :contains ""
  5:1 if: true
  5:41 fileinto, "Some"
--- plain.eml from alice@example.org to bob+x@example.net
fileinto "Urgent"
fileinto "Support"
fileinto "Some"
  2:4 address: true, matched, "urgent" :is "urgent"
  2:1 if: true
  2:36 fileinto, "Urgent"
  3:4 address: true, matched, "support" :is "support"
  3:1 if: true
  3:35 fileinto, "Support"
  4:4 envelope: false, nothing matched, "x" :is ""
  4:1 if: false
  5:4 envelope: true, matched, "x" :contains ""
  5:1 if: true
  5:41 fileinto, "Some"

=== RFC 5183: the environment, where an unknown item matches nothing
require ["environment", "fileinto"];
if environment :is "location" "MDA" { fileinto "MDA"; }
if environment :contains "nothing" "" { fileinto "never"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "MDA"
  2:4 environment: true, matched, "MDA" :is "MDA"
  2:1 if: true
  2:39 fileinto, "MDA"
  3:4 environment: false, nothing to compare
  3:1 if: false

=== RFC 5231: counting and comparing
require ["relational", "comparator-i;ascii-numeric", "fileinto"];
if address :count "gt" :comparator "i;ascii-numeric" ["to", "cc"] "2" { fileinto "crowd"; }
if header :count "ge" :comparator "i;ascii-numeric" "received" "1" { fileinto "came far"; }
if header :value "lt" :comparator "i;ascii-numeric" "x-priority" "3" { fileinto "urgent"; }
if header :value "ge" "subject" "M" { fileinto "M to Z"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "crowd"
fileinto "came far"
  2:4 address: true, matched, "3" :count "gt" "2"
  2:1 if: true
  2:73 fileinto, "crowd"
  3:4 header: true, matched, "1" :count "ge" "1"
  3:1 if: true
  3:70 fileinto, "came far"
  4:4 header: false, nothing to compare, "3"
  4:1 if: false
  5:4 header: false, nothing matched, "Lunch on Friday?" :value "ge" "M"
  5:1 if: false
--- robot.eml from monitor@example.org to bob@example.net
fileinto "urgent"
  2:4 address: false, nothing matched, "1" :count "gt" "2"
  2:1 if: false
  3:4 header: false, nothing matched, "0" :count "ge" "1"
  3:1 if: false
  4:4 header: true, matched, "1" :value "lt" "3"
  4:1 if: true
  4:72 fileinto, "urgent"
  5:4 header: false, nothing matched, "Disk full" :value "ge" "M"
  5:1 if: false
