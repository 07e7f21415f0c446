=== RFC 5229 §3: references, and what only looks like one
require ["variables", "fileinto"];
set "company" "ACME";
set "name" "${company} ${Company} ${COMPANY}";
fileinto "&%${}!";
fileinto "${doh!";
fileinto "${no one}";
fileinto "${nobody}x";
fileinto "${name}";
--- plain.eml from alice@example.org to bob@example.net
fileinto "&%${}!"
fileinto "${doh!"
fileinto "${no one}"
fileinto "x"
fileinto "ACME ACME ACME"
  2:1 set, "ACME", "company"
  3:1 set, "ACME ACME ACME", "name"
  4:1 fileinto, "&%${}!"
  5:1 fileinto, "${doh!"
  6:1 fileinto, "${no one}"
  7:1 fileinto, "x"
  8:1 fileinto, "ACME ACME ACME"

=== RFC 5229 §3: encoded characters come first
require ["variables", "encoded-character", "fileinto"];
set "name" "Ethelbert";
fileinto "dear${hex:20 24 7b 4e}ame}";
set "dollar" "$";
fileinto "regarding ${dollar}{beep}";
--- plain.eml from alice@example.org to bob@example.net
fileinto "dear Ethelbert"
fileinto "regarding ${beep}"
  2:1 set, "Ethelbert", "name"
  3:1 fileinto, "dear Ethelbert"
  4:1 set, "$", "dollar"
  5:1 fileinto, "regarding ${beep}"

=== RFC 5229 §3.2: what the wildcards took, as little as they can
require ["fileinto", "variables"];
if header :matches "List-ID" "*<*@*" { fileinto "INBOX.lists.${2}"; }
elsif header :matches "List-ID" "*<*.*" { fileinto "INBOX.lists.${2}"; }
if header :matches "Subject" "[*] *" { fileinto "${1}: ${02}"; }
if address :matches ["To", "Sender"] ["coyote@**.com", "*users@**.com"] { fileinto "0=${0} 1=${1} 2=${2} 3=${3}"; }
--- list.eml from coyote@desert.example.org to bob@example.net
fileinto "INBOX.lists.acme-users"
fileinto "acme-users: [fwd] version 1.0 is out"
fileinto "0=acme-users@lists.example.com 1=acme- 2= 3=lists.example"
  2:4 header: false, nothing matched, "Users of ACME products <acme-users.lists.example.com>" :matches "*<*@*"
  2:1 if: false
  3:7 header: true, matched, "Users of ACME products <acme-users.lists.example.com>" :matches "*<*.*"
  3:1 elsif: true
  3:43 fileinto, "INBOX.lists.acme-users"
  4:4 header: true, matched, "[acme-users] [fwd] version 1.0 is out" :matches "[*] *"
  4:1 if: true
  4:40 fileinto, "acme-users: [fwd] version 1.0 is out"
  5:4 address: true, matched, "acme-users@lists.example.com" :matches "*users@**.com"
  5:1 if: true
  5:75 fileinto, "0=acme-users@lists.example.com 1=acme- 2= 3=lists.example"

=== RFC 5229 §3.2: a test that fails leaves the match variables
require ["fileinto", "variables"];
if header :matches "Subject" "* on *" { fileinto "a ${1}"; }
if header :matches "Subject" "nothing*" { fileinto "never"; }
if header :contains "Subject" "Friday" { fileinto "b ${2}"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "a Lunch"
fileinto "b Friday?"
  2:4 header: true, matched, "Lunch on Friday?" :matches "* on *"
  2:1 if: true
  2:41 fileinto, "a Lunch"
  3:4 header: false, nothing matched, "Lunch on Friday?" :matches "nothing*"
  3:1 if: false
  4:4 header: true, matched, "Lunch on Friday?" :contains "Friday"
  4:1 if: true
  4:42 fileinto, "b Friday?"

=== RFC 5229 §4: modifiers by their precedence
require ["variables", "fileinto"];
set "a" "juMBlEd lETteRS";
set :length "b" "${a}";
set :lower "c" "${a}";
set :upperfirst "d" "${a}";
set :upperfirst :lower "e" "${a}";
set :quotewildcard "f" "Rock*\\";
set :lowerfirst :upper "g" "Grüße";
set :length "h" "Grüße";
fileinto "${b}|${c}|${d}|${e}|${f}|${g}|${h}";
--- plain.eml from alice@example.org to bob@example.net
fileinto "15|jumbled letters|JuMBlEd lETteRS|Jumbled letters|Rock\*\\|gRüßE|5"
  2:1 set, "juMBlEd lETteRS", "a"
  3:1 set, "15", "b"
  4:1 set, "jumbled letters", "c"
  5:1 set, "JuMBlEd lETteRS", "d"
  6:1 set, "Jumbled letters", "e"
  7:1 set, "Rock\*\\", "f"
  8:1 set, "gRüßE", "g"
  9:1 set, "5", "h"
  10:1 fileinto, "15|jumbled letters|JuMBlEd lETteRS|Jumbled letters|Rock\*\\|gRüßE|5"

=== RFC 5229 §5: string, and counting what is not empty
require ["variables", "relational", "comparator-i;ascii-numeric", "fileinto"];
set "state" "${state} pending";
if string :matches " ${state} " "* pending *" { fileinto "pending"; }
if string :count "eq" :comparator "i;ascii-numeric" ["${state}", "${none}", "x"] "2" { fileinto "two"; }
if string :value "gt" :comparator "i;ascii-numeric" "100" "20" { fileinto "more"; }
if string :value "gt" "100" "20" { fileinto "not more as text"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "pending"
fileinto "two"
fileinto "more"
  2:1 set, " pending", "state"
  3:4 string: true, matched, "  pending " :matches "* pending *"
  3:1 if: true
  3:49 fileinto, "pending"
  4:4 string: true, matched, "2" :count "eq" "2"
  4:1 if: true
  4:88 fileinto, "two"
  5:4 string: true, matched, "100" :value "gt" "20"
  5:1 if: true
  5:66 fileinto, "more"
  6:4 string: false, nothing matched, "100" :value "gt" "20"
  6:1 if: false

=== a pattern made by :quotewildcard is taken literally
require ["variables", "fileinto"];
if header :matches "Subject" "*" { set :quotewildcard "s" "${1}"; }
if header :matches "Subject" "${s}" { fileinto "itself"; }
if string :matches "Lunch on Fridays" "${s}" { fileinto "never"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "itself"
  2:4 header: true, matched, "Lunch on Friday?" :matches "*"
  2:1 if: true
  2:36 set, "Lunch on Friday\?", "s"
  3:4 header: true, matched, "Lunch on Friday?" :matches "Lunch on Friday\?"
  3:1 if: true
  3:39 fileinto, "itself"
  4:4 string: false, nothing matched, "Lunch on Fridays" :matches "Lunch on Friday\?"
  4:1 if: false
