"""Services of a compose project: the team's own compose files stay theirs, and a file beside them pins the images.

A service without a published port gets a second container. It is checked, serves beside the old one for a while, and
then the old one is removed by its id. The proxy in front must find the containers by the name of the service.
"""

from __future__ import annotations

from shipit.deploy.compose.kind import Compose as Compose
