=== RFC 5232 §3: setting, adding, removing
require ["imap4flags", "fileinto"];
setflag "\\Flagged";
addflag ["\\Deleted", "junk JUNK \\Recent"];
removeflag "\\deleted";
if hasflag "\\flagged" { fileinto "Work"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "Work" :flags \Flagged junk
  2:1 setflag, "\Flagged"
  3:1 addflag, "\Flagged \Deleted junk"
  4:1 removeflag, "\Flagged junk"
  5:4 hasflag: true, matched, "\Flagged" :is "\flagged"
  5:1 if: true
  5:26 fileinto, "Work"

=== RFC 5232 §5: :flags says it for one action, the rest goes with the implicit keep
require ["imap4flags", "fileinto", "copy"];
addflag "\\Seen";
fileinto :copy :flags ["\\Flagged", "$MDNSent"] "Work";
--- plain.eml from alice@example.org to bob@example.net
fileinto "Work" :copy :flags \Flagged $MDNSent
keep :flags \Seen (implicit)
  2:1 addflag, "\Seen"
  3:1 fileinto, "Work"

=== RFC 5232: flags in variables
require ["imap4flags", "variables", "relational", "comparator-i;ascii-numeric", "fileinto"];
setflag "flagvar" "\\Flagged A";
addflag "flagvar" "B";
removeflag "flagvar" "a";
if hasflag :is "flagvar" "B X" { fileinto :flags "${flagvar}" "One"; }
if hasflag :count "eq" :comparator "i;ascii-numeric" "flagvar" "2" { fileinto "Two"; }
if hasflag :contains "flagvar" "lag" { fileinto "Three"; }
if hasflag "\\Flagged" { fileinto "never"; }
--- plain.eml from alice@example.org to bob@example.net
fileinto "One" :flags \Flagged B
fileinto "Two"
fileinto "Three"
  2:1 setflag, "\Flagged A", "flagvar"
  3:1 addflag, "\Flagged A B", "flagvar"
  4:1 removeflag, "\Flagged B", "flagvar"
  5:4 hasflag: true, matched, "B" :is "B"
  5:1 if: true
  5:34 fileinto, "One"
  6:4 hasflag: true, matched, "2" :count "eq" "2"
  6:1 if: true
  6:70 fileinto, "Two"
  7:4 hasflag: true, matched, "\Flagged" :contains "lag"
  7:1 if: true
  7:40 fileinto, "Three"
  8:4 hasflag: false, nothing to compare, "\Flagged"
  8:1 if: false
