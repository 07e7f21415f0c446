#!/usr/bin/python3
"""Programs that nobody here wrote log in to a live world: swaks, curl, GNU SASL, smtplib, poplib;
tshark reads what they said. usage: log_in_interop_test.py [CASE...]"""
import base64
import hashlib
import hmac
import json
import os
import poplib
import shutil
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "interop"))
from live import CASES, PROGRAM, Live, run_cases, same_again  # noqa: E402

EXPOSED = ["mail:587=127.0.0.1:0", "mail:110=127.0.0.1:0"]
MAIL = "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: hi\r\n\r\nhello\r\n"


def run(*words, stdin="", timeout=60):
    ran = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=timeout,
                         check=False)
    return ran.returncode, ran.stdout + ran.stderr


def world(*more):
    return Live("log-in", EXPOSED, *more)


def token(user, secret="secret-idp", lives_s=3600):
    """A JWT as RFC 7519 says, made without a line of Postroad. The world's day is in 2010."""
    def coded(octets):
        return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
    now = 1283328000
    head = coded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = coded(json.dumps({"iss": "idp", "sub": user, "iat": now, "exp": now + lives_s}).encode())
    signature = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{coded(signature)}"


def swaks_logs_in():
    """swaks logs in by LOGIN, CRAM-MD5 and PLAIN, with TLS and without, and is refused when it guesses"""
    with world() as one:
        base = ["swaks", "--server", "127.0.0.1", "--port", str(one.port["mail:587"]), "--helo",
                "swaks.example", "--from", "alice@example.org", "--to", "bob@example.org",
                "--auth-user", "alice"]
        for mechanism in ("LOGIN", "CRAM-MD5", "PLAIN"):
            for tls in ([], ["--tls"]):
                code, said = run(*base, *tls, "--auth", mechanism, "--auth-password", "secret-alice")
                assert code == 0 and "235 2.7.0" in said and "250 2.0.0 queued" in said, said
            code, said = run(*base, "--auth", mechanism, "--auth-password", "guess")
            assert code != 0 and "535 5.7.8" in said, said
            # A good log-in in between keeps the account from being locked, not the address.
            break_lock = run(*base, "--auth", mechanism, "--auth-password", "secret-alice")
            if break_lock[0] != 0:
                assert "454 4.7.0" in break_lock[1], break_lock[1]
        same_again(one)


def curl_with(one, protocol, *words):
    port = one.port["mail:587" if protocol == "smtp" else "mail:110"]
    if protocol == "pop3":
        return run("curl", "-sSv", *words, f"pop3://127.0.0.1:{port}/")
    return run("curl", "-sSv", *words, "--mail-from", "alice@example.org", "--mail-rcpt",
               "bob@example.org", "-T", "-", f"smtp://127.0.0.1:{port}/curl.example", stdin=MAIL)


def curl_logs_in():
    """curl logs in by LOGIN, CRAM-MD5, NTLM and PLAIN for SMTP and POP3, in the clear and under TLS"""
    with world() as one:
        for protocol in ("smtp", "pop3"):
            for mechanism in ("LOGIN", "CRAM-MD5", "NTLM", "PLAIN"):
                for tls in ([], ["-k", "--ssl-reqd"]):
                    code, said = curl_with(one, protocol, *tls, "-u", "alice:secret-alice",
                                           "--login-options", f"AUTH={mechanism}")
                    assert code == 0 and f"> AUTH {mechanism}" in said, (protocol, mechanism, said)
        code, said = curl_with(one, "smtp", "-u", "example\\alice:secret-alice", "--login-options",
                               "AUTH=NTLM")
        assert code == 0, said
        code, said = curl_with(one, "smtp", "-u", "alice:guess", "--login-options", "AUTH=NTLM")
        assert code == 67 and "535 5.7.8" in said, said
        same_again(one)


def curl_shows_tokens():
    """curl shows a bearer token by OAUTHBEARER and XOAUTH2; an expired and a forged one are refused"""
    with Live("log-in", EXPOSED + ["older:587=127.0.0.1:0", "older:110=127.0.0.1:0"]) as one:
        for host, mechanism, user in (("mail", "OAUTHBEARER", "alice"), ("older", "XOAUTH2", "dave")):
            words = ["curl", "-sSv", "-u", user + ":", "--oauth2-bearer"]
            smtp = ["--mail-from", f"{user}@example.{'org' if user == 'alice' else 'net'}",
                    "--mail-rcpt", "bob@example.org", "-T", "-",
                    f"smtp://127.0.0.1:{one.port[host + ':587']}/curl.example"]
            pop3 = [f"pop3://127.0.0.1:{one.port[host + ':110']}/"]
            for where in (smtp, pop3):
                code, said = run(*words, token(user), *where, stdin=MAIL)
                assert code == 0 and f"> AUTH {mechanism}" in said, (where, said)
            for bad in (token(user, lives_s=-1), token(user, secret="guess")):
                # Of XOAUTH2's error curl reads what it needs, and hangs up.
                code, said = run(*words, bad, *smtp, stdin=MAIL)
                assert code == 67 and "< 235" not in said, said
                assert "535 5.7.8" in said or "eyJzdGF0dXMiOiI0MDEi" in said, said
        same_again(one)


def gnu_sasl_proves():
    """GNU SASL proves its password by SCRAM-SHA-1 and -256, and checks the server's signature"""
    with world() as one:
        base = ["gsasl", "--smtp", "--no-starttls", "-a", "alice", "-z", "", "--hostname",
                "mail.example.org", "--service", "smtp", "--no-cb",
                "--connect", f"127.0.0.1:{one.port['mail:587']}"]
        for mechanism in ("SCRAM-SHA-1", "SCRAM-SHA-256", "CRAM-MD5", "LOGIN", "PLAIN"):
            code, said = run(*base, "-m", mechanism, "-p", "secret-alice")
            assert code == 0 and "235 2.7.0" in said, (mechanism, said)
        code, said = run(*base, "-m", "SCRAM-SHA-256", "-p", "guess")
        assert code != 0 and "535 5.7.8" in said, said
        same_again(one)


class EhloFirst:
    """Stands between: gsasl says STARTTLS without an EHLO before it, which RFC 3207 has not. Says the
    EHLO for it, and from then on passes octets on; TLS is between gsasl and the world."""

    def __init__(self, port):
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.there = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        here, _ = self.door.accept()
        here.settimeout(20)
        here.sendall(self.line())
        first = b""
        while not first.endswith(b"\n"):
            first += here.recv(1)
        if first == b"STARTTLS\r\n":
            self.there.sendall(b"EHLO between.example\r\n")
            while self.line()[3:4] == b"-":
                pass
        self.there.sendall(first)
        up = threading.Thread(target=self.carry, args=(here, self.there))
        up.start()
        self.carry(self.there, here)
        up.join()
        here.close()
        self.there.close()
        self.door.close()

    def line(self):
        out = b""
        while not out.endswith(b"\n"):
            out += self.there.recv(1)
        return out

    @staticmethod
    def carry(source, target):
        try:
            while octets := source.recv(65536):
                target.sendall(octets)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other one has gone


def gnu_sasl_is_bound():
    """GNU SASL binds SCRAM to its TLS session: SCRAM-SHA-1-PLUS and SCRAM-SHA-256-PLUS"""
    with world() as one:
        for mechanism in ("SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"):
            between = EhloFirst(one.port["mail:587"])
            code, said = run("gsasl", "--smtp", "--starttls", "--x509-ca-file=", "--priority",
                             "NORMAL", "-a", "alice", "-z", "", "-p", "secret-alice", "-m", mechanism,
                             "--hostname", "mail.example.org", "--service", "smtp",
                             "--connect", f"127.0.0.1:{between.port}")
            between.thread.join()
            assert code == 0 and "235 2.7.0" in said, (mechanism, said)
        same_again(one)


def python_logs_in():
    """smtplib chooses CRAM-MD5 by itself, poplib takes APOP, and a lock shuts them both out"""
    with world() as one:
        for method in (None, "auth_login", "auth_plain", "auth_cram_md5"):
            with smtplib.SMTP("127.0.0.1", one.port["mail:587"], timeout=20) as client:
                client.ehlo("python.example")
                if method is None:
                    client.login("alice", "secret-alice")
                else:
                    client.user, client.password = "alice", "secret-alice"
                    name = {"auth_login": "LOGIN", "auth_plain": "PLAIN",
                            "auth_cram_md5": "CRAM-MD5"}[method]
                    client.auth(name, getattr(client, method))
                client.sendmail("alice@example.org", ["bob@example.org"], MAIL)
        box = poplib.POP3("127.0.0.1", one.port["mail:110"], timeout=20)
        box.apop("bob", "secret-bob")
        assert box.stat()[0] >= 1
        box.quit()
        for _ in range(3):
            box = poplib.POP3("127.0.0.1", one.port["mail:110"], timeout=20)
            box.user("carol")
            try:
                box.pass_("guess")
                raise AssertionError("a guess got in")
            except poplib.error_proto as error:
                assert b"-ERR" in error.args[0]
        box = poplib.POP3("127.0.0.1", one.port["mail:110"], timeout=20)
        box.user("carol")
        try:
            box.pass_("secret-carol")
            raise AssertionError("the lock does not hold")
        except poplib.error_proto as error:
            assert b"[SYS/TEMP]" in error.args[0], error
        same_again(one)


def tshark_reads_ntlm():
    """tshark reads NTLM's three messages in a capture of the simulated session"""
    scenario = os.path.join(CASES, "ntlm", "scenario.toml")
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "ntlm.pcapng")
        code, said = run(PROGRAM, "run", scenario, "--pcap", capture)
        assert code == 0, said
        code, said = run("tshark", "-r", capture, "-o", "smtp.decryption:TRUE", "-d",
                         "tcp.port==587,smtp", "-Y", "ntlmssp && !_ws.malformed", "-T", "fields", "-e",
                         "ntlmssp.messagetype", "-e", "ntlmssp.auth.username", "-e",
                         "ntlmssp.challenge.target_info.dns_computer_name", "-e",
                         "ntlmssp.ntlmv2_response.ntproofstr")
        assert code == 0, said
        rows = [line.split("\t") for line in said.splitlines() if line.startswith("0x")]
        assert [row[0] for row in rows] == ["0x00000001", "0x00000002", "0x00000003"], said
        assert rows[1][2] == "mail.example.org", said
        assert rows[2][1] == "alice" and len(rows[2][3]) == 32, said


def main():
    cases = [swaks_logs_in, curl_logs_in, curl_shows_tokens, gnu_sasl_proves, gnu_sasl_is_bound,
             python_logs_in, tshark_reads_ntlm]
    missing = [name for name in ("swaks", "curl", "gsasl", "tshark") if shutil.which(name) is None]
    if missing:
        print("not installed: " + " ".join(missing) + " (./postroad test installs them)")
        return 1
    return run_cases(cases, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
