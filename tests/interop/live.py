"""A live Postroad for tests: started, found by its table, ended by its process id, replayed."""
import json
import os
import re
import signal
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(os.environ.get("POSTROAD_BUILD_DIR", os.path.join(ROOT, "build/release")),
                       "postroad")
CASES = os.path.join(ROOT, "tests/interop")


class Live:
    """`with Live(scenario, ["mail:25"]) as world: world.port["mail:25"]`."""

    def __init__(self, scenario, expose, *more, seed=1):
        self.scenario = os.path.join(CASES, scenario, "scenario.toml") \
            if os.path.isdir(os.path.join(CASES, scenario)) else scenario
        self.case = os.path.join(CASES, scenario)
        self.seed = seed
        self.folder = tempfile.mkdtemp(prefix="postroad-")
        self.journal = os.path.join(self.folder, "journal")
        words = [PROGRAM, "live", self.scenario, "--seed", str(seed), "--journal", self.journal,
                 "--quiet", *more]
        for one in expose:
            words += ["--expose", one]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.port = {}
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            found = re.match(r"(\S+:\d+) +(?:\S+):(\d+) ", line)
            if found:
                self.port[found.group(1)] = int(found.group(2))
            if line.startswith("ready"):
                break
        else:
            raise AssertionError("it did not start: " + self.process.stderr.read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()

    def end(self):
        """Ctrl-C; gives the fingerprint that the session ended with."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=60)
        self.said += out
        assert self.process.returncode == 0, (self.process.returncode, out, err)
        return re.search(r"^fingerprint +(\w+)$", out, re.M).group(1)

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def replay(self):
        """Runs the journal without a socket. Gives the run's JSON and what was said on stderr."""
        ran = subprocess.run([PROGRAM, "run", self.scenario, "--seed", str(self.seed), "--journal",
                              self.journal, "--json"], capture_output=True, text=True, timeout=300,
                             check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout), ran.stderr

    def check(self):
        """Grades the case's lab.toml on the journal; gives what `check` printed."""
        ran = subprocess.run([PROGRAM, "check", self.case, "--seed", str(self.seed), "--journal",
                              self.journal], capture_output=True, text=True, timeout=300,
                             check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


def same_again(world):
    """Ends the session; its replay must come to the same fingerprint."""
    then = world.end()
    again, errors = world.replay()
    assert again["fingerprint"] == then, (again["fingerprint"], then)
    assert "not what the journal" not in errors, errors
    return again


def run_cases(cases, names):
    """Runs the functions of these names (all, without names); prints a line each. Exit status."""
    wrong = 0
    for case in cases:
        if names and case.__name__ not in names:
            continue
        try:
            case()
            print("ok: " + " ".join(case.__doc__.split()), flush=True)
        except (AssertionError, OSError, subprocess.SubprocessError, KeyError, EOFError) as error:
            wrong += 1
            print(f"NOT SO: {' '.join(case.__doc__.split())}: {type(error).__name__}: {error}",
                  flush=True)
    return 1 if wrong else 0
