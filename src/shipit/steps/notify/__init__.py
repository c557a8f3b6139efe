"""The step that notifies the team."""

from __future__ import annotations

from shipit.steps.notify.send_notification import SendNotification as SendNotification

STEPS = (SendNotification,)
