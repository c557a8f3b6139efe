"""Notifications: messages to the chat of a team, or to a web hook, about a release or a deployment."""

from __future__ import annotations

from shipit.core.notifications.lines import headline as headline
from shipit.core.notifications.notification import Channel as Channel
from shipit.core.notifications.notification import Event as Event
from shipit.core.notifications.notification import Notification as Notification
from shipit.core.notifications.notification import Task as Task
from shipit.core.notifications.services import SERVICES as SERVICES
from shipit.core.notifications.services import document as document
