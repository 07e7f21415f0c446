=== an extension that is not required, and a word mistyped
if header :contain "Subject" "x" {
    filinto "Lists";
}
fileinto "Lists";
--- mistakes
bob.sieve:1:11: error: unknown argument ":contain"
  1 | if header :contain "Subject" "x" {
    |           ^~~~~~~~
  usage: header [comparator] [match type] <fields> <keys>
  did you mean ":contains"?
bob.sieve:2:5: error: unknown command "filinto"
  2 |     filinto "Lists";
    |     ^~~~~~~
  did you mean "fileinto"?
bob.sieve:4:1: error: fileinto needs the capability "fileinto"
  4 | fileinto "Lists";
    | ^~~~~~~~
  RFC 5228 §3.2: a script begins with what it needs
  write require ["fileinto"]; at the top

=== nobody knows this extension
require ["fileinot", "vaction", "fileinto"];
--- mistakes
bob.sieve:1:10: error: unknown capability "fileinot"
  1 | require ["fileinot", "vaction", "fileinto"];
    |          ^~~~~~~~~~
  did you mean "fileinto"?
bob.sieve:1:22: error: unknown capability "vaction"
  1 | require ["fileinot", "vaction", "fileinto"];
    |                      ^~~~~~~~~
  did you mean "vacation"?

=== semicolons and braces that are missing
keep
discard;
if true {
    stop
}
if false
    keep;
if true {
--- mistakes
bob.sieve:1:5: error: expected ';' here, found "discard"
  1 | keep
    |     ^
bob.sieve:4:9: error: expected ';' here, found '}'
  4 |     stop
    |         ^
bob.sieve:6:9: error: expected '{' here, found "keep"
  6 | if false
    |         ^
  usage: if <test> { ... }
bob.sieve:8:9: error: this block is never closed
  8 | if true {
    |         ^
  end it with }

=== strings, comments and lists that never end
if header :is ["a", "b" "c"] "x" { keep; }
if header :is "a", "b" { keep; }
/* a comment
--- mistakes
bob.sieve:1:24: error: expected ',' or ']' here, found a string
  1 | if header :is ["a", "b" "c"] "x" { keep; }
    |                        ^
bob.sieve:2:4: error: "header" takes 2 values, here is 1
  2 | if header :is "a", "b" { keep; }
    |    ^~~~~~
  usage: header [comparator] [match type] <fields> <keys>
  a list is written in brackets: ["a", "b"]
bob.sieve:3:1: error: this comment never ends
  3 | /* a comment
    | ^~
  end it with */

=== values of the wrong kind and number
require ["fileinto", "vacation"];
fileinto ["a", "b"];
fileinto;
redirect "a@example.com" "b@example.com";
if size :over "large" { keep; }
if size 10 { keep; }
vacation :days "seven" "gone";
keep :copy;
--- mistakes
bob.sieve:2:10: error: "fileinto" takes a string, not a list
  2 | fileinto ["a", "b"];
    |          ^~~~~~~~~~
bob.sieve:3:1: error: "fileinto" takes 1 value, here are none
  3 | fileinto;
    | ^~~~~~~~
  usage: fileinto [:copy] [:create] [:flags <list>] <mailbox>;
bob.sieve:4:26: error: "redirect" takes 1 value, here are 2
  4 | redirect "a@example.com" "b@example.com";
    |                          ^~~~~~~~~~~~~~~
  usage: redirect [:copy] <address>;
bob.sieve:5:15: error: "size" takes a number, not a string
  5 | if size :over "large" { keep; }
    |               ^~~~~~~
bob.sieve:6:4: error: "size" takes :over or :under
  6 | if size 10 { keep; }
    |    ^~~~~~~
  RFC 5228 §5.9
bob.sieve:7:16: error: :days takes a number, not a string
  7 | vacation :days "seven" "gone";
    |                ^~~~~~~
bob.sieve:8:6: error: "keep" does not take :copy
  8 | keep :copy;
    |      ^~~~~
  usage: keep [:flags <list>];

=== match types and comparators that do not go together
require ["relational", "comparator-i;ascii-numeric"];
if header :is :contains "Subject" "x" { keep; }
if header :contains :comparator "i;ascii-numeric" "Subject" "1" { keep; }
if header :count "more" "Subject" "1" { keep; }
if header :comparator "i;ascii-casemp" "Subject" "1" { keep; }
--- mistakes
bob.sieve:2:15: error: :contains and :is exclude each other
  2 | if header :is :contains "Subject" "x" { keep; }
    |               ^~~~~~~~~
bob.sieve:3:11: error: i;ascii-numeric cannot do :contains
  3 | if header :contains :comparator "i;ascii-numeric" "Subject" "1" { keep; }
    |           ^~~~~~~~~
  RFC 4790 §9.1: it has no substrings
bob.sieve:4:18: error: "more" is no relation
  4 | if header :count "more" "Subject" "1" { keep; }
    |                  ^~~~~~
  RFC 5231 §3: "gt", "ge", "lt", "le", "eq" or "ne"
bob.sieve:5:23: error: unknown comparator "i;ascii-casemp"
  5 | if header :comparator "i;ascii-casemp" "Subject" "1" { keep; }
    |                       ^~~~~~~~~~~~~~~~
  RFC 4790
  did you mean "i;ascii-casemap"?

=== names that are none
require ["envelope", "date", "variables", "editheader"];
if header "Subject:" "x" { keep; }
if address "Subject" "x" { keep; }
if envelope "form" "x" { keep; }
if date :zone "CET" "Date" "yaer" "2026" { keep; }
redirect "bob";
set "1st" "x";
set "x" "${a.b}";
addheader "X Mark" "x";
--- mistakes
bob.sieve:2:11: error: "Subject:" is no name of a header field
  2 | if header "Subject:" "x" { keep; }
    |           ^~~~~~~~~~
  RFC 5322 §3.6.8
  write it without its colon
bob.sieve:3:12: error: "Subject" is no field that holds addresses
  3 | if address "Subject" "x" { keep; }
    |            ^~~~~~~~~
  RFC 5228 §5.1; the test for all fields is header
bob.sieve:4:13: error: "form" is no part of the envelope
  4 | if envelope "form" "x" { keep; }
    |             ^~~~~~
  RFC 5228 §5.4: "from" or "to"
  did you mean "from"?
bob.sieve:5:15: error: "CET" is no time zone
  5 | if date :zone "CET" "Date" "yaer" "2026" { keep; }
    |               ^~~~~
  RFC 5260 §4.1
  write it like +0100
bob.sieve:5:28: error: "yaer" is no part of a date
  5 | if date :zone "CET" "Date" "yaer" "2026" { keep; }
    |                            ^~~~~~
  RFC 5260 §4.2
  did you mean "year"?
bob.sieve:6:10: error: "bob" is no mail address
  6 | redirect "bob";
    |          ^~~~~
  RFC 5228 §2.4.2.3
  write it like bob@example.org
bob.sieve:7:5: error: "1st" is no name of a variable
  7 | set "1st" "x";
    |     ^~~~~
  RFC 5229 §3.2: numbers are what :matches found
bob.sieve:8:9: error: unknown variable "a.b"
  8 | set "x" "${a.b}";
    |         ^~~~~~~~
  RFC 5229 §3: a name with a period is of an extension's namespace
bob.sieve:9:11: error: "X Mark" is no name of a header field
  9 | addheader "X Mark" "x";
    |           ^~~~~~~~
  RFC 5322 §3.6.8

=== a test where a command should be, and the reverse
header :is "Subject" "x";
if keep { stop; }
if anyof true { stop; }
if (true, false) { stop; }
elsif true { stop; }
else { stop; }
else { stop; }
--- mistakes
bob.sieve:1:1: error: "header" is a test, not a command
  1 | header :is "Subject" "x";
    | ^~~~~~
  write: if header ... { ... }
bob.sieve:2:4: error: "keep" is a command, not a test
  2 | if keep { stop; }
    |    ^~~~
bob.sieve:3:10: error: expected '(' and a list of tests, found "true"
  3 | if anyof true { stop; }
    |          ^~~~
  usage: anyof (<test>, <test>, ...)
bob.sieve:4:4: error: "if" takes one test, without parentheses
  4 | if (true, false) { stop; }
    |    ^
  join several by allof (...) or anyof (...)
bob.sieve:7:1: error: "else" without an if before it
  7 | else { stop; }
    | ^~~~

=== require comes first
keep;
require "fileinto";
--- mistakes
bob.sieve:2:1: error: require must come before all other commands
  2 | require "fileinto";
    | ^~~~~~~
  RFC 5228 §3.2
  move it to the top

=== characters that mean nothing, and quotes of another kind
if header :is “Subject” 'x' { keep; }
// no comment
keep; }
--- mistakes
bob.sieve:1:4: error: "header" takes 2 values, here are none
  1 | if header :is “Subject” 'x' { keep; }
    |    ^~~~~~
  usage: header [comparator] [match type] <fields> <keys>
bob.sieve:1:15: error: this character means nothing here
  1 | if header :is “Subject” 'x' { keep; }
    |               ^
  strings are written in straight " quotes
bob.sieve:1:23: error: this character means nothing here
  1 | if header :is “Subject” 'x' { keep; }
    |                       ^
  strings are written in straight " quotes
bob.sieve:1:25: error: ''' means nothing here
  1 | if header :is “Subject” 'x' { keep; }
    |                         ^
  strings are written in "double" quotes
bob.sieve:1:27: error: ''' means nothing here
  1 | if header :is “Subject” 'x' { keep; }
    |                           ^
  strings are written in "double" quotes
bob.sieve:2:1: error: '/' means nothing here
  2 | // no comment
    | ^
  comments begin with #
bob.sieve:3:7: error: this } closes no block
  3 | keep; }
    |       ^

=== columns count characters, not octets
if header :is "Größe" "äöü" { discard; } kepe;
--- mistakes
bob.sieve:1:15: error: "Größe" is no name of a header field
  1 | if header :is "Größe" "äöü" { discard; } kepe;
    |               ^~~~~~~
  RFC 5322 §3.6.8
bob.sieve:1:42: error: unknown command "kepe"
  1 | if header :is "Größe" "äöü" { discard; } kepe;
    |                                          ^~~~
  did you mean "keep"?
