#!/usr/bin/python3
"""Programs that nobody here wrote read mail in a live world: imaplib, poplib, curl, openssl, mbsync,
fetchmail, imapflow; smtplib brings it by LMTP, and tshark reads captures of it. usage: read_mail_interop_test.py [CASE...]"""
import contextlib
import email
import imaplib
import mailbox
import os
import poplib
import smtplib
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "interop"))
from live import CASES, PROGRAM, ROOT, Live, run_cases, same_again  # noqa: E402

EXPOSED = ["mail:25=127.0.0.1:0", "mail:110=127.0.0.1:0", "mail:143=127.0.0.1:0",
           "mail:993=127.0.0.1:0", "mail:24=127.0.0.1:0"]
SUBJECTS = ["one", "two", "three", "[team] four"]


def run(*words, stdin="", timeout=120, **more):
    ran = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=timeout,
                         check=False, **more)
    return ran.returncode, ran.stdout + ran.stderr


def message(subject):
    return (f"From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: {subject}\r\n"
            f"Message-ID: <{abs(hash(subject)) % 10000}.{len(subject)}@example.org>\r\n"
            f"\r\nthis is {subject}\r\n")


@contextlib.contextmanager
def world():
    """A world in whose mailbox the messages lie."""
    with Live("read-mail", EXPOSED) as one:
        with smtplib.SMTP("127.0.0.1", one.port["mail:25"]) as smtp:
            for subject in SUBJECTS:
                smtp.sendmail("alice@example.org", ["bob@example.org"], message(subject))
        with logged_in(one) as imap:
            until(lambda: count(imap, "INBOX") == 3 and count(imap, "Team") == 1)
        yield one


def until(so, seconds=60):
    """Delivery takes as long as it takes: asks again until it is so."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it did not come to this"


def trusting():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # its certificates are of the simulated year
    return context


@contextlib.contextmanager
def logged_in(one, port="mail:143"):
    if port == "mail:993":
        imap = imaplib.IMAP4_SSL("127.0.0.1", one.port[port], ssl_context=trusting())
    else:
        imap = imaplib.IMAP4("127.0.0.1", one.port[port])
    imap.login("bob", "secret-bob")
    try:
        yield imap
    finally:
        with contextlib.suppress(OSError, imaplib.IMAP4.abort):  # the world may be over by now
            imap.logout()


def count(imap, folder):
    kind, said = imap.status(folder, "(MESSAGES)")
    return int(said[0].split()[-1].rstrip(b")")) if kind == "OK" else -1


def subjects(imap, folder):
    imap.select(folder)
    _, found = imap.uid("SEARCH", None, "ALL")
    out = []
    for uid in found[0].split():
        _, parts = imap.uid("FETCH", uid, "(RFC822)")
        out.append(email.message_from_bytes(parts[0][1])["Subject"])
    return out


def imaplib_works():
    """imaplib fetches, searches, flags, copies, moves, appends, expunges, and is told of others' work"""
    with world() as one, logged_in(one) as imap:
        assert subjects(imap, "INBOX") == ["one", "two", "three"]
        assert subjects(imap, "Team") == ["[team] four"]
        imap.select("INBOX")
        assert imap.search(None, "UNSEEN")[1] == [b""]  # RFC822 has made them seen
        assert imap.search(None, "SUBJECT", "two")[1] == [b"2"]
        assert imap.search(None, "BODY", '"this is three"')[1] == [b"3"]
        assert imap.sort("REVERSE SUBJECT", "UTF-8", "ALL")[1] == [b"2 3 1"]
        assert imap.thread("REFERENCES", "UTF-8", "ALL")[1] == [b"(1)(2)(3)"]
        assert b"\\Flagged" in imap.store("1", "+FLAGS", "(\\Flagged $Work)")[1][0]
        assert imap.search(None, "KEYWORD", "$Work")[1] == [b"1"]
        assert imap.create("Projects/2010")[0] == "OK"
        assert imap.copy("1", "Projects/2010")[0] == "OK"
        assert imap.uid("MOVE", "2", "Projects/2010")[0] == "OK"
        assert imap.append("Drafts", "(\\Draft)", None, message("draft").encode())[0] == "OK"
        assert subjects(imap, "Drafts") == ["draft"]
        assert sorted(subjects(imap, "Projects/2010")) == ["one", "two"]
        imap.select("INBOX")
        imap.store("1", "+FLAGS", "(\\Deleted)")
        assert imap.expunge()[1] == [b"1"]
        assert subjects(imap, "INBOX") == ["three"]
        assert imap.unselect()[0] == "OK"
        assert imap.enable("CONDSTORE")[0] == "OK"
        assert imap.rename("Projects", "Done")[0] == "OK"
        names = [line.split()[-1].strip(b'"') for line in imap.list()[1]]
        assert b"Done/2010" in names and b"Projects/2010" not in names, names
        assert imap.delete("Done/2010")[0] == "OK"
        with logged_in(one, "mail:993") as other:
            other.select("INBOX")
            other.store("1", "+FLAGS", "(\\Answered)")
            imap.select("INBOX")
            assert b"\\Answered" in imap.fetch("1", "(FLAGS)")[1][0]
        same_again(one)


def imaplib_is_protected():
    """imaplib begins TLS inside the session and before it, and proves a password by SCRAM's elder, PLAIN"""
    with world() as one:
        imap = imaplib.IMAP4("127.0.0.1", one.port["mail:143"])
        assert imap.starttls(trusting())[0] == "OK"
        assert imap.authenticate("PLAIN", lambda _: b"\0bob\0secret-bob")[0] == "OK"
        assert subjects(imap, "INBOX") == ["one", "two", "three"]
        imap.logout()
        with logged_in(one, "mail:993") as other:
            assert subjects(other, "INBOX") == ["one", "two", "three"]
        same_again(one)


def poplib_sees_the_inbox():
    """poplib sees the inbox alone, and what it deletes is gone for IMAP, too"""
    with world() as one:
        pop = poplib.POP3("127.0.0.1", one.port["mail:110"])
        pop.user("bob")
        pop.pass_("secret-bob")
        assert pop.stat()[0] == 3
        assert b"this is two" in b"\n".join(pop.retr(2)[1])
        pop.dele(2)
        pop.quit()
        with logged_in(one) as imap:
            assert subjects(imap, "INBOX") == ["one", "three"]
        same_again(one)


def curl_reads():
    """curl lists folders, fetches a message by its UID and a part of one, and searches"""
    with world() as one:
        base = ["curl", "-sS", "-u", "bob:secret-bob"]
        at = f"imap://127.0.0.1:{one.port['mail:143']}"
        code, said = run(*base, at + "/")
        assert code == 0 and "Team" in said and "INBOX" in said, said
        code, said = run(*base, at + "/INBOX;UID=2")
        assert code == 0 and "this is two" in said, said
        code, said = run(*base, at + "/INBOX;UID=2;SECTION=TEXT")
        assert code == 0 and said.strip() == "this is two", said
        code, said = run(*base, at + "/INBOX?SUBJECT%20three")
        assert code == 0 and said.split() == ["*", "SEARCH", "3"], said
        code, said = run(*base, "-k", "--ssl-reqd", at + "/INBOX", "-X", "STORE 1 +FLAGS (\\Flagged)")
        assert code == 0 and "\\Flagged" in said, said
        code, said = run(*base, "-k", f"imaps://127.0.0.1:{one.port['mail:993']}/Team;MAILINDEX=1")
        assert code == 0 and "this is [team] four" in said, said
        same_again(one)


def openssl_is_protected():
    """openssl begins TLS in IMAP and in LMTP, or before IMAP, and finds the certificate good"""
    scenario = os.path.join(CASES, "read-mail", "scenario.toml")
    ran = subprocess.run([PROGRAM, "show", scenario, "--authorities", "--seed", "1"],
                         capture_output=True, text=True, timeout=60, check=False)
    assert "BEGIN CERTIFICATE" in ran.stdout, ran.stdout + ran.stderr
    with world() as one, tempfile.TemporaryDirectory(prefix="postroad-") as folder:
        roots = os.path.join(folder, "roots.pem")
        with open(roots, "w", encoding="utf-8") as out:
            out.write(ran.stdout)

        def client(port, dialogue, *more, name="mail.example.org"):
            return run("openssl", "s_client", "-connect", f"127.0.0.1:{one.port[port]}", "-ign_eof",
                       "-CAfile", roots, "-attime", "1283328000", "-verify_hostname", name,
                       "-verify_return_error", *more, stdin=dialogue, timeout=60)

        reads = "a LOGIN bob secret-bob\r\nb STATUS INBOX (MESSAGES)\r\nc LOGOUT\r\n"
        for port, more in (("mail:143", ["-starttls", "imap"]), ("mail:993", [])):
            code, said = client(port, reads, *more)
            assert code == 0 and "Verification: OK" in said, said
            assert "* STATUS INBOX (MESSAGES 3)" in said and "a OK" in said, said
            code, said = client(port, reads, *more, name="other.example.org")
            assert code != 0 and "Verification: OK" not in said and "a OK" not in said, said
        code, said = client("mail:24", "LHLO client.example\r\nRCPT TO:<x@example.org>\r\n"
                            "QUIT\r\n", "-starttls", "lmtp")
        assert code == 0 and "Verification: OK" in said, said
        assert "250-mail.example.org" in said and "503 " in said and "221 " in said, said
        assert "STARTTLS" not in said, said  # RFC 3207 §4.2: not offered again
        same_again(one)


IMAPS = """
postroad = 1
until = "+10m"
[hosts.mail]
domains = "example.org"
services = ["mta", "msa", "mda", "imap", "dns", "resolver"]
tls.offer = true
tls.implicit = true
tls.version_max = "%s"
imap.mechanisms = %s
[people.alice]
address = "alice@example.org"
[people.bob]
address = "bob@example.org"
fetch.protocol = "imap"
fetch.from = "mail:%d"
[[timeline]]
send = { from = "alice", to = "bob", subject = "s", body = "a secret plan" }
[[timeline]]
at = "+1m"
fetch = "bob"
"""


def tshark_reads_imap():
    """tshark shows the dialogue of IMAP under TLS, with no option: the log-in, and the message"""
    with tempfile.TemporaryDirectory(prefix="postroad-") as folder:
        capture, scenario = os.path.join(folder, "imap.pcapng"), os.path.join(folder, "imap.toml")
        for version in ("1.2", "1.3"):
            for port, mechanisms, verb in ((993, "[]", "LOGIN"), (993, '["PLAIN"]', "AUTHENTICATE"),
                                           (143, '["PLAIN"]', "AUTHENTICATE")):
                with open(scenario, "w", encoding="utf-8") as out:
                    out.write(IMAPS % (version, mechanisms, port))
                code, said = run(PROGRAM, "run", scenario, "--pcap", capture)
                assert code == 0, said
                code, said = run("tshark", "-2", "-n", "-r", capture, "-Y", "tls && imap.request",
                                 "-T", "fields", "-e", "imap.request.command")
                commands = [line.upper() for line in said.splitlines()]
                for wanted in (verb, "SELECT", "LOGOUT"):
                    assert wanted in commands, (version, port, wanted, said)
                code, said = run("tshark", "-2", "-n", "-r", capture, "-Y",
                                 "tls && imap contains \"a secret plan\"")
                assert code == 0 and "IMAP" in said, (version, port, said)
                code, said = run("tshark", "-2", "-n", "-r", capture, "-Y", "_ws.malformed")
                assert code == 0 and "IMAP" not in said and "TLS" not in said, (version, port, said)


def mbsync_keeps_in_step():
    """mbsync keeps a Maildir and the server in step, both ways"""
    with world() as one, tempfile.TemporaryDirectory(prefix="postroad-") as folder:
        os.mkdir(f"{folder}/mail")
        with open(f"{folder}/rc", "w", encoding="utf-8") as rc:
            rc.write(f"IMAPAccount world\nHost 127.0.0.1\nPort {one.port['mail:143']}\nUser bob\n"
                     "Pass secret-bob\nSSLType None\nAuthMechs LOGIN\n\nIMAPStore far\nAccount world\n\n"
                     f"MaildirStore near\nPath {folder}/mail/\nInbox {folder}/mail/INBOX\n"
                     "SubFolders Verbatim\n\nChannel all\nFar :far:\nNear :near:\nPatterns *\n"
                     "Create Both\nExpunge Both\nSyncState *\n")

        def sync():
            code, said = run("mbsync", "-c", f"{folder}/rc", "all")
            assert code == 0, said

        sync()
        inbox = mailbox.Maildir(f"{folder}/mail/INBOX")
        assert sorted(one["Subject"] for one in inbox) == ["one", "three", "two"]
        assert len(mailbox.Maildir(f"{folder}/mail/Team")) == 1
        for key, letter in inbox.items():
            if letter["Subject"] == "one":
                letter.set_flags("F")
                letter.set_subdir("cur")
                inbox[key] = letter
            if letter["Subject"] == "two":
                letter.set_flags("T")
                letter.set_subdir("cur")
                inbox[key] = letter
        inbox.add(mailbox.MaildirMessage(email.message_from_string(message("from here"))))
        sync()
        with logged_in(one) as imap:
            assert sorted(subjects(imap, "INBOX")) == ["from here", "one", "three"]
            assert imap.search(None, "FLAGGED", "SUBJECT", "one")[1] != [b""]
            imap.select("INBOX")
            imap.store("1:*", "-FLAGS", "(\\Flagged)")
        sync()
        flags = {letter["Subject"]: letter.get_flags() for letter in mailbox.Maildir(f"{folder}/mail/INBOX")}
        assert "F" not in flags["one"], flags
        same_again(one)


class Sink:
    """An SMTP server that keeps what fetchmail hands on."""

    def __init__(self):
        import socket
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.got = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer, peer.makefile("rwb") as lines:
                self.talk(lines)

    def talk(self, lines):
        def say(text):
            lines.write(text.encode() + b"\r\n")
            lines.flush()

        say("220 sink")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"DATA":
                say("354 go on")
                text = b""
                for part in lines:
                    if part == b".\r\n":
                        break
                    text += part
                self.got.append(email.message_from_bytes(text)["Subject"])
                say("250 ok")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


def fetchmail_collects():
    """fetchmail collects by POP3 and by IMAP, and what it has taken is gone"""
    for protocol, port in (("pop3", "mail:110"), ("imap", "mail:143")):
        with world() as one, tempfile.TemporaryDirectory(prefix="postroad-") as folder:
            sink = Sink()
            with open(f"{folder}/rc", "w", encoding="utf-8") as rc:
                rc.write(f"poll 127.0.0.1 service {one.port[port]} protocol {protocol} user bob "
                         f"password secret-bob is bob here sslproto '' smtphost 127.0.0.1/{sink.port}\n")
            os.chmod(f"{folder}/rc", 0o600)
            code, said = run("fetchmail", "-f", f"{folder}/rc", "--pidfile", f"{folder}/pid",
                             "--idfile", f"{folder}/ids", "--nosyslog", env={**os.environ, "HOME": folder})
            assert code == 0, said
            assert sorted(sink.got) == ["one", "three", "two"], (sink.got, said)
            with logged_in(one) as imap:
                assert count(imap, "INBOX") == 0
            same_again(one)


IMAPFLOW = """
const { ImapFlow } = require('imapflow');
(async () => {
    const client = new ImapFlow({host: '127.0.0.1', port: Number(process.argv[2]), secure: false,
        logger: false, tls: {rejectUnauthorized: false},
        auth: {user: 'bob', pass: 'secret-bob'}});
    await client.connect();
    const lock = await client.getMailboxLock('INBOX');
    const seen = [];
    for await (const one of client.fetch('1:*', {envelope: true, flags: true, bodyStructure: true}))
        seen.push(one.envelope.subject + ' ' + one.bodyStructure.type);
    await client.messageFlagsAdd('1', ['\\\\Flagged']);
    const source = (await client.fetchOne('2', {source: true})).source.toString();
    const moved = await client.messageMove('2', 'Trash');
    await client.messageDelete({subject: 'three'});
    const left = [];
    for await (const one of client.fetch('1:*', {envelope: true, flags: true}))
        left.push(one.envelope.subject + ' ' + [...one.flags].join(','));
    lock.release();
    const status = await client.status('Trash', {messages: true});
    await client.logout();
    console.log(JSON.stringify({seen, has: source.includes('this is two'), moved: moved.uidMap.size,
                                left, trash: status.messages}));
})().catch(error => { console.error(error); process.exit(1); });
"""


def imapflow_works():
    """imapflow, of Node.js, begins TLS, fetches, flags, moves and deletes"""
    home = os.path.join(ROOT, "build", "node")
    if not os.path.isdir(os.path.join(home, "node_modules", "imapflow")):
        os.makedirs(home, exist_ok=True)
        code, said = run("npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", home,
                         "imapflow@^1.0.0", timeout=300)
        assert code == 0, said
    with world() as one, tempfile.TemporaryDirectory(prefix="postroad-") as folder:
        script = os.path.join(folder, "read.js")
        with open(script, "w", encoding="utf-8") as out:
            out.write(IMAPFLOW)
        code, said = run("node", script, str(one.port["mail:143"]),
                         env={**os.environ, "NODE_PATH": os.path.join(home, "node_modules")})
        assert code == 0, said
        for piece in ('"seen":["one text/plain","two text/plain","three text/plain"]', '"has":true',
                      '"moved":1', '"left":["one \\\\Flagged"]', '"trash":1'):
            assert piece in said, (piece, said)
        same_again(one)


def smtplib_brings_by_lmtp():
    """what smtplib's LMTP brings is read at once by IMAP; it is told who is not here"""
    with world() as one:
        with smtplib.LMTP("127.0.0.1", one.port["mail:24"]) as lmtp:
            refused = lmtp.sendmail("alice@example.org",
                                    ["bob@example.org", "nobody@example.org"],
                                    message("by lmtp"))
            assert list(refused) == ["nobody@example.org"], refused
        with logged_in(one) as imap:
            assert subjects(imap, "INBOX")[-1] == "by lmtp"
        same_again(one)


if __name__ == "__main__":
    sys.exit(run_cases([imaplib_works, imaplib_is_protected, poplib_sees_the_inbox, curl_reads,
                        openssl_is_protected, tshark_reads_imap, mbsync_keeps_in_step, fetchmail_collects, imapflow_works,
                        smtplib_brings_by_lmtp], sys.argv[1:]))
