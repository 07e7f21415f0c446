#!/usr/bin/python3
"""Programs that nobody here wrote read the files of mail that we write: readpst and lspst of libpst, and
libpff by its module pypff. Each must find every folder, message, recipient and attachment.
usage: pst_judges.py [CASE...]"""
import email
import email.policy
import os
import re
import shutil
import subprocess
import sys
import tempfile

PEER = os.path.join(os.environ.get("POSTROAD_BUILD_DIR", "build/release"), "pst_peer")
PACKAGES = os.path.join("build", "judges-pst")
PYPFF = "libpff-python==20260926"


def with_pypff():
    """This program again, by a Python that has pypff; the environment is made once."""
    python = os.path.join(PACKAGES, "bin", "python3")
    made = os.path.join(PACKAGES, "made")
    if not os.path.exists(made):
        subprocess.run([sys.executable, "-m", "venv", "--clear", PACKAGES], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PYPFF], check=True)
        with open(made, "w", encoding="ascii") as file:
            file.write(PYPFF)
    os.execv(python, [python, os.path.abspath(__file__), *sys.argv[1:]])


def octets(word):
    return b"" if word == "-" else bytes.fromhex(word)


def text(word):
    return octets(word).decode()


class Facts:
    """What the peer says that it has written: messages by the path of their folder."""

    def __init__(self, told):
        self.folders = {}
        messages = stack = None
        for line in told.splitlines():
            kind, *words = line.split(" ")
            if kind == "store":
                self.name = text(words[0])
            elif kind == "folder":
                # The uppermost has another name in each program.
                path = tuple(text(word) for word in words[0].split("/")[1:])
                messages = self.folders[path] = []
                self.count = int(words[2])
            elif kind == "message":
                depth = int(words[0])
                fields = ("subject", "sender", "from", "body")
                one = dict(zip(fields, map(text, words[2:6])), html=octets(words[6]),
                           delivered=int(words[7]), nid=int(words[1], 16), to=[], files=[], inner=[])
                if depth == 0:
                    stack = []
                    messages.append(one)
                else:
                    stack[depth - 1]["inner"].append(one)
                stack[depth:] = [one]
            elif kind == "recipient":
                stack[int(words[0])]["to"].append((int(words[1]), text(words[2]), text(words[3])))
            elif kind == "attachment":
                one = stack[int(words[0])]
                one["files"].append((text(words[2]), octets(words[3])))


def written(folder, how):
    path = os.path.join(folder, how + ".pst")
    ran = subprocess.run([PEER, "write", path, how], check=True, capture_output=True, text=True)
    assert not ran.stderr, ran.stderr
    # Our own reader says the same of it.
    read = subprocess.run([PEER, "tell", path], check=True, capture_output=True, text=True)
    assert read.stdout == ran.stdout and not read.stderr, read.stderr
    facts = Facts(ran.stdout)
    assert sum(len(one) for one in facts.folders.values()) > 700
    return path, facts


def unix_lines(words):
    return words.replace("\r\n", "\n").rstrip("\n")


def judge_eml(message, fact):
    assert message["Subject"] == fact["subject"], (message["Subject"], fact["subject"])
    sender = message["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == (fact["sender"], fact["from"]), message["From"]
    for kind, field in ((1, "To"), (2, "Cc")):
        expected = [(name, smtp) for which, name, smtp in fact["to"] if which == kind]
        found = [(one.display_name or one.addr_spec, one.addr_spec)
                 for one in (message[field].addresses if message[field] else ())]
        assert found == expected, (field, found, expected)
    plain = message.get_body(("plain",))
    assert unix_lines(plain.get_content()) == unix_lines(fact["body"]), fact["subject"]
    if fact["html"]:
        assert unix_lines(message.get_body(("html",)).get_content()) == unix_lines(
            fact["html"].decode()), fact["subject"]
    inner, files = [], []
    for part in message.iter_attachments():
        if part.get_content_type() == "message/rfc822":
            inner.append(part.get_content())
        elif part.get_filename():
            files.append((part.get_filename(), part.get_payload(decode=True)))
    # readpst leaves out what has no octets, and has its own order.
    assert sorted(files) == sorted(one for one in fact["files"] if one[1]), (fact["subject"], [name for name, _ in files])
    assert len(inner) == len(fact["inner"]), fact["subject"]
    for one, expected in zip(inner, fact["inner"]):
        judge_eml(one, expected)


def case_readpst():
    """readpst makes a file of each message; lspst lists them."""
    with tempfile.TemporaryDirectory() as folder:
        for how in ("none", "permute"):
            path, facts = written(folder, how)
            out = os.path.join(folder, how)
            os.mkdir(out)
            ran = subprocess.run(["readpst", "-e", "-D", "-8", "-j0", "-o", out, path], check=True,
                                 capture_output=True, text=True)
            assert "skipped" not in re.sub(r"\b0 items skipped", "", ran.stdout), ran.stdout
            for where, messages in facts.folders.items():
                here = os.path.join(out, facts.name, *where)
                names = [name for name in (os.listdir(here) if os.path.isdir(here) else ())
                         if name.endswith(".eml")]
                assert len(names) == len(messages), (where, names[:5])
                names.sort(key=lambda name: int(name[:-4]))
                for name, fact in zip(names, messages):
                    with open(os.path.join(here, name), "rb") as file:
                        # An attached message begins as in an mbox.
                        said = re.sub(rb"(message/rfc822\n\n)>From .*\n", rb"\1", file.read())
                    judge_eml(email.message_from_bytes(said, policy=email.policy.default), fact)
            listed = subprocess.run(["lspst", path], check=True, capture_output=True,
                                    text=True).stdout
            subjects = re.findall(r"^Email\tFrom: .*?\tSubject: (.*)$", listed, re.M)
            expected = [one["subject"] for all in facts.folders.values() for one in all]
            assert sorted(subjects) == sorted(expected), listed[:2000]


def entries(record_set):
    return {one.entry_type: one for one in record_set.entries if one.entry_type is not None}


def judge_pypff_message(message, fact):
    assert message.subject == fact["subject"], (message.subject, fact["subject"])
    assert message.sender_name == fact["sender"], message.sender_name
    assert message.get_plain_text_body().decode() == fact["body"], fact["subject"]
    assert (message.get_html_body() or b"") == fact["html"], fact["subject"]
    assert message.get_delivery_time_as_integer() == fact["delivered"], fact["subject"]
    found = []
    for one in message.recipients.record_sets:
        told = entries(one)
        found.append((told[0x0c15].data_as_integer, told[0x3001].data_as_string,
                      told[0x3003].data_as_string))
    assert found == fact["to"], (fact["subject"], found[:3], fact["to"][:3])
    assert message.number_of_attachments == len(fact["files"]), fact["subject"]
    for attachment, (name, data) in zip(message.attachments, fact["files"]):
        if entries(attachment.record_sets[0])[0x3705].data_as_integer == 5:
            assert fact["inner"]  # pypff has no way into it
            continue
        assert (attachment.long_filename or "") == name, (attachment.long_filename, name)
        assert attachment.size == len(data), (name, attachment.size)
        assert not data or attachment.read_buffer(len(data)) == data, name


def case_pypff():
    """libpff walks the tree of folders and reads every message's properties."""
    import pypff
    with tempfile.TemporaryDirectory() as folder:
        for how, code in (("none", 0), ("permute", 1)):
            path, facts = written(folder, how)
            file = pypff.file()
            file.open(path)
            assert file.encryption_type == code, file.encryption_type
            assert file.number_of_orphan_items == 0, file.number_of_orphan_items
            top = next(one for one in file.root_folder.sub_folders
                       if one.name.startswith("Top of"))
            assert top.identifier == 0x8022, top.identifier
            seen = set()

            def walk(here, where):
                seen.add(where)
                messages = facts.folders[where]
                assert here.number_of_sub_messages == len(messages), where
                for message, fact in zip(here.sub_messages, messages):
                    assert message.identifier == fact["nid"], message.identifier
                    judge_pypff_message(message, fact)
                for one in here.sub_folders:
                    walk(one, (*where, one.name))

            walk(top, ())
            assert seen == set(facts.folders), seen ^ set(facts.folders)
            file.close()


def main():
    for program in ("readpst", "lspst"):
        assert shutil.which(program), f"{program} is missing: ./postroad test installs it"
    cases = {name[5:]: case for name, case in globals().items() if name.startswith("case_")}
    for name in sys.argv[1:] or cases:
        cases[name]()
        print(f"{name}: good")


if __name__ == "__main__":
    try:
        import pypff  # noqa: F401
    except ImportError:
        with_pypff()
    main()
