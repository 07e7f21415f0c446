#!/usr/bin/python3
"""Python's mailbox module judges mbox files and Maildirs: what it writes we take in, and what we
write it reads, with the same texts and flags."""
import mailbox
import os
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.path.join(os.environ.get("POSTROAD_BUILD_DIR", "build/release"), "postroad")

SCENARIO = """postroad = 1
until = "1s"
[networks.campus]
[hosts.mail]
network = "campus"
services = ["mta", "mda", "imap"]
domains = "example.org"
[people.bob]
mail = "old"
"""

TEXTS = [
    "From: a@example.net\nSubject: one\n\nplain\n",
    "From: a@example.net\nSubject: two\n\nFrom here on\n\nFrom there\n",
    "From: a@example.net\nSubject: three\n\n\n\nempty lines around\n\n\n",
    "From: a@example.net\nSubject: four\n\n",
]


def bare(text):
    """A text without what belongs to the file: mbox fields, and the quoting Python leaves in."""
    lines = text.replace(b"\r\n", b"\n").split(b"\n")
    lines = [line for line in lines if not line.startswith((b"Status:", b"X-Status:"))]
    return b"\n".join(line[1:] if line.startswith(b">From ") else line for line in lines)


class MailboxFiles(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="postroad-mailboxes-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.scenario = os.path.join(self.folder, "scenario.toml")
        self.old = os.path.join(self.folder, "old")
        with open(self.scenario, "w", encoding="utf-8") as file:
            file.write(SCENARIO)

    def show(self, option, name="out"):
        out = os.path.join(self.folder, name)
        ran = subprocess.run([PROGRAM, "show", self.scenario, option, out], capture_output=True,
                             text=True, timeout=120, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return os.path.join(out, "bob@example.org")

    def read_mbox(self, path):
        box = mailbox.mbox(path, create=False)
        self.addCleanup(box.close)
        return [(bare(one.as_bytes()), "".join(sorted(one.get_flags()))) for one in box]

    def write_mbox(self):
        box = mailbox.mbox(self.old)
        for number, text in enumerate(TEXTS):
            one = mailbox.mboxMessage(text.encode())
            one.set_from("a@example.net", (2010, 9, 1 + number, 8, 0, 0, 2, 244, 0))
            one.set_flags(["RO", "ROAF", "O", "ROD"][number])
            box.add(one)
        box.flush()
        box.close()

    def write_maildir(self):
        box = mailbox.Maildir(self.old, create=True)
        for number, text in enumerate(TEXTS):
            one = mailbox.MaildirMessage(text.encode())
            one.set_subdir("cur" if number else "new")
            one.set_flags(["", "S", "RFS", "DT"][number])
            box.add(one)
        sub = box.add_folder("Projects.2010")
        filed = mailbox.MaildirMessage(TEXTS[0].encode())
        filed.set_subdir("cur")
        filed.set_flags("FS")
        sub.add(filed)

    def contents(self, folder):
        box = mailbox.Maildir(folder, create=False, factory=None)
        found = {}
        for name in [None] + sorted(box.list_folders()):
            one = box if name is None else box.get_folder(name)
            found[name] = sorted((m.as_bytes(), m.get_subdir(), m.get_flags()) for m in one)
        return found

    def test_an_mbox_of_pythons_comes_out_as_the_same_messages(self):
        self.write_mbox()
        before = self.read_mbox(self.old)
        self.assertEqual(len(before), len(TEXTS))
        self.assertEqual(self.read_mbox(os.path.join(self.show("--mbox"), "INBOX.mbox")), before)

    def test_a_maildir_of_pythons_comes_out_with_the_same_folders_messages_and_flags(self):
        self.write_maildir()
        before = self.contents(self.old)
        after = self.contents(self.show("--maildir"))
        # Levels above a folder are folders too.
        self.assertEqual(after.pop("Projects"), [])
        self.assertEqual(after, before)

    def test_an_mbox_comes_out_as_a_maildir_with_its_flags(self):
        self.write_mbox()
        found = self.contents(self.show("--maildir"))[None]
        self.assertEqual(sorted(flags for _, _, flags in found), ["", "FRS", "S", "ST"])

    def test_a_folder_with_something_else_in_it_is_left_alone_and_an_export_is_replaced(self):
        self.write_maildir()
        first = self.show("--maildir")
        names = sorted(os.listdir(os.path.join(first, "cur")))
        self.show("--mbox")  # into the same place
        self.assertEqual(os.listdir(os.path.join(first, "cur")), [])
        self.show("--maildir")
        self.assertEqual(sorted(os.listdir(os.path.join(first, "cur"))), names)
        other = os.path.join(self.folder, "mine")
        os.mkdir(other)
        with open(os.path.join(other, "thesis.txt"), "w", encoding="utf-8") as file:
            file.write("years of work")
        ran = subprocess.run([PROGRAM, "show", self.scenario, "--maildir", other],
                             capture_output=True, text=True, timeout=120, check=False)
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn("is not an earlier export", ran.stderr)
        self.assertEqual(os.listdir(other), ["thesis.txt"])


if __name__ == "__main__":
    unittest.main()
