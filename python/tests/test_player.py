"""The player in a real browser: a page of its own, and a widget in JupyterLab."""
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress

import nbformat
import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

import postroad

PATIENCE_MS = 60_000


@contextmanager
def browser():
    """A headless Chromium, and what it complained about."""
    program = shutil.which("chromium")
    assert program, "there is no chromium: install Debian's package of that name"
    with sync_playwright() as playwright:
        # Tests may run as root in a container, where Chromium's own sandbox cannot be.
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            page = chromium.new_page(viewport={"width": 1200, "height": 760})
            page.set_default_timeout(PATIENCE_MS)
            complaints: list[str] = []
            page.on("pageerror", lambda error: complaints.append(str(error)))
            yield page, complaints
        finally:
            chromium.close()


@pytest.fixture(scope="module")
def ladder_run():
    return postroad.lab("the-mx-ladder").world().run()


def seconds(page) -> float:
    hours, minutes, rest = page.inner_text(".pr-clock").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def shown(page) -> int:
    return page.locator(".pr-row:not(.future)").count()


def picture(page, name: str) -> None:
    """Kept for who wants to look: build/pictures/NAME.png."""
    build = os.environ.get("POSTROAD_BUILD_DIR")  # set by the tests' runner
    if build:
        page.screenshot(path=os.path.join(build, "pictures", name))


def test_a_saved_page_plays_pauses_steps_and_scrubs(ladder_run, tmp_path):
    player = ladder_run.player()
    player.save(tmp_path / "run.html")
    steps = player.data["steps"]
    with browser() as (page, complaints):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "run.html").as_uri())
        page.wait_for_selector(".pr-player")
        assert page.locator(".pr-row").count() == len(steps) and shown(page) == 1

        page.click("[aria-label='Play or pause']")
        page.wait_for_function("document.querySelectorAll('.pr-row:not(.future)').length > 8")
        page.click("[aria-label='Play or pause']")
        paused = seconds(page), shown(page)
        page.click("[aria-label='One step on']")
        assert shown(page) == paused[1] + 1 and seconds(page) == steps[paused[1]][0]
        page.click("[aria-label='One step back']")
        page.click("[aria-label='One step back']")
        assert shown(page) == paused[1] - 1

        page.locator("input[type=range]").evaluate(
            "bar => { bar.value = bar.max * 0.6; bar.dispatchEvent(new Event('input')); }")
        there = shown(page)
        assert steps[there - 1][0] <= seconds(page) <= steps[there][0] and there > paused[1]
        assert "in box" in " ".join(page.locator(".badge:not([visibility=hidden])").all_text_contents())
        picture(page, "player.png")

        page.locator(".pr-row").nth(3).click()
        source, target, words = steps[3][1:4]
        assert shown(page) == 4 and words in page.inner_text(".pr-now")
        assert bool(page.get_attribute(".pr-map .way", "points")) == (target is not None)
        page.locator(".pr-player").focus()
        page.keyboard.press("End")
        assert shown(page) == len(steps) and seconds(page) == pytest.approx(ladder_run.now)
        page.keyboard.press("Home")
        assert shown(page) == 1
        assert complaints == [] and len(asked) == 1, asked  # the page, and nothing else


def test_something_said_flies_along_the_links_between_its_hosts(ladder_run, tmp_path):
    player = ladder_run.player(reasons=False)
    player.save(tmp_path / "run.html")
    number = next(i for i, one in enumerate(player.data["steps"])
                  if one[1:3] == ["mail", "mx1"] and one[3].startswith("EHLO"))
    with browser() as (page, complaints):
        page.goto((tmp_path / "run.html").as_uri())
        page.locator(".pr-row").nth(number).click()
        way = page.get_attribute(".pr-map .way", "points").split()
        assert len(way) == 5  # host, network, internet, network, host
        where = page.get_attribute(".pr-map .flight", "cx"), page.get_attribute(".pr-map .flight", "cy")
        assert where == tuple(way[0].split(","))
        page.locator("input[type=range]").evaluate(
            "bar => { bar.value = Number(bar.value) + 100; bar.dispatchEvent(new Event('input')); }")
        assert page.get_attribute(".pr-map .flight", "cx") != where[0]
        assert complaints == []


def test_text_from_the_wire_cannot_break_the_page(tmp_path):
    scenario = postroad.lab("first-message").scenario
    scenario.at("3s", send={"from": "alice", "to": "bob",
                            "subject": "</script><script>document.title='taken'</script>"})
    scenario.world().run("10s").player().save(tmp_path / "run.html")
    with browser() as (page, complaints):
        page.goto((tmp_path / "run.html").as_uri())
        page.wait_for_selector(".pr-player")
        assert page.title() == "Alice writes to Bob, step by step" and complaints == []


def test_a_player_knows_the_world_of_its_moment(ladder_run):
    player = ladder_run.player(message=1)
    player.moment = 0.002
    there = player.world
    assert there.now == 0.002 and there.events < ladder_run.events
    assert ladder_run.now == 1800 and there.fork().run().fingerprint == ladder_run.fingerprint


def test_steps_that_are_left_out_are_told(ladder_run):
    player = ladder_run.player(most=10)
    assert len(player.data["steps"]) == 10 and player.data["left_out"] > 100
    assert json.loads(json.dumps(player.data)) is not None


NOTEBOOK = """
import postroad
player = postroad.lab("the-mx-ladder").world().run().player()
player.widget.observe(lambda change: open("moment.txt", "w").write(str(change.new)), "moment")
player
"""


def player_steps() -> list:
    return postroad.lab("the-mx-ladder").world().run().player().data["steps"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def jupyterlab(folder):
    """A server of JupyterLab; gives its address."""
    port = free_port()
    env = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / "config"),
           "JUPYTER_DATA_DIR": str(folder / "data"), "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
           "HOME": str(folder)}
    log = open(folder / "server.log", "w", encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser", "--allow-root",
         "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=t",
         f"--ServerApp.root_dir={folder}"], env=env, stdout=log, stderr=log)
    try:
        until = time.monotonic() + PATIENCE_MS / 1000
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token=t", timeout=5).read()
                break
            except OSError:
                assert server.poll() is None and time.monotonic() < until, \
                    (folder / "server.log").read_text(encoding="utf-8")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def run_all(page) -> None:
    """Until a cell has begun: while the kernel is being chosen, nothing comes of it."""
    begun = "document.querySelector('.jp-InputPrompt').textContent.trim() !== '[ ]:'"
    until = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(begun):
        assert time.monotonic() < until, "the notebook did not begin to run"
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        with suppress(PlaywrightTimeout):
            page.wait_for_function(begun, timeout=3000)


def test_the_widget_plays_in_jupyterlab_and_tells_python_its_moment(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(NOTEBOOK.strip())])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)",
                                       "language": "python"}
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, tmp_path / "player.ipynb")
    with jupyterlab(tmp_path) as address, browser() as (page, _):
        page.goto(f"{address}/lab/tree/player.ipynb?token=t")
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
        # It may ask for the kernel, whatever the notebook says: then it is answered.
        page.add_locator_handler(page.locator(".jp-Dialog .jp-mod-accept"),
                                 lambda button: button.click())
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        page.locator(".jp-NotebookPanel .jp-InputArea-editor").click()
        run_all(page)
        page.wait_for_selector(".jp-OutputArea .pr-player")
        page.locator(".pr-row").nth(20).click()
        words = page.inner_text(".pr-now")
        picture(page, "player-in-jupyterlab.png")
        until = time.monotonic() + PATIENCE_MS / 1000
        kept = tmp_path / "moment.txt"
        steps = player_steps()
        while not (kept.exists() and kept.read_text() == str(steps[20][0])):
            assert time.monotonic() < until, "the widget's moment did not come to Python"
            page.evaluate("() => new Promise(requestAnimationFrame)")
        assert steps[20][3] in words
