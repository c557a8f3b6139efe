"""Tests of the result of a release, as a program sees it."""

from shipit.plan.model import Inputs
from shipit.plan.outcome import Outcome
from shipit.plan.release import ReleasePlan
from shipit.plan.version import Decision


def _outcome(version: str | None, finishes: tuple[str, ...] = (), versions: tuple[str, ...] = ()) -> Outcome:
    decision = Decision("", version, "1.3.0", "minor", version and f"v{version}")
    inputs = Inputs("a" * 40, "main", "")
    decisions = () if finishes else (decision,)
    return Outcome(ReleasePlan(inputs=inputs, decisions=decisions, finishes=finishes, versions=versions), {})


def test_an_outcome_with_nothing_released_is_false_and_has_no_version() -> None:
    outcome = _outcome(None)
    assert (bool(outcome), outcome.version) == (False, None)


def test_an_outcome_is_true_and_has_the_released_version() -> None:
    outcome = _outcome("1.4.0")
    assert (bool(outcome), outcome.version) == (True, "1.4.0")


def test_an_outcome_that_finished_a_release_has_its_version() -> None:
    outcome = _outcome(None, ("v1.3.0",), ("1.3.0",))
    assert (bool(outcome), outcome.version) == (True, "1.3.0")
