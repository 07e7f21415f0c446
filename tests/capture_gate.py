#!/usr/bin/env python3
"""Has tshark judge a capture: no malformed packet, no warning, right checksums, expected counts.

usage: capture_gate.py FILE.pcapng [--expect COUNTS.json] [--lossy]
       capture_gate.py                judges two packets of its own, a sound and a broken one

COUNTS.json is what sim/views/capture_counts.hpp writes of a Trace:
{"smtp_commands": {"MAIL": 1}, "smtp_replies": {"250": 4}, "pop_commands": {"RETR": 1},
 "imap_commands": {"SELECT": 1}, "dns_queries": 2, "dns_answers": 2, "sent_again": 0}
A key that is missing is not compared. With --lossy, TCP's notes about loss and order are no
faults; without it `sent_again` is 0 for every sound capture. Exit: 0 sound, 1 not, 2 cannot judge.
"""
import argparse
import collections
import json
import shutil
import struct
import subprocess
import sys
import tempfile

CHECKS = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
          "-o", "udp.check_checksum:TRUE", "-o", "smtp.decryption:TRUE",
          "-d", "tcp.port==24,smtp"]
WRONG_CHECKSUM = "tcp.checksum.status==0 || ip.checksum.status==0 || udp.checksum.status==0"
LOSS_NOTES = ("tcp.analysis.retransmission || tcp.analysis.fast_retransmission || "
              "tcp.analysis.spurious_retransmission || tcp.analysis.out_of_order || "
              "tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || "
              "tcp.analysis.duplicate_ack || tcp.analysis.rto")


def tshark(path, *arguments):
    run = subprocess.run(["tshark", "-2", "-n", "-r", path, *CHECKS, *arguments],
                         capture_output=True, text=True, errors="replace")
    if run.returncode != 0:
        sys.exit(f"tshark cannot read {path}: {run.stderr.strip()}")
    return run.stdout


def lines(path, display_filter):
    return tshark(path, "-Y", display_filter).splitlines()


def values(path, display_filter, field):
    """Every occurrence of a field, however many a packet has."""
    text = tshark(path, "-Y", display_filter, "-T", "fields", "-E", "occurrence=a",
                  "-E", "aggregator=,", "-e", field)
    return [one for line in text.splitlines() for one in line.split(",") if one]


def counted(found):
    return dict(sorted(collections.Counter(found).items()))


def first_four(table):
    """tshark names an SMTP command by its first four letters, most of the time."""
    out = collections.Counter()
    for name, count in table.items():
        out[name.upper()[:4]] += count
    return dict(sorted(out.items()))


def judge(path, expect, lossy):
    faults = []
    expert = "_ws.expert.severity >= 0x600000 && !tcp.connection.rst"
    if lossy:
        expert += f" && !({LOSS_NOTES})"
    for name, display_filter in (("malformed packets", "_ws.malformed"),
                                 ("warnings or errors", expert),
                                 ("wrong checksums", WRONG_CHECKSUM),
                                 ("SMTP replies without a code",
                                  "smtp.rsp && !smtp.response.code")):
        bad = lines(path, display_filter)
        if bad:
            faults.append(f"{len(bad)} {name}, the first: {bad[0].strip()}")

    smtp_verbs = {"HELO", "EHLO", "MAIL", "RCPT", "DATA", "RSET", "VRFY", "EXPN", "HELP", "NOOP",
                  "QUIT", "AUTH", "STAR", "BDAT", "ETRN"}
    imap_verbs = {"LOGIN", "AUTHENTICATE", "STARTTLS", "CAPABILITY", "SELECT", "EXAMINE", "LIST",
                  "STATUS", "IDLE", "LOGOUT", "ENABLE", "APPEND", "FETCH", "STORE"}
    found = {
        "smtp_commands": lambda: counted(
            one for one in (v.upper()[:4] for v in values(path, "smtp.req", "smtp.req.command"))
            if one in smtp_verbs),
        "smtp_replies": lambda: counted(values(path, "smtp.rsp", "smtp.response.code")),
        "pop_commands": lambda: counted(
            v.upper() for v in values(path, "pop.request", "pop.request.command")),
        "imap_commands": lambda: counted(
            one for one in (v.upper() for v in values(path, "imap.request", "imap.request.command"))
            if one in imap_verbs),
        "dns_queries": lambda: len(lines(path, "dns.flags.response == 0 && !icmp && !icmpv6")),
        "dns_answers": lambda: len(lines(path, "dns.flags.response == 1 && !icmp && !icmpv6")),
        "sent_again": lambda: len(lines(
            path, "tcp.analysis.retransmission || tcp.analysis.fast_retransmission || "
                  "tcp.analysis.spurious_retransmission")),
    }
    for key, wanted in expect.items():
        if key not in found:
            faults.append(f"nobody knows how to count {key}")
            continue
        if key == "smtp_commands":
            wanted = {k: v for k, v in first_four(wanted).items() if k in smtp_verbs}
        have = found[key]()
        if have != wanted:
            faults.append(f"{key}: tshark counts {have}, the Trace has {wanted}")
    return faults


def own_packet(checksum):
    """A classic capture of one UDP datagram over raw IP, its IP header's checksum as given."""
    datagram = struct.pack(">HHHH", 4000, 4001, 12, 0) + b"mail"
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(datagram), 1, 0, 64, 17, checksum,
                         bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2]))
    packet = header + datagram
    return (struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101) +
            struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)


def judge_oneself():
    faults = []
    for checksum, sound in ((0xf6c8, True), (0xf6c9, False)):
        with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
            file.write(own_packet(checksum))
            file.flush()
            found = judge(file.name, {"dns_answers": 0 if sound else 1}, False)
        if sound and found:
            faults.append(f"a sound capture was refused: {found}")
        if not sound and not ("checksums" in str(found) and "dns_answers" in str(found)):
            faults.append(f"a wrong checksum and a wrong count gave {found}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("capture", nargs="?")
    parser.add_argument("--expect", help="a JSON file of counts")
    parser.add_argument("--lossy", action="store_true", help="losses are part of the run")
    options = parser.parse_args()
    if shutil.which("tshark") is None:
        print("tshark is not installed: the capture cannot be judged", file=sys.stderr)
        return 2
    if options.capture is None:
        faults = judge_oneself()
        for fault in faults:
            print(fault, file=sys.stderr)
        return 1 if faults else 0
    expect = {}
    if options.expect:
        with open(options.expect, encoding="utf-8") as file:
            expect = json.load(file)
    faults = judge(options.capture, expect, options.lossy)
    for fault in faults:
        print(f"{options.capture}: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
