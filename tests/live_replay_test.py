#!/usr/bin/python3
"""A hundred live sessions with made-up clients, every third of them killed: each journal makes the
same run again without a socket. usage: live_replay_test.py [SEED...]"""
import concurrent.futures
import contextlib
import os
import random
import re
import socket
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "interop"))
from live import Live  # noqa: E402

SESSIONS = 100
SCENARIO = """
postroad = 1
[networks.internet]
kind = "internet"
[hosts.mail]
domains = "example.org"
[hosts.post]
domains = "example.net"
[people.alice]
address = "alice@example.org"
[people.bob]
address = "bob@example.net"
[[timeline]]
at = "+0.2s"
send = { from = "alice", to = "bob", subject = "from inside" }
"""
LINES = [b"EHLO client.example", b"HELO client.example", b"MAIL FROM:<x@elsewhere.example>",
         b"MAIL FROM:<>", b"RCPT TO:<bob@example.net>", b"RCPT TO:<nobody@example.net>",
         b"RCPT TO:<far@elsewhere.example>", b"DATA", b"RSET", b"NOOP", b"VRFY bob", b"HELP",
         b"\x00\xff\x1b[0m", b"COFFEE", b"QUIT"]


def mail(end, file):
    """A whole mail. True when its 250 was heard."""
    for words in (b"HELO client.example", b"MAIL FROM:<x@elsewhere.example>",
                  b"RCPT TO:<bob@example.net>", b"DATA"):
        end.sendall(words + b"\r\n")
        if file.readline()[:1] not in (b"2", b"3"):
            return False
    end.sendall(b"Subject: outside\r\n\r\nhello\r\n.\r\n")
    return file.readline().startswith(b"250")


def client(port, dice, told):
    """One made-up client; counts the mails whose 250 it heard."""
    with contextlib.suppress(OSError):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as end:
            end.settimeout(5)
            file = end.makefile("rb")
            file.readline()
            in_step = True  # no answer is left unread
            for _ in range(dice.randrange(1, 8)):
                kind = dice.randrange(4)
                if kind == 0 and in_step:
                    told.append(mail(end, file))
                elif kind == 1:  # in pieces, as they come
                    in_step = False
                    words = dice.choice(LINES) + b"\r\n"
                    cut = dice.randrange(len(words))
                    end.sendall(words[:cut])
                    end.sendall(words[cut:])
                elif kind == 2:  # several at once
                    in_step = False
                    end.sendall(b"\r\n".join(dice.choices(LINES, k=5)) + b"\r\n")
                else:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return


def session(seed):
    """One live session of this seed. Gives what was wrong, or nothing."""
    dice = random.Random(seed)
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(SCENARIO)
        file.flush()
        world = Live(file.name, ["post:25=127.0.0.1:0", "post:110=127.0.0.1:0"], seed=seed)
        told = []
        clients = [threading.Thread(target=client,
                                    args=(world.port["post:25"], random.Random(dice.random()), told))
                   for _ in range(dice.randrange(1, 6))]
        for one in clients:
            one.start()
        killed = seed % 3 == 0
        if killed:
            for one in clients[:dice.randrange(len(clients) + 1)]:
                one.join()
            world.kill()
            for one in clients:
                one.join()
        else:
            for one in clients:
                one.join()
            then = world.end()
        again, errors = world.replay()
        if "not what the journal" in errors:
            return f"seed {seed}: {errors}"
        if not killed and again["fingerprint"] != then:
            return f"seed {seed}: {then} became {again['fingerprint']}"
        if again["delivered"] < sum(told):
            return f"seed {seed}: {sum(told)} mails were answered with 250, {again['delivered']} kept"
        with open(world.journal, encoding="ascii") as journal:
            if not re.search(r"^\d+ connect ", journal.read(), re.M) and any(told):
                return f"seed {seed}: somebody was answered whom the journal does not know"
        return ""


def main():
    seeds = [int(word) for word in sys.argv[1:]] or range(1, SESSIONS + 1)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        wrong = [words for words in pool.map(session, seeds) if words]
    for words in wrong:
        seed = words.split()[1].rstrip(":")
        print(f"NOT SO: {words}\n    replay it with: tests/live_replay_test.py {seed}")
    print(f"{len(list(seeds)) - len(wrong)} of {len(list(seeds))} sessions were the same again")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
