"""The name of a host in texts for people.

>>> machine("local"), machine("ssh://deploy@shop.example")
('this machine', 'deploy@shop.example')
"""

from __future__ import annotations

LOCAL = "local"


def machine(address: str) -> str:
    """Return the name of the host at `address`, as it follows "on"."""
    return "this machine" if address == LOCAL else address.removeprefix("ssh://")
