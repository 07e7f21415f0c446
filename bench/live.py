#!/usr/bin/python3
"""Postfix's smtp-source against our live SMTP server and against Postfix's smtp-sink, in turn.
usage: live.py POSTROAD SESSIONS MESSAGES ROUNDS; prints messages a second, ours and theirs (medians)."""
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

SCENARIO = """
postroad = 1
[hosts.sink]
domains = "example.org"
[people.bob]
address = "bob@example.org"
"""


def tool(name):
    return shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.02)  # between looks at a program that is starting
    sys.exit(f"nobody listens at {port}")


def messages_per_s(port, sessions, messages):
    began = time.monotonic()
    subprocess.run([tool("smtp-source"), "-s", str(sessions), "-m", str(messages), "-l", "1024", "-f",
                    "a@elsewhere.example", "-t", "bob@example.org", f"127.0.0.1:{port}"],
                   check=True, timeout=300)
    return messages / (time.monotonic() - began)


def main():
    program, sessions, messages, rounds = sys.argv[1], *map(int, sys.argv[2:5])
    if tool("smtp-source") is None:
        sys.exit("smtp-source is not installed")
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as scenario:
        scenario.write(SCENARIO)
        scenario.flush()
        ours = subprocess.Popen([program, "live", scenario.name, "--expose", "sink:25=127.0.0.1:0",
                                 "--from", "sink", "--depth", "lines", "--quiet"],
                                stdout=subprocess.PIPE, text=True)
        port = 0
        for line in ours.stdout:
            found = re.match(r"sink:25 +\S+:(\d+) ", line)
            port = int(found.group(1)) if found else port
            if line.startswith("ready"):
                break
        other = free_port()
        theirs = subprocess.Popen([tool("smtp-sink"), "-u", "nobody", f"127.0.0.1:{other}", "1000"])
        try:
            wait_for(other)
            rates = {port: [], other: []}
            for _ in range(rounds):
                for where, found in rates.items():
                    found.append(messages_per_s(where, sessions, messages))
        finally:
            ours.send_signal(signal.SIGINT)
            theirs.terminate()
            ours.communicate(timeout=60)
            theirs.wait(timeout=60)
    print(f"ours {statistics.median(rates[port]):.0f} theirs {statistics.median(rates[other]):.0f}")


if __name__ == "__main__":
    main()
