"""Blue/green behind nginx: two slots on fixed ports of a host, one of which gets the traffic.

The new version starts in the other slot. It gets the traffic when it is healthy on all hosts. Then the old version
finishes its requests, and is stopped and kept.
"""

from __future__ import annotations

from shipit.deploy.blue_green.kind import BlueGreen as BlueGreen
