from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from growth import calls, growth
from hypothesis import example, given, settings
from hypothesis import strategies as st
from semver import Version

from shipit.config.load import fingerprint, parse_config
from shipit.config.model import BranchConfig, Config, VersionFileConfig
from shipit.config.targets import BlueGreenConfig, HealthConfig
from shipit.core import duration
from shipit.core.commits import Rules
from shipit.errors import ConfigError
from shipit.finding import Problem

EVERYTHING = """\
[release]
branches = ["main", "1.x", { name = "next", prerelease = "beta" }, { name = "old", range = "1.2.x" }]
tag = "release-{version}"
version-files = ["build.gradle", { path = "app.yml", format = "yaml", paths = ["app.version"] }]
prepare = ["./gradlew build testDocs"]
prepare-timeout = 60
write-back = "api"
assets = ["build/libs/*.jar"]
major-on-zero = true
initial-version = "1.0.0-rc.1"
snapshot = true
skip-ci = true
back-merge = ["dev"]
author = "Release Bot <12+bot[bot]@users.noreply.example.org>"
remote = "upstream"

[bump]
refactor = "patch"
"docs(README)" = "minor"
fix = "none"

[commits.aliases]
features = "feat"

[changelog]
file = "docs/CHANGES.md"
template = "templates/ours.md.j2"
language = "ko"

[environments.dev]
branch = "dev"
build = ["./gradlew build"]
image = { name = "acme/app-dev", tags = ["latest", "{branch}-{sha}"], package = "backend" }

[environments.prod]
branch = "prod"
from = "main"

[environments.prod.images.frontend]
name = "acme/web"
package = "web"
context = "web"
dockerfile = "web/Dockerfile"
platforms = ["linux/amd64"]

[[environments.prod.deploy]]
kind = "blue-green"
image = "frontend"
hosts = ["ssh://deploy@shop.example"]
health = { path = "/actuator/health", json = { status = "UP" }, within = "2m" }
container = { port = 3000, env = { SPRING_PROFILES_ACTIVE = "prod" } }
secrets = { from = ["ssm:/shop/prod/"] }

[packages.backend]
path = "backend"

[packages.web]
path = "web"
tag = "web@{version}"
version-files = ["web/package.json"]
changelog = "web/CHANGES.md"
"""

DEPLOYED = "[environments.dev]\nimage = { name = 'a' }\n"


def problems(text: str, **where: Any) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        parse_config(text, **where)
    return list(caught.value.problems)


def problem(text: str, **where: Any) -> Problem:
    (only,) = problems(text, **where)
    return only


@pytest.mark.parametrize("key", ["initial-version = '{}.0.0'", "branches = [{{ name = 'x', range = '{}.x' }}]"])
def test_a_number_of_thousands_of_digits_is_a_problem_of_the_configuration(key: str) -> None:
    with pytest.raises(ConfigError):
        parse_config("[release]\n" + key.format("9" * 5000))


def test_every_key_is_read() -> None:
    config = parse_config(EVERYTHING)
    release = config.release
    assert release.branches[:2] == ("main", "1.x")
    assert release.branches[2:] == (
        BranchConfig(name="next", prerelease="beta"),
        BranchConfig(name="old", range="1.2.x"),
    )
    assert release.tag == "release-{version}"
    assert release.version_files == (
        "build.gradle",
        VersionFileConfig(path="app.yml", format="yaml", paths=("app.version",)),
    )
    assert (release.prepare, release.prepare_timeout) == (("./gradlew build testDocs",), 60)
    assert (release.write_back, release.assets) == ("api", ("build/libs/*.jar",))
    assert release.back_merge == ("dev",)
    assert release.major_on_zero and release.snapshot and release.skip_ci
    assert (release.initial_version, release.remote) == ("1.0.0-rc.1", "upstream")
    assert release.author == "Release Bot <12+bot[bot]@users.noreply.example.org>"
    assert config.bump == {"refactor": "patch", "docs(README)": "minor", "fix": "none"}
    assert config.commits.aliases == {"features": "feat"}
    assert (config.changelog.file, config.changelog.template) == ("docs/CHANGES.md", "templates/ours.md.j2")
    assert config.changelog.language == "ko"


def test_every_key_of_environments_and_packages_is_read() -> None:
    config = parse_config(EVERYTHING)
    dev, prod = config.environments["dev"], config.environments["prod"]
    assert (dev.branch, dev.build, dev.images) == ("dev", ("./gradlew build",), {})
    assert dev.image and (dev.image.name, dev.image.tags) == ("acme/app-dev", ("latest", "{branch}-{sha}"))
    assert (prod.branch, prod.from_) == ("prod", "main")
    image = prod.images["frontend"]
    assert (image.context, image.dockerfile, image.platforms) == ("web", "web/Dockerfile", ("linux/amd64",))
    (target,) = prod.targets
    assert isinstance(target, BlueGreenConfig)
    assert (target.image, target.hosts) == ("frontend", ("ssh://deploy@shop.example",))
    assert target.health == HealthConfig(path="/actuator/health", json={"status": "UP"}, within="2m")
    assert (target.container.port, target.container.env) == (3000, {"SPRING_PROFILES_ACTIVE": "prod"})
    assert target.secrets and target.secrets.sources == ("ssm:/shop/prod/",)
    assert config.packages["backend"].path == "backend"
    assert config.packages["web"].version_files == ("web/package.json",)
    assert config.packages["web"].changelog == "web/CHANGES.md"


@pytest.mark.parametrize(("written", "seconds"), [('"45m"', 2700), ('"90s"', 90), ('"500ms"', 0.5), ("90", 90)])
def test_each_time_limit_is_a_duration_or_a_number_of_seconds(written: str, seconds: float) -> None:
    config = parse_config(
        f"""
        [release]
        prepare-timeout = {written}
        remote-timeout = {written}
        [environments.dev]
        image = {{ name = "acme/app" }}
        timeout = {written}
        deploy = {{ kind = "blue-green", health = "none", timeout = {written} }}
        """
    )
    dev = config.environments["dev"]
    (target,) = dev.targets
    assert isinstance(target, BlueGreenConfig)
    assert (config.release.prepare_limit, dev.build_limit) == (seconds, seconds)
    assert [duration.seconds(each) for each in (config.release.remote_timeout, target.timeout)] == [seconds, seconds]


def test_an_empty_configuration_has_the_defaults() -> None:
    config = parse_config("")
    release = config.release
    assert config == Config()
    assert (release.tag_format, release.remote, release.write_back) == ("v{version}", "origin", "push")
    assert (release.initial_version, release.prepare_limit) == ("0.1.0", 1800)
    assert release.branch is None and release.branches == () and release.version_files is None
    assert not (release.major_on_zero or release.snapshot or release.skip_ci or release.author)
    assert (config.changelog.file, config.changelog.template, config.changelog.language) == (
        "CHANGELOG.md",
        "default",
        "en",
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ('[release]\nbranch = "main"', ["main"]),
        ('[release]\nbranches = ["main", { name = "next" }]', ["main", "next"]),
    ],
)
def test_branch_and_branches_give_the_same_list_of_branches(text: str, names: list[str]) -> None:
    assert [channel.name for channel in parse_config(text).release.channels] == names


def test_a_package_without_a_tag_is_tagged_with_its_name() -> None:
    config = parse_config(EVERYTHING)
    assert [config.package_tag(name) for name in config.packages] == ["backend-v{version}", "web@{version}"]


def test_in_pyproject_the_configuration_is_the_table_tool_shipit() -> None:
    text = '[project]\nname = "app"\n[tool.shipit.release]\nbranch = "main"'
    assert parse_config(text, table=("tool", "shipit")).release.branch == "main"
    assert parse_config("[project]\nname = 'app'", table=("tool", "shipit")) == Config()


def test_in_pyproject_problems_and_hints_carry_the_whole_key_path() -> None:
    found = problem("[tool.shipit.release]\nbump = 1", where="pyproject.toml", table=("tool", "shipit"))
    assert found == Problem("unknown key `bump`", "tool.shipit.release.bump", 2, "write it as `[tool.shipit.bump]`")
    assert problem("[tool]\nshipit = 1", table=("tool", "shipit")).what == "`shipit` must be a table"


def test_a_byte_order_mark_and_windows_line_ends_are_accepted() -> None:
    assert parse_config("\ufeff" + EVERYTHING.replace("\n", "\r\n")) == parse_config(EVERYTHING)
    assert problem("\ufeff[release]\r\n\r\ntags = 1\r\n").line == 3


def test_all_problems_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = """\
relase = 1
[changelog]
langage = "ko"
[release]
prepare = [
  "make",
]
tag = 5
[packages.api]
[[environments.dev.deploy]]
kind = "blue-green"
health = "none"
[[environments.dev.deploy]]
knd = "ecs"
[release.branch]
"""
    assert [(found.line, found.where) for found in problems(text)] == [
        (1, "relase"),
        (3, "changelog.langage"),
        (8, "release.tag"),
        (9, "packages.api"),
        (13, "environments.dev.deploy[1]"),
        (15, "release.branch"),
    ]


def test_the_error_has_the_number_of_problems_and_says_that_nothing_was_changed() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config("a = 1\nb = 2", where="conf/shipit.toml")
    assert str(caught.value) == "`conf/shipit.toml` has 2 problems"
    assert (caught.value.where, caught.value.state) == ("conf/shipit.toml", "nothing was changed")


BLUE_GREEN = "[environments.a]\nimage.name = 'a'\n[environments.a.deploy]\nkind = 'blue-green'\nhealth = 'none'\n"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[relase]", "did you mean `release`?"),
        ("[environment.dev]", "did you mean `environments`?"),
        ("[release]\nversion-file = []", "did you mean `version-files`?"),
        ("[release]\nversion_files = []", "keys are written with `-`: `version-files`"),
        ("[release]\nTag = ''", "keys are written in lower case: `tag`"),
        ("[release]\ntemplate = 'x'", "`template` belongs to `[changelog]`"),
        ("[changelog]\nmajor_on_zero = true", "`major-on-zero` belongs to `[release]`"),
        ("branch = 'main'", "`branch` belongs to `[release]`"),
        (
            "dockerfile = 'x'",
            "use one of: `release`, `bump`, `commits`, `changelog`, `announce`, `environments`, `packages`, "
            "`attestation`, `notify`",
        ),
        ("build = []", "`build` belongs to `[environments.<name>]`"),
        ("[release.bump]\nfeat = 'major'", "write it as `[bump]`"),
        ("[environments.dev.image]\nname = 'a'\ncontxt = '.'", "did you mean `context`?"),
        ("[environments.dev.image]\nname = 'a'\ntag = ['latest']", "did you mean `tags`?"),
        ("[release]\nversion-files = [{ path = 'a', paht = 'b' }]", "did you mean `path`?"),
        ("[environments.a]\nhealth = 'none'", "`health` belongs to `[environments.a.deploy]`"),
        (f"{BLUE_GREEN}port = 80", "`port` belongs to `[environments.a.deploy.container]`"),
        (f"{BLUE_GREEN}branch = 'a'", "`branch` belongs to `[environments.a]`"),
    ],
)
def test_an_unknown_key_is_an_error_with_the_key_that_was_probably_meant(text: str, hint: str) -> None:
    found = problem(text)
    assert found.what.startswith("unknown key `")
    assert found.hint == hint


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("release = 1", "`release` must be a table, not `1`", None),
        ("[release]\nbranch = 5", "`branch` must be a name that git accepts, not `5`", "put it in quotes"),
        (
            "[release]\nsnapshot = 'True'",
            '`snapshot` must be `true` or `false`, not `"True"`',
            "write it without quotes: `true`",
        ),
        ("[environments.a]\nimage.name = 'a'\n[environments.a.deploy]\nkind = 'swarm'\nservice = 'a'\nmigrate = 'app --x \"b c\"'", '`migrate` must be a list, not `"app --x \\"b c\\""`', 'write each word by itself: `["app", "--x", "b c"]`'),
        ("[environments.a]\nimage.name = 'a'\n[environments.a.deploy]\nkind = 'swarm'\nservice = 'a'\nmigrate = ['app --x']", '`migrate` is a list of words, and `"app --x"` is not one word', 'write each word by itself: `["app", "--x"]`'),
        ("[environments.a]\ndeploy = ['swarm']", 'entry 1 of `deploy` must be a table, not `"swarm"`', 'write it as a table: `{ kind = "swarm", ... }`'),
        ("[environments.a]\ndeploy = 'swarm'", '`deploy` must be a table with a `kind`, or a list of such tables, not `"swarm"`', 'write it as a table: `{ kind = "swarm", ... }`'),
        (
            f"[release]\nprepare = 'mkdir -p {'x' * 100}'",
            f"`prepare` must be a list, not `\"mkdir -p {'x' * 50}…`",
            'write it as a list: `["…"]`',
        ),
        (
            "[release]\nbranches = [{ name = 'next', prerelease = '01' }]",
            "`prerelease` must be a pre-release identifier such as `beta` (SemVer), not `\"01\"`",
            None,
        ),
        ("[release]\nprepare = 'make'", '`prepare` must be a list, not `"make"`', 'write it as a list: `["make"]`'),
        (
            "[release]\nprepare-timeout = 0",
            "`prepare-timeout` must be a duration with a unit, such as `90s` or `30m`, or a whole number of seconds, at least 1, not `0`",
            None,
        ),
        (
            "[release]\nprepare-timeout = 1979-05-27",
            "`prepare-timeout` must be a duration with a unit, such as `90s` or `30m`, or a whole number of seconds, at least 1, not `1979-05-27`",
            None,
        ),
        (
            "[release]\nremote-timeout = '90'",
            '`remote-timeout` must be a duration with a unit, such as `90s` or `30m`, or a whole number of seconds, at least 1, not `"90"`',
            'write it with a unit: `"90s"`',
        ),
        (
            "[environments.dev]\nimage = { name = 'a' }\ndeploy = { kind = 'watchtower', proof = 'none', within = 90 }",
            "`within` must be a duration with a unit, such as `90s`, `2m` or `500ms`, not `90`",
            'write it with a unit: `"90s"`',
        ),
        ("[release]\nassets = ['a', {}]", "entry 2 of `assets` must be a path inside the repository (`dir/file`), not a table", None),
        ("[release]\nbranches = []", "`branches` must be a list with at least one branch, not an empty list", None),
        ("[release]\nbranches = [{}]", "entry 1 of `branches` needs `name`", "add `name = ...`"),
        ("[release]\nwrite-back = 'pus'", '`write-back` must be `push`, `api`, `pull-request` or `none`, not `"pus"`', "did you mean `push`?"),
        (
            "[release]\nbranches = ['main', '1.x']\nback-merge = ['dev', 'main']",
            "`main` is the release branch itself, so its releases need not be brought back",
            'name another branch, such as "dev"',
        ),
        ("[environments.prod]\nfrom = 'main'", "`from` needs the branch that is moved to a release", 'add `branch = "prod"`'),
        (
            "[release]\nbranches = ['main', '1.x']\n[environments.prod]\nbranch = '1.x'\nfrom = 'main'",
            "`1.x` is a release branch, so it gets its releases itself",
            "remove `from`, or give the environment a branch of its own",
        ),
        (
            "[release]\nbranch = 'main'\n[environments.prod]\nbranch = 'prod'\nfrom = 'mian'",
            "`mian` is not a release branch",
            "did you mean `main`?",
        ),
        (
            "[release]\ndraft-pull-request = true",
            '`draft-pull-request` needs `write-back = "pull-request"`: only then there is a pull request',
            'set `write-back = "pull-request"`, or remove it',
        ),
        (
            "[release]\nwrite-back = 'pull-request'\ndraft-pull-request = true\nauto-merge = 'squash'",
            "`auto-merge` cannot be used with `draft-pull-request`: GitHub merges no draft pull request",
            "keep one of them",
        ),
        (
            "[release]\nseparate-pull-requests = true",
            '`separate-pull-requests` needs `write-back = "pull-request"`: only then there are pull requests',
            'set `write-back = "pull-request"`, or remove it',
        ),
        (
            "[release]\nwrite-back = 'pull-request'\nseparate-pull-requests = true",
            "`separate-pull-requests` needs several packages, and the configuration has no `[packages]`",
            "remove it, or add `[packages.<name>]` for each package",
        ),
        ("[release]\nattest-assets = true", "`attest-assets` needs `assets`: there is no file to attest", "add `assets`, or remove it"),
        (
            "[release]\nwrite-back = 'pull-request'\nseparate-pull-requests = true\n[packages.'a.lock']\npath = 'a'",
            "the pull request of `a.lock` would have a branch that git refuses",
            "rename the package, or remove `separate-pull-requests`",
        ),
        (
            "[release]\nwrite-back = 'pull-request'\nseparate-pull-requests = true\n[packages.'a/b']\npath = 'a'\n"
            "[packages.a--b]\npath = 'b'",
            "the pull requests of `a/b` and `a--b` would have the same branch",
            "rename the package, or remove `separate-pull-requests`",
        ),
        (
            "[release]\nwrite-back = 'pull-request'\nseparate-pull-requests = true\n[packages.a]\npath = 'a'\n"
            "[packages.b]\npath = 'b'\ndepends-on = ['a']",
            "`separate-pull-requests` cannot be used with `depends-on`: these packages are released together",
            "remove one of the two keys",
        ),
        (
            "[release]\nauto-merge = 'squash'",
            '`auto-merge` needs `write-back = "pull-request"`: only then there is a pull request to merge',
            'set `write-back = "pull-request"`, or remove it',
        ),
        (
            "[release]\nwrite-back = 'pull-request'\nskip-ci = true",
            '`skip-ci` cannot be used with `write-back = "pull-request"`: no run would release what was merged',
            "remove it, or set another `write-back`",
        ),
        (
            "[release]\nwrite-back = 'pull-request'\nsnapshot = true",
            '`snapshot` cannot be used with `write-back = "pull-request"`: it needs a commit of its own on the branch',
            "remove it, or set another `write-back`",
        ),
        ("[bump]\nfeat = 'mjor'", '`feat` must be `major`, `minor`, `patch` or `none`, not `"mjor"`', "did you mean `major`?"),
        ("[bump]\n'feat: x' = 'major'", "`feat: x` is not a commit type such as `docs` or `docs(README)`, or `*` for every other commit", None),
        ("[changelog]\nlanguage = 'de'", '`language` must be `en` or `ko`, not `"de"`', None),
        (
            "[changelog.sections]\nbreaking = false",
            "breaking changes always have a section",
            "write a heading, or remove the key",
        ),
        ("[release]\nbranch = 'main'\nbranches = ['main']", "`branch` and `branches` cannot be used together", "keep one of them"),
        (
            "[release]\nversion-files = [{ path = 'README.md', pattern = 'app 1.2.3' }]",
            '`pattern` must be a text that contains `{version}` once, not `"app 1.2.3"`',
            None,
        ),
        (
            "[release]\nversion-files = [{ path = 'README.md', pattern = '{version}', format = 'marker' }]",
            "`pattern` cannot be used together with `format` or `paths`",
            "keep `pattern`, or the other keys",
        ),
        (
            "[environments.dev]\nimage = { name = 'a' }\nimages.b = { name = 'c' }",
            "`image` and `images` cannot be used together",
            "move `image` into `images`",
        ),
        (
            "[environments.dev.image]\nname = 'Acme/App'",
            '`name` must be the name of an image in lower case, without a tag, not `"Acme/App"`',
            None,
        ),
        (
            "[environments.dev.image]\nname = '{env:DOCKER_PASSWORD}/app'",
            "the name of an image is public, and `DOCKER_PASSWORD` is the name of a secret",
            "use a variable with a name such as `DOCKER_USERNAME`",
        ),
        (
            "[environments.dev.image]\nname = '{env:NPM}/app'\nsecrets = { npm = 'NPM' }",
            "the name of an image is public, and `NPM` is the name of a secret",
            "use a variable with a name such as `DOCKER_USERNAME`",
        ),
        (
            "[environments.dev.image]\nname = 'a'\ntags = ['{versoin}']",
            "entry 1 of `tags` must be a tag of letters, digits, `.`, `_`, `-`, `{version}`, `{major}`, `{minor}`, `{branch}` and `{sha}`, at most 100 characters, and no `.` or `-` at the beginning, not `\"{versoin}\"`",
            None,
        ),
        (
            "[environments.dev.images]\na = { name = 'acme/app' }\nb = { name = 'acme/app' }",
            "images `a` and `b` are both pushed to `acme/app`",
            'write `name = "acme/app-b"`',
        ),
        (
            "[environments.staging]\nimage = { name = 'a' }\n[environments.prod]\nimage = { name = 'b' }\npromote = 'stagin'",
            "there is no other environment `stagin`",
            "did you mean `staging`?",
        ),
        (
            "[environments.dev]\n[environments.prod]\nimages.web = { name = 'b' }\npromote = 'dev'",
            "environment `dev` has no `images.web` to promote",
            "give the images of both environments the same names",
        ),
        (
            "[release.images]\napp = { name = 'a', tags = ['{branch}-{sha}'] }",
            "`{sha}` cannot be used here: the release is planned before its commit exists",
            "use `{version}`",
        ),
        (
            "[release.images]\na = { name = 'acme/app' }\nb = { name = 'acme/app' }",
            "images `a` and `b` are both pushed to `acme/app`",
            'write `name = "acme/app-b"`',
        ),
        (
            "[environments.dev]\nimage = { name = 'a' }\n[packages.back]\npath = 'back'",
            "the image does not say which package its version comes from",
            'add `package = "back"`',
        ),
        (
            "[environments.dev]\nimage = { name = 'a', package = 'bakc' }\n[packages.back]\npath = 'back'",
            "there is no package `bakc`",
            "did you mean `back`?",
        ),
        (
            "[[environments.dev.deploy]]\nhealth = 'none'",
            "entry 1 of `deploy` needs a `kind`",
            'use one of: `"blue-green"`, `"compose"`, `"swarm"`, `"watchtower"`, `"kubernetes"`, `"static-site"`, '
            '`"ecs"`',
        ),
        (
            "[environments.dev.deploy]\nkind = 'kubernets'",
            "`kind` must be `blue-green`, `compose`, `swarm`, `watchtower`, `kubernetes`, `static-site` or `ecs`, "
            'not `"kubernets"`',
            "did you mean `kubernetes`?",
        ),
        (
            "[environments.dev.deploy]\nkind = ['ecs']",
            "`kind` must be `blue-green`, `compose`, `swarm`, `watchtower`, `kubernetes`, `static-site` or `ecs`, "
            "not a list",
            None,
        ),
        (
            "[packages.a]\npath = 'a'\npaths = ['a', 'b']",
            "`path` and `paths` cannot be used together",
            "keep one of them",
        ),
        (
            "[packages.a]\ntag = 'v{version}'",
            "`a` needs `path`",
            "add `path = ...`, or `paths = [...]` for several paths",
        ),
        (
            "[packages.back]\npath = 'a'\ndepends-on = ['bakc']\n",
            "there is no package `bakc`",
            "did you mean `back`?",
        ),
        (
            "[packages.a]\npath = 'a'\ndepends-on = ['b']\n[packages.b]\npath = 'b'\ndepends-on = ['a']\n",
            "these packages depend on each other: `a` → `b` → `a`",
            "remove one of these dependencies",
        ),
        (
            "[packages.a]\npath = 'a'\nexclude = ['a/docs', 'b/docs']",
            "`b/docs` is in no path of the package, so it is excluded already",
            "remove it, or write the path from the root of the repository",
        ),
        (
            "[packages.a]\npath = 'a'\ntag = 'v{version}'\n[packages.b]\npath = 'b'\ntag = 'v{version}'",
            "packages `a` and `b` have the same tag format `v{version}`",
            'write `tag = "b-v{version}"`',
        ),
        (
            "[release]\nversion-files = [{ path = 'a', format = 'gradel' }]",
            "there is no format `gradel`",
            "did you mean `gradle`?",
        ),
        (
            "[release]\nversion-files = ['*/build.gradle']",
            "`*/build.gradle` is a pattern, but a version file must be named by its path",
            "write the path of each file",
        ),
        (
            "[packages.a]\npath = 'a'\nversion-files = [{ path = 'a/b', format = 'tmol' }]",
            "there is no format `tmol`",
            "did you mean `toml`?",
        ),
    ],
)  # fmt: skip
def test_an_invalid_value_is_reported_in_the_words_of_toml(text: str, what: str, hint: str | None) -> None:
    found = problem(text)
    assert (found.what, found.hint) == (what, hint)


def test_a_long_value_is_shortened_in_the_message() -> None:
    assert len(problem(f"[changelog]\nlanguage = '{'x' * 1000}'").what) < 150


@pytest.mark.parametrize(
    "tag",
    [
        *(
            "v",
            "v{version}-{version}",
            "{name}-{version}",
            "v {version}",
            "",
            "{version}\\n",
            "-{version}",
            "{version}/",
        ),
        *(
            "v{version}.lock",
            "{version}..",
            "{version}.",
            "/{version}",
            "a//{version}",
            ".v{version}",
            "a.lock/{version}",
        ),
    ],
)
def test_a_tag_format_must_contain_the_version_once_and_be_valid_for_git(tag: str) -> None:
    assert problem(f'[release]\ntag = "{tag}"').where == "release.tag"


@pytest.mark.parametrize("path", ["/etc/passwd", "C:/x", "../x", "a/../../x", "a/..", "a\\b", "", "a\0b"])
def test_a_path_stays_inside_the_repository(path: str) -> None:
    escaped = path.replace("\\", "\\\\").replace("\0", "\\u0000")
    assert problem(f'[changelog]\nfile = "{escaped}"').where == "changelog.file"


@pytest.mark.parametrize("author", ["bot", "<bot@example.org>", "Bot <bot>", "Bot <a@b> x", "Bot bot@example.org"])
def test_an_author_has_a_name_and_an_address(author: str) -> None:
    assert problem(f'[release]\nauthor = "{author}"').where == "release.author"


@settings(max_examples=100)
@given(
    st.from_regex(r"[0-9A-Za-z.+-]{1,12}", fullmatch=True)
    | st.from_regex(r"\d{1,2}(\.\d{1,2}){2}(-[0-9a-z.-]{1,6})?", fullmatch=True)
)
@example("1.0")
@example("01.0.0")
@example("1.0.0-01")
@example("1.0.0-rc.1")
@example("1.0.0-")
def test_an_initial_version_is_a_semver_version_without_build_metadata(version: str) -> None:
    valid = Version.is_valid(version) and "+" not in version
    try:
        assert parse_config(f'[release]\ninitial-version = "{version}"').release.initial_version == version
        assert valid
    except ConfigError:
        assert not valid


@settings(max_examples=100)
@given(st.text(min_size=1, max_size=8) | st.from_regex(r"\A\w[\w-]*\(.+\)\Z"))
@example("docs(README)")
@example("기능")
def test_every_accepted_commit_type_gives_a_bump_rule(key: str) -> None:
    quoted = "".join(f"\\U{ord(letter):08x}" for letter in key)
    try:
        config = parse_config(f'[bump]\n"{quoted}" = "patch"\n')
    except ConfigError:
        return
    Rules.of(config.bump, config.commits.aliases)


SECRETS = [
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "github_pat_11ABCDEFG0abcdefghijkl",
    "AKIAIOSFODNN7EXAMPLE",
    "dckr_pat_abcdefghijklmnopqrstuvwxyz0",
    "https://bot:hunter2hunter2@example.org/x",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "text",
    [
        '[release]\nremote = "{}"',
        '[release]\nprepare = ["login {}"]',
        '[environments.dev]\nimage = {{ name = "a" }}\n[[environments.dev.deploy]]\nkind = "blue-green"\n'
        'health = "none"\ncontainer = {{ env = {{ KEY = "{}" }} }}',
    ],
)
def test_a_secret_in_the_file_is_refused_and_never_repeated(text: str, secret: str) -> None:
    found = problem(text.format(secret))
    assert "looks like a secret" in found.what and "environment variable" in (found.hint or "")
    assert secret not in str(found)


def test_a_secret_used_as_a_key_is_not_repeated_either() -> None:
    assert SECRETS[0] not in str(problem(f"[release]\n{SECRETS[0]} = 1"))


@pytest.mark.parametrize("key", ["password", "token", "secret", "registry-password", "SLACK_TOKEN"])
@pytest.mark.parametrize("value", ['"hunter2"', '["hunter2"]'])
def test_a_key_whose_name_means_a_secret_is_refused(key: str, value: str) -> None:
    for table in ("[release]", f"{DEPLOYED}[[environments.dev.deploy]]\nkind = 'blue-green'\nhealth = 'none'"):
        found = problem(f"{table}\n{key} = {value}")
        assert found.what == f"`{key}` must not contain a secret"
        assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        '[release]\nprepare = ["npm_config_registry=https://registry.example.org npm ci"]',
        '[release]\nprepare = ["git push https://$USER:$TOKEN@example.org/x"]',
        f'{DEPLOYED}deploy = {{ kind = "blue-green", health = "none", secrets = {{ from = ["env:SLACK_TOKEN"] }} }}',
        '[packages.token]\npath = "token"',
    ],
)
def test_the_name_of_a_secret_is_not_a_secret(text: str) -> None:
    parse_config(text)


@pytest.mark.parametrize(
    ("text", "where", "line"),
    [
        ("[release]\nbranch = main\n", "line 2, column 10", 2),
        ("[release]\n[release]\n", "line 2, column 9", 2),
        ("[release]\nassets = [\n", "end of the file", 3),
        ("a = " + "9" * 5000, "end of the file", 1),
        ("a = 1\nb = '\udcff'", "line 2", 2),
        ("a = " + "[" * 5000, "shipit.toml", None),
    ],
)
def test_invalid_toml_is_one_problem_with_its_position(text: str, where: str, line: int | None) -> None:
    found = problem(text)
    assert (found.where, found.line) == (where, line)


def test_a_port_in_quotes_gets_a_hint_and_what_else_is_wrong_is_named_too() -> None:
    with pytest.raises(ConfigError) as refused:
        parse_config(
            "[environments.a]\ndeploy = { kind = 'blue-green', health = 'none', slots = { blue = '9081', green = 1 } }"
        )
    found = {each.what: each.hint for each in refused.value.problems}
    assert found['`blue` must be a port from 1 to 65535, not `"9081"`'] == "write it without quotes: `9081`"
    assert "there is no image to deploy" in found


@pytest.mark.parametrize("key", ["branch", "tag", "prepare-timeout", "snapshot", "assets"])
def test_a_number_with_too_many_digits_is_a_problem_like_any_other(key: str) -> None:
    assert f"`{key}` must be" in problem(f"[release]\n{key} = 0x{'f' * 4000}").what


def test_a_secret_in_a_command_that_is_not_split_into_words_is_not_shown() -> None:
    token = f"ghp_{'a1' * 18}"
    target = f"{{ kind = 'swarm', service = 'a', migrate = ['app --token {token}'] }}"
    found = problem(f"[environments.a]\nimage.name = 'a'\ndeploy = {target}")
    assert "looks like a secret" in found.what
    assert token not in f"{found.what} {found.hint}"


def test_a_string_without_quotes_gets_a_hint() -> None:
    found = problem("[release]\nbranch = main\n")
    assert (found.what, found.hint) == ("not valid TOML: Invalid value", "put strings in quotes")


def test_tables_nested_without_end_are_refused() -> None:
    deep = ".".join(["x"] * 3000)
    target = f"deploy = {{ kind = 'blue-green', health = 'none', {deep} = 1 }}"
    # From some version of Python 3.14 on, tomllib itself refuses a key with so many parts.
    assert problem(f"{DEPLOYED}{target}").what in ("unknown key `x`", "nested too deeply")


def test_lists_nested_without_end_are_refused() -> None:
    nested = "[" * 3000 + "]" * 3000
    assert problem(f"[release]\nprepare = {nested}").what == "nested too deeply"


KEYS = ["release", "bump", "commits", "changelog", "environments", "packages", "dev", "deploy", "images", "kind", "name",
        "path", "tag", "branches", "version-files", "prepare-timeout", "aliases", "feat", "password", "a.b", '"x y"']  # fmt: skip
VALUES = [
    '"main"',
    "1",
    "true",
    "[]",
    "{}",
    "1.5",
    "1979-05-27",
    '["a", 1]',
    '{ name = "x" }',
    "'''\nx'''",
    "[\n{},\n1]",
]
ASSIGNMENTS = st.builds("{} = {}".format, st.sampled_from(KEYS), st.sampled_from(VALUES))
HEADERS = st.lists(st.sampled_from(KEYS), min_size=1, max_size=4).map(".".join).flatmap(
    lambda name: st.sampled_from([f"[{name}]", f"[[{name}]]"])
)  # fmt: skip


@settings(max_examples=300)
@given(st.text() | st.lists(ASSIGNMENTS | HEADERS | st.just("# comment"), max_size=8).map("\n".join))
@example("[[a]]\n[[a.b]]\n[a.b.c]\nd = 1")
def test_any_text_gives_a_configuration_or_a_configuration_error(text: str) -> None:
    try:
        config = parse_config(text)
    except ConfigError as error:
        assert error.problems
        assert all(found.line is None or 1 <= found.line <= text.count("\n") + 1 for found in error.problems)
    else:
        assert parse_config(text) == config and fingerprint(config)


def test_the_fingerprint_depends_on_the_values_and_not_on_the_text() -> None:
    one = parse_config('[changelog]\nlanguage = "ko"\n[bump]\na = "patch"\nb = "minor"')
    other = parse_config(
        '# remark\nbump = { b = "minor", a = "patch" }\nchangelog.language = "ko"\nrelease.remote = "origin"'
    )
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(parse_config('[changelog]\nlanguage = "ko"'))


def test_the_fingerprint_is_the_same_in_every_process() -> None:
    program = f"from shipit.config.load import *; print(fingerprint(parse_config({EVERYTHING!r})))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == fingerprint(parse_config(EVERYTHING))
    assert len(run.stdout.strip()) == 64


def test_importing_the_model_loads_no_toml_parser_and_no_difflib() -> None:
    program = "import shipit.config.model, shipit.config.load, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"tomllib", "tomlkit", "difflib", "shipit.versionfiles"} & set(run.stdout.split())


def test_the_work_grows_as_the_unknown_keys_of_a_file_do() -> None:
    def loading(count: int) -> Callable[[], object]:
        text = "\n".join(f"key-number-{number} = 1" for number in range(count))

        def work() -> None:
            with pytest.raises(ConfigError):
                parse_config(text)

        return work

    assert growth(loading, 200) < 2.3
    assert calls(loading(200)) < 200 * 1000  # nothing that is the same for all keys is computed for each


def test_names_that_are_no_refs_of_git_may_look_like_none() -> None:
    config = parse_config(
        """
        release.remote = "../other.git"
        environments.dev.images.".app" = { name = "acme/app", package = "my.lock" }
        [packages."my.lock"]
        path = "a"
        tag = "a-v{version}"
        """
    )
    assert config.release.remote == "../other.git"
    assert [*config.environments["dev"].images, *config.packages] == [".app", "my.lock"]


@pytest.mark.parametrize("tag", ["-{version}", ".{version}", "x" * 101, "{version}:1", ""])
def test_an_image_tag_that_a_registry_would_refuse_or_that_would_be_cut_is_a_problem(tag: str) -> None:
    toml = f'[environments.dev]\nbranch = "dev"\nimage = {{ name = "acme/app", tags = ["{tag}"] }}\n'
    assert problem(toml).where == "environments.dev.image.tags[0]"


def test_a_branch_cannot_be_called_head() -> None:
    assert problem('[release]\nbranch = "HEAD"\n').where == "release.branch"


@pytest.mark.parametrize(
    ("toml", "hint"),
    [
        ('initial-version = "v1.0.0"', 'write `"1.0.0"`'),
        ('initial-version = "1.0"', 'write `"1.0.0"`'),
        ('initial-version = "first"', None),
        ('branches = [{ name = "old", range = "v1.x" }]', 'write `"1.x"`'),
    ],
)
def test_a_version_in_another_form_is_a_problem_with_the_version_to_write(toml: str, hint: str | None) -> None:
    assert problem(f"[release]\n{toml}\n").hint == hint
