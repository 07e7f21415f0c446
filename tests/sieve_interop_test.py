#!/usr/bin/python3
"""Dovecot's Pigeonhole judges the tables in tests/golden/sieve: its sieve-test runs every script on
every message and must do what the tables say. usage: sieve_interop_test.py [WORD IN A TITLE...]"""
import email
import email.header
import os
import re
import shutil
import subprocess
import sys
import tempfile

TABLES = "tests/golden/sieve"
EXTENSIONS = "+editheader +vacation-seconds +duplicate"

# What sieve-test cannot be asked, by words of a title.
NOT_JUDGED = {
    "RFC 5260 §5: now": "its clock is that of the machine",
    "RFC 5183": "it is at no place and in no phase",
}


class Case:
    def __init__(self, table, title):
        self.table, self.title, self.script, self.runs = table, title, "", []


def cases(path):
    found = []
    with open(path, encoding="utf-8", newline="") as file:
        for line in file:
            if line.startswith("=== "):
                found.append(Case(os.path.basename(path), line[4:].strip()))
            elif line.startswith("--- "):
                found[-1].runs.append((line[4:].split(), []))
            elif found[-1].runs:
                found[-1].runs[-1][1].append(line.rstrip("\n"))
            else:
                found[-1].script += line
    return found


def random_table(folder):
    """Scripts from seeds, and what we make of them, written by our own tests."""
    path = os.path.join(folder, "random.sieve")
    count = "500" if os.environ.get("POSTROAD_LONG") else "80"
    tests = os.path.join(os.environ.get("POSTROAD_BUILD_DIR", "build/release"), "postroad_tests")
    subprocess.run([tests, "[.sieve-table]"], check=True, capture_output=True, timeout=600,
                   env=dict(os.environ, POSTROAD_SIEVE_TABLE=path, POSTROAD_SIEVE_COUNT=count))
    return path


class Pigeonhole:
    """A configuration and a mail store of its own, in a folder that is thrown away."""

    def __init__(self, folder):
        self.folder = folder
        self.script = os.path.join(folder, "bob.sieve")
        self.config = os.path.join(folder, "dovecot.conf")
        self.uid = os.getuid() or 65534
        self.make_mailboxes(["INBOX", "Lists", "Work"])
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"""
mail_uid = {self.uid}
mail_gid = {os.getgid() or 65534}
first_valid_uid = 1
mail_home = {folder}
mail_location = maildir:{folder}/Maildir
postmaster_address = postmaster@example.net
plugin {{
  sieve_extensions = {EXTENSIONS}
  sieve_user_email = bob@example.net
  sieve_vacation_min_period = 0
  recipient_delimiter = +
}}
recipient_delimiter = +
""")
        os.chmod(folder, 0o777)
        os.chmod(self.config, 0o644)

    def mailbox(self, name):
        return os.path.join(self.folder, "Maildir", "" if name == "INBOX" else "." + name)

    def make_mailboxes(self, names):
        shutil.rmtree(os.path.join(self.folder, "Maildir"), ignore_errors=True)
        for name in names:
            for part in ("cur", "new", "tmp"):
                os.makedirs(os.path.join(self.mailbox(name), part), exist_ok=True)
        for root, _, _ in os.walk(os.path.join(self.folder, "Maildir")):
            os.chmod(root, 0o777)

    def stored(self, name):
        """The header lines of the messages in a mailbox, a set for each message."""
        found = []
        for part in ("cur", "new"):
            folder = os.path.join(self.mailbox(name), part)
            for file in os.listdir(folder) if os.path.isdir(folder) else []:
                with open(os.path.join(folder, file), "rb") as data:
                    found.append(header_lines(email.message_from_binary_file(data)))
        return found

    def run(self, script, message, sender, recipient, execute):
        with open(self.script, "w", encoding="utf-8") as file:
            file.write(re.sub(r"\bereject\b", "reject", script))  # 2.3 has no ereject
        words = ["sieve-test", "-c", self.config, "-x", EXTENSIONS, "-f", sender,
                 "-a", recipient, "-r", "bob@example.net"]
        words += ["-e"] if execute else []
        words += [self.script, os.path.join(TABLES, message)]
        ran = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False,
                             env=dict(os.environ, TZ="UTC-1"), encoding="utf-8", errors="replace")
        return ran.stdout, ran.stderr


def unquoted(text):
    return text[1:text.rindex('"')]


def ours(lines):
    """Our actions, in the words of `theirs`."""
    out = set()
    for line in lines:
        if line.startswith(" ") or not line:
            continue
        kind, _, rest = line.partition(" ")
        flags = re.search(r":flags (.*?)(?: with header \d+)?(?: \(implicit\))?$", line)
        flags = " ".join(sorted(set(flags[1].lower().split()))) if flags else ""
        if kind in ("keep", "fileinto"):
            out.add(("store", "INBOX" if kind == "keep" else unquoted(rest), flags))
        elif kind == "redirect":
            out.add(("redirect", unquoted(rest).lower()))
        elif kind in ("reject", "ereject"):
            out.add(("reject",))
        elif kind == "vacation":
            out.add(("vacation",))
        else:
            out.add((kind,))
    return out


def one_digit(text):
    """RFC 5322 §3.3 has "1 Apr" and "01 Apr" for the same day."""
    return re.sub(r"(, )0(\d [A-Z])", r"\1\2", text)


def theirs(said):
    """What sieve-test means to do, of its list of actions."""
    out, last = set(), None
    for line in said.splitlines():
        store = re.match(r" \* store message in folder: (.*)", line)
        redirect = re.match(r" \* redirect message to: <(.*)>", line)
        flags = re.match(r"\s+\+ add IMAP flags: (.*)", line)
        if flags and last:
            out.discard(last)
            last = (*last[:2], " ".join(sorted(set(flags[1].lower().split()))))
            out.add(last)
        elif store:
            last = ("store", one_digit(store[1]), "")
            out.add(last)
        elif redirect:
            out.add(("redirect", redirect[1].lower()))
        elif line.startswith(" * reject message"):
            out.add(("reject",))
        elif line.startswith(" * send vacation message"):
            out.add(("vacation",))
        elif line.startswith(" * discard"):
            out.add(("discard",))
    return out


def header_lines(message):
    decode = email.header.decode_header
    return {f"{name.lower()}: {email.header.make_header(decode(' '.join(value.split())))}"
            for name, value in message.items()}


def actions(lines):
    """What of the two lists can be compared: a discard that something stands beside is none."""
    return lines if lines == {("discard",)} else lines - {("discard",)}


def judge(pigeonhole, case, words, expected):
    """Nothing, or what the two disagree about."""
    if words == ["mistakes"]:
        said, errors = pigeonhole.run(case.script, "plain.eml", "a@example.org", "bob@example.net",
                                      False)
        if ("error" in errors) == any(expected):
            return None
        return f"we: {any(expected)}, {expected[:1]}\nPigeonhole: {errors[:300]}"
    message, sender, recipient = words[0], words[2], words[4]
    pigeonhole.make_mailboxes(["INBOX", "Lists", "Work"])
    said, errors = pigeonhole.run(case.script, message, sender, recipient, False)
    if any("the script failed" in line for line in expected):
        # What was done before the failure, RFC 5228 §2.10.6 leaves open.
        return None if "error" in said + errors else f"Pigeonhole does not fail: {said}{errors}"
    mine, other = actions(ours(expected)), actions(theirs(said))
    if ("vacation",) in other:  # whether it is really sent, only doing it shows
        other = other - {("vacation",)} | sent_vacation(pigeonhole, case, words)
    if mine != other:
        return f"we: {sorted(mine)}\nthey: {sorted(other)}\n{said}{errors}"
    return judge_headers(pigeonhole, case, words, expected)


def sent_vacation(pigeonhole, case, words):
    pigeonhole.make_mailboxes(["INBOX", "Lists", "Work"])
    said, errors = pigeonhole.run(case.script, words[0], words[2], words[4], True)
    return {("vacation",)} if "sent vacation response" in said + errors else set()


def judge_headers(pigeonhole, case, words, expected):
    """The header of every message that editheader changed before it was stored."""
    versions, changes = {}, None
    for line in expected:
        begins = re.match(r"  header (\d+):", line)
        if begins:
            changes = versions.setdefault(begins[1], [])
        elif changes is not None and line.startswith("    "):
            changes.append((line[4], line[6:]))
    stored = [(line, re.search(r"with header (\d+)", line)) for line in expected
              if re.match("keep|fileinto", line)]
    if not versions:
        return None
    names = ["INBOX", "Lists", "Work"] + [unquoted(line[9:]) for line, _ in stored if line.startswith("fileinto")]
    pigeonhole.make_mailboxes(names)
    said, errors = pigeonhole.run(case.script, words[0], words[2], words[4], True)
    for line, version in stored:
        name = "INBOX" if line.startswith("keep") else unquoted(line[9:])
        wanted = versions[version[1]] if version else []
        messages = pigeonhole.stored(name)
        if len(messages) != 1:
            return f"{len(messages)} messages in {name}: {said}{errors}"
        for sign, change in wanted:
            (change,) = header_lines(email.message_from_string(change + "\n\n"))
            if (change in messages[0]) != (sign == "+"):
                return f"{name}: {sign} {change}: {sorted(messages[0])}\n{said}{errors}"
    return None


def main():
    failed = judged = 0
    with tempfile.TemporaryDirectory() as folder:
        pigeonhole = Pigeonhole(folder)
        tables = [os.path.join(TABLES, name) for name in sorted(os.listdir(TABLES))
                  if name.endswith(".sieve")] + [random_table(folder)]
        for case in (case for table in tables for case in cases(table)):
            if sys.argv[1:] and not any(word in case.title for word in sys.argv[1:]):
                continue
            if any(case.title.startswith(words) for words in NOT_JUDGED):
                continue
            for words, expected in case.runs:
                # It forgets what it was asked when it ends, and takes no null reverse-path.
                if "again" in words or "<>" in words:
                    continue
                difference = judge(pigeonhole, case, words, expected)
                judged += 1
                if difference:
                    failed += 1
                    print(f"{case.table}: {case.title}: {' '.join(words)}\n{difference}\n")
    print(f"{judged} judged, {failed} otherwise")
    return 1 if failed or judged == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
