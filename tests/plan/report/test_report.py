"""The figures of a report, against sums that a reader can do by hand.

D is a day and H an hour, in seconds; times are counted from T, the midnight before the first event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from deploy.stage import FAILS_LATER, UNHEALTHY, Stage
from plan.asking import config_of
from repositories import Repository

from shipit import api
from shipit.adapters.git import GitRepository
from shipit.core.commits import RawCommit
from shipit.core.commits.text.release_message import release_message
from shipit.core.deploy import DeployedImage, DeployEvent, DeployRecord, Part
from shipit.errors import DeployError, PreflightError, RemoteError
from shipit.plan.report import (
    EnvironmentRecords,
    Failures,
    Frequency,
    Gap,
    PackageHistory,
    PastRelease,
    PlaceRecord,
    Report,
    ServedCommits,
    Spread,
    make_report,
    observe_past,
    observe_served,
    record_of,
)
from shipit.plan.report.deployments import deployments
from shipit.testing import FakeWorld
from shipit.world import PastDeployment

H, D = 3600, 86_400
T = 1_767_225_600  # 2026-01-01
NOTHING_KNOWN = ServedCommits()
PARTS = (Part("a", "shop", "sha256:2"), Part("b", "shop", "sha256:2"))


def release(version: str, at: int, *authored: int) -> PastRelease:
    return PastRelease(version, f"v{version}", f"commit-of-{version}", at, authored)


def report(*releases: PastRelease, since: int | None = None, until: int = T + 28 * D, **history: Any) -> Report:
    """Return the report on a repository of one package with these releases, the highest version first."""
    return make_report("shop", [PackageHistory("", releases, **history)], [], since=since, until=until)


def image(number: int) -> DeployedImage:
    return DeployedImage("acme/shop", f"sha256:{number}", f"1.{number}.0", f"commit-of-1.{number}.0")


def event(kind: Any, number: int, at: int, **fields: Any) -> DeployEvent:
    return DeployEvent(kind, image(number), dt.datetime.fromtimestamp(T + at, dt.UTC).isoformat(), **fields)


def deployed(
    *records: Sequence[DeployEvent], served: ServedCommits = NOTHING_KNOWN, since: int | None = None
) -> Report:
    """Return the report on an environment with these records, 28 days after T."""
    places = [PlaceRecord(f"ssh://{number}", "shop", DeployRecord(tuple(each))) for number, each in enumerate(records)]
    environment = EnvironmentRecords.of("prod", places)
    history = PackageHistory("", (release("1.2.0", T + 2 * D), release("1.1.0", T)))
    return make_report("shop", [history], [(environment, served)], since=since, until=T + 28 * D)


def outcomes(found: Report) -> list[tuple[str, str, str]]:
    return [(each.version, each.kind, each.outcome) for each in reversed(found.environments[0].deployments)]


# -- releases


def test_the_lead_time_of_a_release_is_that_from_its_commits_to_its_tag() -> None:
    # 1.1.0 is tagged on day 10: its commits took 1, 3 and 9 days; 1.0.0 on day 0, from a commit 2 days before.
    found = report(release("1.1.0", T + 10 * D, T + 9 * D, T + 7 * D, T + D), release("1.0.0", T, T - 2 * D))
    (package,) = found.packages
    assert [(each.version, each.commits, each.lead) for each in package.releases] == [
        ("1.1.0", 3, Spread(3, 3 * D, 9 * D)),
        ("1.0.0", 1, Spread(1, 2 * D, 2 * D)),
    ]
    # All four: 1, 2, 3 and 9 days. The median is (2 + 3) / 2; nine tenths of four are 3.6, so the fourth is the 90th.
    assert package.lead == Spread(4, 2.5 * D, 9 * D)


def test_the_frequency_counts_from_the_first_release_to_the_time_of_the_report() -> None:
    # Three releases in 28 days are 3 * 7 / 28 a week; between them are 4 and 10 days.
    (package,) = report(*(release(f"1.{at}.0", T + at * D) for at in (14, 4, 0))).packages
    assert package.frequency == Frequency(3, 28)
    assert package.frequency.per_week == 0.75
    assert package.interval == Spread(2, 7 * D, 10 * D)


def test_with_since_only_later_releases_count_from_that_day_on() -> None:
    # One release in the 18 days from day 10 to day 28.
    releases = [release("1.1.0", T + 14 * D, T + 13 * D), release("1.0.0", T, T - 9 * D)]
    (package,) = report(*releases, since=T + 10 * D).packages
    assert [each.version for each in package.releases] == ["1.1.0"]
    assert (package.frequency, package.lead, package.interval) == (Frequency(1, 18), Spread(1, D, D), None)


def test_without_a_release_no_figure_is_invented() -> None:
    found = report()
    (package,) = found.packages
    assert (package.frequency, package.interval, package.lead, package.releases) == (None, None, None, ())
    assert found.gaps == (Gap("no-release"), Gap("no-environment"))


def test_one_release_has_no_interval_and_none_of_this_week_a_frequency() -> None:
    (package,) = report(release("1.0.0", T + 27 * D, T + 26 * D)).packages
    assert (package.frequency, package.interval, package.lead) == (None, None, Spread(1, D, D))


def test_releases_are_shown_by_their_time_also_if_a_lower_version_came_later() -> None:
    (package,) = report(release("2.0.0", T), release("1.0.1", T + D)).packages
    assert [each.version for each in package.releases] == ["1.0.1", "2.0.0"]
    assert package.interval == Spread(1, D, D)


def test_commits_and_releases_with_a_wrong_clock_are_left_out_and_counted() -> None:
    wrong = [release("1.2.0", T + 40 * D, T), release("1.1.0", 0, T)]
    found = report(*wrong, release("1.0.0", T + D, T, T + 2 * D, 0))
    (package,) = found.packages
    assert [(each.version, each.lead) for each in package.releases] == [("1.0.0", Spread(1, D, D))]
    assert found.gaps[:2] == (Gap("undated-releases", number=2), Gap("undated-commits", number=2))


def test_each_package_has_its_own_figures() -> None:
    histories = [PackageHistory("web", (release("1.0.0", T, T - D),)), PackageHistory("api", prereleases=2)]
    found = make_report("shop", histories, [], since=None, until=T + 28 * D)
    assert [(each.name, len(each.releases)) for each in found.packages] == [("web", 1), ("api", 0)]
    assert found.gaps[:2] == (Gap("no-release", "api"), Gap("pre-releases", "api", 2))


def test_waiting_commits_are_counted_with_the_oldest_of_their_times() -> None:
    waiting = tuple(RawCommit(f"{at}", (), "Kim", T + at, "feat: a") for at in (5, 1, 3))
    found = report(unreleased=waiting).packages[0].waiting
    assert found
    assert (found.count, found.oldest, found.newest) == (3, T + 1, waiting)


# -- deployments


GOOD = (event("started", 1, 0), event("verified", 1, 60))


def test_the_lead_time_to_an_environment_counts_each_commit_at_its_first_deployment() -> None:
    # 1.2.0 serves at the end of day 2; its new commits are from the beginning of days 1 and 2. The first image is not
    # counted, because nobody knows what served before, and its second deployment brings no new commit.
    records = [*GOOD, event("started", 2, 3 * D - 60), event("verified", 2, 3 * D)]
    back = [event("started", 1, 5 * D), event("verified", 1, 5 * D), event("started", 2, 6 * D)]
    again = [*back, event("verified", 2, 6 * D)]
    served = ServedCommits({"commit-of-1.2.0": [T + D, T + 2 * D]})
    for events in (records, [*records, *again]):
        assert deployed(events, served=served).environments[0].lead == Spread(2, 1.5 * D, 2 * D)
    assert Gap("first-deployment", "prod") in deployed(records, served=served).gaps


def test_the_time_from_release_to_serving_is_that_from_the_tag() -> None:
    # 1.1.0 was tagged at T and serves after 60 s; 1.2.0 was tagged on day 2 and serves on day 3.
    found = deployed([*GOOD, event("started", 2, 3 * D - 60), event("verified", 2, 3 * D)])
    assert found.environments[0].from_release == Spread(2, (60 + D) / 2, D)


def test_the_share_of_failures_is_that_of_the_deployments_with_a_known_result() -> None:
    # Six deployments: 1 served, 2 failed before traffic, 3 was rolled back, 4 failed with traffic, 5 serves, 6 runs.
    found = deployed(
        [
            *GOOD,
            event("started", 2, D),
            event("started", 3, 2 * D),
            event("verified", 3, 2 * D + 60),
            event("held", 3, 2 * D + 2 * H, why="rolled back"),
            event("started", 1, 2 * D + 2 * H),
            event("verified", 1, 2 * D + 3 * H),
            event("started", 4, 3 * D),
            event("held", 4, 3 * D + 600, why="errors"),
            event("started", 5, 4 * D),
            event("verified", 5, 4 * D + 60),
            event("started", 6, 5 * D),
        ]
    )
    assert outcomes(found) == [
        ("1.1.0", "deployment", "replaced"),
        ("1.2.0", "deployment", "failed"),
        ("1.3.0", "deployment", "rolled-back"),
        ("1.1.0", "way-back", "replaced"),
        ("1.4.0", "deployment", "failed"),
        ("1.5.0", "deployment", "serving"),
        ("1.6.0", "deployment", "unfinished"),
    ]
    (environment,) = found.environments
    assert environment.failures == Failures(finished=5, failed=2, rolled_back=1)
    assert environment.failures.share == 0.6  # 3 of 5
    # 3 took from its start until 1 served again, 3 hours; 4 until it was taken back, 600 s. 2 never had traffic.
    assert environment.restore == Spread(2, (3 * H + 600) / 2, 3 * H)
    # 1, 3 and 5 served, in 28 days; the way back to 1 is not counted.
    assert environment.frequency == Frequency(3, 28)


def test_a_deployment_to_several_hosts_is_one_and_succeeds_only_on_all_of_them() -> None:
    both = [event("started", 2, D, together=PARTS), event("verified", 2, D + 60)]
    late = [event("started", 2, D + 5, together=PARTS), event("verified", 2, D + 90)]
    first, second = [event("verified", 1, 0), *both], [event("verified", 1, 0), *late]
    (environment,) = deployed(first, second).environments
    (only,) = (each for each in environment.deployments if each.kind == "deployment")
    assert (only.outcome, only.started, only.verified) == ("serving", T + D, T + D + 90)
    failed = [event("verified", 1, 0), event("started", 2, D + 5, together=PARTS), event("held", 2, D + 90)]
    withdrawn = [*first, event("withdrawn", 2, D + 120), event("verified", 1, D + 130)]
    (environment,) = deployed(withdrawn, failed).environments
    assert environment.failures == Failures(finished=1, failed=1, rolled_back=0)
    assert environment.restore == Spread(1, 130, 130)  # the host that served 2 already was the last to go back


def test_an_image_that_served_before_shipit_is_no_deployment() -> None:
    found = deployed([event("verified", 1, 0), event("started", 2, D), event("verified", 2, D + 60)])
    assert outcomes(found) == [("1.1.0", "adopted", "replaced"), ("1.2.0", "deployment", "serving")]
    assert found.environments[0].failures == Failures(1, 0, 0)


def test_a_run_that_goes_on_after_a_kill_is_the_same_deployment() -> None:
    gap = event("gap", 1, 20, why="2 s")
    found = deployed([event("started", 1, 0), gap, event("started", 1, 30), event("verified", 1, 60)])
    assert outcomes(found) == [("1.1.0", "deployment", "serving")]


def test_with_since_earlier_deployments_do_not_count() -> None:
    # 1.2.0 began on day 10 of 28.
    found = deployed([*GOOD, event("started", 2, 10 * D), event("verified", 2, 10 * D + 60)], since=T + 7 * D)
    (environment,) = found.environments
    assert [each.version for each in environment.deployments] == ["1.2.0"]
    assert (environment.failures, environment.frequency) == (Failures(1, 0, 0), Frequency(1, 21))


def test_data_that_is_missing_is_named() -> None:
    lost = PlaceRecord("ssh://deploy@shop", "shop", None, "the host refuses the login")
    broken = DeployRecord((DeployEvent("started", image(1), "yesterday"), *GOOD))
    places = [lost, PlaceRecord("local", "shop", DeployRecord()), PlaceRecord("local", "api", broken)]
    served = ServedCommits(unknown=frozenset(["gone"]))
    environments = [
        (EnvironmentRecords.of("prod", places), served),
        (EnvironmentRecords.of("dev", []), ServedCommits()),
    ]
    found = make_report("shop", [], environments, until=T + D)
    assert found.gaps == (
        Gap("unreachable", "prod: shop, deploy@shop", why="the host refuses the login"),
        Gap("no-record", "prod: shop, this machine"),
        Gap("undated-events", "prod: api, this machine", 1),
        Gap("unknown-commits", "prod", 1),
        Gap("first-deployment", "prod"),
        Gap("no-hosts", "dev"),
    )
    dev = found.environments[1]
    assert (dev.frequency, dev.lead, dev.failures, dev.restore, dev.waiting, dev.serving) == (None,) * 6


# -- from a clone and its hosts


def asked(stage: Stage, world: FakeWorld) -> Report:
    project = stage.project(world)
    project.root = "/work/shop"
    found: Report = api.report(project)
    return found


def test_what_real_deployments_record_is_read_back() -> None:
    stage, world = Stage.of(), FakeWorld.new()
    stage.deployed(world, "1.0.0", "1.1.0")
    stage.publish(world, "1.2.0", UNHEALTHY)
    with pytest.raises(DeployError):
        stage.deploy(world.next_run())
    stage.publish(world, "1.3.0", FAILS_LATER)
    with pytest.raises(DeployError):
        stage.deploy(world.next_run())
    stage.deployed(world, "1.4.0")
    stage.rollback(world.next_run())
    world.commit("docs: nobody waits for it")
    found = asked(stage, world)
    assert outcomes(found) == [
        ("1.0.0", "deployment", "replaced"),
        ("1.1.0", "deployment", "replaced"),
        ("1.2.0", "deployment", "failed"),
        ("1.3.0", "deployment", "failed"),
        ("1.4.0", "deployment", "rolled-back"),
        ("1.1.0", "way-back", "serving"),
    ]
    (environment,) = found.environments
    assert environment.failures == Failures(finished=5, failed=2, rolled_back=1)
    assert environment.restore
    assert environment.restore.count == 2  # 1.2.0 never had traffic
    assert environment.waiting
    # the commits of 1.2.0, 1.3.0 and 1.4.0, and the last one
    assert (environment.waiting.count, environment.waiting.newest[0].message) == (4, "docs: nobody waits for it")


def test_a_record_that_cannot_be_read_is_a_gap_and_ends_nothing() -> None:
    stage, world = Stage.of(), FakeWorld.new()
    world.hosts.at("local").write("/var/lib/shipit/shop.json", "{")
    codes = {gap.code: gap for gap in asked(stage, world).gaps}
    assert "is not a record of deployments" in codes["unreachable"].why


def test_without_a_record_the_deployments_that_the_forge_shows_are_read() -> None:
    stage, world = Stage.of(), FakeWorld.new()
    world.forge.shows_deployments = True
    stage.deployed(world, "1.0.0", "1.1.0")
    stage.rollback(world.next_run())
    by_record = outcomes(asked(stage, world))
    world.hosts.at("local").write("/var/lib/shipit/shop.json", "{")
    found = asked(stage, world)
    assert (
        outcomes(found)
        == by_record
        == [
            ("1.0.0", "deployment", "replaced"),
            ("1.1.0", "deployment", "rolled-back"),
            ("1.0.0", "way-back", "serving"),
        ]
    )
    assert {"by-forge", "unreachable"} <= {gap.code for gap in found.gaps}


def test_a_deployment_of_another_tool_is_named_by_its_commit_and_counts_only_with_a_result() -> None:
    shown = [
        PastDeployment("a" * 40, "", "", T, (("queued", T), ("success", T + 60))),
        PastDeployment("b" * 40, "", "", T + D, (("waiting", T + D),)),
        PastDeployment("c" * 40, "", "", T + 2 * D, (("in_progress", T + 2 * D), ("error", T + 2 * D + 60))),
        PastDeployment("d" * 40, "", "", T + 3 * D, (("in_progress", T + 3 * D),)),
    ]
    records = EnvironmentRecords.of("prod", [], record_of(shown))
    found = make_report("shop", [], [(records, ServedCommits())], until=T + 28 * D)
    assert outcomes(found) == [
        ("aaaaaaa", "deployment", "serving"),
        ("ccccccc", "deployment", "failed"),
        ("ddddddd", "deployment", "unfinished"),
    ]


def test_merges_and_release_commits_are_no_changes_of_people() -> None:
    world = FakeWorld.new()
    base = world.commit("feat: a")
    world.commit(release_message("chore(release): 1.0.0", "### Features"))
    world.git.tag("v1.0.0")
    side = world.commit("fix: b")
    world.git.check_out("main", base)
    world.commit("fix: c")
    world.git.merge(side, "Merge pull request #1")
    (history,), gaps = observe_past(world.git, config_of(""))
    assert gaps == ()
    assert [len(each.authored or ()) for each in history.releases] == [2]  # `chore: begin` and `feat: a`
    assert history.unreleased
    assert {each.message for each in history.unreleased} == {"fix: b", "fix: c"}


@pytest.mark.parametrize(
    ("subject", "counted"),
    [
        ("chore(release): prepare for v1.1.0", 1),
        ("bump: version 1.0.0 → 1.1.0", 1),
        ("chore(main): release 1.1.0 (#12)", 1),
        ("1.1.0", 1),
        ("fix: bring back what 1.0.0 had", 2),
        ("fix: read files of 1.1.0-beta.1 and 11.1.0", 2),
    ],
)
def test_the_commit_of_a_tag_that_names_its_version_is_a_release_commit_of_any_tool(subject: str, counted: int) -> None:
    world = FakeWorld.new()
    base = world.commit("bump: version 0.9.0 → 1.0.0")
    world.git.tag("v1.0.0")
    world.commit("feat: a")
    tip = world.commit(subject)
    world.git.tag("v1.1.0")
    (history,), _ = observe_past(world.git, config_of(""))
    assert [len(each.authored or ()) for each in history.releases] == [counted, 1]  # `chore: begin` in 1.0.0
    images = [DeployedImage("acme/shop", f"sha256:{commit}", "1.0.0", commit) for commit in (base, tip)]
    verified = [
        DeployEvent(kind, image, "2026-01-01T00:00:00+00:00") for image in images for kind in ("started", "verified")
    ]
    records = EnvironmentRecords.of("prod", [PlaceRecord("local", "shop", DeployRecord(tuple(verified)))])
    assert len(observe_served(world.git, records, [history]).authored[tip]) == counted


def test_a_release_on_another_branch_is_shown_and_its_commits_do_not_wait() -> None:
    world = FakeWorld.new()
    base = world.commit("feat: a")
    world.git.tag("v1.0.0")
    world.git.check_out("1.x", base)
    world.commit("fix: b")
    world.git.tag("v1.0.1")
    world.commit("fix: only on 1.x")
    world.git.check_out("main", base)
    (history,), _ = observe_past(world.git, config_of(""))
    assert [(each.version, len(each.authored or ())) for each in history.releases] == [("1.0.1", 1), ("1.0.0", 2)]
    assert history.unreleased == ()


def test_packages_count_only_the_commits_that_change_them() -> None:
    world = FakeWorld.new()
    world.commit("feat: web", {"web/a.txt": "1"})
    world.commit("feat: api", {"api/a.txt": "1"})
    world.git.tag("web-v1.0.0")
    world.commit("fix: web", {"web/a.txt": "2"})
    config = config_of('[packages.web]\npath = "web"\n[packages.api]\npath = "api"')
    (web, other), _ = observe_past(world.git, config)
    assert ([len(each.authored or ()) for each in web.releases], len(web.unreleased or ())) == ([1], 1)
    assert (other.releases, len(other.unreleased or ())) == ((), 1)


def test_tags_of_another_format_are_refused() -> None:
    world = FakeWorld.new()
    world.git.tag("1.0.0")
    with pytest.raises(PreflightError):
        observe_past(world.git, config_of(""))


def test_a_shallow_clone_without_its_remote_gives_no_number_that_needs_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = FakeWorld.new()
    for version in ("1.0.0", "1.1.0"):
        world.commit("feat: a")
        world.commit("feat: b")
        world.git.tag(f"v{version}")
    world.commit("fix: c")
    world.git.cut(2)

    def refuse() -> None:
        raise RemoteError("the remote does not answer")

    monkeypatch.setattr(world.git, "deepen", refuse)
    (history,), gaps = observe_past(world.git, config_of(""))
    assert [gap.code for gap in gaps] == ["shallow"]
    assert "the remote does not answer" in gaps[0].why
    found = make_report("shop", [history], [], until=T)
    assert {each.commits for each in found.packages[0].releases} <= {None}
    assert found.packages[0].lead is None
    assert found.packages[0].waiting
    assert found.packages[0].waiting.count == 1


def test_before_the_first_commit_there_is_nothing_to_report() -> None:
    histories, gaps = observe_past(FakeWorld.new({}).git, config_of(""))
    assert (histories, gaps) == ((), (Gap("no-commit"),))


def test_a_real_repository_is_read_in_the_same_way(repo: Repository) -> None:
    repo.commit("feat: a")
    repo.tag("v1.0.0")
    repo.commit("fix: b")
    repo.tag("v1.0.1", message="1.0.1")
    repo.commit("docs: c")
    git = GitRepository(str(repo.path))
    (history,), gaps = observe_past(git, config_of(""))
    times = git.tag_times()
    assert [(each.version, each.at, len(each.authored or ())) for each in history.releases] == [
        ("1.0.1", times["v1.0.1"], 1),
        ("1.0.0", times["v1.0.0"], 1),
    ]
    assert [each.message.strip() for each in history.unreleased or ()] == ["docs: c"]
    assert gaps == ()


def test_a_place_with_a_wrong_clock_gives_no_negative_time_to_restore() -> None:
    one, two = DeployedImage("acme/app", "sha256:1", "1.0.0"), DeployedImage("acme/app", "sha256:2", "1.1.0")
    events = (
        DeployEvent("started", one, "2026-01-01T10:00:00Z"),
        DeployEvent("verified", one, "2026-01-01T10:01:00Z"),
        DeployEvent("started", two, "2026-01-02T10:00:00Z"),
        DeployEvent("held", two, "2026-01-01T10:02:00Z"),
    )
    failed = deployments([DeployRecord(events)])[-1]
    assert (failed.outcome, failed.restored) == ("failed", None)
