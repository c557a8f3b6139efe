"""The name of a host, as messages write it.

>>> machine("local"), machine("ssh://deploy@shop.example")
('this machine', 'deploy@shop.example')
"""

from __future__ import annotations

LOCAL = "local"


def machine(address: str) -> str:
    """Return the name of the host at `address`, as messages write it after "on"."""
    return "this machine" if address == LOCAL else address.removeprefix("ssh://")
