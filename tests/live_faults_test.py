#!/usr/bin/python3
"""Every row of sim/live/README.md's table of faults, done to a live world.
usage: live_faults_test.py [ROW...]"""
import contextlib
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "interop"))
from live import PROGRAM, ROOT, Live, run_cases, same_again  # noqa: E402

SCENARIO = """
postroad = 1
[hosts.mail]
domains = "example.org"
[people.bob]
address = "bob@example.org"
"""
HASTY = SCENARIO + '[hosts.mail.smtp]\ntimeout = "2s"\n'
REAL = """
postroad = 1
[hosts.mail]
domains = "example.org"
[hosts.mx]
domains = "example.net"
real = "127.0.0.1:{port}"
[people.alice]
address = "alice@example.org"
[[timeline]]
send = {{ from = "alice", to = "carol@example.net", subject = "out" }}
"""
MEBIBYTE = 1 << 20


def scenario(text=SCENARIO):
    file = tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False)
    file.write(text)
    file.close()
    return file.name


def live(*more, expose=("mail:25=127.0.0.1:0", "mail:110=127.0.0.1:0")):
    return Live(scenario(), expose, *more)


def connect(world, place="mail:25"):
    end = socket.create_connection(("127.0.0.1", world.port[place]), timeout=30)
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return end


def line(end):
    """One line, or what there is of it when the peer closes."""
    out = b""
    while not out.endswith(b"\n"):
        got = end.recv(1)
        if not got:
            break
        out += got
    return out.decode("latin-1").rstrip("\r\n")


def ask(end, words):
    end.sendall(words.encode("latin-1") + b"\r\n")
    return line(end)


def greeted(world):
    end = connect(world)
    assert line(end).startswith("220 ")
    assert ask(end, "HELO client.example").startswith("250 ")
    return end


def send_mail(end, body="Subject: x\r\n\r\ntext\r\n"):
    assert ask(end, "MAIL FROM:<a@elsewhere.example>").startswith("250 ")
    assert ask(end, "RCPT TO:<bob@example.org>").startswith("250 ")
    assert ask(end, "DATA").startswith("354 ")
    return ask(end, body + ".")


def memory_of(world):
    with open(f"/proc/{world.process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) * 1024


def refused(*words):
    ran = subprocess.run([PROGRAM, "live", *words], capture_output=True, text=True, timeout=30,
                         check=False)
    assert ran.returncode == 2, ran
    return ran.stderr


def killed():
    with live() as world:
        end = greeted(world)
        for _ in range(20):
            assert send_mail(end).startswith("250 ")
        assert ask(end, "MAIL FROM:<a@elsewhere.example>").startswith("250 ")
        world.kill()
        with contextlib.suppress(ConnectionError):
            assert end.recv(1) == b""
        again, errors = world.replay()
        assert again["delivered"] == 20, again
        assert "not what the journal" not in errors, errors


def journal_cut():
    with live() as world:
        send_mail(greeted(world))
        world.end()
        whole = os.path.getsize(world.journal)
        os.truncate(world.journal, whole - 3)
        again, errors = world.replay()
        assert "cut short" in errors and again["delivered"] == 1, (errors, again)


def journal_exists():
    with tempfile.NamedTemporaryFile("w", suffix=".journal") as old:
        old.write("dear diary\n")
        old.flush()
        said = refused(scenario(), "--all", "--journal", old.name)
        assert "never overwritten" in said, said
        with open(old.name, encoding="ascii") as file:
            assert file.read() == "dear diary\n"


def disk_full():
    folder = tempfile.mkdtemp(prefix="postroad-")
    journal = os.path.join(folder, "journal")

    def small_files():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    world = Live.__new__(Live)
    world.process = subprocess.Popen(
        [PROGRAM, "live", scenario(), "--expose", "mail:25=127.0.0.1:0", "--journal", journal,
         "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=small_files)
    said = ""
    while "ready" not in said:
        said += world.process.stdout.readline()
    world.port = {"mail:25": int(re.search(r"mail:25 +\S+:(\d+)", said).group(1))}
    end = greeted(world)
    told = 0
    with contextlib.suppress(ConnectionError, AssertionError):
        for _ in range(1000):
            assert send_mail(end).startswith("250 ")
            told += 1
    _, errors = world.process.communicate(timeout=30)
    assert world.process.returncode == 2 and "could not be written" in errors, errors
    ran = subprocess.run([PROGRAM, "run", scenario(), "--journal", journal, "--json"],
                         capture_output=True, text=True, timeout=60, check=True)
    delivered = int(re.search(r'"delivered":(\d+)', ran.stdout).group(1))
    assert 0 < told <= delivered, (told, delivered)


def port_taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refused(scenario(), "--expose", f"mail:25=127.0.0.1:{port}")
        assert f"cannot listen at 127.0.0.1:{port} for mail:25" in said, said


def not_loopback():
    said = refused(scenario(), "--expose", "mail:25=0.0.0.0:0")
    assert "--i-know 0.0.0.0" in said, said


def long_line():
    with live() as world:
        end = greeted(world)
        for _ in range(64):
            end.sendall(b"x" * MEBIBYTE)
        assert ask(end, "") == "500 5.5.2 line too long"
        assert ask(end, "NOOP").startswith("250 ")
        assert memory_of(world) < 200 * MEBIBYTE, memory_of(world)


def flood_of_commands():
    with live() as world:
        end = greeted(world)
        end.settimeout(2)
        flood = b"HELP\r\n" * 2000
        sent = 0
        with contextlib.suppress(TimeoutError):
            for _ in range(2000):
                sent += end.send(flood)
        assert sent < 24_000_000, "all was taken from a peer that reads nothing"
        assert memory_of(world) < 300 * MEBIBYTE, memory_of(world)
        other = greeted(world)
        assert ask(other, "NOOP").startswith("250 ")
        end.settimeout(30)
        got = 0
        while got < 5_000_000:
            piece = end.recv(1 << 16)
            assert piece, "the server hung up"
            got += len(piece)


def never_reads():
    with live() as world:
        assert send_mail(greeted(world), "Subject: x\r\n\r\n" + ("x" * 70 + "\r\n") * 40_000
                         ).startswith("250 ")
        before = memory_of(world)
        ends = []
        for _ in range(1):
            end = connect(world, "mail:110")
            line(end)
            assert ask(end, "USER bob").startswith("+OK")
            assert ask(end, "PASS secret-bob").startswith("+OK")
            end.sendall(b"RETR 1\r\n" * 500)
            ends.append(end)
        other = greeted(world)
        for _ in range(20):
            assert ask(other, "NOOP").startswith("250 ")
        assert memory_of(world) < before + 64 * MEBIBYTE, (before, memory_of(world))
        got = 0
        while got < 12_000_000:  # and it gets all that it asked for, when it reads
            piece = ends[0].recv(1 << 16)
            assert piece, "the server hung up"
            got += len(piece)


def slow_loris():
    with Live(scenario(HASTY), ["mail:25=127.0.0.1:0"]) as world:
        idle = [connect(world) for _ in range(300)]
        for end in idle:
            end.sendall(b"E")
        good = greeted(world)
        assert send_mail(good).startswith("250 ")
        for end in idle:
            words = line(end)
            while words.startswith("220"):
                words = line(end)
            assert words.startswith("421 "), words


def too_fast():
    with live("--rate-max", "65536") as world:
        end = greeted(world)
        for words in ("MAIL FROM:<a@elsewhere.example>", "RCPT TO:<bob@example.org>", "DATA"):
            ask(end, words)
        began = time.monotonic()
        sender = threading.Thread(target=end.sendall, args=((b"x" * 70 + b"\r\n") * 6000 + b".\r\n",))
        sender.start()
        assert send_mail(greeted(world)).startswith("250 ")  # the others do not wait
        end.settimeout(120)
        assert line(end).startswith("250 ")
        sender.join()
        assert time.monotonic() - began > 2, "nobody slowed him down"
        assert same_again(world)["delivered"] == 2


def too_many_connections():
    with live("--connections-max", "8") as world:
        ends = [greeted(world) for _ in range(8)]
        waiting = connect(world)
        waiting.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            assert not waiting.recv(1), "it was let in"
        ends[0].close()
        waiting.settimeout(20)
        assert line(waiting).startswith("220 ")


def broken_in_data():
    with live() as world:
        end = greeted(world)
        for words in ("MAIL FROM:<a@elsewhere.example>", "RCPT TO:<bob@example.org>", "DATA"):
            ask(end, words)
        end.sendall(b"Subject: half a mail\r\n")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        end.close()
        assert send_mail(greeted(world)).startswith("250 ")
        assert same_again(world)["delivered"] == 1


def control_octets():
    with Live(scenario(), ["mail:25=127.0.0.1:0"]) as world:
        end = greeted(world)
        assert ask(end, "NOOP \x1b]0;owned\x07\x1b[31m").startswith("500 ")
        world.end()
        shown = subprocess.run([PROGRAM, "show", world.scenario, "--journal", world.journal],
                               capture_output=True, timeout=60, check=True).stdout
        assert b"\x1b" not in shown and b"\x07" not in shown, shown


def deep_mime():
    body = "Subject: deep\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n"
    for depth in range(5000):
        body += f"--b{depth}\r\nContent-Type: multipart/mixed; boundary=b{depth + 1}\r\n\r\n"
    with live() as world:
        assert send_mail(greeted(world), body).startswith("250 ")
        end = connect(world, "mail:110")
        line(end)
        ask(end, "USER bob")
        ask(end, "PASS secret-bob")
        assert ask(end, "RETR 1").startswith("+OK")
        got = ""
        while not got.endswith("\r\n.\r\n"):
            got += end.recv(1 << 16).decode("latin-1")
        assert body in got


def dns_port(world):
    found = re.search(r"mail:53 +\S+:(\d+) .*\(UDP\)", world.said)
    return int(found.group(1))


def query(end, port, number):
    end.sendto(bytes([number >> 8, number & 255]) + b"\0\0\0\1\0\0\0\0\0\0\7example\3org\0\0\17\0\1",
               ("127.0.0.1", port))


def answered(end, port):
    """Asks, and asks again as resolvers do, until it is answered."""
    end.settimeout(1)
    for _ in range(20):
        query(end, port, 7)
        with contextlib.suppress(TimeoutError):
            while True:
                got = end.recv(4096)
                if got[:2] == b"\0\7":
                    return bool(got[2] & 128) and got[7] == 1
    return False


def datagram_garbage():
    with Live(scenario(), ["mail:53=127.0.0.1:0"]) as world:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.settimeout(20)
            for size in range(0, 600, 7):
                end.sendto(bytes((size * 31 + i) & 255 for i in range(size)),
                           ("127.0.0.1", dns_port(world)))
            assert answered(end, dns_port(world))
        same_again(world)


def datagram_flood():
    with Live(scenario(), ["mail:53=127.0.0.1:0"]) as world:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.settimeout(20)
            for number in range(100, 6100):
                query(end, dns_port(world), number)
            assert answered(end, dns_port(world))
        assert memory_of(world) < 200 * MEBIBYTE
        same_again(world)


def wait_for_journal(world, words):
    end = time.monotonic() + 30
    while True:
        with open(world.journal, encoding="ascii") as file:
            if words in file.read():
                return
        assert time.monotonic() < end, f"no {words} in the journal"
        time.sleep(0.05)  # between looks at what another program does


def real_server_refuses():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]  # nobody has it when this is closed
    with Live(scenario(REAL.format(port=port)), []) as world:
        wait_for_journal(world, " refuse ")
        assert same_again(world)["queued"] == 1


def real_server_leaves():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        with Live(scenario(REAL.format(port=server.getsockname()[1])), []) as world:
            end, _ = server.accept()
            end.sendall(b"220 hello\r\n")
            assert line(end).startswith("EHLO ")
            end.close()
            wait_for_journal(world, " hang-up ")
            assert same_again(world)["queued"] == 1


def thousand_at_once():
    with live() as world:
        ends = [connect(world) for _ in range(1000)]
        for end in ends:
            assert line(end).startswith("220 ")
        for _ in range(3):
            for end in ends:
                end.sendall(b"NOOP\r\n")
            for end in ends:
                assert line(end).startswith("250 ")
        world.end()
        behind = re.search(r"never more than (.+) behind", world.said).group(1)
        assert behind.endswith(("µs", "ms")), behind


def table():
    """The tests that the table names, each with what its row says."""
    rows = {}
    with open(os.path.join(ROOT, "sim/live/README.md"), encoding="utf-8") as page:
        for row in page:
            cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
            if len(cells) == 4 and re.fullmatch(r"[a-z_]+", cells[3]) and cells[3] != "test":
                rows[cells[3]] = cells[0]
    return rows


def main():
    rows = table()
    cases = []
    for name, fault in rows.items():
        case = globals().get(name)
        if not callable(case):
            print(f"NOT SO: the row \"{fault}\" names {name}, which is no test")
            return 1
        case.__doc__ = f"{name}: {fault}"
        cases.append(case)
    return run_cases(cases, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
