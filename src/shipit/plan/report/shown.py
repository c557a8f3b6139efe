"""The deployments that a forge shows, as the record that shipit would have made of them.

It is used where the record itself cannot be read. The forge says of no deployment that it is a rollback: a deployment
of an image that was replaced before counts as the way back from the one that serves.

>>> shown = [
...     PastDeployment("c1", "sha256:1", "1.0.0", 0, (("success", 60),)),
...     PastDeployment("c2", "sha256:2", "1.1.0", 100, (("in_progress", 100), ("success", 160), ("inactive", 220))),
...     PastDeployment("c1", "sha256:1", "1.0.0", 200, (("success", 220),)),
... ]
>>> [(event.kind, event.image.version) for event in record_of(shown).events]
... # doctest: +NORMALIZE_WHITESPACE
[('started', '1.0.0'), ('verified', '1.0.0'), ('started', '1.1.0'), ('verified', '1.1.0'),
 ('held', '1.1.0'), ('started', '1.0.0'), ('verified', '1.0.0')]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from shipit.core.deploy import DeployedImage, DeployEvent, DeployRecord, EventKind
from shipit.world import PastDeployment

_RESULTS: dict[str, EventKind] = {"success": "verified", "failure": "held", "error": "held"}


def record_of(shown: Sequence[PastDeployment]) -> DeployRecord:
    """Return the record of the deployments `shown`, which are the oldest first.

    One without a result is left out, such as one that nobody approved; only the newest can still be running.
    """
    events: list[DeployEvent] = []
    serving: list[DeployedImage] = []
    for number, each in enumerate(shown):
        results = [(_RESULTS[state], at) for state, at in each.states if state in _RESULTS]
        if not results and number < len(shown) - 1:
            continue
        image = _image(each)
        if image in serving[:-1] and serving[-1] != image:
            events.append(_event("held", serving[-1], each.at))
        events.append(_event("started", image, each.at))
        for kind, at in results[-1:]:
            events.append(_event(kind, image, at))
            serving += [image] if kind == "verified" else []
    return DeployRecord(tuple(events))


def _image(shown: PastDeployment) -> DeployedImage:
    """Return the image of a deployment; another tool says only which commit it deployed."""
    return DeployedImage("", shown.digest or shown.commit, shown.version or shown.commit[:7], shown.commit)


def _event(kind: EventKind, image: DeployedImage, at: int) -> DeployEvent:
    return DeployEvent(kind, image, dt.datetime.fromtimestamp(at, dt.UTC).isoformat() if at > 0 else "")
