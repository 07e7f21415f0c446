#!/usr/bin/python3
"""Programs that nobody here wrote judge the simulated Kerberos: MIT's kinit, kvno and klist get
tickets from a live KDC, curl and GNU SASL log in by them, and tshark opens them in the capture.
usage: kerberos_judges.py [CASE...]"""
import contextlib
import datetime
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "interop"))
from live import CASES, PROGRAM, Live, run_cases, same_again  # noqa: E402

KRB5_CONF = """
[libdefaults]
    default_realm = EXAMPLE.ORG
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
    udp_preference_limit = {limit}
    {more}
[realms]
    EXAMPLE.ORG = {{
        kdc = 127.0.0.1:{port}
    }}
[domain_realm]
    .example.org = EXAMPLE.ORG
"""
DECRYPT = ["-o", "kerberos.decrypt:TRUE"]


def free_port():
    """A port that is free for TCP and UDP alike: both doors of the KDC have one number."""
    for _ in range(50):
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            port = tcp.getsockname()[1]
            with contextlib.suppress(OSError):
                udp.bind(("127.0.0.1", port))
                return port
    raise AssertionError("no free port")


class Realm:
    """A live world that begins now, and the folder of a user who knows its KDC."""

    def __init__(self, over="udp", begins=datetime.timedelta(0), more=""):
        self.folder = tempfile.mkdtemp(prefix="postroad-realm-")
        start = datetime.datetime.now(datetime.timezone.utc) + begins
        with open(os.path.join(CASES, "single-sign-on/scenario.toml"), encoding="utf-8") as file:
            text = re.sub(r"(?m)^start = .*$", f"start = {start:%Y-%m-%dT%H:%M:%SZ}", file.read())
        self.scenario = os.path.join(self.folder, "scenario.toml")
        with open(self.scenario, "w", encoding="utf-8") as file:
            file.write(text)
        port = free_port()
        with open(os.path.join(self.folder, "krb5.conf"), "w", encoding="ascii") as file:
            file.write(KRB5_CONF.format(port=port, limit=1 if over == "tcp" else 1400, more=more))
        self.keytab = os.path.join(self.folder, "keytab")
        self.run([PROGRAM, "show", self.scenario, "--keytab", self.keytab])
        self.world = Live(self.scenario, [f"kdc.example.org:88=127.0.0.1:{port}",
                                          "mail:587=127.0.0.1:0", "mail:110=127.0.0.1:0"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.world.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, words, stdin="", expect=0):
        env = {**os.environ, "KRB5_CONFIG": os.path.join(self.folder, "krb5.conf"),
               "KRB5CCNAME": "FILE:" + os.path.join(self.folder, "cache"), "LC_ALL": "C"}
        ran = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=60,
                             check=False, env=env)
        assert ran.returncode == expect, \
            f"{words} ended with {ran.returncode}: {ran.stdout}{ran.stderr}"
        return ran.stdout + ran.stderr

    def capture(self):
        """The session's packets, from its journal, once it is over."""
        same_again(self.world)
        place = os.path.join(self.folder, "capture.pcapng")
        self.run([PROGRAM, "run", self.scenario, "--seed", "1", "--journal", self.world.journal,
                  "--pcap", place])
        return place


def get_tickets(realm):
    realm.run(["kinit", "alice"], stdin="secret-alice\n")
    # kvno opens each ticket with the service's key, which it has from the key table.
    said = realm.run(["kvno", "-k", realm.keytab, "smtp/mail.example.org", "pop/mail.example.org",
                      "host/kdc.example.org"])
    assert said.count("keytab entry valid") == 3, said
    listed = realm.run(["klist", "-e", "-f"])
    assert "Default principal: alice@EXAMPLE.ORG" in listed, listed
    for server in ("krbtgt/EXAMPLE.ORG", "smtp/mail.example.org", "pop/mail.example.org"):
        assert server + "@EXAMPLE.ORG" in listed, listed
    assert "aes256-cts-hmac-sha1-96" in listed, listed


def kinit_over_udp():
    """kinit and kvno get tickets over UDP, which the exported key table opens"""
    with Realm() as realm:
        get_tickets(realm)
        same_again(realm.world)


def kinit_over_tcp():
    """the same over TCP"""
    with Realm("tcp") as realm:
        get_tickets(realm)
        journal = open(realm.world.journal, encoding="utf-8", errors="replace").read()
        assert "datagram" not in journal and "connect" in journal
        same_again(realm.world)


def renewal_and_service_keys():
    """a ticket is renewed without a password, and a service signs on with its key table"""
    with Realm() as realm:
        realm.run(["kinit", "-r", "3d", "-l", "1h", "-f", "bob"], stdin="secret-bob\n")
        before = realm.run(["klist", "-f"])
        assert "renew until" in before and re.search(r"Flags: F.*R", before), before
        realm.run(["kinit", "-R"])
        realm.run(["kvno", "HTTP/mail.example.org"])
        realm.run(["kinit", "-k", "-t", realm.keytab, "smtp/mail.example.org"])
        assert "Default principal: smtp/mail.example.org@EXAMPLE.ORG" in realm.run(["klist"])


def aes128():
    """a client that knows AES-128 alone is served with it"""
    only = "\n    ".join(f"{name} = aes128-cts-hmac-sha1-96" for name in (
        "default_tkt_enctypes", "default_tgs_enctypes", "permitted_enctypes"))
    with Realm(more=only) as realm:
        realm.run(["kinit", "alice"], stdin="secret-alice\n")
        listed = realm.run(["klist", "-e"])
        assert "Etype (skey, tkt): aes128-cts-hmac-sha1-96" in listed, listed


def refusals():
    """MIT's words for each refusal: wrong password, strangers, types, clocks"""
    with Realm() as realm:
        said = realm.run(["kinit", "alice"], stdin="guess\n", expect=1)
        assert "Password incorrect" in said or "Preauthentication failed" in said, said
        said = realm.run(["kinit", "mallory"], stdin="x\n", expect=1)
        assert "not found in Kerberos database" in said, said
        realm.run(["kinit", "alice"], stdin="secret-alice\n")
        said = realm.run(["kvno", "smtp/nobody.example.org"], expect=1)
        assert "not found in Kerberos database" in said, said
    with Realm(more="default_tkt_enctypes = aes256-cts-hmac-sha384-192\n"
                    "    permitted_enctypes = aes256-cts-hmac-sha384-192") as realm:
        said = realm.run(["kinit", "alice"], stdin="secret-alice\n", expect=1)
        assert "encryption type" in said, said
    with Realm(begins=datetime.timedelta(minutes=-10), more="kdc_timesync = 0") as realm:
        said = realm.run(["kinit", "alice"], stdin="secret-alice\n", expect=1)
        assert "Clock skew too great" in said, said


def curl(realm, scheme, service, *words, stdin="", expect=0):
    port = realm.world.port[service]
    return realm.run(["curl", "-sS", f"{scheme}://mail.example.org:{port}/{'1' if scheme == 'pop3' else ''}",
                      "--resolve", f"mail.example.org:{port}:127.0.0.1", "--login-options",
                      "AUTH=GSSAPI", "--max-time", "30", "-u", ":", *words], stdin=stdin, expect=expect)


def curl_logs_in_by_tickets():
    """curl submits and collects mail with a ticket and no password, and is refused without one"""
    with Realm() as realm:
        letter = ["--mail-from", "alice@example.org", "--mail-rcpt", "bob@example.org", "-T", "-"]
        curl(realm, "smtp", "mail:587", *letter, stdin="Subject: x\n\nx\n", expect=94)
        realm.run(["kinit", "alice"], stdin="secret-alice\n")
        curl(realm, "smtp", "mail:587", *letter,
             stdin="From: alice@example.org\nSubject: by ticket\n\nno password\n")
        realm.run(["kinit", "bob"], stdin="secret-bob\n")
        got = curl(realm, "pop3", "mail:110")
        assert "Subject: by ticket" in got, got
        # Somebody else's mailbox is not opened by one's own ticket; one's own is, by one's name.
        curl(realm, "pop3", "mail:110", "--sasl-authzid", "alice", expect=67)
        curl(realm, "pop3", "mail:110", "--sasl-authzid", "bob")
        assert "smtp/mail.example.org@EXAMPLE.ORG" not in realm.run(["klist"])  # that was alice's
        same_again(realm.world)


def gsasl_logs_in():
    """GNU SASL logs in by GSSAPI, and believes that the server could open the ticket"""
    with Realm() as realm:
        realm.run(["kinit", "alice"], stdin="secret-alice\n")
        said = realm.run(["gsasl", "--smtp", "--connect",
                          f"127.0.0.1:{realm.world.port['mail:587']}", "--mechanism", "GSSAPI",
                          "--hostname", "mail.example.org", "--authentication-id", "alice",
                          "--authorization-id", "alice", "--no-starttls"])
        assert "235 " in said, said
        same_again(realm.world)


def fields(run, capture, chosen, *names, keytab=None):
    """What tshark shows of the chosen packets, a line each; with a key table also what is sealed."""
    more = [*DECRYPT, "-o", "kerberos.file:" + keytab] if keytab else []
    words = [word for name in names for word in ("-e", name)]
    lines = run(["tshark", "-2", "-n", "-r", capture, *more, "-Y", chosen, "-T", "fields",
                 *words]).split("\n")
    return [line for line in lines if line.strip() and not line.startswith("Running as")]


def judge(run, capture, keytab, types):
    """tshark finds nothing wrong, the messages are of these types, and each reply can be opened."""
    # Without keys: with them tshark warns of each that it tries in vain.
    wrong = fields(run, capture, "_ws.malformed || _ws.expert.severity >= 0x600000", "frame.number",
                   "_ws.expert.message")
    wrong += fields(run, capture, "_ws.malformed", "frame.number", keytab=keytab)
    assert not wrong, wrong
    found = fields(run, capture, "udp.port == 88 || tcp.port == 88 && kerberos", "kerberos.msg_type")
    assert [one.split(",")[0] for one in found] == types, found
    replies = "kerberos.msg_type == 11 || kerberos.msg_type == 13"
    opened = fields(run, capture, replies + " && kerberos.authtime", "kerberos.authtime",
                    keytab=keytab)
    assert len(opened) == types.count("11") + types.count("13"), opened
    assert not fields(run, capture, "kerberos.authtime", "kerberos.authtime")


def tshark_reads_along():
    """tshark finds nothing wrong with kinit's conversations, and with the key table opens them"""
    for over in ("udp", "tcp"):
        with Realm(over) as realm:
            get_tickets(realm)
            # Asked, refused, proved, given; then three times shown and given.
            judge(realm.run, realm.capture(), realm.keytab,
                  ["10", "30", "10", "11"] + ["12", "13"] * 3)


def tshark_reads_simulated_clients():
    """and nothing wrong with those of simulated people's mail programs"""
    with tempfile.TemporaryDirectory(prefix="postroad-") as folder:
        scenario, capture, keytab = (os.path.join(folder, name)
                                     for name in ("scenario.toml", "capture.pcapng", "keytab"))
        with open(os.path.join(CASES, "single-sign-on/scenario.toml"), encoding="utf-8") as file:
            text = file.read()
        with open(scenario, "w", encoding="utf-8") as file:
            file.write(text + """
[[timeline]]
at = "+1s"
send = { from = "alice", to = "bob", subject = "by ticket" }
[[timeline]]
at = "+1m"
fetch = "bob"
""")

        def run(words):
            ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
            assert ran.returncode == 0, ran.stderr
            return ran.stdout
        run([PROGRAM, "run", scenario, "--pcap", capture])
        run([PROGRAM, "show", scenario, "--keytab", keytab])
        judge(run, capture, keytab, ["10", "30", "10", "11", "12", "13"] * 2)
        services = fields(run, capture, "kerberos.msg_type == 13", "kerberos.SNameString",
                          keytab=keytab)
        assert "smtp,mail.example.org" in services[0] and "pop,mail.example.org" in services[1], \
            services


def main():
    cases = [kinit_over_udp, kinit_over_tcp, renewal_and_service_keys, aes128, refusals,
             curl_logs_in_by_tickets, gsasl_logs_in, tshark_reads_along,
             tshark_reads_simulated_clients]
    missing = [name for name in ("kinit", "kvno", "klist", "tshark", "curl", "gsasl") if shutil.which(name) is None]
    if missing:
        print("not installed: " + " ".join(missing) + " (./postroad test installs them)")
        return 1
    return run_cases(cases, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
