"""Pictures of a run: SVG and HTML without any library, plots with matplotlib."""
from .journey import Journey
from .ladder import Ladder
from .player import Player
from .plots import delays, dns_cache, firewall_hits, queue_depth, retries
from .topology import topology_svg

__all__ = ["Journey", "Ladder", "Player", "delays", "dns_cache", "firewall_hits", "queue_depth", "retries",
           "topology_svg"]
