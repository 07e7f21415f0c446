=== RFC 5173 §5.1: raw octets, encodings and all
require ["body", "fileinto"];
if body :raw :contains "xylophone" { fileinto "never"; }
if body :raw :contains "Sch=C3=B6ne" { fileinto "raw"; }
if body :raw :contains "prologue" { fileinto "prologue"; }
--- mime.eml from juergen@example.org to bob@example.net
fileinto "raw"
fileinto "prologue"
  2:4 body: false, nothing matched, "For readers without MIME: prologue./--outer/Content-Type: text/plain; charset=utf-8/Content-Transfer-Encoding: quoted..." :contains "xylophone"
  2:1 if: false
  3:4 body: true, matched, "...-Transfer-Encoding: quoted-printable//Sch=C3=B6ne Gr=C3=BC=C3=9Fe, and a secret word: xylo=/phone./--outer/Conte..." :contains "Sch=C3=B6ne"
  3:1 if: true
  3:40 fileinto, "raw"
  4:4 body: true, matched, "For readers without MIME: prologue./--outer/Content-Type: text/plain; charset=utf-8/Content-Transfer-Encoding: quoted..." :contains "prologue"
  4:1 if: true
  4:37 fileinto, "prologue"

=== RFC 5173 §5.2: content by type, decoded
require ["body", "fileinto"];
if body :content "text" :contains "xylophone" { fileinto "text"; }
if body :content "text/html" :contains "<b>money</b>" { fileinto "html"; }
if body :content "text/html" :contains "xylophone" { fileinto "never"; }
if body :content ["application", "image"] :contains "MZphysics" { fileinto "binary"; }
if body :content "text/" :contains "" { fileinto "never"; }
if body :content "message/rfc822" :contains "inner@example.com" { fileinto "inner header"; }
if body :content "multipart" :contains "Epilogue" { fileinto "epilogue"; }
if body :content "" :contains "Words within" { fileinto "any"; }
--- mime.eml from juergen@example.org to bob@example.net
fileinto "text"
fileinto "html"
fileinto "binary"
fileinto "inner header"
fileinto "epilogue"
fileinto "any"
  2:4 body: true, matched, "Schöne Grüße, and a secret word: xylophone." :contains "xylophone"
  2:1 if: true
  2:49 fileinto, "text"
  3:4 body: true, matched, "<p>Make <b>money</b> fast</p>/" :contains "<b>money</b>"
  3:1 if: true
  3:57 fileinto, "html"
  4:4 body: false, nothing matched, "<p>Make <b>money</b> fast</p>/" :contains "xylophone"
  4:1 if: false
  5:4 body: true, matched, "MZphysics" :contains "MZphysics"
  5:1 if: true
  5:67 fileinto, "binary"
  6:4 body: false, nothing to compare
  6:1 if: false
  7:4 body: true, matched, "From: inner@example.com/Subject: the inner one/Content-Type: text/plain/" :contains "inner@example.com"
  7:1 if: true
  7:67 fileinto, "inner header"
  8:4 body: true, matched, "For readers without MIME: prologue.Epilogue, too./" :contains "Epilogue"
  8:1 if: true
  8:53 fileinto, "epilogue"
  9:4 body: true, matched, "Words within words." :contains "Words within"
  9:1 if: true
  9:48 fileinto, "any"
--- plain.eml from alice@example.org to bob@example.net
keep (implicit)
  2:4 body: false, nothing matched, "Shall we meet at noon?/There is a new place around the corner./" :contains "xylophone"
  2:1 if: false
  3:4 body: false, nothing to compare, "<b>money</b>"
  3:1 if: false
  4:4 body: false, nothing to compare, "xylophone"
  4:1 if: false
  5:4 body: false, nothing to compare, "MZphysics"
  5:1 if: false
  6:4 body: false, nothing to compare
  6:1 if: false
  7:4 body: false, nothing to compare, "inner@example.com"
  7:1 if: false
  8:4 body: false, nothing to compare, "Epilogue"
  8:1 if: false
  9:4 body: false, nothing matched, "Shall we meet at noon?/There is a new place around the corner./" :contains "Words within"
  9:1 if: false

=== RFC 5173 §5.3: text is what people read
require ["body", "fileinto", "variables"];
set "1" "x";
--- mistakes
bob.sieve:2:5: error: "1" is no name of a variable
  2 | set "1" "x";
    |     ^~~
  RFC 5229 §3.2: numbers are what :matches found

=== RFC 5173 §6: the body sets no match variables
require ["body", "fileinto", "variables"];
if header :matches "Subject" "* *" { keep; }
if body :text :matches "*Grüße*" { fileinto "found ${1}"; }
if body :contains "noon" { fileinto "noon"; }
--- mime.eml from juergen@example.org to bob@example.net
keep
fileinto "found Grüße"
  2:4 header: true, matched, "Grüße aus Köln" :matches "* *"
  2:1 if: true
  2:38 keep, "INBOX"
  3:4 body: true, matched, "Schöne Grüße, and a secret word: xylophone." :matches "*Grüße*"
  3:1 if: true
  3:36 fileinto, "found Grüße"
  4:4 body: false, nothing matched, "Words within words." :contains "noon"
  4:1 if: false
--- plain.eml from alice@example.org to bob@example.net
keep
fileinto "noon"
  2:4 header: true, matched, "Lunch on Friday?" :matches "* *"
  2:1 if: true
  2:38 keep, "INBOX"
  3:4 body: false, nothing matched, "Shall we meet at noon?/There is a new place around the corner./" :matches "*Grüße*"
  3:1 if: false
  4:4 body: true, matched, "Shall we meet at noon?/There is a new place around the corner./" :contains "noon"
  4:1 if: true
  4:28 fileinto, "noon"
