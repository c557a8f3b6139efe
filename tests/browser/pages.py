"""Pages of reports to look at: a team with two environments, ten thousand releases, hostile text, and nothing at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from random import Random

from shipit.adapters.files.templates import report_texts
from shipit.core.commits import RawCommit
from shipit.core.deploy import DeployedImage, DeployEvent, DeployRecord
from shipit.plan.report import (
    DAY,
    EnvironmentRecords,
    Gap,
    PackageHistory,
    PastRelease,
    PlaceRecord,
    Report,
    ServedCommits,
    make_report,
)
from shipit.plan.views import report_page, words_of

HOUR, NOW = 3600, 1_795_996_800  # 2026-11-30
SUBJECTS = (
    "feat(cart): 장바구니 합계를 다시 계산",
    "fix: close the stream",
    "perf(db): batch the inserts",
    "docs: explain it",
)
HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> javascript:alert(1) \u202etxt.exe \x1b[31m " + "w" * 300
)


def write_pages(directory: Path) -> Iterator[Path]:
    """Write each report, that of the team in both languages, and yield the paths."""
    reports = {"team": team(), "many": many(), "hostile": hostile(), "empty": make_report("shop", [], [], until=NOW)}
    for name, report in reports.items():
        for code in ("en", "ko") if name == "team" else ("en",):
            path = directory / f"{name}-{code}.html"
            path.write_text(report_page(report, words_of(code), *report_texts()), encoding="utf-8")
            yield path


def team() -> Report:
    """Return the report of a team that releases a few times a week and deploys most releases."""
    random = Random(7)
    releases = _releases(random, 96, 4 * DAY)
    environments = [
        (records, _served(random, records)) for records in (_dev(random, releases), _prod(random, releases))
    ]
    history = PackageHistory("", tuple(releases), _commits(random, 7), 3)
    return make_report("acme/chat-server", [history], environments, until=NOW)


def many() -> Report:
    """Return a report with ten thousand releases."""
    random = Random(1)
    history = PackageHistory("", tuple(_releases(random, 10_000, DAY * 4 // 10)))
    return make_report("acme/shop", [history], [], until=NOW)


def hostile() -> Report:
    """Return a report in which all text from outside wants to be something else."""
    release = PastRelease(HOSTILE, HOSTILE, "", NOW - DAY, [NOW - 2 * DAY])
    commit = RawCommit("0123456789", (), HOSTILE, NOW, HOSTILE)
    image = DeployedImage("acme/shop", "sha256:1", HOSTILE)
    at = dt.datetime.fromtimestamp(NOW - HOUR, dt.UTC).isoformat()
    record = DeployRecord(
        (DeployEvent("started", image, at, HOSTILE), DeployEvent("held", image, at, HOSTILE, HOSTILE))
    )
    records = EnvironmentRecords.of(HOSTILE, [PlaceRecord("local", HOSTILE, record)])
    served = ServedCommits(waiting=(commit,))
    history = PackageHistory(HOSTILE, (release,), (commit,))
    return make_report(HOSTILE, [history], [(records, served)], [Gap("shallow", why=HOSTILE)], until=NOW)


def _releases(random: Random, count: int, spacing: int) -> list[PastRelease]:
    """Return releases up to now, the highest version first."""
    found = []
    minor = patch = 0
    for number in range(count):
        minor, patch = (minor + 1, 0) if random.random() < 0.6 else (minor, patch + 1)
        at = NOW - (count - number) * spacing + random.randrange(spacing)
        authored = [at - random.randrange(HOUR, 9 * DAY) for _ in range(random.randint(1, 14))]
        found.append(PastRelease(f"1.{minor}.{patch}", f"v1.{minor}.{patch}", f"{number:040x}", at, authored))
    return found[::-1]


def _dev(random: Random, releases: list[PastRelease]) -> EnvironmentRecords:
    return _records("dev", releases[:30][::-1], random, failing=0.15)


def _prod(random: Random, releases: list[PastRelease]) -> EnvironmentRecords:
    return _records("prod", releases[3:90:3][::-1], random, failing=0.1)


def _records(name: str, releases: list[PastRelease], random: Random, failing: float) -> EnvironmentRecords:
    """Return the record of deployments of `releases` a few hours after each, some of which fail or are rolled back."""
    events: list[DeployEvent] = []
    serving: DeployedImage | None = None
    by = "https://github.com/acme/chat-server/actions/runs/10480000000"

    def add(kind: str, image: DeployedImage, at: int, why: str = "") -> None:
        time = dt.datetime.fromtimestamp(at, dt.UTC).isoformat()
        events.append(DeployEvent(kind, image, time, by, why))  # type: ignore[arg-type]

    for release in releases:
        image = DeployedImage("acme/chat-server", f"sha256:{release.commit}", release.version, release.commit)
        at = release.at + random.randrange(HOUR, 20 * HOUR)
        add("started", image, at)
        chance = random.random()
        if serving and chance < failing / 2:
            add("held", image, at + 190, "3 bad answers in a row: GET /health answered 503")
            continue
        add("verified", image, at + 75)
        if serving and chance < failing:
            add("held", image, at + 2 * HOUR, "rolled back")
            add("started", serving, at + 2 * HOUR)
            add("verified", serving, at + 2 * HOUR + 40)
            continue
        serving = image
    return EnvironmentRecords.of(
        name, [PlaceRecord("ssh://deploy@shop.example", "chat-server", DeployRecord(tuple(events)))]
    )


def _served(random: Random, records: EnvironmentRecords) -> ServedCommits:
    authored = {
        each.revision: [each.started - random.randrange(HOUR, 12 * DAY) for _ in range(9)] for each in records.known[1:]
    }
    contained = frozenset(f"v{each.version}" for each in records.known)
    return ServedCommits(authored, frozenset(), _commits(random, 40), contained)


def _commits(random: Random, count: int) -> tuple[RawCommit, ...]:
    ids = (f"{random.randrange(16**12):012x}" for _ in range(count))
    return tuple(
        RawCommit(id, (), random.choice(("김하나", "Robin Park")), NOW - at * HOUR, random.choice(SUBJECTS))
        for at, id in enumerate(ids)
    )
