#!/usr/bin/python3
"""Runs every `./postroad …` of README.md and of the labs' lessons, as a reader would, in one folder:
each must do what it says, and a lab's check must give every point to the solution."""
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.join(os.environ.get("POSTROAD_BUILD_DIR", os.path.join(ROOT, "build/release")),
                       "postroad")


def commands(path):
    """The command lines of a page's code blocks, without comments."""
    with open(path, encoding="utf-8") as page:
        text = page.read()
    for line in re.findall(r"^(?:    )?\./postroad (.*)$", text, re.M):
        yield shlex.split(line, comments=True)


def typed_words(solution):
    """What the solution's journal says was typed; else a session that just ends."""
    journal = os.path.join(solution, "journal.txt")
    if not os.path.exists(journal):
        return "EHLO reader.example\nQUIT\n"
    with open(journal, encoding="utf-8") as lines:
        said = re.findall(r'^\d+ say \d+ \d+ "(.*)\\r\\n"$', lines.read(), re.M)
    return "".join(re.sub(r"\\(.)", r"\1", line) + "\n" for line in said)


def run_page(page, solution, place, wrong):
    mine = os.path.join(solution, "scenario.toml")
    if not os.path.exists(mine):
        mine = os.path.join(os.path.dirname(solution), "scenario.toml")
    if os.path.exists(mine):
        shutil.copy(mine, os.path.join(place, "mine.toml"))
    for words in commands(page):
        if words[0] == "test":  # that is what runs this
            continue
        if words[0] == "live":  # a reader ends it with Ctrl-C
            words += ["--until", "1s"]
        ran = subprocess.run([PROGRAM, *words], cwd=place, text=True, timeout=300,
                             input=typed_words(solution), stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, check=False)
        shown = "./postroad " + shlex.join(words)
        if ran.returncode == 0 and ran.stdout:
            print("ok: " + shown)
            continue
        wrong.append(shown)
        print(f"NOT SO: {page}: {shown}: exit status {ran.returncode}\n{ran.stderr}"
              f"{ran.stdout[-2000:]}")


def main():
    wrong = []
    readme = os.path.join(ROOT, "README.md")
    first = [" ".join(words) for words in commands(readme)][:2]
    if first != ["run first-message", "test"]:
        wrong.append("README")
        print(f"NOT SO: README.md begins with the two commands, not with {first}")
    # One folder for all, as for a student who goes from lab to lab.
    with tempfile.TemporaryDirectory() as place:
        run_page(readme, os.path.join(ROOT, "labs/00-first-message/solution"), place, wrong)
        for lesson in sorted(glob.glob(os.path.join(ROOT, "labs/[0-9]*/README.md"))):
            run_page(lesson, os.path.join(os.path.dirname(lesson), "solution"), place, wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
