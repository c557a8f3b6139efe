"""Deployments of a static site to a bucket in memory, with the same code that makes real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pytest
from deploy.stage import Stage, undone

from shipit.config.load import parse_config
from shipit.core.deploy import FRESH, IMMUTABLE, DeployedImage, files_of_commit
from shipit.errors import CommandError, ConflictError, DeployError, PreflightError, UsageError
from shipit.finding import Finding
from shipit.plan.views import render_plan, render_status
from shipit.steps.deploy import read_record
from shipit.testing import (
    FakeFiles,
    FakeObject,
    FakeSite,
    FakeWorld,
    Killed,
    crash_matrix,
    interrupted,
    kill,
)
from shipit.world import World

URL = "https://shop.example"
STATE = ".shipit/shop"
CONFIG = """\
[environments.dev]
branch = "main"
url = "https://shop.example"

[environments.dev.deploy]
kind = "static-site"
name = "shop"
bucket = "shop-web"
distribution = "E2QWRUHEXAMPLE"
build = ["npm run build"]
keep-releases = 2
within = "1m"
"""


@dataclass
class SiteStage(Stage):
    """A stage whose target is a static site."""

    @classmethod
    def of(cls, target: str = "", environment: str = "", nginx: str = "") -> SiteStage:
        return cls(parse_config(CONFIG + target))

    def begun(self, *versions: str) -> FakeWorld:
        """Return a world in which all versions but the last are deployed, and the last is committed."""
        world = FakeWorld.new(effects={"npm run build": build})
        site = site_of(world)
        world.hosts.at("local").servers["shop.example"] = site.distribution.answer
        *earlier, last = versions
        for version in earlier:
            self.commit(world, version)
            self.deploy(world.next_run())
        self.commit(world, last)
        return world

    def commit(self, world: FakeWorld, version: str) -> DeployedImage:
        commit = world.commit(f"feat: {version}", {"version.txt": version})
        world.push()
        return files_of_commit("shop-web", version, commit)


def build(files: FakeFiles, env: Mapping[str, str]) -> None:
    """Build the site as Vite does: an index, a script and a style with hashes in their names, and an icon."""
    version = files.read("version.txt") or ""
    for path in [path for path in files.held if path.startswith("dist/")]:
        del files.held[path]
    script = f"assets/index-{version.replace('.', 'Xa')[:6]}Qx.js"
    for path, text in {
        "index.html": f'<script src="/{script}"></script><link href="/assets/style-BX3a9d2k.css">',
        script: f"console.log('{version}')",
        "assets/style-BX3a9d2k.css": "body { margin: 0 }",
        "favicon.ico": version,
        ".well-known/security.txt": "Contact: mailto:security@shop.example",
    }.items():
        files.edit(f"dist/{path}", text)


def site_of(world: FakeWorld) -> FakeSite:
    return world.sites.at("s3://shop-web")


def served(world: FakeWorld, path: str = "/") -> str:
    return site_of(world).distribution.answer("GET", f"{URL}{path}", {}).body


def version_served(world: FakeWorld) -> str:
    """Return the version that users get: that of the icon, if the page and all its files belong to it."""
    version = served(world, "/favicon.ico")
    script = f"/assets/index-{version.replace('.', 'Xa')[:6]}Qx.js"
    assert script in served(world) and served(world, script) == f"console.log('{version}')"
    return version


def state(world: FakeWorld) -> dict[str, object]:
    """Return what a finished deployment or rollback determines."""
    site = site_of(world)
    record = read_record(site, f"{STATE}.json")
    return {
        "served": version_served(world),
        "verified": record.current.revision if record.current else None,
        "held": record.held,
        "locked": site.locked_by(STATE),
    }


def test_a_site_is_built_uploaded_and_served() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0")
    report = stage.deploy(world).report()
    assert version_served(world) == "1.0.0"
    assert (report["deployed"], report["verified"], report["url"]) == ("true", "true", URL)
    assert report["serving"] == f"commit:{world.git.head()}"
    objects = site_of(world).objects
    assert {path: each.cache for path, each in objects.items() if not path.startswith(".shipit/")} == {
        ".well-known/security.txt": FRESH,
        "assets/index-1Xa0XaQx.js": IMMUTABLE,
        "assets/style-BX3a9d2k.css": IMMUTABLE,
        "favicon.ico": FRESH,
        "index.html": FRESH,
        "release.json": FRESH,
    }
    assert objects["index.html"].type == "text/html; charset=utf-8"
    assert undone(stage.plan(world), world) == []


def test_a_second_deployment_of_the_same_commit_builds_and_uploads_nothing() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0", "1.1.0")
    stage.deploy(world.next_run())
    site_of(world).requests.clear()
    plan = stage.deploy(world.next_run()).plan
    assert [step.kind for step in plan.steps if step.kind == "run"] == []
    assert [each for each in site_of(world).requests if not each.startswith(("get ", "head ", "list"))] == []


def test_a_new_commit_with_the_same_files_uploads_no_asset() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0", "1.1.0")
    stage.deploy(world.next_run())
    world.commit("docs: a comment")
    world.push()
    site_of(world).requests.clear()
    stage.deploy(world.next_run())
    puts = [each for each in site_of(world).requests if each.startswith("put ") and ".shipit/" not in each]
    assert puts == ["put release.json", "put index.html"]
    assert site_of(world).distribution.invalidations[-1].paths == ("/release.json",)


def scripts_and_styles(page: bytes) -> list[str]:
    """Return the paths that a page refers to."""
    return [path.removeprefix("/") for path in page.decode().split('"')[1::2]]


def test_users_never_get_a_page_without_its_files() -> None:
    """A run is killed before and after each write: each time the page that users get has all its files."""
    stage = SiteStage.of()
    pages = set()
    for at in range(1, 40):
        world = stage.begun("1.0.0", "1.1.0")
        with suppress(Killed):
            stage.deploy(interrupted(world, at, "after", kill))
        objects = site_of(world).objects
        page = objects["index.html"].data
        assert [path for path in scripts_and_styles(page) if path not in objects] == []
        pages.add(page)
    assert len(pages) == 2


def test_a_killed_deployment_is_finished_by_running_it_again() -> None:
    stage = SiteStage.of()
    expected = stage.begun("1.0.0", "1.1.0")
    stage.deploy(expected)
    crashes = list(crash_matrix(lambda: stage.begun("1.0.0", "1.1.0"), stage.deploy, state, FakeWorld.next_run))
    assert len(crashes) > 20
    for crash in crashes:
        assert crash.state == {**state(expected), "verified": crash.state["verified"]}, f"{crash.when} {crash.write}"


def test_a_rollback_without_an_earlier_version_does_not_speak_of_a_registry() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0")
    stage.deploy(world.next_run())
    with pytest.raises(UsageError, match="no earlier version") as raised:
        stage.rollback(world.next_run())
    assert raised.value.hint == "check out an earlier version, then run: shipit deploy dev"


def test_a_rollback_brings_back_the_files_of_the_version_before_and_holds_the_other() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0", "1.1.0")
    stage.deploy(world.next_run())
    later = files_of_commit("shop-web", "1.1.0", world.git.head() or "")
    stage.rollback(world.next_run())
    assert version_served(world) == "1.0.0"
    assert read_record(site_of(world), f"{STATE}.json").held == (later.digest,)
    with pytest.raises(PreflightError, match="not ready"):
        stage.deploy(world.next_run())
    stage.deploy(world.next_run(), retry=True)
    assert version_served(world) == "1.1.0"


def rolled_back(stage: SiteStage) -> FakeWorld:
    world = stage.begun("1.0.0", "1.1.0")
    stage.deploy(world.next_run())
    return world


def test_a_killed_rollback_is_finished_by_running_it_again() -> None:
    stage = SiteStage.of()

    def rollback(world: World) -> None:
        with suppress(UsageError):  # the first run has finished the rollback, and there is no version before that
            stage.rollback(world)

    crashes = list(crash_matrix(lambda: rolled_back(stage), rollback, state, FakeWorld.next_run))
    assert len(crashes) > 12
    for crash in crashes:
        assert crash.state["served"] == "1.0.0", f"{crash.when} {crash.write}"
        assert len(crash.state["held"]) == 1  # type: ignore[arg-type]


def test_a_version_that_a_cache_keeps_from_users_is_replaced_by_the_one_before() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0", "1.1.0")
    assert "1.0.0" in served(world, "/favicon.ico")
    site_of(world).distribution.delay = 600
    with pytest.raises(DeployError, match="from its cache within 60 seconds") as raised:
        stage.deploy(world.next_run())
    assert raised.value.exit_code == 6
    assert version_served(world) == "1.0.0"
    world.clock.sleep(1200)
    with pytest.raises(PreflightError):  # it is held
        stage.deploy(world.next_run())
    assert state(world)["served"] == "1.0.0"


def test_if_no_version_can_be_seen_from_outside_the_deployment_is_unsafe() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0", "1.1.0")
    distribution = site_of(world).distribution
    invalidate = distribution.invalidate

    def fails(reference: str, paths: Sequence[str]) -> None:
        invalidate(reference, paths)
        distribution.broken = True

    distribution.invalidate = fails  # type: ignore[method-assign]
    with pytest.raises(DeployError) as raised:
        stage.deploy(world.next_run())
    assert raised.value.exit_code == 7
    assert "answered 503" in (raised.value.state or "")
    distribution.broken, distribution.invalidate = False, invalidate  # type: ignore[method-assign]
    with pytest.raises(PreflightError):
        stage.deploy(world.next_run())
    assert version_served(world) == "1.0.0"


def test_a_missing_file_of_the_new_version_brings_the_earlier_one_back() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0", "1.1.0")
    distribution = site_of(world).distribution
    content = distribution._content
    distribution._content = lambda key: None if "1Xa1" in key else content(key)
    with pytest.raises(DeployError, match="answered 403") as raised:
        stage.deploy(world.next_run())
    assert (raised.value.exit_code, raised.value.serving[:5]) == (6, "1.0.0")
    assert str(raised.value.hint).endswith("then run: shipit deploy dev --retry")
    assert "as before; this was verified" in (raised.value.state or "")
    assert version_served(world) == "1.0.0"


def test_a_build_that_fails_changes_nothing() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0", "1.1.0")
    world.process.effects["npm run build"] = fail
    before = dict(site_of(world).objects)
    with pytest.raises(CommandError) as raised:
        stage.deploy(world)
    assert dict(site_of(world).objects) == before
    assert "1.0.0" in (raised.value.state or "")


def fail(files: FakeFiles, env: Mapping[str, str]) -> None:
    raise CommandError("`npm run build` failed with status 1", hint="fix it")


def test_an_older_commit_does_not_replace_a_newer_one() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0", "1.1.0")
    older = world.git.head()
    newer = world.fresh_clone()
    stage.commit(newer, "1.2.0")
    stage.deploy(newer)
    with pytest.raises(PreflightError) as raised:
        stage.deploy(world.fresh_clone(older))
    assert [finding.code for finding in raised.value.findings if finding.blocks] == ["older"]


def test_uncommitted_changes_are_not_deployed() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0")
    world.files.edit("version.txt", "edited")
    assert "dirty" in {finding.code for finding in stage.plan(world).findings if finding.blocks}


def test_the_state_shows_what_serves_and_what_changed_by_hand() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0")
    stage.deploy(world.next_run())
    text = render_status(stage.status(world))
    assert "bucket shop-web" in text and "1.0.0" in text
    site_of(world).objects["favicon.ico"] = FakeObject(b"by hand")
    assert "is not finished" in stage.status(world).hosts[0].problem


def test_a_rollback_builds_and_uploads_nothing() -> None:
    stage = SiteStage.of()
    world = rolled_back(stage)
    site_of(world).requests.clear()
    plan = stage.rollback(world.next_run()).plan
    assert [step.kind for step in plan.steps] == [
        "record-event",
        "record-event",
        "publish-files",
        "invalidate-cache",
        "confirm-site",
        "prune-files",
    ]
    puts = [each for each in site_of(world).requests if each.startswith("put ") and ".shipit/" not in each]
    assert puts == ["put favicon.ico", "put release.json", "put index.html"]


VERIFY = 'verify = ["./smoke.sh"]\n'


def test_a_check_that_fails_brings_the_earlier_version_back() -> None:
    stage = SiteStage.of(VERIFY)
    world = stage.begun("1.0.0", "1.1.0")
    run, asked = world.next_run(), list[tuple[str, str]]()

    def smoke(files: FakeFiles, env: Mapping[str, str]) -> None:
        asked.append((env["SHIPIT_URL"], version_served(world)))
        raise CommandError("`./smoke.sh` failed with status 1", tail="no cart")

    run.process.effects["./smoke.sh"] = smoke
    with pytest.raises(DeployError, match="did not pass `verify`") as raised:
        stage.deploy(run)
    assert (asked, raised.value.tail) == ([(URL, "1.1.0")], "no cart")
    assert version_served(world) == "1.0.0"


def test_a_check_runs_once_for_a_version_and_not_for_a_rollback() -> None:
    stage, checked = SiteStage.of(VERIFY), list[str]()
    world = stage.begun("1.0.0")
    world.process.effects["./smoke.sh"] = lambda files, env: checked.append(version_served(world))
    stage.deploy(world.next_run())
    stage.commit(world, "1.1.0")
    stage.deploy(world.next_run())
    stage.deploy(world.next_run())
    stage.rollback(world.next_run())
    assert checked == ["1.0.0", "1.1.0"]


def test_a_file_that_somebody_deleted_is_built_and_uploaded_again() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0")
    stage.deploy(world.next_run())
    del site_of(world).objects["assets/index-1Xa0XaQx.js"]
    assert "are gone" in stage.status(world).hosts[0].problem
    assert [step.kind for step in stage.plan(world).steps][:2] == ["run", "upload-files"]
    stage.deploy(world.next_run())
    assert stage.status(world).hosts[0].healthy


def test_the_preflight_checks_an_environment_that_has_no_images() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0")
    assert stage.doctor(world) == ()
    site_of(world).problems.append(Finding("aws-login", "there are no credentials to ask AWS", "set `AWS_PROFILE`"))
    assert [finding.code for finding in stage.doctor(world)] == ["aws-login"]
    with pytest.raises(PreflightError) as raised:
        stage.deploy(world)
    assert raised.value.exit_code == 4


def test_a_plan_and_the_state_show_the_account_and_the_region() -> None:
    stage = SiteStage.of('region = "ap-northeast-2"')
    world = FakeWorld.new(effects={"npm run build": build})
    stage.commit(world, "1.0.0")
    shown = "AWS account 123456789012, region ap-northeast-2"
    assert shown in render_plan(stage.plan(world))
    assert shown in render_status(stage.status(world))


def test_a_version_that_was_never_deployed_cannot_be_deployed_by_its_number() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0", "1.1.0")
    with pytest.raises(UsageError, match=r"version `7.0.0` is not in bucket shop-web"):
        stage.deploy(world, "7.0.0")


def by_hand() -> FakeWorld:
    """Return a world with a site that somebody uploaded, and a first version that is not deployed."""
    world = SiteStage.of().begun("1.0.0")
    for path, text in {"index.html": "<h1>by hand</h1>", "favicon.ico": "an old icon"}.items():
        site_of(world).objects[path] = FakeObject(text.encode(), "text/html")
    return world


def pages(world: FakeWorld) -> tuple[str, str]:
    return served(world), served(world, "/favicon.ico")


def test_the_first_deployment_can_be_rolled_back_to_the_site_of_another_program() -> None:
    stage, world = SiteStage.of(), by_hand()
    assert pages(world) == ("<h1>by hand</h1>", "an old icon")
    stage.deploy(world.next_run())
    assert version_served(world) == "1.0.0"
    stage.rollback(world.next_run())
    assert pages(world) == ("<h1>by hand</h1>", "an old icon")


def test_a_first_deployment_that_fails_brings_the_site_of_another_program_back() -> None:
    stage, world = SiteStage.of(), by_hand()
    distribution = site_of(world).distribution
    content = distribution._content
    distribution._content = lambda key: None if "1Xa0" in key else content(key)
    with pytest.raises(DeployError) as raised:
        stage.deploy(world.next_run())
    assert raised.value.exit_code == 6
    assert (raised.value.state or "").startswith("before shipit (etag:")
    assert pages(world) == ("<h1>by hand</h1>", "an old icon")


def test_a_killed_first_deployment_over_another_site_is_finished_by_running_it_again() -> None:
    for crash in crash_matrix(by_hand, SiteStage.of().deploy, version_served, FakeWorld.next_run):
        assert crash.state == "1.0.0", f"{crash.when} {crash.at} {crash.write}"


def test_a_version_whose_files_are_gone_is_not_built_of_another_commit() -> None:
    stage = SiteStage.of()
    world = stage.begun("1.0.0", "1.1.0", "1.2.0")
    for _ in range(2):
        stage.deploy(world.next_run())
    objects = site_of(world).objects
    first = min((key for key in objects if "/releases/" in key), key=lambda key: objects[key].modified)
    del objects[first]
    before = dict(objects)
    with pytest.raises(ConflictError, match="no longer in bucket shop-web"):
        stage.rollback(world.next_run(), version_in(world, 0))
    assert objects == before


def version_in(world: FakeWorld, number: int) -> str:
    """Return the version of the event with this number among the verified ones of the record."""
    events = read_record(site_of(world), f"{STATE}.json").events
    return [event for event in events if event.kind == "verified"][number].image.version
