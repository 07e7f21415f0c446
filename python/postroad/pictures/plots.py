"""Plots of a run with matplotlib: each takes a world, draws into `ax` or a new figure, gives the Axes."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ..world import World

__all__ = ["delays", "dns_cache", "firewall_hits", "queue_depth", "retries"]

_ENDS = ("left", "expired", "failed", "delivered", "relayed")


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt
    return plt.subplots(figsize=(7.5, 3.6))[1]


def queue_depth(world: World, host: str | None = None, ax: Any = None) -> Any:
    """Messages in the queues over time, a line a host (or one host's): a step up when a message
    enters, down when it leaves."""
    ax = _axes(ax)
    queue = world.trace.queue
    moves = queue[queue.move.isin(["entered", "left"])]
    for name, of in moves.groupby("node", observed=True):
        if host is not None and name != host:
            continue
        change = np.where(of.move == "entered", 1, -1)
        times = np.concatenate([[0.0], of.t_s.to_numpy(), [world.now]])
        depth = np.concatenate([[0], np.cumsum(change)])
        ax.step(times, np.append(depth, depth[-1]), where="post", label=str(name))
    ax.set(xlabel="seconds since the start", ylabel="messages in the queue")
    if ax.lines:
        ax.legend(fontsize="small")
    return ax


def retries(world: World, ax: Any = None) -> Any:
    """Every attempt for a message: a row a message, a mark a try, coloured by what came of it."""
    ax = _axes(ax)
    queue = world.trace.queue
    marks = {"trying": ("o", "#7b8794"), "deferred": ("x", "#b45309"), "delivered": ("o", "#1a7f37"),
             "relayed": ("o", "#1a7f37"), "failed": ("s", "#b42318"), "expired": ("s", "#b42318"),
             "delayed_notice": ("^", "#0b4f9c")}
    for move, (marker, colour) in marks.items():
        of = queue[queue.move == move]
        if len(of):
            ax.scatter(of.t_s, of.message, marker=marker, c=colour, s=28, label=move)
    ax.set(xlabel="seconds since the start", ylabel="message")
    if ax.collections:
        ax.legend(fontsize="small")
    return ax


def delays(world: World, ax: Any = None, *, label: str | None = None) -> Any:
    """The share of deliveries that took no longer than so many seconds, from composing to the
    mailbox; logarithmic, for a retry is a thousand times as slow as a handover."""
    ax = _axes(ax)
    delay = np.sort(world.trace.deliveries.delay_s.to_numpy())
    if len(delay):
        ax.step(delay, np.arange(1, len(delay) + 1) / len(delay), where="post", label=label)
        ax.set_xscale("log")
    ax.set(xlabel="seconds from composing to the mailbox", ylabel="share of deliveries",
           ylim=(0, 1.05))
    if label is not None:
        ax.legend(fontsize="small")
    return ax


def dns_cache(world: World, ax: Any = None) -> Any:
    """Look-ups over time, by whether they were answered from a cache, by asking, or not at all."""
    ax = _axes(ax)
    dns = world.trace.dns
    kinds = (("asked", ~dns.from_cache & ~dns.timed_out, "#0b4f9c"),
             ("from the cache", dns.from_cache, "#1a7f37"), ("timed out", dns.timed_out, "#b42318"))
    names = {name: row for row, name in enumerate(dict.fromkeys(dns.name.astype(str)))}
    for label, chosen, colour in kinds:
        of = dns[chosen]
        if len(of):
            ax.scatter(of.t_s, [names[str(one)] for one in of.name], c=colour, s=24, label=label)
    ax.set_yticks(range(len(names)), list(names), fontsize="x-small")
    ax.set(xlabel="seconds since the start")
    if ax.collections:
        ax.legend(fontsize="small")
    return ax


def firewall_hits(world: World, ax: Any = None) -> Any:
    """How often each rule of each firewall gave its verdict."""
    ax = _axes(ax)
    hits = world.trace.firewall.groupby(["firewall", "rule", "verdict"], observed=True).size()
    names = [f"{firewall} rule {rule}: {verdict}" if rule else f"{firewall} policy: {verdict}"
             for firewall, rule, verdict in hits.index]
    colours = {"accept": "#1a7f37", "drop": "#b42318", "reject": "#b45309"}
    ax.barh(names, hits.to_numpy(), color=[colours.get(one[2], "#52606d") for one in hits.index])
    ax.set(xlabel="verdicts")
    return ax
