"""What the tests share: a run of the first lab, a busy world, and the command beside the package."""
import json
import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

import postroad


def command(*words: str) -> subprocess.CompletedProcess:
    """Runs `postroad` as it was installed with the package, or the build's."""
    build = os.environ.get("POSTROAD_BUILD_DIR", "")
    installed = Path(sysconfig.get_path("scripts")) / "postroad"
    program = installed if installed.exists() else Path(build) / "postroad"
    return subprocess.run([str(program), *words], capture_output=True, text=True, timeout=120,
                          check=False)


def fingerprint_by_command(*words: str) -> str:
    """What `postroad run --json` says of this run."""
    ran = command("run", *words, "--json")
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)["fingerprint"]


@pytest.fixture(scope="session")
def first() -> postroad.World:
    """The first lab, run to its end; nobody changes it."""
    return postroad.lab("first-message").world().run()


@pytest.fixture
def busy() -> postroad.Scenario:
    """Two servers, two people, and a message a second for two minutes."""
    return (postroad.Scenario(title="Busy", until="3m")
            .host("mail", domains="example.org").host("mx", domains="example.net")
            .person("alice", address="alice@example.org").person("bob", address="bob@example.net")
            .workload(from_="alice", to="bob", rate="60/min", count=120))
