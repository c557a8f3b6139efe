"""Foreign text in the messages of each service: it is shown, and it has no effect."""

from __future__ import annotations

import html
import itertools
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipit.core.notifications import SERVICES, Channel, Notification, document

HOSTILE = [
    "@everyone and @here and @channel",
    "<!channel> <!here> <!everyone|all> <@U024BE7LH> <#C024BE7LR|general> <!subteam^S1>",
    "<@1234> <@!1234> <@&1234> <#1234> </go:1> <:wave:1> <t:1700000000>",
    "<at>everyone</at> <at id='*'>all</at>",
    "<https://evil.example|https://bank.example>",
    "[https://bank.example](https://evil.example)",
    "![pixel](https://evil.example/p.png) [x]: https://evil.example",
    "**bold** __under__ *it* _it_ ~~gone~~ ~gone~ ||hidden|| `code` ```block",
    "# heading",
    "> quote",
    "-# small",
    "&lt;!channel&gt; &amp; &#60;!channel&#62;",
    "a\\*b\\\\_c\\",
    "line one\n<!channel>\r\n# two\u2028three",
    "\u202egpj.exe\u202c \x1b[31mred\x07 \x00",
    "{{7*7}} ${HOME} %s {version} {0.__class__}",
    '"}], "attachments": [{"text": "x"}]',
    "\ud800 half a character",
    "가" * 900 + "😀" * 900,
]
FIELDS = ("project", "environment", "version", "serving", "reason", "state")
EVENTS: tuple[Any, ...] = ("released", "deployed", "rolled-back", "failed")


def notification(event: Any, text: str, language: str = "en") -> Notification:
    foreign: dict[str, Any] = dict.fromkeys(FIELDS, text)
    url = f"https://git.test/acme/app/releases/tag/v1|{text}"
    return Notification(event, "1", language, **foreign, url=url, run="https://ci.test/run/1", changes=(text,) * 10)


def sent(kind: str, of: Notification) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(document(Channel(kind, "V"), of))
    return found


@pytest.mark.parametrize("event", EVENTS[::3])
@pytest.mark.parametrize("text", HOSTILE)
def test_slack_reads_no_command_and_no_link_of_foreign_text(text: str, event: Any) -> None:
    message = sent("slack", notification(event, text))
    assert (message["mrkdwn"], message["link_names"], message["parse"]) == (False, False, "none")
    active = re.findall(r"<[^>]*>?", message["text"])
    assert all(re.fullmatch(r"<https://(?:git|ci)\.test/[^<>|\s]*>", link) for link in active)
    assert not re.search(r"&(?!amp;|lt;|gt;)", message["text"])


@pytest.mark.parametrize("event", EVENTS[::3])
@pytest.mark.parametrize("text", HOSTILE)
def test_discord_notifies_nobody_and_shows_foreign_text_as_it_is(text: str, event: Any) -> None:
    message = sent("discord", notification(event, text))
    assert message["allowed_mentions"] == {"parse": []}
    without_links = re.sub(r"<https://(?:git|ci)\.test/[^<>()\s]*>", "", message["content"])
    literal = re.sub(r"\\[^0-9A-Za-z\s]", "", without_links)  # a backslash makes any punctuation literal
    assert not re.search(r"[\\*_~`|<>\[\]()#@]", literal)


@pytest.mark.parametrize("event", EVENTS[::3])
@pytest.mark.parametrize("text", HOSTILE)
def test_teams_gets_foreign_text_only_where_nothing_is_interpreted(text: str, event: Any) -> None:
    message = sent("teams", notification(event, text))
    (attachment,) = message["attachments"]
    card = attachment["content"]
    assert set(message) == {"type", "attachments"} and "msteams" not in card
    for block in card["body"]:
        assert block["type"] == "RichTextBlock"
        assert all(set(run) <= {"type", "text", "weight"} and run["type"] == "TextRun" for run in block["inlines"])
    assert all(re.fullmatch(r"https://(?:git|ci)\.test/[^<>()|\s]*", each["url"]) for each in card["actions"])


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", SERVICES)
def test_no_message_is_longer_than_its_service_accepts(kind: str, text: str) -> None:
    for event, language in itertools.product(EVENTS, ("en", "ko")):
        of = notification(event, text, language)
        message = sent(kind, of)
        written = str(message.get("content") or message.get("text") or "")
        assert len(written.encode("utf-16-le")) // 2 <= (2_000 if kind == "discord" else 4_000)
        assert kind != "teams" or len(document(Channel(kind, "V"), of)) <= 28 << 10


@pytest.mark.parametrize("kind", SERVICES)
def test_control_characters_and_marks_that_change_the_order_are_shown_as_escapes(kind: str) -> None:
    message = json.dumps(sent(kind, notification("failed", "\u202egpj.exe \x1b[31mred")), ensure_ascii=False)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e]", message)


def test_slack_shows_the_text_that_was_written() -> None:
    text = "fix: <T> & 'x' → \"y\""
    message = sent("slack", Notification("failed", "1", reason=text))
    assert html.unescape(message["text"]).splitlines()[1] == f"Reason: {text}"


@given(st.text(max_size=300))
def test_any_text_gives_a_message_for_each_service(text: str) -> None:
    for kind in SERVICES:
        assert sent(kind, notification("released", text))


def test_the_most_important_lines_survive_the_limit() -> None:
    of = Notification("failed", "1", environment="prod", task="deployment", reason="*" * 5000, state="1.0.0 serves")
    content = sent("discord", of)["content"]
    assert content.startswith("the deployment to prod failed") and "State: 1.0.0 serves" in content


def test_a_release_shows_commits_and_the_number_of_the_others() -> None:
    of = Notification("released", "v1", version="1.0.0", changes=tuple(f"feat: {n}" for n in range(10)), more=4)
    lines = sent("webhook", of)["text"].splitlines()
    assert (lines[1], lines[-2], lines[-1]) == ("• feat: 0", "• feat: 9", "and 4 more")


def test_the_document_of_a_web_hook_has_each_fact_and_the_fields_of_an_annotation_of_grafana() -> None:
    of = Notification("deployed", "1", project="acme/app", environment="prod", version="1.4.0", serving="1.4.0")
    message = sent("webhook", of)
    assert message["tags"] == ["shipit", "deployed", "acme/app", "prod", "1.4.0"]
    assert message["text"] == "acme/app: 1.4.0 is live in prod; this was verified"
    assert (message["id"], message["event"], message["serving"]) == ("1", "deployed", "1.4.0")
