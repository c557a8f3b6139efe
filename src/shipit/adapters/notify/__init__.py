"""The services that receive notifications, reached through web hooks."""

from __future__ import annotations

from shipit.adapters.notify.webhooks import WebHooks as WebHooks
