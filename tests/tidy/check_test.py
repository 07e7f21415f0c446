#!/usr/bin/python3
"""Tests of the checker itself: a sound tree passes, and each violation is found where it is."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check  # noqa: E402

HEADER = "rfc\tsection\ttitle\tstatus\twhere\tnote\n"
SOUND = {
    "protocols/a/a.hpp": "// Reads commands, RFC 5321 §4.1.1.\n#pragma once\n",
    "protocols/rfc.tsv": HEADER
    + "5321\t4.1.1\tCommands\tdone\tprotocols/a/a.hpp\t\n5321\t4.1\tAll\tpartial\tprotocols/a/a.hpp\t\n"
    + "1939\t\tPOP3\tnot\t-\tlater\n",
    "sim/b.cpp": '// Keeps the world\'s time.\n#include "protocols/a/a.hpp"\n'
    "// rand() and double are words here, and so is \"time(0)\".\n"
    "const char* text = \"std::cout << rand()\"; // no call\nint x = 1'000'000;\n"
    "double shown = 0; // tidy: allow only printed\n"
    "// tidy: allow looked up, never walked\nstd::unordered_map<int, int> known;\n"
    "auto t = world.time(0); auto u = agenda->clock();\n",
    "sim/live/pace.hpp": "// The wall clock's pace.\n#include <chrono>\n"
    "using Clock = std::chrono::steady_clock;\n",
    "command/main.cpp": '// The command itself.\n#include "sim/live/pace.hpp"\n'
    'int main() { std::cout << 1.0; }\n',
    "bench/b.cpp": '// Measures the command.\n#include "command/main.cpp"\n',
}


class TidyTest(unittest.TestCase):
    def findings(self, changes):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**SOUND, **changes}.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return [(f.path, f.line, f.rule) for f in check.findings(root)]

    def assert_found(self, path, line, rule, text):
        self.assertEqual(self.findings({path: text}), [(path, line, rule)])

    def test_a_sound_tree_has_no_findings(self):
        self.assertEqual(self.findings({}), [])

    def test_include_direction(self):
        for path, included in [
            ("protocols/c.hpp", "sim/b.cpp"), ("protocols/c.hpp", "command/main.cpp"),
            ("sim/c.hpp", "command/main.cpp"), ("sim/c.hpp", "sim/live/pace.hpp"),
            ("sim/c.hpp", "bench/b.cpp"), ("sim/live/c.hpp", "command/main.cpp"),
            ("viz/c.hpp", "command/main.cpp"), ("python/c.hpp", "bench/b.cpp"),
        ]:
            with self.subTest(path=path, included=included):
                self.assert_found(path, 2, "include-direction",
                                  f'// What it is for.\n#include "{included}"\n')

    def test_includes_are_paths_from_the_root(self):
        self.assert_found("sim/c.hpp", 2, "include-root", '// What it is for.\n#include "b.cpp"\n')

    def test_banned_words(self):
        for rule, line in [
            ("wall-clock", "auto t = std::chrono::system_clock::now();"),
            ("wall-clock", "#include <chrono>"), ("wall-clock", "auto t = time(nullptr);"),
            ("wall-clock", "auto t = std::time(0);"), ("wall-clock", "clock_gettime(0, &t);"),
            ("environment", 'auto e = std::getenv("HOME");'), ("random", "int r = rand();"),
            ("random", "std::random_device d;"), ("random", "std::uniform_int_distribution<int> d;"),
            ("random", "std::mt19937_64 g;"), ("unordered", "std::unordered_set<int> s;"),
            ("floating-point", "float f;"), ("floating-point", "long double f;"),
            ("libm", "auto l = std::log(x);"), ("libm", "#include <cmath>"),
            ("address", "auto a = reinterpret_cast<std::uintptr_t>(p);"),
            ("sleep", "usleep(5);"), ("sleep", "std::this_thread::sleep_for(d);"),
            ("stdout", 'printf("x");'), ("stdout", "std::cout << x;"), ("stdout", "fmt::print(x);"),
            ("stdout", "std::fwrite(p, 1, n, stdout);"),
            ("unordered", "std::unordered_set<int> s; // tidy: allow"),
        ]:
            for folder in ("protocols", "sim"):
                with self.subTest(line=line, folder=folder):
                    self.assert_found(f"{folder}/c.cpp", 3, rule, f"// What it is for.\n\n{line}\n")

    def test_protocols_do_not_throw(self):
        self.assert_found("protocols/c.cpp", 2, "throw", "// What it is for.\nvoid f() { throw 1; }\n")

    def test_a_file_opens_with_what_it_is_for(self):
        self.assert_found("sim/c.hpp", 1, "file-header", "#pragma once\n// What it is for.\n")
        self.assert_found("sim/c.hpp", 1, "file-header", "")
        self.assert_found("tests/c.sh", 1, "file-header", "#!/bin/sh\nset -e\n")

    def test_a_file_is_at_most_500_lines(self):
        long_file = "// What it is for.\n" + "\n" * 500
        self.assert_found("sim/c.hpp", 501, "file-length", long_file)

    def test_a_whole_file_is_excused_with_a_reason_and_only_while_it_needs_one(self):
        long_file = "// What it is for.\n" + "\n" * 500
        listed = check.ALLOWED
        excuse = "sim/c.hpp\tfile-length"
        self.assertEqual(self.findings({"sim/c.hpp": long_file, listed: excuse + "\ta table\n"}), [])
        self.assertEqual(self.findings({"sim/c.hpp": long_file, listed: excuse + "\t\n"}),
                         [("sim/c.hpp", 501, "file-length"), (listed, 1, "excuse")])
        self.assertEqual(self.findings({listed: "sim/b.cpp\tstdout\ta table\n"}),
                         [(listed, 1, "excuse")])

    def test_every_rfc_cited_is_in_the_ledger(self):
        self.assert_found("sim/c.hpp", 1, "ledger", "// Looks up names, RFC 1035 §4.\n")

    def test_every_ledger_row_is_true(self):
        path = check.LEDGER
        rest = "5321\t4.1\tAll\tpartial\tprotocols/a/a.hpp\t\n"
        for row in [
            "1939\t\tPOP3\tdone\t-\t", "1939\t\tPOP3\tmaybe\t-\t", "1939\t\tPOP3\tnot\t-",
            "1939\t\tPOP3\tdone\tprotocols/a/a.hpp\t", "1939\t\tPOP3\tdone\tprotocols/gone.hpp\t",
            "5321\t4.5\tMore\tdone\tprotocols/a/a.hpp\t", "5321\t4.1.11\tx\tpartial\tprotocols/a/a.hpp\t",
            "5321\t4.1\tAgain\tnot\t-\t",
        ]:
            with self.subTest(row=row):
                self.assert_found(path, 3, "ledger", HEADER + rest + row + "\n")
        self.assert_found(path, 1, "ledger", "rfc\tsection\n")

    def test_words_of_one_machine(self):
        for word in ["/wor" + "k/main", "/tm" + "p/x", "https://pypi" + ".org/simple"]:
            with self.subTest(word=word):
                self.assert_found("labs/README.md", 1, "private-words", f"see {word}\n")


if __name__ == "__main__":
    unittest.main()
