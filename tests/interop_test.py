#!/usr/bin/python3
"""Programs that nobody here wrote use a live world: swaks, curl, smtplib (LMTP, too), poplib, nodemailer,
smtp-source, Postfix, dig, drill, unbound. usage: interop_test.py [CASE...]"""
import email
import os
import poplib
import re
import shutil
import smtplib
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "interop"))
import live  # noqa: E402
from live import Live, run_cases, same_again  # noqa: E402

BOTH = ["mail:587=127.0.0.1:0", "post:110=127.0.0.1:0"]


def tool(*words, stdin="", timeout=60, expect=0, env=None):
    ran = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=timeout,
                         check=False, env=env)
    assert ran.returncode == expect, f"{words[0]} ended with {ran.returncode}: {ran.stdout}{ran.stderr}"
    return ran.stdout


def wait_until(holds, what, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.05)  # between looks at what another program does


def mailbox(port):
    box = poplib.POP3("127.0.0.1", port, timeout=20)
    box.user("bob")
    box.pass_("secret-bob")
    return box


def count_in(port):
    box = mailbox(port)
    count, _ = box.stat()
    box.quit()
    return count


def swaks_and_curl():
    """swaks submits with AUTH, curl collects by POP3, and the journal is graded as a lab"""
    with Live("submit-and-fetch", BOTH) as world:
        said = tool("swaks", "--server", "127.0.0.1", "--port", str(world.port["mail:587"]),
                    "--auth", "PLAIN", "--auth-user", "alice", "--auth-password", "secret-alice",
                    "--from", "alice@example.org", "--to", "bob@example.net", "--helo",
                    "swaks.example", "--body", "a line\n.\n..dots\n", "--pipeline")
        assert "250 2.0.0 queued as" in said, said
        port = world.port["post:110"]
        wait_until(lambda: count_in(port) == 1, "delivery")
        got = tool("curl", "-sS", "-u", "bob:secret-bob", f"pop3://127.0.0.1:{port}/1")
        assert "\n.\n..dots\n" in got.replace("\r", ""), got
        assert "X-Mailer: swaks" in got, got
        same_again(world)
        assert "4 of 4 points" in world.check()


def smtplib_and_poplib():
    """Python's smtplib and poplib carry a megabyte and 8-bit text unharmed, and delete it"""
    with Live("submit-and-fetch", BOTH) as world:
        text = "Grüße, \r\n.\r\n" + "".join(f"{i:06} {'x' * 60}\r\n" for i in range(15_000))
        with smtplib.SMTP("127.0.0.1", world.port["mail:587"], timeout=60) as client:
            client.ehlo("python.example")
            assert client.has_extn("8bitmime") and client.has_extn("size")
            client.login("alice", "secret-alice")
            message = ("From: alice@example.org\r\nTo: bob@example.net\r\nSubject: large\r\n"
                       "Content-Type: text/plain; charset=utf-8\r\n\r\n" + text)
            refused = client.sendmail("alice@example.org", ["bob@example.net"],
                                      message.encode(), ["BODY=8BITMIME"])
            assert not refused
        port = world.port["post:110"]
        wait_until(lambda: count_in(port) == 1, "delivery")
        box = mailbox(port)
        listing = box.uidl()[1]
        assert len(listing) == 1, listing
        top = email.message_from_bytes(b"\n".join(box.top(1, 1)[1]))
        assert top["Subject"] == "large"
        lines = box.retr(1)[1]
        body = b"\r\n".join(lines[lines.index(b"") + 1:]) + b"\r\n"
        assert body == text.encode(), "the body is not what was sent"
        box.dele(1)
        box.quit()
        assert count_in(port) == 0
        same_again(world)


def smtplib_lmtp():
    """Python's smtplib speaks LMTP, over TLS, and hears a verdict for each of three recipients"""
    with Live("lmtp", ["store:24=127.0.0.1:0", "store:110=127.0.0.1:0"]) as world:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with smtplib.LMTP("127.0.0.1", world.port["store:24"]) as client:
            client.sock.settimeout(60)
            assert client.starttls(context=context)[0] == 220
            assert client.ehlo()[0] == 250  # which says LHLO
            assert client.has_extn("pipelining") and client.has_extn("enhancedstatuscodes")
            assert client.docmd("EHLO", "python.example")[0] == 500
            assert client.mail("alice@example.org")[0] == 250
            assert client.docmd("DATA")[0] == 503
            codes = [client.rcpt(one + "@example.net")[0] for one in ("bob", "nobody", "carol")]
            assert codes == [250, 550, 250], codes
            # smtplib.data() reads the first of the replies, and the others are still to come.
            first = client.data("Subject: to each\r\n\r\n" + "x" * 2000 + "\r\n")
            second = client.getreply()
            assert first[0] == 250 and second[0] == 452, (first, second)
            assert second[1].startswith(b"4.2.2 "), second
            assert client.noop()[0] == 250
        port = world.port["store:110"]
        box = mailbox(port)
        got = b"\r\n".join(box.retr(1)[1])
        box.quit()
        assert got.startswith(b"Return-Path: <alice@example.org>\r\nReceived: from "), got[:200]
        assert b"with LMTPS" in got, got[:400]
        same_again(world)


def nodemailer():
    """nodemailer submits a message with an attachment"""
    script = """
const mailer = require('nodemailer');
const way = mailer.createTransport({host: '127.0.0.1', port: +process.argv[1], secure: false,
    ignoreTLS: true, name: 'node.example', auth: {user: 'alice', pass: 'secret-alice'}});
way.sendMail({from: 'Alice <alice@example.org>', to: 'bob@example.net', subject: 'from node',
    text: 'hello', attachments: [{filename: 'a.bin', content: Buffer.alloc(100000, 7)}]},
    (error, info) => { if (error) { console.error(error); process.exit(1); }
                       console.log(info.response); });
"""
    with Live("submit-and-fetch", BOTH) as world:
        env = dict(os.environ, NODE_PATH="/usr/share/nodejs:/usr/lib/nodejs")
        said = tool("node", "-e", script, str(world.port["mail:587"]), env=env)
        assert said.startswith("250 2.0.0 queued as"), said
        port = world.port["post:110"]
        wait_until(lambda: count_in(port) == 1, "delivery")
        box = mailbox(port)
        got = email.message_from_bytes(b"\r\n".join(box.retr(1)[1]))
        box.quit()
        parts = [part for part in got.walk() if part.get_filename() == "a.bin"]
        assert parts and parts[0].get_payload(decode=True) == bytes([7]) * 100_000
        same_again(world)
        assert "4 of 4 points" in world.check()


def swaks_and_curl_with_tls():
    """swaks and curl speak TLS 1.3 to the simulated servers, and a replay makes the same octets"""
    with Live("protected", BOTH) as world:
        said = tool("swaks", "--server", "127.0.0.1", "--port", str(world.port["mail:587"]), "--tls",
                    "--auth", "PLAIN", "--auth-user", "alice", "--auth-password", "secret-alice",
                    "--from", "alice@example.org", "--to", "bob@example.net", "--helo",
                    "swaks.example")
        assert "TLS started with cipher TLSv1.3" in said and "CN=mail.example.org" in said, said
        assert "250 2.0.0 queued as" in said, said
        port = world.port["post:110"]
        got = ""
        end = time.monotonic() + 20
        while "X-Mailer: swaks" not in got:
            assert time.monotonic() < end, got
            ran = subprocess.run(["curl", "-sk", "--ssl-reqd", "-u", "bob:secret-bob",
                                  f"pop3://127.0.0.1:{port}/1"], capture_output=True, text=True,
                                 timeout=20, check=False)
            got = ran.stdout
        same_again(world)


def curl_and_the_web():
    """curl speaks HTTP and HTTPS to a simulated web server: keep-alive, HEAD, chunks, certificates"""
    def curl(*words):
        ran = subprocess.run(["curl", *words], capture_output=True, text=True, timeout=60,
                             check=False)
        assert ran.returncode == 0, (words, ran.returncode, ran.stdout, ran.stderr)
        return ran.stdout + ran.stderr

    today = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime())
    with tempfile.TemporaryDirectory() as folder:
        scenario = os.path.join(folder, "scenario.toml")
        with open(scenario, "w", encoding="utf-8") as file:
            file.write(f"""postroad = 1
start = {today}
[hosts.www]
services = ["http", "https"]
names = "www.example.org"
[hosts.www.http]
resources = [
  {{ path = "/", type = "text/html", body = "<p>Hello.</p>\\n" }},
  {{ path = "/policy", host = "www.example.org", body = "a policy" }},
  {{ path = "/gone", status = 410 }},
]
""")
        roots = os.path.join(folder, "roots.pem")
        ran = subprocess.run([live.PROGRAM, "show", scenario, "--authorities", "--seed", "1"],
                             capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == 0 and "BEGIN CERTIFICATE" in ran.stdout, ran.stdout + ran.stderr
        with open(roots, "w", encoding="ascii") as file:
            file.write(ran.stdout)
        with Live(scenario, ["www:80=127.0.0.1:0", "www:443=127.0.0.1:0"]) as world:
            plain, tls = world.port["www:80"], world.port["www:443"]
            base = f"http://127.0.0.1:{plain}"
            said = curl("-sv", f"{base}/", f"{base}/policy", "-H", "Host: www.example.org")
            assert "<p>Hello.</p>" in said and "a policy" in said, said
            assert "Re-using existing connection" in said, said
            assert "HTTP/1.1 200 OK" in said and "Content-Type: text/html" in said, said
            head = curl("-sI", f"{base}/")
            assert "Content-Length: 14" in head and "Hello" not in head, head
            codes = curl("-s", "-o", "/dev/null", "-w", "%{http_code} ", f"{base}/gone",
                         "-o", "/dev/null", f"{base}/nothing")
            assert codes.split() == ["410", "404"], codes
            post = curl("-sv", "-H", "Transfer-Encoding: chunked", "-d", "some words",
                        f"{base}/")
            assert "405 Method Not Allowed" in post and "Allow: GET, HEAD" in post, post
            large = curl("-sv", "-H", "Expect: 100-continue", "-d", "x" * 5000, f"{base}/")
            assert "100 Continue" in large and "405 Method Not Allowed" in large, large
            old = curl("-sv", "--http1.0", f"{base}/")
            assert "<p>Hello.</p>" in old, old
            place = f"www.example.org:{tls}:127.0.0.1"
            words = ["-sv", "--cacert", roots, "--resolve"]
            said = curl(*words, place, f"https://www.example.org:{tls}/policy")
            assert "a policy" in said and "SSL certificate verify ok" in said, said
            wrong = subprocess.run(["curl", *words, f"www.example.net:{tls}:127.0.0.1",
                                    f"https://www.example.net:{tls}/"], capture_output=True,
                                   text=True, timeout=20, check=False)
            assert wrong.returncode == 60, (wrong.returncode, wrong.stderr)
            same_again(world)


def openssl_and_dane():
    """openssl's client takes the TLSA record that the advisor prints, and no other"""
    scenario = os.path.join(live.CASES, "protected", "scenario.toml")
    ran = subprocess.run([live.PROGRAM, "show", scenario, "--certificates", "--seed", "1"],
                         capture_output=True, text=True, timeout=60, check=False)
    record = re.search(r"_25\._tcp\.mail\.example\.org\. IN TLSA (3 1 1 \w{64})\n", ran.stdout)
    assert record, ran.stdout + ran.stderr
    other = record.group(1)[:-1] + ("0" if record.group(1)[-1] != "0" else "1")
    with Live("protected", ["mail:25=127.0.0.1:0"]) as world:
        def client(rrdata):
            ran = subprocess.run(
                ["openssl", "s_client", "-connect", f"127.0.0.1:{world.port['mail:25']}",
                 "-starttls", "smtp", "-dane_tlsa_domain", "mail.example.org",
                 "-dane_tlsa_rrdata", rrdata, "-verify_return_error"], input="QUIT\r\n",
                capture_output=True, text=True, timeout=30, check=False)
            return ran.stdout + ran.stderr
        said = client(record.group(1))
        assert "Verification: OK" in said and "DANE TLSA 3 1 1" in said, said
        assert "Verification: OK" not in client(other)
        same_again(world)


def smtp_source():
    """Postfix's smtp-source delivers 300 mails in 10 parallel sessions, and none is lost"""
    with Live("submit-and-fetch", ["post:25=127.0.0.1:0", "post:110=127.0.0.1:0"],
              "--depth", "lines") as world:
        tool("smtp-source", "-s", "10", "-m", "300", "-l", "2000", "-f", "x@elsewhere.example", "-t",
             "bob@example.net", f"127.0.0.1:{world.port['post:25']}")
        wait_until(lambda: count_in(world.port["post:110"]) == 300, "delivery of all")
        again = same_again(world)
        assert again["delivered"] == 300, again


class Postfix:
    """A Postfix of its own: smtpd at `port`, relaying example.org to `next_port`."""

    def __init__(self, port, next_port):
        # Its folders must be where the user postfix may go.
        self.folder = tempfile.mkdtemp(prefix="postroad-postfix-")
        os.chmod(self.folder, 0o755)
        conf, queue, data, mail = (os.path.join(self.folder, name)
                                   for name in ("conf", "queue", "data", "mail"))
        for place in (conf, queue, data, mail):
            os.mkdir(place)
        self.mail = os.path.join(mail, "carol/")
        shutil.chown(data, "postfix")
        shutil.chown(mail, "nobody")
        self.log = os.path.join(queue, "log")
        settings = {
            "compatibility_level": "3.6", "queue_directory": queue, "data_directory": data,
            "mail_owner": "postfix", "setgid_group": "postdrop", "myhostname": "postfix.example",
            "mydestination": "", "inet_interfaces": "127.0.0.1", "inet_protocols": "ipv4",
            "maillog_file": self.log, "maillog_file_prefixes": queue, "alias_maps": "",
            "alias_database": "", "virtual_mailbox_domains": "real.example",
            "virtual_mailbox_base": mail, "virtual_mailbox_maps": "inline:{carol@real.example=carol/}",
            "virtual_uid_maps": "static:65534", "virtual_gid_maps": "static:65534",
            "smtp_dns_support_level": "disabled", "mynetworks": "127.0.0.0/8",
            "transport_maps": f"inline:{{example.org=smtp:[127.0.0.1]:{next_port}}}",
            "smtpd_relay_restrictions": "permit_mynetworks, reject", "minimal_backoff_time": "1s",
            "queue_run_delay": "1s",
        }
        with open(os.path.join(conf, "main.cf"), "w", encoding="utf-8") as main:
            main.writelines(f"{key} = {value}\n" for key, value in settings.items())
        with open(os.path.join(conf, "master.cf"), "w", encoding="utf-8") as master:
            master.write(f"127.0.0.1:{port} inet n - n - - smtpd\n")
            for service, kind, command in (
                    ("cleanup", "unix n - n - 0", "cleanup"), ("qmgr", "unix n - n 300 1", "qmgr"),
                    ("rewrite", "unix - - n - -", "trivial-rewrite"),
                    ("bounce", "unix - - n - 0", "bounce"), ("defer", "unix - - n - 0", "bounce"),
                    ("smtp", "unix - - n - -", "smtp"), ("virtual", "unix - n n - -", "virtual"),
                    ("error", "unix - - n - -", "error"), ("retry", "unix - - n - -", "error"),
                    ("anvil", "unix - - n - 1", "anvil"), ("scache", "unix - - n - 1", "scache"),
                    ("postlog", "unix-dgram n - n - 1", "postlogd"),
                    ("proxymap", "unix - - n - -", "proxymap"), ("tlsmgr", "unix - - n 1000? 1", "tlsmgr")):
                master.write(f"{service} {kind} {command}\n")
        self.conf = conf
        tool("postfix", "-c", conf, "start", timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["postfix", "-c", self.conf, "stop"], capture_output=True, timeout=60,
                       check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def letters(self):
        new = os.path.join(self.mail, "new")
        return [os.path.join(new, name) for name in os.listdir(new)] if os.path.isdir(new) else []

    def words(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()[-3000:]


def postfix_on_both_sides():
    """a real Postfix sends through the simulated Internet to a real Postfix, by DNS and forwarding"""
    with Live("postfix-between", ["mail:25=127.0.0.1:0"]) as world:
        with Postfix(10025, world.port["mail:25"]) as postfix:
            with smtplib.SMTP("127.0.0.1", 10025, timeout=20) as client:
                client.sendmail("sender@out.example", ["alice@example.org"],
                                "Subject: round\r\nFrom: sender@out.example\r\n\r\nand about\r\n")
            try:
                wait_until(lambda: len(postfix.letters()) == 1, "delivery by Postfix", 40)
            except AssertionError as error:
                raise AssertionError(f"{error}: {postfix.words()}") from error
            with open(postfix.letters()[0], encoding="utf-8") as file:
                letter = email.message_from_file(file)
            hops = [" ".join(hop.split()) for hop in letter.get_all("Received")]
            assert len(hops) == 3, hops
            assert "by postfix.example" in hops[0] and "by mail.example.org" in hops[1] and \
                "by postfix.example" in hops[2], hops
        same_again(world)
        assert "3 of 3 points" in world.check()


def dig_and_drill():
    """dig and drill agree with the zone: records, aliases, denials, truncation and TCP"""
    with Live("resolve", ["mail:53=127.0.0.1:0"]) as world:
        # UDP and TCP have each their own port here: the system chose.
        udp = tcp = 0
        for line in world.said.splitlines():
            if line.startswith("mail:53"):
                number = int(line.split()[1].rsplit(":", 1)[1])
                udp, tcp = (number, tcp) if "(UDP)" in line else (udp, number)
        base = ["dig", "@127.0.0.1", "+noall", "+answer", "+comments", "+norec", "+tries=1"]

        def dig(*words, over_tcp=False):
            more = ["-p", str(tcp), "+tcp"] if over_tcp else ["-p", str(udp)]
            return tool(*base, *more, *words)
        answer = dig("example.org", "MX")
        assert "10 mail.example.org." in answer and "20 mail2.example.org." in answer, answer
        assert "aa" in answer.split("flags:")[1].split(";")[0], answer
        alias = dig("alias.example.org", "A")
        assert "CNAME" in alias and "192.0.2.80" in alias, alias
        assert "NXDOMAIN" in dig("nothing.example.org", "A")
        assert "NOERROR" in dig("www.example.org", "MX") and "ANSWER: 0" in dig("www.example.org", "MX")
        short = dig("+noedns", "+ignore", "long.example.org", "TXT")
        assert " tc" in short.split("flags:")[1].split(";")[0], short
        assert dig("long.example.org", "TXT", over_tcp=True).count("many words") == 6
        drill = tool("drill", "-p", str(udp), "@127.0.0.1", "example.org", "TXT")
        assert "v=spf1 mx -all" in drill, drill
        same_again(world)


TREE = """
set -e
ip link set lo up
for address in {addresses}; do ip address add $address/32 dev lo; done
exec {python} {self} in_a_network_of_its_own {folder}
"""


def unbound_walks_the_tree():
    """a real unbound resolves from the root down through the simulated authorities"""
    with Live("resolve", [], "--all") as world:
        places = set(re.findall(r"^(\S+:53) +\S+ +(\S+) ", world.said, re.M))
    addresses = {where: address for where, address in places}
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "places"), "w", encoding="ascii") as file:
            file.writelines(f"{where} {address}\n" for where, address in addresses.items())
        said = tool("unshare", "-n", "-m", "sh", "-c", TREE.format(
            addresses=" ".join(sorted(set(addresses.values()))), python=sys.executable,
            self=os.path.abspath(__file__), folder=folder))
        assert "resolved" in said, said


def in_a_network_of_its_own(folder):
    """The part that runs where the simulated addresses are the loopback's own."""
    with open(os.path.join(folder, "places"), encoding="ascii") as file:
        places = dict(row.split() for row in file)
    expose = [f"{where}={address}:53" for where, address in places.items()]
    known = [word for address in set(places.values()) for word in ("--i-know", address)]
    root = next(address for where, address in places.items() if where.startswith("root"))
    hints, conf = os.path.join(folder, "hints"), os.path.join(folder, "conf")
    with open(hints, "w", encoding="ascii") as file:
        file.write(f". 3600000 NS root-dns.\nroot-dns. 3600000 A {root}\n")
    with open(conf, "w", encoding="ascii") as file:
        file.write(f"""server:
  interface: 127.0.0.1@5353
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: "{folder}/pid"
  use-syslog: no
  module-config: "iterator"
  root-hints: "{hints}"
  do-not-query-localhost: no
  do-ip6: no
""")
    with Live("resolve", expose, *known) as world:
        server = subprocess.Popen(["unbound", "-d", "-c", conf], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True)
        try:
            ask = ["dig", "@127.0.0.1", "-p", "5353", "+short", "+tries=1", "+time=3"]

            def answer(*words):
                ran = subprocess.run([*ask, *words], capture_output=True, text=True, timeout=30,
                                     check=False)
                return ran.stdout
            wait_until(lambda: "10 mail.example.org." in answer("example.org", "MX"), "an answer")
            assert "10 post.example.net." in answer("example.net", "MX")
            assert answer("alias.example.org", "A").endswith("192.0.2.80\n")
            assert answer("long.example.org", "TXT").count("many words") == 6
        finally:
            server.terminate()
            server.communicate(timeout=20)
        same_again(world)
    print("resolved")


def main():
    if sys.argv[1:2] == ["in_a_network_of_its_own"]:
        in_a_network_of_its_own(sys.argv[2])
        return 0
    cases = [swaks_and_curl, swaks_and_curl_with_tls, curl_and_the_web, openssl_and_dane,
             smtplib_and_poplib, smtplib_lmtp, nodemailer, smtp_source, postfix_on_both_sides, dig_and_drill, unbound_walks_the_tree]
    missing = [name for name in ("swaks", "curl", "node", "smtp-source", "postfix", "dig", "drill",
                                 "unbound", "unshare", "ip")
               if shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin") is None]
    if missing:
        print("not installed: " + " ".join(missing) + " (./postroad test installs them)")
        return 1
    return run_cases(cases, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
