=== RFC 5260 §4: all parts of a date
require ["date", "fileinto", "variables"];
if date :matches :zone "+0000" "date" "year" "*" { set "a" "${1}"; }
if date :matches :zone "+0000" "date" "month" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "day" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "date" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "julian" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "hour" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "minute" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "second" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "time" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "iso8601" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "std11" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "zone" "*" { set "a" "${a} ${1}"; }
if date :matches :zone "+0000" "date" "weekday" "*" { set "a" "${a} ${1}"; }
fileinto "${a}";
--- plain.eml from alice@example.org to bob@example.net
fileinto "2026 11 23 2026-11-23 61367 08 59 00 08:59:00 2026-11-23T08:59:00Z Mon, 23 Nov 2026 08:59:00 +0000 +0000 1"
  2:4 date: true, matched, "2026" :matches "*"
  2:1 if: true
  2:52 set, "2026", "a"
  3:4 date: true, matched, "11" :matches "*"
  3:1 if: true
  3:53 set, "2026 11", "a"
  4:4 date: true, matched, "23" :matches "*"
  4:1 if: true
  4:51 set, "2026 11 23", "a"
  5:4 date: true, matched, "2026-11-23" :matches "*"
  5:1 if: true
  5:52 set, "2026 11 23 2026-11-23", "a"
  6:4 date: true, matched, "61367" :matches "*"
  6:1 if: true
  6:54 set, "2026 11 23 2026-11-23 61367", "a"
  7:4 date: true, matched, "08" :matches "*"
  7:1 if: true
  7:52 set, "2026 11 23 2026-11-23 61367 08", "a"
  8:4 date: true, matched, "59" :matches "*"
  8:1 if: true
  8:54 set, "2026 11 23 2026-11-23 61367 08 59", "a"
  9:4 date: true, matched, "00" :matches "*"
  9:1 if: true
  9:54 set, "2026 11 23 2026-11-23 61367 08 59 00", "a"
  10:4 date: true, matched, "08:59:00" :matches "*"
  10:1 if: true
  10:52 set, "2026 11 23 2026-11-23 61367 08 59 00 08:59:00", "a"
  11:4 date: true, matched, "2026-11-23T08:59:00Z" :matches "*"
  11:1 if: true
  11:55 set, "2026 11 23 2026-11-23 61367 08 59 00 08:59:00 2026-11-23T08:59:00Z", "a"
  12:4 date: true, matched, "Mon, 23 Nov 2026 08:59:00 +0000" :matches "*"
  12:1 if: true
  12:53 set, "2026 11 23 2026-11-23 61367 08 59 00 08:59:00 2026-11-23T08:59:00Z Mon, 23 Nov 2026 08:59:00 +0000", "a"
  13:4 date: true, matched, "+0000" :matches "*"
  13:1 if: true
  13:52 set, "2026 11 23 2026-11-23 61367 08 59 00 08:59:00 2026-11-23T08:59:00Z Mon, 23 Nov 2026 08:59:00 +0000 +0000", "a"
  14:4 date: true, matched, "1" :matches "*"
  14:1 if: true
  14:55 set, "2026 11 23 2026-11-23 61367 08 59 00 08:59:00 2026-11-23T08:59:00Z Mon, 23 Nov 2026 08:59:00 +0000 +0000 1", "a"
  15:1 fileinto, "2026 11 23 2026-11-23 61367 08 59 00 08:59:00 2026-11-23T08:59:00Z Mon, 23 Nov 2026 08:59:00 +0000 +0000 1"
--- coyote.eml from coyote@desert.example.org to bob@example.net
fileinto "1997 04 01 1997-04-01 50539 17 06 31 17:06:31 1997-04-01T17:06:31Z Tue, 1 Apr 1997 17:06:31 +0000 +0000 2"
  2:4 date: true, matched, "1997" :matches "*"
  2:1 if: true
  2:52 set, "1997", "a"
  3:4 date: true, matched, "04" :matches "*"
  3:1 if: true
  3:53 set, "1997 04", "a"
  4:4 date: true, matched, "01" :matches "*"
  4:1 if: true
  4:51 set, "1997 04 01", "a"
  5:4 date: true, matched, "1997-04-01" :matches "*"
  5:1 if: true
  5:52 set, "1997 04 01 1997-04-01", "a"
  6:4 date: true, matched, "50539" :matches "*"
  6:1 if: true
  6:54 set, "1997 04 01 1997-04-01 50539", "a"
  7:4 date: true, matched, "17" :matches "*"
  7:1 if: true
  7:52 set, "1997 04 01 1997-04-01 50539 17", "a"
  8:4 date: true, matched, "06" :matches "*"
  8:1 if: true
  8:54 set, "1997 04 01 1997-04-01 50539 17 06", "a"
  9:4 date: true, matched, "31" :matches "*"
  9:1 if: true
  9:54 set, "1997 04 01 1997-04-01 50539 17 06 31", "a"
  10:4 date: true, matched, "17:06:31" :matches "*"
  10:1 if: true
  10:52 set, "1997 04 01 1997-04-01 50539 17 06 31 17:06:31", "a"
  11:4 date: true, matched, "1997-04-01T17:06:31Z" :matches "*"
  11:1 if: true
  11:55 set, "1997 04 01 1997-04-01 50539 17 06 31 17:06:31 1997-04-01T17:06:31Z", "a"
  12:4 date: true, matched, "Tue, 1 Apr 1997 17:06:31 +0000" :matches "*"
  12:1 if: true
  12:53 set, "1997 04 01 1997-04-01 50539 17 06 31 17:06:31 1997-04-01T17:06:31Z Tue, 1 Apr 1997 17:06:31 +0000", "a"
  13:4 date: true, matched, "+0000" :matches "*"
  13:1 if: true
  13:52 set, "1997 04 01 1997-04-01 50539 17 06 31 17:06:31 1997-04-01T17:06:31Z Tue, 1 Apr 1997 17:06:31 +0000 +0000", "a"
  14:4 date: true, matched, "2" :matches "*"
  14:1 if: true
  14:55 set, "1997 04 01 1997-04-01 50539 17 06 31 17:06:31 1997-04-01T17:06:31Z Tue, 1 Apr 1997 17:06:31 +0000 +0000 2", "a"
  15:1 fileinto, "1997 04 01 1997-04-01 50539 17 06 31 17:06:31 1997-04-01T17:06:31Z Tue, 1 Apr 1997 17:06:31 +0000 +0000 2"

=== RFC 5260 §4.1: whose clock
require ["date", "fileinto", "relational"];
if date :originalzone :value "lt" "date" "hour" "09" { fileinto "before nine there"; }
if date :zone "+0900" :value "ge" "date" "hour" "17" { fileinto "evening in Tokyo"; }
if date :is "received" "date" "2026-11-23" { fileinto "received today"; }
if date :contains "subject" "year" "" { fileinto "never"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "before nine there"
fileinto "evening in Tokyo"
fileinto "received today"
  2:4 date: true, matched, "03" :value "lt" "09"
  2:1 if: true
  2:56 fileinto, "before nine there"
  3:4 date: true, matched, "17" :value "ge" "17"
  3:1 if: true
  3:56 fileinto, "evening in Tokyo"
  4:4 date: true, matched, "2026-11-23" :is "2026-11-23"
  4:1 if: true
  4:46 fileinto, "received today"
  5:4 date: false, nothing to compare
  5:1 if: false

=== RFC 5260 §5: now
require ["date", "fileinto", "relational"];
if allof (currentdate :value "ge" "date" "2026-11-01", currentdate :value "lt" "date" "2026-12-01") { fileinto "November"; }
if anyof (currentdate :is "weekday" "0", currentdate :is "weekday" "6") { fileinto "weekend"; }
if currentdate :zone "-0800" :is "hour" "01" { fileinto "night in California"; }
if currentdate :is "time" "10:00:00" { fileinto "ten here"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "November"
fileinto "night in California"
fileinto "ten here"
  2:11 currentdate: true, matched, "2026-11-23" :value "ge" "2026-11-01"
  2:56 currentdate: true, matched, "2026-11-23" :value "lt" "2026-12-01"
  2:4 allof: true
  2:1 if: true
  2:103 fileinto, "November"
  3:11 currentdate: false, nothing matched, "1" :is "0"
  3:42 currentdate: false, nothing matched, "1" :is "6"
  3:4 anyof: false
  3:1 if: false
  4:4 currentdate: true, matched, "01" :is "01"
  4:1 if: true
  4:48 fileinto, "night in California"
  5:4 currentdate: true, matched, "10:00:00" :is "10:00:00"
  5:1 if: true
  5:40 fileinto, "ten here"

=== RFC 5260 §6: the first and the last of several fields
require ["index", "editheader", "fileinto"];
addheader "X-Mark" "one";
addheader :last "X-Mark" "two";
addheader :last "X-Mark" "three";
if header :index 1 "x-mark" "one" { fileinto "first"; }
if header :index 1 :last "x-mark" "three" { fileinto "last"; }
if header :index 4 :contains "x-mark" "" { fileinto "never"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "first" with header 1
fileinto "last" with header 1
  2:1 addheader, "one", "X-Mark"
  3:1 addheader, "two", "X-Mark"
  4:1 addheader, "three", "X-Mark"
  5:4 header: true, matched, "one" :is "one"
  5:1 if: true
  5:37 fileinto, "first"
  6:4 header: true, matched, "three" :is "three"
  6:1 if: true
  6:45 fileinto, "last"
  7:4 header: false, nothing to compare
  7:1 if: false
  header 1:
    + X-Mark: one
    + X-Mark: two
    + X-Mark: three
