=== RFC 5293 §4: a field added is seen by what comes after
require ["editheader", "fileinto"];
if not header :contains "X-Sieve-Filtered" ["<kim@job.example.com>", "<kim@home.example.com>"] {
    addheader "X-Sieve-Filtered" "<kim@job.example.com>";
    redirect "kim@home.example.com";
}
if exists "x-sieve-filtered" { fileinto "Work"; }
--- plain.eml from alice@example.org to bob@example.net
redirect "kim@home.example.com" with header 1
fileinto "Work" with header 1
  2:8 header: false, nothing to compare, "<kim@home.example.com>"
  2:4 not: true
  2:1 if: true
  3:5 addheader, "<kim@job.example.com>", "X-Sieve-Filtered"
  4:5 redirect, "kim@home.example.com"
  6:4 exists: true, "x-sieve-filtered"
  6:1 if: true
  6:32 fileinto, "Work"
  header 1:
    + X-Sieve-Filtered: <kim@job.example.com>

=== RFC 5293 §5: fields deleted, by value and by number
require ["editheader"];
deleteheader "X-Nothing";
deleteheader :contains "Subject" "lunch";
deleteheader :index 1 :last "Cc";
deleteheader :is "To" "somebody else";
deleteheader "Received";
--- plain.eml from alice@example.org to bob@example.net
keep with header 1 (implicit)
  2:1 deleteheader, there is no such field, "X-Nothing"
  3:1 deleteheader, "Lunch on Friday?", "Subject"
  4:1 deleteheader, "Cc"
  5:1 deleteheader, there is no such field, "Bob Miller <bob@example.net>, carol@example.com", "To"
  6:1 deleteheader, this field is protected, "Received"
  header 1:
    - Cc: support+urgent@example.net
    - Subject: Lunch on Friday?

=== every action has the header of its moment
require ["editheader", "fileinto", "copy", "variables"];
fileinto :copy "Before";
if header :matches "Subject" "*" { deleteheader "Subject"; addheader "Subject" "[bob] ${1}"; }
fileinto :copy "Between";
addheader :last "X-Later" "Grüße";
--- plain.eml from alice@example.org to bob@example.net
fileinto "Before" :copy
fileinto "Between" :copy with header 1
keep with header 2 (implicit)
  2:1 fileinto, "Before"
  3:4 header: true, matched, "Lunch on Friday?" :matches "*"
  3:1 if: true
  3:36 deleteheader, "Subject"
  3:60 addheader, "[bob] Lunch on Friday?", "Subject"
  4:1 fileinto, "Between"
  5:1 addheader, "Grüße", "X-Later"
  header 1:
    + Subject: [bob] Lunch on Friday?
    - Subject: Lunch on Friday?
  header 2:
    + Subject: [bob] Lunch on Friday?
    + X-Later: =?UTF-8?B?R3LDvMOfZQ==?=
    - Subject: Lunch on Friday?

=== an error forgets the edits
require ["editheader", "variables"];
addheader "X-Mark" "one";
set "name" "not a name";
addheader "${name}" "two";
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  2:1 addheader, "one", "X-Mark"
  3:1 set, "not a name", "name"
  4:1 addheader, the script failed, ""not a name" is no name of a header field"
