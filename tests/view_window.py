#!/usr/bin/python3
"""The visualiser's window on a real X server (Xvfb), with real key events (XTEST): K keeps a picture,
the walkthrough goes on by Space, Q ends the program. It quits with status 0 and leaves two pictures."""
import ctypes
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.join(os.environ.get("POSTROAD_BUILD_DIR", os.path.join(ROOT, "build/release")),
                       "postroad")
PATIENCE_S = 60


class Keyboard:
    """A hand on the keys of an X display."""

    def __init__(self, display):
        self.x11 = ctypes.CDLL("libX11.so.6")
        self.xtest = ctypes.CDLL("libXtst.so.6")
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XStringToKeysym.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.x11.XOpenDisplay(display.encode()))
        assert self.display, "no connection to Xvfb"

    def press(self, name):
        symbol = ctypes.c_ulong(self.x11.XStringToKeysym(name.encode()))
        code = self.x11.XKeysymToKeycode(self.display, symbol)
        for down in (1, 0):
            self.xtest.XTestFakeKeyEvent(self.display, code, down, 0)
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
    return octets[:8] == b"\x89PNG\r\n\x1a\n" and octets[-8:-4] == b"IEND" and len(octets) > 20_000


def main():
    read_end, write_end = os.pipe()
    with subprocess.Popen(["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x800x24"],
                          pass_fds=[write_end], stderr=subprocess.DEVNULL) as server, \
            tempfile.TemporaryDirectory() as place:
        os.close(write_end)
        view = None
        try:
            display = ":" + os.read(read_end, 16).decode().strip()
            environment = dict(os.environ, DISPLAY=display, LIBGL_ALWAYS_SOFTWARE="1")
            view = subprocess.Popen([PROGRAM, "view", "first-message"], cwd=place, env=environment)
            keyboard = Keyboard(display)
            first = os.path.join(place, "postroad-1.png")
            until("the window opens, hears a key and keeps a picture", lambda: whole_png(first),
                  lambda: keyboard.press("k"))
            # Pictures that were asked for meanwhile have other numbers.
            taken = len(os.listdir(place))
            for _ in range(4):
                keyboard.press("space")
            until("and another one after the walkthrough has gone on",
                  lambda: len(os.listdir(place)) > taken, lambda: keyboard.press("k"))
            until("Q ends it", lambda: view.poll() is not None, lambda: keyboard.press("q"))
            if view.returncode != 0:
                print(f"NOT SO: its status is 0, not {view.returncode}")
                return 1
            pictures = sorted(os.listdir(place), key=lambda name: int(name[9:-4]))
            with open(os.path.join(place, pictures[0]), "rb") as a, \
                    open(os.path.join(place, pictures[-1]), "rb") as b:
                if a.read() == b.read():
                    print("NOT SO: Space changes what is shown")
                    return 1
            print("ok: Space changes what is shown")
            return 0
        finally:
            if view is not None and view.poll() is None:
                view.kill()
                view.wait()
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
