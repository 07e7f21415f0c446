"""What can be changed in a running world, in the words of the scenario's timeline."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import toml_text

if TYPE_CHECKING:
    from .world import World

__all__ = ["Firewall", "Host", "Link", "Zone", "words_of"]


def words_of(action: dict[str, Any]) -> str:
    """A [[timeline]] table's words, without `at`.

    >>> words_of({"fetch": "bob"})
    'fetch = "bob"'
    """
    return "\n".join(f"{toml_text.key(name)} = {toml_text.value(one)}"
                     for name, one in action.items())


class _Part:
    def __init__(self, world: World, name: str) -> None:
        self._world, self.name = world, name

    def __repr__(self) -> str:
        return f'<{type(self).__name__} "{self.name}" of {self._world!r}>'


class Firewall(_Part):
    """A firewall's rules, counted from 1. Each edit is a ChangeError when it cannot be."""

    def _edit(self, edit: str, **keys: Any) -> World:
        return self._world.change(firewall={"firewall": self.name, "edit": edit, **keys})

    def insert(self, rule: str, position: int = 1) -> World:
        """Puts a rule before the rule at `position`."""
        return self._edit("insert", position=position, rule=rule)

    def append(self, rule: str) -> World:
        """Puts a rule behind all others."""
        return self._edit("append", rule=rule)

    def replace(self, position: int, rule: str) -> World:
        """Puts a rule in another's place."""
        return self._edit("replace", position=position, rule=rule)

    def remove(self, position: int) -> World:
        """Takes the rule at `position` away."""
        return self._edit("remove", position=position)


class Link(_Part):
    """A link between two places; a host's access link is called "HOST--NETWORK"."""

    def set(self, **keys: Any) -> World:
        """Changes `latency`, `jitter`, `bandwidth`, `loss`, `duplicate`, `reorder` or `up`."""
        return self._world.change(link={"link": self.name, **keys})

    def down(self) -> World:
        """Nothing passes any more."""
        return self.set(up=False)

    def up(self) -> World:
        """It works again."""
        return self.set(up=True)


class Host(_Part):
    """A machine and its services."""

    def _state(self, state: str) -> World:
        return self._world.change(host={"host": self.name, "state": state})

    def down(self) -> World:
        """It ends its work in order."""
        return self._state("down")

    def crash(self) -> World:
        """It loses what was only in memory."""
        return self._state("crash")

    def up(self) -> World:
        """It starts."""
        return self._state("up")

    def start(self, service: str) -> World:
        """Starts "mta", "msa", "mda", "pop3", "imap", "lmtp", "dns", "resolver", "kdc", "http" or "https"."""
        return self._service(service, True)

    def stop(self, service: str) -> World:
        """Stops a service."""
        return self._service(service, False)

    def _service(self, service: str, running: bool) -> World:
        return self._world.change(
            service={"host": self.name, "service": service, "running": running})


class Zone(_Part):
    """A zone's records; caches keep the old ones for their time to live."""

    def _edit(self, edit: str, record: str) -> World:
        return self._world.change(record={"zone": self.name, "edit": edit, "record": record})

    def set(self, record: str) -> World:
        """Replaces the records of that name and type: `set("@ 300 IN MX 5 mx3.example.org.")`."""
        return self._edit("set", record)

    def add(self, record: str) -> World:
        """Adds a record beside those that are there."""
        return self._edit("add", record)

    def remove(self, record: str) -> World:
        """Takes that record away."""
        return self._edit("remove", record)
