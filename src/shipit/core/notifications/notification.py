"""One notification, as facts without any form, and the channel that it is sent to."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Event = Literal["released", "deployed", "failed", "rolled-back", "waiting"]

Task = Literal["release", "images", "deployment", "rollback"]


class Channel(Struct, frozen=True):
    """The place that a notification is sent to.

    Args:
        kind: the service, such as `slack`.
        variable: the name of the environment variable with the address, which is a secret.
        token: the name of the environment variable with the token; empty for none.
    """

    kind: str
    variable: str
    token: str = ""

    def __str__(self) -> str:
        return f"{self.kind} ({self.variable})"


class Notification(Struct, frozen=True):
    """An event of a project. A text is empty if the event has no such fact, or if it is not known.

    Args:
        event: the kind of the event.
        id: a text that is the same if the notification is sent again.
        language: the language of the message, such as `en`.
        project: the name of the repository.
        environment: the name of the environment.
        version: the version that was released, deployed or rejected, with its package if there are several.
        digest: the digest of the image.
        serving: the version that was verified to serve after the event.
        task: for `failed`, the task that failed.
        reason: the reason of a failure; for `waiting`, the place where the deployment waits.
        state: the state that a failure left.
        url: the page of the release, or the public address of the environment.
        run: the page of the CI run.
        changes: the subjects of the first commits of a release, see `shipit.core.limits`.
        more: the number of its other commits.
    """

    event: Event
    id: str
    language: str = "en"
    project: str = ""
    environment: str = ""
    version: str = ""
    digest: str = ""
    serving: str = ""
    task: Task | None = None
    reason: str = ""
    state: str = ""
    url: str = ""
    run: str = ""
    changes: tuple[str, ...] = ()
    more: int = 0
