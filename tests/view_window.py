#!/usr/bin/python3
"""The visualiser's window on a real X server (Xvfb), with a real hand on keys and mouse (XTEST): K
keeps a picture, the walkthrough goes on by Space, a host is dragged and stands there the next time,
the window's panels and letters are remembered, Shift+K makes a film, Q ends the program."""
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.join(os.environ.get("POSTROAD_BUILD_DIR", os.path.join(ROOT, "build/release")),
                       "postroad")
PATIENCE_S = 300


class Hand:
    """A hand on the keys and the mouse of an X display."""

    def __init__(self, display):
        self.x11 = ctypes.CDLL("libX11.so.6")
        self.xtest = ctypes.CDLL("libXtst.so.6")
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XStringToKeysym.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.x11.XOpenDisplay(display.encode()))
        assert self.display, "no connection to Xvfb"

    def code(self, name):
        symbol = ctypes.c_ulong(self.x11.XStringToKeysym(name.encode()))
        return self.x11.XKeysymToKeycode(self.display, symbol)

    def press(self, name, *held):
        keys = [self.code(one) for one in (*held, name)]
        for code in keys:
            self.xtest.XTestFakeKeyEvent(self.display, code, 1, 0)
        for code in reversed(keys):
            self.xtest.XTestFakeKeyEvent(self.display, code, 0, 0)
        self.x11.XFlush(self.display)

    def move(self, x, y):
        self.xtest.XTestFakeMotionEvent(self.display, -1, x, y, 0)
        self.x11.XFlush(self.display)

    def button(self, down):
        self.xtest.XTestFakeButtonEvent(self.display, 1, 1 if down else 0, 0)
        self.x11.XFlush(self.display)


def until(what, condition, meanwhile=lambda: None):
    """Waits for a condition, doing something now and then; fails when it never holds."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            print("NOT SO: " + what)
            sys.exit(1)
        meanwhile()
        time.sleep(0.2)
    print("ok: " + what)


def whole_png(path):
    if not os.path.exists(path):
        return False
    with open(path, "rb") as file:
        octets = file.read()
    return octets[:8] == b"\x89PNG\r\n\x1a\n" and octets[-8:-4] == b"IEND" and len(octets) > 8_000


class Window:
    """One run of `postroad view`, in a folder and with a state folder of its own."""

    def __init__(self, place, display, lab, *options):
        self.place = place
        environment = dict(os.environ, DISPLAY=display, LIBGL_ALWAYS_SOFTWARE="1",
                           XDG_STATE_HOME=os.path.join(place, "state"))
        self.process = subprocess.Popen([PROGRAM, "view", lab, *options], cwd=place, env=environment)

    def pictures(self):
        return sorted((name for name in os.listdir(self.place) if name.endswith(".png")),
                      key=lambda name: int(name[9:-4]))

    def another_picture(self, hand, what):
        """K until there is one more; its octets. (Keys that come before the window does are lost.)"""
        before = len(self.pictures())
        until(what, lambda: self.process.poll() is not None or len(self.pictures()) > before,
              lambda: hand.press("k"))
        path = os.path.join(self.place, self.pictures()[-1])
        until("which is a whole PNG", lambda: whole_png(path))
        with open(path, "rb") as file:
            return file.read()

    def quit(self, hand):
        until("Q ends it", lambda: self.process.poll() is not None, lambda: hand.press("q"))
        check("its status is 0", self.process.returncode == 0)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def check(what, holds):
    print(("ok: " if holds else "NOT SO: ") + what)
    if not holds:
        sys.exit(1)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def drag_something(hand, window, layout):
    """Drags from place to place over the map until a host or network has been moved."""
    # Over and over, each time more slowly: a frame must come between press, way and release.
    places = [(x, y, pace) for pace in (0.2, 0.6, 1.5)
              for y in range(60, 300, 30) for x in range(30, 330, 45)]

    def drag(x, y, pace, way):
        hand.move(x, y)
        time.sleep(pace)
        hand.button(True)
        for step in range(1, 4):
            time.sleep(pace)
            hand.move(x + way * 10 * step, y + way * 6 * step)
        time.sleep(pace)
        hand.button(False)

    def once():
        x, y, pace = places.pop(0)
        drag(x, y, pace, 1)
        if not os.path.exists(layout):  # it was the map itself that moved: back with it
            drag(x + 30, y + 18, pace, -1)

    until("a drag with the mouse moves a host, which is kept beside the scenario",
          lambda: os.path.exists(layout) or window.process.poll() is not None or not places, once)
    check("the file names hosts", os.path.exists(layout) and "alice-pc = [" in read(layout))


def first_window(hand, place, display, lab):
    window = Window(place, display, os.path.join(lab, "scenario.toml"), "--size", "640x400",
                    "--scale", "0.6")
    try:
        first = window.another_picture(hand, "the window opens, hears a key and keeps a picture")
        for _ in range(4):
            hand.press("space")
        check("Space changes what is shown",
              window.another_picture(hand, "another one") != first)
        hand.press("Escape")
        hand.press("1")
        hand.press("6", "Shift_L")
        hand.press("t")
        drag_something(hand, window, os.path.join(lab, "layout.toml"))
        hand.press("k", "Shift_L")
        made = os.path.join(place, "postroad-film-1.webm")
        until("Shift+K makes a film of the walkthrough", lambda: os.path.exists(made))
        with open(made, "rb") as file:
            check("which is WebM", file.read(4) == b"\x1a\x45\xdf\xa3")
        window.quit(hand)
    finally:
        window.end()


def second_window(hand, place, display, lab):
    kept = os.path.join(place, "state", "postroad", "view.toml")
    words = read(kept)
    check("what the window was like is kept",
          all(one in words for one in ('left = "Map"', 'right = "DNS"', "dark = false",
                                       "size = [640, 400]", "scale = 0.6")))
    layout = read(os.path.join(lab, "layout.toml"))
    window = Window(place, display, os.path.join(lab, "scenario.toml"))
    try:
        window.another_picture(hand, "the next window opens")
        window.quit(hand)
    finally:
        window.end()
    again = read(kept)
    check("and was like that again",
          all(one in again for one in ("dark = false", "size = [640, 400]", "scale = 0.6")))
    check("hosts stand where they were put", read(os.path.join(lab, "layout.toml")) == layout)


def main():
    read_end, write_end = os.pipe()
    with subprocess.Popen(["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x800x24"],
                          pass_fds=[write_end], stderr=subprocess.DEVNULL) as server, \
            tempfile.TemporaryDirectory() as place:
        os.close(write_end)
        try:
            display = ":" + os.read(read_end, 16).decode().strip()
            hand = Hand(display)
            lab = os.path.join(place, "lab")  # of our own: hosts are moved in it
            shutil.copytree(os.path.join(ROOT, "labs", "00-first-message"), lab)
            first_window(hand, place, display, lab)
            second_window(hand, place, display, lab)
            return 0
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
