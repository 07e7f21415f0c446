#!/usr/bin/python3
"""The rules of this tree that a program can judge. usage: check.py [ROOT]; prints one line each.

A line may be excused by a comment on it or on the line above: `// tidy: allow <reason>`.
A whole file may be excused from one rule by a row of tests/tidy/allowed.tsv: path, rule, reason.
"""
import os
import re
import sys
from collections import namedtuple

Finding = namedtuple("Finding", "path line rule text")

CODE = (".hpp", ".cpp", ".py", ".sh", ".cmake", ".cc")
LINES_MAX = 500

# --- which folder may include which -------------------------------------------------------------
# The longest matching prefix counts; bench and tests may include everything.
MAY_INCLUDE = {
    "protocols": {"protocols"},
    "sim": {"protocols", "sim"},
    "sim/live": {"protocols", "sim", "sim/live"},
    "viz": {"protocols", "sim", "sim/live", "viz"},
    "python": {"protocols", "sim", "sim/live", "python"},
    "command": {"protocols", "sim", "sim/live", "viz", "bench", "command"},
}


def part_of(path):
    """The part of the tree that a path lies in: 'sim/live', 'sim', 'protocols', ..."""
    return "sim/live" if path.startswith("sim/live/") else path.split("/")[0]


def check_includes(tree):
    for path, lines in tree.cpp():
        allowed = MAY_INCLUDE.get(part_of(path))
        for number, line in enumerate(lines, 1):
            match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            if not match:
                continue
            included = match.group(1)
            if not os.path.exists(os.path.join(tree.root, included)):
                yield Finding(path, number, "include-root",
                              f'"{included}" is not a path from the root of the tree')
            elif allowed is not None and part_of(included) not in allowed:
                yield Finding(path, number, "include-direction",
                              f"{part_of(path)} must not know {part_of(included)}")


# --- what would make two runs differ, or write where only the command writes --------------------
CALL = r"(?<![\w.>])(?:std::|::)?"
BANNED = [
    (r"\b(?:system|steady|high_resolution|utc|file)_clock\b|#\s*include\s*<(?:chrono|ctime|time\.h)>|"
     + CALL + r"(?:clock_gettime|gettimeofday|localtime|gmtime|mktime|clock)(?:_r)?\s*\(|"
     + CALL + r"time\s*\(\s*(?:NULL|nullptr|0|&\s*\w+)\s*\)", "wall-clock", "time comes from the world"),
    (CALL + r"(?:secure_getenv|getenv|setenv|putenv)\s*\(", "environment",
     "a run depends on its scenario, not on the environment"),
    (r"\brandom_device\b|\bstd::\w+_distribution\b|\bstd::(?:mt19937\w*|\w+_engine|shuffle)\b|"
     r"#\s*include\s*<random>|" + CALL + r"s?rand(?:om)?(?:_r)?\s*\(", "random",
     "draw from the node's own generator"),
    (r"\bunordered_\w+", "unordered", "its order differs between libraries"),
    (r"\b(?:float|double)\b", "floating-point", "its last digits differ between machines"),
    (r"#\s*include\s*<(?:cmath|math\.h)>|\bstd::(?:log|pow|exp|sqrt|sin|cos|tan)\w*\s*\(", "libm",
     "its last digits differ between libraries"),
    (r"\buintptr_t\b|\bstd::hash\b", "address", "addresses differ from run to run"),
    (CALL + r"(?:u|nano)?sleep\s*\(|\bsleep_(?:for|until)\b", "sleep", "only the agenda waits"),
    (CALL + r"(?:printf|puts|putchar)\s*\(|\bstd::cout\b|\bstdout\b|\bfmt::print\s*\((?!\s*stderr)",
     "stdout", "only the command writes to the terminal"),
]
BANNED_IN_PROTOCOLS = [
    (r"\bthrow\b", "throw", "a peer's mistake is a value, ours an assertion"),
]


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def without_comments_and_strings(text):
    """The text with comments, strings and characters blanked, line numbers kept."""
    pattern = (r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"'
               r"|(?<!\w)'(?:\\.|[^'\\\n])+'")
    return re.sub(pattern, blank, text)


def check_banned(tree):
    for path, lines in tree.cpp():
        if part_of(path) not in ("protocols", "sim"):
            continue
        rows = BANNED + (BANNED_IN_PROTOCOLS if part_of(path) == "protocols" else [])
        code = without_comments_and_strings("\n".join(lines)).split("\n")
        for number, line in enumerate(code[:len(lines)], 1):
            if allowed(lines, number):
                continue
            for pattern, rule, why in rows:
                match = re.search(pattern, line)
                if match:
                    yield Finding(path, number, rule, f"`{match.group(0).strip()}`: {why}")


def allowed(lines, number):
    marker = re.compile(r"(?://|#)\s*tidy: allow \S+")
    above = lines[number - 2].strip() if number > 1 else ""
    return bool(marker.search(lines[number - 1]) or marker.match(above))


# --- shape of files -----------------------------------------------------------------------------
def check_headers(tree):
    for path, lines in tree.code():
        first = lines[0] if lines else ""
        if first.startswith("#!") and len(lines) > 1:
            first = lines[1]
        opening = r"// \S+ \S+|//!" if path.endswith((".hpp", ".cpp", ".cc")) else r'(# |""")\S+ \S+'
        if not re.match(opening, first):
            yield Finding(path, 1, "file-header", "the first line must say what the file is for")


def check_lengths(tree):
    for path, lines in tree.code():
        if len(lines) > LINES_MAX:
            yield Finding(path, len(lines), "file-length", f"{len(lines)} lines; a file is one idea")


# --- the ledger of RFCs -------------------------------------------------------------------------
LEDGER = "protocols/rfc.tsv"
COLUMNS = ["rfc", "section", "title", "status", "where", "note"]


def check_ledger(tree):
    rows = tree.read(LEDGER)
    if not rows or rows[0].split("\t") != COLUMNS:
        yield Finding(LEDGER, 1, "ledger", "the first line must name: " + ", ".join(COLUMNS))
        return
    known, seen = set(), set()
    for number, row in enumerate(rows[1:], 2):
        if not row.strip():
            continue
        cells = row.split("\t")
        if len(cells) != len(COLUMNS):
            yield Finding(LEDGER, number, "ledger", f"{len(cells)} columns, not {len(COLUMNS)}")
            continue
        rfc, section, _, status, where, _ = (cell.strip() for cell in cells)
        known.add(rfc)
        if (rfc, section) in seen:
            yield Finding(LEDGER, number, "ledger", f"RFC {rfc} §{section} has two rows")
        seen.add((rfc, section))
        if status not in ("done", "partial", "not"):
            yield Finding(LEDGER, number, "ledger", f"status `{status}` is none of done, partial, not")
        if status in ("done", "partial"):
            yield from check_row(tree, number, rfc, section, where)
    for path, lines in tree.cpp():
        if part_of(path) not in ("protocols", "sim", "sim/live"):
            continue
        for number, line in enumerate(lines, 1):
            for rfc in re.findall(r"\bRFC ?(\d+)", line):
                if rfc not in known:
                    known.add(rfc)  # once is enough
                    yield Finding(path, number, "ledger", f"RFC {rfc} has no row in {LEDGER}")


def check_row(tree, number, rfc, section, where):
    """A row that claims something names files that exist and cite the RFC, and one of them the
    section or a part of it."""
    files = [path for path in re.split(r"[ ,;]+", where) if path not in ("", "-")]
    texts = ["\n".join(tree.read(path)) for path in files]
    section = section.lstrip("§")
    cites = re.compile(r"§ ?" + re.escape(section) + r"(?!\d)") if section not in ("", "-") else None
    if not files:
        yield Finding(LEDGER, number, "ledger", f"RFC {rfc} §{section}: done where?")
    for path, text in zip(files, texts):
        if not tree.has(path):
            yield Finding(LEDGER, number, "ledger", f"{path} does not exist")
        elif not re.search(rf"\b{rfc}\b", text):
            yield Finding(LEDGER, number, "ledger", f"{path} does not cite RFC {rfc}")
    if cites and any(texts) and not any(cites.search(text) for text in texts):
        yield Finding(LEDGER, number, "ledger", f"no file named cites §{section} of RFC {rfc}")


# --- words that belong to one machine -----------------------------------------------------------
# Written with brackets, so that this file does not contain them.
PRIVATE = re.compile(
    r"(?<![\w.])/(?:wor[k]|tm[p]|roo[t]|hom[e])/|pypi[.]org|pythonhosted[.]org|npmjs[.](?:org|com)|"
    r"crates[.]io|rubygems[.]org|proxy[.]golang[.]org|(?:deb|security|packages|snapshot)[.]debian[.]org")


def check_words(tree):
    for path, lines in tree.all():
        for number, line in enumerate(lines, 1):
            match = PRIVATE.search(line)
            if match and not allowed(lines, number):
                yield Finding(path, number, "private-words",
                              f"`{match.group(0)}` is true on one machine only")


# --- the tree -----------------------------------------------------------------------------------
class Tree:
    """The text files under a root, read once; build folders and .git left out."""

    def __init__(self, root):
        self.root = root
        self.files = {}
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(f for f in folders if f not in (".git", "__pycache__")
                                and not (folder == root and re.match(r"build($|-)", f)))
            for name in sorted(names):
                full = os.path.join(folder, name)
                if os.path.islink(full) or not os.path.isfile(full):
                    continue
                with open(full, "rb") as file:
                    data = file.read()
                if b"\0" not in data[:4096]:
                    path = os.path.relpath(full, root)
                    self.files[path] = data.decode("utf-8", "replace").splitlines()

    def has(self, path):
        return os.path.isfile(os.path.join(self.root, path))

    def read(self, path):
        return self.files.get(path, [])

    def all(self):
        return self.files.items()

    def code(self):
        return [(p, lines) for p, lines in self.files.items() if p.endswith(CODE)]

    def cpp(self):
        return [(p, lines) for p, lines in self.files.items() if p.endswith((".hpp", ".cpp"))]


CHECKS = [check_includes, check_banned, check_headers, check_lengths, check_ledger, check_words]


ALLOWED = "tests/tidy/allowed.tsv"


def findings(root):
    """Everything found in the tree, less what whole files are excused from; an excuse without a
    reason, or that excuses nothing, is a finding too."""
    tree = Tree(root)
    found = [finding for check in CHECKS for finding in check(tree)]
    for number, row in enumerate(tree.read(ALLOWED), 1):
        if not row or row.startswith("#"):
            continue
        path, rule, reason = (row.split("\t") + ["", ""])[:3]
        kept = [f for f in found if (f.path, f.rule) != (path, rule)]
        if not reason.strip():
            found.append(Finding(ALLOWED, number, "excuse", f"{path}: why?"))
        elif len(kept) == len(found):
            found.append(Finding(ALLOWED, number, "excuse", f"{path} needs no excuse for {rule}"))
        else:
            found = kept
    return found


def main():
    found = findings(sys.argv[1] if len(sys.argv) > 1 else ".")
    for finding in found:
        print(f"{finding.path}:{finding.line}: {finding.rule}: {finding.text}")
    print(f"{len(found)} finding{'' if len(found) == 1 else 's'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
