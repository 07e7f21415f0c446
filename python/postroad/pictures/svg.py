"""A page of SVG: shapes are added, and the whole is written with a title for who cannot see it."""
from __future__ import annotations

from html import escape

__all__ = ["Page", "shortened", "width_of"]

_STYLE = """
text{font:12px ui-sans-serif,system-ui,sans-serif;fill:#1f2933}
.mono{font-family:ui-monospace,Menlo,monospace;font-size:11.5px}
.faint{fill:#7b8794}.host{font-weight:600}.why{fill:#52606d;font-style:italic}
.bad{fill:#b42318}.good{fill:#1a7f37}.command{fill:#0b4f9c}
line,path{stroke:#52606d;fill:none}.lane{stroke:#cbd2d9}.reply{stroke:#1a7f37}
.command-line{stroke:#0b4f9c}.bad-line{stroke:#b42318;stroke-dasharray:5 3}
rect{fill:#f5f7fa;stroke:#9aa5b1;rx:6}.box{fill:#fff}.note{fill:#fff8e6;stroke:#e5c07b}
"""


def shortened(text: str, most: int) -> str:
    """At most so many characters; what is cut ends in "…".

    >>> shortened("250 2.1.5 recipient ok", 10)
    '250 2.1.5…'
    """
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    text = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
    return text if len(text) <= most else text[:most - 1].rstrip() + "…"


def width_of(text: str) -> float:
    """About how many pixels a text of 12 px takes."""
    return 6.7 * len(text)


class Page:
    """Shapes in the order they were added."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._shapes: list[str] = []
        self.width = self.height = 0.0

    def _grow(self, x: float, y: float) -> None:
        self.width, self.height = max(self.width, x), max(self.height, y)

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start",
             tip: str = "") -> None:
        """Words at a point; `tip` is shown when the pointer rests on them."""
        inner = escape(words) + (f"<title>{escape(tip)}</title>" if tip else "")
        self._shapes.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" '
                            f'text-anchor="{anchor}">{inner}</text>')
        far = {"start": 1.0, "middle": 0.5, "end": 0.0}[anchor]
        self._grow(x + far * width_of(words), y + 6)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str = "",
             arrow: bool = False) -> None:
        """A line; with a head at its end when it is an arrow."""
        head = ' marker-end="url(#head)"' if arrow else ""
        self._shapes.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
                            f'class="{kind}"{head}/>')
        self._grow(max(x1, x2), max(y1, y2))

    def box(self, x: float, y: float, width: float, height: float, kind: str = "") -> None:
        """A rectangle."""
        self._shapes.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                            f'height="{height:.1f}" class="{kind}"/>')
        self._grow(x + width, y + height)

    def __str__(self) -> str:
        width, height = self.width + 12, self.height + 12
        return (f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} '
                f'{height:.0f}" width="{width:.0f}" height="{height:.0f}">'
                f"<title>{escape(self._title)}</title><style>{_STYLE}</style>"
                '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
                'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" '
                'style="fill:#52606d;stroke:none"/></marker></defs>'
                + "".join(self._shapes) + "</svg>")
