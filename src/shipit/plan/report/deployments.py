"""The deployments to an environment, from the records in all its places.

A record has the events of one app in one place. A deployment to several places has an event `started` in each of them,
which names all of its parts.

>>> one, two = DeployedImage("acme/app", "sha256:1", "1.0.0"), DeployedImage("acme/app", "sha256:2", "1.1.0")
>>> record = DeployRecord((
...     DeployEvent("started", one, "2026-01-01T10:00:00Z"), DeployEvent("verified", one, "2026-01-01T10:01:00Z"),
...     DeployEvent("started", two, "2026-01-02T10:00:00Z"), DeployEvent("held", two, "2026-01-02T10:02:00Z"),
... ))
>>> [(each.version, each.outcome, each.restored) for each in deployments([record])]
[('1.0.0', 'serving', None), ('1.1.0', 'failed', 120)]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from msgspec import Struct

from shipit.core.deploy import DeployedImage, DeployEvent, DeployRecord, Part
from shipit.plan.report.model import DeploymentFigures, DeploymentKind, Outcome


class _Attempt(Struct):
    """A deployment in one place. `restored` is the time when an image was verified to serve after it was rejected."""

    image: DeployedImage
    started: int
    kind: DeploymentKind
    by: str
    together: tuple[Part, ...] = ()
    verified: int | None = None
    rejected: DeployEvent | None = None
    ended: int | None = None
    restored: int | None = None
    last: bool = False

    @property
    def outcome(self) -> Outcome:
        if self.rejected:
            return "rolled-back" if self.verified is not None and self.rejected.kind == "held" else "failed"
        if self.verified is None:
            return "unfinished" if self.last else "failed"
        return "serving" if self.ended is None else "replaced"


def deployments(records: Sequence[DeployRecord]) -> list[DeploymentFigures]:
    """Return the deployments that the records of an environment name, the oldest first."""
    groups: list[dict[int, _Attempt]] = []
    each_attempt = ((place, attempt) for place, record in enumerate(records) for attempt in _attempts(record))
    for place, attempt in sorted(each_attempt, key=lambda each: each[1].started):
        group = next((each for each in reversed(groups) if _belongs(attempt, place, each)), None)
        if group is None:
            groups.append({place: attempt})
        else:
            group[place] = attempt
    return [_figures(list(group.values())) for group in groups]


def undated_events(record: DeployRecord) -> int:
    """Return the number of events without a time, which cannot be shown."""
    return sum(time_of(event.at) is None for event in record.events)


def time_of(at: str) -> int | None:
    """Return a time in ISO 8601 as seconds since the epoch; None if it is none.

    >>> time_of("1970-01-01T00:01:00+00:00"), time_of("1970-01-01T00:01:00"), time_of("")
    (60, 60, None)
    """
    try:
        time = dt.datetime.fromisoformat(at)
        return int((time if time.tzinfo else time.replace(tzinfo=dt.UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _belongs(attempt: _Attempt, place: int, group: dict[int, _Attempt]) -> bool:
    """Return whether an attempt in `place` is a part of the same deployment as those in `group`."""
    first = next(iter(group.values()))
    return bool(attempt.together) and attempt.together == first.together and place not in group


def _attempts(record: DeployRecord) -> list[_Attempt]:
    """Return the deployments of one record, the oldest first."""
    found: list[_Attempt] = []
    before: DeployEvent | None = None
    for event in record.events:
        at = time_of(event.at)
        if at is None:
            continue
        if event.kind == "started" and not _goes_on(event, found):
            found.append(_Attempt(event.image, at, _kind(event, before, found), event.by, event.together))
        elif event.kind == "verified":
            _verify(event, at, found)
        elif event.kind in ("held", "withdrawn"):
            _reject(event, at, found)
        before = event if event.kind in ("verified", "held", "withdrawn", "started") else before
    for last in found[-1:]:
        last.last = True
    return found


def _goes_on(event: DeployEvent, found: Sequence[_Attempt]) -> bool:
    """Return whether a run finishes the deployment that an interrupted run began."""
    newest = found[-1] if found else None
    same = newest is not None and newest.image.digest == event.image.digest
    return same and newest is not None and newest.verified is None and newest.rejected is None


def _kind(event: DeployEvent, before: DeployEvent | None, found: Sequence[_Attempt]) -> DeploymentKind:
    """Return `way-back` for an earlier version that is started directly after another one was rejected."""
    known = any(each.verified is not None and each.image.digest == event.image.digest for each in found)
    return "way-back" if known and before and before.kind in ("held", "withdrawn") else "deployment"


def _verify(event: DeployEvent, at: int, found: list[_Attempt]) -> None:
    """Note that an image serves. One that no run started was there before, or serves again."""
    newest = found[-1] if found else None
    if newest and newest.image.digest == event.image.digest and newest.verified is None and not newest.rejected:
        newest.verified = at
    elif newest is None or newest.image.digest != event.image.digest or newest.rejected:
        known = any(each.image.digest == event.image.digest for each in found)
        found.append(_Attempt(event.image, at, "way-back" if known else "adopted", event.by, verified=at))
    for each in found[:-1]:
        if each.verified is not None and each.ended is None:
            each.ended = at
        if each.rejected and each.restored is None:
            each.restored = at


def _reject(event: DeployEvent, at: int, found: Sequence[_Attempt]) -> None:
    """Note that an image was rejected. If it was never verified, the one before it serves again at that moment."""
    attempt = next((each for each in reversed(found) if each.image.digest == event.image.digest), None)
    if attempt is None or attempt.rejected:
        return
    attempt.rejected = event
    if attempt.verified is None and any(each.outcome == "serving" for each in found):
        attempt.restored = at
    elif attempt.verified is not None and attempt.ended is None:
        attempt.ended = at


def _figures(attempts: Sequence[_Attempt]) -> DeploymentFigures:
    """Return one deployment from its attempts in all its places."""
    first, outcome = attempts[0], _outcome(attempts)
    started = min(each.started for each in attempts)
    revisions = {each.image.revision for each in attempts}
    verified = _latest(each.verified for each in attempts)
    rejected = [each for each in attempts if each.rejected]
    restored = _latest(each.restored for each in rejected) if rejected else None
    if restored is not None and restored < started:  # the clock of a place was wrong
        restored = None
    return DeploymentFigures(
        version=", ".join(dict.fromkeys(each.image.version for each in attempts)),
        revision=revisions.pop() if len(revisions) == 1 else "",
        started=started,
        outcome=outcome,
        verified=verified,
        ended=max((each.ended for each in attempts if each.ended is not None), default=None)
        if outcome != "serving"
        else None,
        restored=None if restored is None else restored - started,
        by=first.by,
        why=next((each.rejected.why for each in rejected if each.rejected and each.rejected.why), ""),
        kind=first.kind,
    )


def _outcome(attempts: Sequence[_Attempt]) -> Outcome:
    """Return the result of a deployment: it is a success only if it is one in all places."""
    found = {each.outcome for each in attempts}
    order: Iterator[Outcome] = iter(("failed", "rolled-back", "unfinished", "serving", "replaced"))
    return next(outcome for outcome in order if outcome in found)


def _latest(times: Iterator[int | None]) -> int | None:
    """Return the latest of `times`; None if one is missing."""
    found = list(times)
    known = [time for time in found if time is not None]
    return max(known) if known and len(known) == len(found) else None
