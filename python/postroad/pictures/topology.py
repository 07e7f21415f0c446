"""The declared world as a map: networks with their hosts, and the links between them."""
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .svg import Page, width_of

if TYPE_CHECKING:
    from ..scenario import Scenario

__all__ = ["Box", "layout", "topology_svg"]

_HOSTS_MOST = 14
_LINE = 17.0


def topology_svg(scenario: Scenario) -> str:
    """An SVG document. Networks that many links end in stand in the middle.

    >>> import postroad
    >>> topology_svg(postroad.lab("the-mx-ladder").scenario).startswith("<svg")
    True
    """
    page = Page(f"The networks and hosts of {scenario.title or 'this scenario'}")
    boxes, links = layout(scenario.topology)
    by_name = {one.name: one for one in boxes}
    for link in links:
        a, b = by_name[link["from"]], by_name[link["to"]]
        page.line(*a.centre, *b.centre, "bad-line" if link["lossy"] else "")
        x, y = (a.centre[0] + b.centre[0]) / 2, (a.centre[1] + b.centre[1]) / 2
        page.text(x, y - 4, f"{link['latency_ns'] / 1e6:g} ms", "faint", "middle", tip=link["name"])
    for box in boxes:
        box.draw(page)
    return str(page)


def layout(map_: dict[str, list[dict[str, Any]]], *, services: bool = True,
           room: float = 0.0) -> tuple[list[Box], list[dict[str, Any]]]:
    """The networks as boxes that stand somewhere, and the links between two of them. `services`:
    behind each host; `room`: so many pixels more behind the hosts."""
    hosts = map_["hosts"] if services else [{**one, "services": []} for one in map_["hosts"]]
    boxes = [Box(one, hosts, room) for one in map_["networks"]]
    names = {one.name for one in boxes}
    links = [one for one in map_["links"] if one["from"] in names and one["to"] in names]
    _place(boxes, links)
    return boxes, links


class Box:
    """A network with its hosts, a line each."""

    def __init__(self, network: dict[str, Any], hosts: list[dict[str, Any]],
                 room: float = 0.0) -> None:
        self.name: str = network["name"]
        self.marks = " ".join(word for word, there in (
            ("NAT", network["nat"]), ("firewall " + network["firewall"], network["firewall"]))
            if there)
        mine = [one for one in hosts if self.name in one["networks"]]
        self.hosts = [(one["name"], ", ".join(one["services"])) for one in mine[:_HOSTS_MOST]]
        if len(mine) > _HOSTS_MOST:
            self.hosts.append((f"… and {len(mine) - _HOSTS_MOST} more", ""))
        lines = [self.name + self.marks, *(a + b for a, b in self.hosts)]
        self.width = 36 + room + max(width_of(one) for one in lines)
        self.height = 34 + _LINE * len(self.hosts)
        self.x = self.y = 0.0

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def line_y(self, number: int) -> float:
        """Where its host of that number stands, from 0."""
        return self.y + 20 + _LINE * (number + 1)

    def draw(self, page: Page) -> None:
        page.box(self.x, self.y, self.width, self.height)
        page.text(self.x + 10, self.y + 18, self.name, "host")
        if self.marks:
            page.text(self.x + self.width - 8, self.y + 18, self.marks, "bad", "end")
        for number, (host, services) in enumerate(self.hosts):
            y = self.line_y(number)
            page.text(self.x + 14, y, host, "mono")
            if services:
                page.text(self.x + 22 + width_of(host), y, services, "faint")


def _place(boxes: list[Box], links: list[dict[str, Any]]) -> None:
    """The busiest network in the middle, the others in an ellipse around it."""
    ends = [one[end] for one in links for end in ("from", "to")]
    ordered = sorted(boxes, key=lambda one: (-ends.count(one.name), one.name))
    around = ordered[1:]
    wide = max((one.width for one in boxes), default=0) + 70
    high = max((one.height for one in boxes), default=0) + 60
    radius_x = max(wide, len(around) * wide / math.pi)
    radius_y = max(high, len(around) * high / (1.6 * math.pi))
    for number, one in enumerate(around):
        angle = 2 * math.pi * number / len(around) - math.pi / 2
        one.x = radius_x * math.cos(angle) - one.width / 2
        one.y = radius_y * math.sin(angle) - one.height / 2
    if ordered:
        ordered[0].x, ordered[0].y = -ordered[0].width / 2, -ordered[0].height / 2
    least_x = min((one.x for one in boxes), default=0)
    least_y = min((one.y for one in boxes), default=0)
    for one in boxes:
        one.x += 12 - least_x
        one.y += 12 - least_y
