"""The optional step that sends a notification to the team."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shipit.core.notifications import Channel, Notification, document, headline
from shipit.steps.base import Done, Outputs, Todo
from shipit.world import World


class SendNotification(Struct, frozen=True):
    """Send `notification` to `channel`. A notification that this clone sent before is not sent again."""

    kind: ClassVar[str] = "send-notification"
    public: ClassVar[bool] = False  # it changes neither the release nor the traffic
    channel: Channel
    notification: Notification

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.channel.kind}:{self.channel.variable}:{self.notification.event}"

    @property
    def summary(self) -> str:
        return f"notify {self.channel}: {headline(self.notification)}"

    def check(self, world: World) -> Done | Todo:
        return Done() if world.notifications.was_sent(self.channel, self.notification.id) else Todo()

    def apply(self, world: World) -> Outputs:
        text = document(self.channel, self.notification)
        world.notifications.send(self.channel, self.notification.id, text)
        return {}
