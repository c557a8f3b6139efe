"""The contract of the services that receive notifications: real web hooks over HTTP, and in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from adapters.http_servers import Answer, Host, host

from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.notify import WebHooks
from shipit.core.notifications import Channel
from shipit.core.redact import Redactor
from shipit.errors import AuthError, RemoteError
from shipit.testing import FakeNotifications
from shipit.world.notifications import Notifications

CHANNEL = Channel("webhook", "TEAM_WEBHOOK")
WITHOUT_VARIABLE = Channel("slack", "SLACK_WEBHOOK")
WITHOUT_TOKEN = Channel("webhook", "TEAM_WEBHOOK", "GRAFANA_TOKEN")
DOCUMENT = json.dumps({"text": "배포 완료"}).encode()


@dataclass(frozen=True)
class Bench:
    """The services, the documents that they received, and a way to let them refuse the next ones."""

    notifications: Notifications
    received: Callable[[], list[Any]]
    refuse: Callable[[], object]


@pytest.fixture
def service() -> Iterator[Host]:
    with host() as started:
        started.answers["POST /hook"] = [Answer()]
        yield started


@pytest.fixture(params=["real", "in_memory"])
def bench(request: pytest.FixtureRequest, service: Host, tmp_path: Path) -> Bench:
    if request.param == "in_memory":
        fake = FakeNotifications()
        fake.unset = {"SLACK_WEBHOOK", "GRAFANA_TOKEN"}
        return Bench(fake, lambda: [each for _, each in fake.sent], lambda: setattr(fake, "refused", "is closed"))
    variables = {"TEAM_WEBHOOK": f"{service.url}/hook"}
    hooks = WebHooks(Redactor(), RetryPolicy(pause=0), str(tmp_path / "shipit" / "notified"), variables)
    received = lambda: [json.loads(asked.body.encode("latin-1")) for asked in service.asked]  # noqa: E731
    return Bench(hooks, received, lambda: service.answers.update({"POST /hook": [Answer(410)]}))


def test_a_document_is_received_as_it_was_sent(bench: Bench) -> None:
    bench.notifications.send(CHANNEL, "v1.4.0", DOCUMENT)
    assert bench.received() == [{"text": "배포 완료"}]


def test_a_notification_is_known_after_it_was_sent_for_its_channel_only(bench: Bench) -> None:
    assert not bench.notifications.was_sent(CHANNEL, "v1.4.0")
    bench.notifications.send(CHANNEL, "v1.4.0", DOCUMENT)
    assert bench.notifications.was_sent(CHANNEL, "v1.4.0")
    assert not bench.notifications.was_sent(CHANNEL, "v1.5.0")
    assert not bench.notifications.was_sent(WITHOUT_VARIABLE, "v1.4.0")


def test_a_notification_that_was_refused_does_not_count_as_sent(bench: Bench) -> None:
    bench.refuse()
    with pytest.raises(RemoteError, match="`TEAM_WEBHOOK`"):
        bench.notifications.send(CHANNEL, "v1.4.0", DOCUMENT)
    assert not bench.notifications.was_sent(CHANNEL, "v1.4.0")


@pytest.mark.parametrize(
    ("channel", "variable"), [(WITHOUT_VARIABLE, "SLACK_WEBHOOK"), (WITHOUT_TOKEN, "GRAFANA_TOKEN")]
)
def test_a_variable_that_is_not_set_is_found_before_and_nothing_is_sent(
    bench: Bench, channel: Channel, variable: str
) -> None:
    (finding,) = bench.notifications.findings([CHANNEL, channel])
    assert (finding.code, finding.severity) == ("notification-channel", "warning")
    assert f"`{variable}`" in finding.what
    with pytest.raises(AuthError, match=f"`{variable}`"):
        bench.notifications.send(channel, "v1.4.0", DOCUMENT)
    assert bench.received() == []
