"""The tables `[[notify]]`: an address is a secret, so no error repeats one."""

from __future__ import annotations

import pytest

from shipit.config.load import parse_config
from shipit.errors import ConfigError
from shipit.finding import Problem

ADDRESSES = {
    "slack": "https://hooks.slack.com/services/T000/B000/very-secret-part",
    "discord": "https://discord.com/api/webhooks/123/very-secret-part",
    "teams": "https://acme.webhook.office.com/webhookb2/very-secret-part",
    "workflow of teams": "https://prod-1.westeurope.logic.azure.com/workflows/1/triggers/manual?sig=very-secret-part",
    "any": "https://hooks.example/very-secret-part",
    "no address": "very-secret-part",
    "a variable and more": "env:very-secret-part",
}


def problem(text: str) -> Problem:
    with pytest.raises(ConfigError) as caught:
        parse_config(text)
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_in_the_file_is_refused_and_not_repeated(address: str) -> None:
    found = problem(f'[[notify]]\nkind = "webhook"\nurl = "{address}"\n')
    assert found.where == "notify[0].url"
    assert "very-secret-part" not in f"{found.what} {found.hint}"
    assert "the name of an environment variable" in (found.hint or "")


@pytest.mark.parametrize("kind", ["slack", "discord", "teams", "workflow of teams"])
def test_the_address_of_a_known_service_is_refused_in_any_key(kind: str) -> None:
    found = problem(f'[release]\nprepare = ["curl {ADDRESSES[kind]}"]\n')
    assert "looks like a secret" in found.what and "very-secret-part" not in found.what


@pytest.mark.parametrize(
    ("keys", "where", "what"),
    [
        ('kind = "slack"\nurl = "env:A"\non = ["paused"]', "notify[0].on[0]", "`waiting`"),
        ('kind = "slack"\nurl = "env:A"\non = []', "notify[0].on", "a list with at least one event"),
        ('kind = "mail"\nurl = "env:A"', "notify[0].kind", "`slack`, `discord`, `teams` or `webhook`"),
        ('kind = "slack"\nurl = "env:A"\ntoken = "B"', "notify[0].token", "cannot be used with the kind `slack`"),
        ('kind = "slack"', "notify[0]", "needs `url`"),
    ],
)
def test_a_wrong_key_is_named(keys: str, where: str, what: str) -> None:
    found = problem(f"[[notify]]\n{keys}\n")
    assert found.where == where and what in found.what


def test_all_events_are_sent_when_none_is_chosen() -> None:
    (channel,) = parse_config('[[notify]]\nkind = "slack"\nurl = "env:SLACK_WEBHOOK"\n').notify
    assert channel.on == ("released", "deployed", "failed", "rolled-back", "waiting")
    assert channel.variable == "SLACK_WEBHOOK"
