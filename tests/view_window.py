#!/usr/bin/python3
"""The visualiser's window on a real X server (Xvfb), with a real hand on keys and mouse (XTEST): K
keeps a picture, the walkthrough goes on by Space, a host is dragged and stands there the next time,
the window's panels and letters are remembered, Shift+K makes a film, Q ends the program. Rows and the
timeline are clicked, lists and the map turned by the wheel, words typed, the window resized; and what
the window shows is what `postroad view --screenshot` draws of the same moment and size."""
import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from view.png import Picture, difference

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.join(os.environ.get("POSTROAD_BUILD_DIR", os.path.join(ROOT, "build/release")),
                       "postroad")
PATIENCE_S = 300


class CursorImage(ctypes.Structure):
    """XFixesCursorImage, to its serial number, which is another for another shape."""
    _fields_ = [("place", ctypes.c_short * 2), ("size", ctypes.c_ushort * 4),
                ("serial", ctypes.c_ulong)]


class Hand:
    """A hand on the keys and the mouse of an X display."""
    NAMES = {" ": "space", ".": "period", "/": "slash"}

    def __init__(self, display):
        self.fixes = ctypes.CDLL("libXfixes.so.3")
        self.fixes.XFixesGetCursorImage.restype = ctypes.POINTER(CursorImage)
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

    def key(self, name, down):
        self.xtest.XTestFakeKeyEvent(self.display, self.code(name), 1 if down else 0, 0)
        self.x11.XFlush(self.display)

    def move(self, x, y):
        self.xtest.XTestFakeMotionEvent(self.display, -1, x, y, 0)
        self.x11.XFlush(self.display)

    def button(self, down, number=1):
        self.xtest.XTestFakeButtonEvent(self.display, number, 1 if down else 0, 0)
        self.x11.XFlush(self.display)

    def wheel(self, up):
        for down in (True, False):
            self.button(down, 4 if up else 5)

    def type(self, words):
        for one in words:
            self.press(self.NAMES.get(one, one))

    def shape(self):
        """Of the mouse's cursor, as the window has set it in its last frame."""
        image = self.fixes.XFixesGetCursorImage(self.display)
        serial = image.contents.serial
        self.x11.XFree(image)
        return serial

    def resize(self, width, height):
        """The one window that there is on the display."""
        root, parent = ctypes.c_ulong(), ctypes.c_ulong()
        children, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        self.x11.XDefaultRootWindow.restype = ctypes.c_ulong
        self.x11.XQueryTree(self.display, ctypes.c_ulong(self.x11.XDefaultRootWindow(self.display)),
                            ctypes.byref(root), ctypes.byref(parent), ctypes.byref(children),
                            ctypes.byref(count))
        for i in range(count.value):
            self.x11.XResizeWindow(self.display, ctypes.c_ulong(children[i]), width, height)
        self.x11.XFree(children)
        self.x11.XFlush(self.display)


def until(what, condition, meanwhile=lambda: None, quiet=False):
    """Waits for a condition, doing something now and then; fails when it never holds."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            print("NOT SO: " + what)
            sys.exit(1)
        meanwhile()
        time.sleep(0.02 if quiet else 0.2)
    if not quiet:
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
        self.asked_s, self.had = 0, -1

    def pictures(self):
        return sorted((name for name in os.listdir(self.place)
                       if name.startswith("postroad-") and name.endswith(".png")),
                      key=lambda name: int(name[9:-4]))

    def ask(self, hand):
        """K, unless the one before is not answered yet: so that no picture is of a time before the
        hand's last deed. A key that came before the window did is lost, and pressed again."""
        if len(self.pictures()) > self.had or time.monotonic() > self.asked_s + 5:
            self.asked_s, self.had = time.monotonic(), len(self.pictures())
            hand.press("k")

    def another_picture(self, hand, what):
        """K until there is one more; its octets."""
        before = len(self.pictures())
        until(what, lambda: self.process.poll() is not None or len(self.pictures()) > before,
              lambda: self.ask(hand))
        path = os.path.join(self.place, self.pictures()[-1])
        until("which is a whole PNG", lambda: whole_png(path))
        with open(path, "rb") as file:
            return file.read()

    def show(self, hand, what, fits):
        """K until a picture fits."""
        looked_at = set()
        found = []

        def one_fits():
            check("the window stays", self.process.poll() is None, quiet=True)
            for name in reversed(self.pictures()):
                if name not in looked_at and not found:
                    looked_at.add(name)
                    picture = Picture(os.path.join(self.place, name))
                    if fits(picture):
                        found.append(picture)
            return bool(found)

        looked_at.update(self.pictures())
        until(what, one_fits, lambda: self.ask(hand))
        return found[0]

    def quit(self, hand):
        until("Q ends it", lambda: self.process.poll() is not None, lambda: hand.press("q"))
        check("its status is 0", self.process.returncode == 0)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def check(what, holds, quiet=False):
    if not (quiet and holds):
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


# What hands do is looked at in dark windows of this size, at this scale: there the clock, the strip of
# the timeline and the place of the row in the ladder that is now.
SIZE, SCALE = (640, 400), "0.6"
CLOCK = (272, 324, 365, 339)
STRIP = (13, 341, 627, 381)
ROWS_TOP, ROW, NOW_ROW = 60, 12, 7


def drawn(place, lab, *options, size=SIZE):
    """What the command draws."""
    path = os.path.join(place, "drawn.png")
    subprocess.run([PROGRAM, "view", lab, *options, "--size", "%dx%d" % size, "--scale", SCALE,
                    "--screenshot", path], check=True, stdout=subprocess.DEVNULL,
                   env=dict(os.environ, LIBGL_ALWAYS_SOFTWARE="1"))
    return Picture(path)


def same(one, other):
    """Words beside the clock may be others: the window tells there where it has kept a picture."""
    return difference(one, other) < 0.02 and difference(one, other, CLOCK) == 0 and \
        difference(one, other, STRIP) < 0.002


def moment(picture):
    """Where the timeline's mark stands."""
    left, top, right, bottom = STRIP
    return [x for x in range(left - 2, right + 2)
            if all(picture.pixel(x, y) == picture.pixel(x, top + 20) != picture.pixel(x, bottom + 2)
                   and min(picture.pixel(x, y)[:2]) > 200 > picture.pixel(x, y)[2]
                   for y in range(top + 8, bottom - 8))][0]


def at_row(ns, lab):
    """The first moment of the run not before this one, in nanoseconds."""
    told = subprocess.run([PROGRAM, "show", lab, "--json"], check=True, capture_output=True, text=True)
    return min(t for t in (json.loads(row)["t_ns"] for row in told.stdout.splitlines()) if t >= ns)


def frames(hand):
    """Lets frames go by while the search is shown: over its field, and only there, the mouse has
    another shape, so each change of it is a frame."""
    for place in ((60, 49), (1, 1), (60, 49), (1, 1)):
        before = hand.shape()
        hand.move(*place)
        until("a frame goes by", lambda: hand.shape() != before, quiet=True)


def search(hand, words, last):
    """Slash, the words, and a key that must be down while a frame is drawn."""
    hand.press("slash")
    frames(hand)
    hand.type(words)
    frames(hand)
    hand.key(last, True)
    frames(hand)
    hand.key(last, False)


def mouse_window(hand, place, display, lab):
    """Rows, timeline, wheel, search, size."""
    window = Window(place, display, lab, "--no-walkthrough", "--panel", "ladder", "--at", "50ms",
                    "--size", "%dx%d" % SIZE, "--scale", SCALE)
    try:
        hand.move(1, 1)  # where nothing is
        reference = drawn(place, lab, "--no-walkthrough", "--panel", "ladder", "--at", "50ms")
        here = moment(window.show(hand, "the window shows what --screenshot draws",
                                  lambda one: same(one, reference)))

        def click(x, y):
            hand.move(x, y)
            window.another_picture(hand, "a frame sees the mouse there")
            hand.button(True)
            window.another_picture(hand, "and its button down")
            hand.button(False)
            window.another_picture(hand, "and up again")
            hand.move(1, 1)

        # The row above the one that is now, then the one behind it.
        click(400, ROWS_TOP + ROW * (NOW_ROW - 4))
        before = moment(window.show(hand, "a click on an earlier row goes back to it",
                                    lambda one: moment(one) < here))
        hand.press("1")
        hand.press("End")
        window.show(hand, "End goes to the end", lambda one: moment(one) > 600)
        for x in (200, 420):
            click(x, 360)
            window.show(hand, "a click on the timeline goes there",
                        lambda one: abs(moment(one) - x) <= 2)
        check("which is elsewhere", before < 200)
        hand.move(420, 360)
        window.another_picture(hand, "a frame sees the mouse on the timeline")
        hand.button(True)
        window.another_picture(hand, "and its button down")
        for x in (300, 150, 260):
            hand.move(x, 350)
            window.show(hand, "the moment follows a drag on it", lambda one: abs(moment(one) - x) <= 2)
        hand.button(False)
        hand.move(300, 200)
        map_before = window.show(hand, "the mouse is over the map", lambda one: abs(moment(one) - 260) <= 2)
        hand.wheel(True)
        window.show(hand, "the wheel over the map changes it and not the moment",
                    lambda one: difference(one, map_before, (10, 40, 630, 310)) > 0.005 and
                    abs(moment(one) - 260) <= 2)
        hand.wheel(False)
        window.show(hand, "and back", lambda one: difference(one, map_before, (10, 40, 630, 310)) < 0.002)
        hand.press("2")
        hand.press("Home")
        hand.move(400, 150)
        rows_before = window.show(hand, "the ladder at its start",
                                  lambda one: moment(one) < 20 and difference(one, map_before) > 0.02)
        hand.wheel(False)
        window.show(hand, "the wheel over the ladder moves its rows and not the moment",
                    lambda one: difference(one, rows_before, (300, 55, 620, 230)) > 0.005 and
                    moment(one) < 20)
        hand.move(1, 1)
        search(hand, "10 post.example.net", "Return")
        searched = "%dns" % at_row(60_000_000, lab)
        reference = drawn(place, lab, "--no-walkthrough", "--panel", "search", "--at", searched)
        found = window.show(hand, "Enter in a search goes to what was found",
                            lambda one: difference(one, reference, CLOCK) == 0 and
                            difference(one, reference, STRIP) < 0.002)
        check("and lists it", difference(found, reference, (10, 90, 630, 300)) > 0.005)
        hand.press("1")
        reference = drawn(place, lab, "--no-walkthrough", "--panel", "map", "--at", searched)
        window.show(hand, "the map is what --screenshot draws of that moment",
                    lambda one: same(one, reference))
        hand.resize(800, 500)
        reference = drawn(place, lab, "--no-walkthrough", "--panel", "map", "--at", searched,
                          size=(800, 500))
        window.show(hand, "and so it is when the window has another size",
                    lambda one: difference(one, reference) < 0.02)
        window.quit(hand)
    finally:
        window.end()


def escape_window(hand, place, display, lab):
    """Escape in the search field leaves the field, and the walkthrough goes on."""
    window = Window(place, display, lab, "--size", "%dx%d" % SIZE, "--scale", SCALE)
    try:
        hand.move(1, 1)
        stops = [drawn(place, lab, "--stop", str(stop)) for stop in (1, 2, 3)]
        window.show(hand, "a walkthrough begins", lambda one: same(one, stops[0]))
        hand.press("space")
        window.show(hand, "Space goes on in it", lambda one: same(one, stops[1]))
        search(hand, "mx", "Escape")
        window.show(hand, "Escape leaves the search field, so that K keeps a picture again",
                    lambda one: difference(one, stops[1]) > 0.02)
        hand.press("space")
        window.show(hand, "and the walkthrough goes on", lambda one: same(one, stops[2]))
        window.quit(hand)
    finally:
        window.end()


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
            for act in (mouse_window, escape_window):
                with tempfile.TemporaryDirectory() as fresh:
                    act(hand, fresh, display, "first-message")
            return 0
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
