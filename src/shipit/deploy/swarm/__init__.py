"""A service of a Docker swarm: the swarm replaces its tasks by those of the new image.

The swarm reports success also after it went back to the old image, so that the truth is the image of the tasks.
"""

from __future__ import annotations

from shipit.deploy.swarm.kind import Swarm as Swarm
