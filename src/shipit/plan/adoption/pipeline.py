"""Writer of the workflow that runs shipit: a release job, and a job for each environment."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from shipit.config.environment import EnvironmentConfig, ImageConfig
from shipit.config.model import Config
from shipit.importers import RELEASE, Setup, WaitedJob

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
SETUP_JAVA = "actions/setup-java@b6effb05e454b25005698d916606bdc6ffcbf961 # v5.7.0"
SETUP_NODE = "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0"
_GHCR = "ghcr.io/"
# A text that is the same in YAML without quotes: a name, a list of names, or an expression of GitHub.
_PLAIN = re.compile(
    r"[A-Za-z_](?:[\w./@-]|:(?=\S))*+|\[[A-Za-z_][\w./-]*(?:, [A-Za-z_][\w./-]*)*\]|\$\{\{ [^\n#:{}]* \}\}"
)
_PREVIEW = """\
  preview:
    name: Show what merging would release
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read # to read the history
      pull-requests: write # to write the preview on the pull request
    steps:
      - name: Check out
        uses: {checkout}
        with:
          fetch-depth: 0
          persist-credentials: false

      - name: Preview
        uses: OWNER/shipit@COMMIT
"""


def pipeline_text(
    config: Config, setups: Mapping[str, Setup], release_branches: tuple[str, ...], tests: Sequence[WaitedJob] = ()
) -> str:
    """Return the text of the workflow.

    Args:
        config: the configuration with the environments.
        setups: the set-up of each job by its environment; that of the release job is `RELEASE`.
        release_branches: the branches that shipit releases from.
        tests: the jobs that must succeed before.
    """
    environments = {name: each for name, each in config.environments.items() if each.branch and name in setups}
    own = {name: each for name, each in environments.items() if each.branch not in release_branches}
    released = {name: each for name, each in environments.items() if name not in own}
    merged = setups.get(RELEASE, Setup())
    for name in released:
        merged = merged.merged(setups[name])
    branches = dict.fromkeys((*release_branches, *(str(each.branch) for each in own.values())))
    images = [*config.release.images.values(), *_images(released)]
    lines = [*_head(tuple(branches), release_branches), *_PREVIEW.format(checkout=CHECKOUT).splitlines(), ""]
    names = {test.name: _test_name(test.name, own) for test in tests}
    for test in tests:
        lines += [*_test_job(names[test.name], test), ""]
    needs = tuple(names.values())
    lines += _release_job(merged, release_branches, images, config, needs)
    for name, environment in own.items():
        lines += ["", *_environment_job(name, environment, setups[name], needs)]
    return "".join(f"{line}\n" for line in lines)


def _images(environments: Mapping[str, EnvironmentConfig]) -> Iterator[ImageConfig]:
    for environment in environments.values():
        yield from (environment.image,) if environment.image else environment.images.values()


def _head(branches: tuple[str, ...], release_branches: tuple[str, ...]) -> Iterator[str]:
    yield "# Written by `shipit init`."
    yield "# Replace OWNER/shipit with the address of shipit's repository, and COMMIT with a commit that you reviewed."
    yield from ("name: Pipeline", "", "on:", "  push:", f"    branches: [{', '.join(branches)}]")
    yield from ("  pull_request:", f"    branches: [{', '.join(release_branches)}]", "", "permissions: {}", "", "jobs:")


def _test_name(name: str, environments: Collection[str]) -> str:
    """Return the name of a test job, which no other job has."""
    return f"check-{name}" if name in ("preview", "release", *environments) else name


def _test_job(name: str, test: WaitedJob) -> Iterator[str]:
    yield from (f"  {name}:", f"    name: {_value(test.name)}", "    if: github.event_name == 'push'")
    if test.called:
        yield from ("    permissions:", "      contents: read # to check out", f"    uses: {test.called}")
        return
    yield from _runner(test.setup)
    yield from ("    permissions:", "      contents: read # to check out")
    yield from _mapping("    env:", test.env)
    yield "    steps:"
    yield from _set_up(test.setup)
    for step in test.steps:
        yield from ("", f"      - name: {_value(step.name or _step_name(step.commands))}")
        yield from [f"        working-directory: {_value(step.directory)}"] if step.directory else []
        yield from _mapping("        env:", step.env)
        yield from _script(step.commands)


def _step_name(commands: str) -> str:
    """Return the name of a step without one, as GitHub shows it: its first line."""
    first = next(iter(commands.strip().splitlines()), "").strip()
    return f"Run {first}" if len(first) <= _NAME else f"Run {first[: _NAME - 1]}…"


_NAME = 60  # characters of a command in the name of a step


def _script(commands: str) -> Iterator[str]:
    """Yield the key `run`, as a block if YAML reads it as it is."""
    lines = commands.strip("\n").split("\n")
    if lines[0][:1].isspace() or not all(line.isprintable() for line in lines):
        yield f"        run: {json.dumps(commands)}"
        return
    yield "        run: |"
    yield from (f"          {line}" if line.strip() else "" for line in lines)


def _mapping(header: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield a table of texts; nothing if it is empty."""
    indent = " " * (len(header) - len(header.lstrip()) + 2)
    yield from [header] if values else []
    yield from (f"{indent}{_value(name)}: {_value(value)}" for name, value in values.items())


def _needs(needs: Sequence[str]) -> list[str]:
    return [f"    needs: [{', '.join(needs)}]"] if needs else []


def _release_job(
    setup: Setup, branches: tuple[str, ...], images: list[ImageConfig], config: Config, needs: Sequence[str]
) -> Iterator[str]:
    condition = " || ".join(f"github.ref == 'refs/heads/{branch}'" for branch in branches)
    yield from ("  release:", "    name: Release", *_needs(needs), f"    if: {condition}")
    yield from _runner(setup)
    yield from (
        "    permissions:",
        "      contents: write # to push the release commit and its tags, and to create the release",
    )
    if config.announce.comment or config.announce.label:
        yield "      issues: write # to comment on the issues of a release"
        yield "      pull-requests: write # to comment on the pull requests of a release"
    yield from _permissions(setup, images)
    yield from _steps("release-${{ github.ref }}", setup, images)


def _environment_job(name: str, environment: EnvironmentConfig, setup: Setup, needs: Sequence[str]) -> Iterator[str]:
    images = list(_images({name: environment}))
    yield from (f"  {name}:", f"    name: Deploy to {name}", *_needs(needs))
    yield f"    if: github.ref == 'refs/heads/{environment.branch}'"
    yield from _runner(setup)
    yield from ("    permissions:", "      contents: read # to read the history and to build")
    yield from _permissions(setup, images)
    yield "      deployments: write # to show on GitHub what is deployed"
    yield from _steps(f"deploy-{name}", setup, images)


def _runner(setup: Setup) -> Iterator[str]:
    yield from (f"    runs-on: {_value(setup.runs_on)}", "    timeout-minutes: 30")
    if setup.environment:
        yield from (
            "    environment:",
            f"      name: {_value(setup.environment)}",
            "      deployment: false # shipit records deployments",
        )


def _permissions(setup: Setup, images: list[ImageConfig]) -> Iterator[str]:
    if any(image.name.startswith(_GHCR) for image in images):
        yield "      packages: write # to push images to ghcr.io"
    if setup.aws_role:
        yield "      id-token: write # to log in to AWS without a stored key"


def _steps(group: str, setup: Setup, images: list[ImageConfig]) -> Iterator[str]:
    yield from (
        "    concurrency:",
        f"      group: {group}",
        "      cancel-in-progress: false",
        "      queue: max",
        "    steps:",
    )
    yield from _set_up(setup)
    yield from ("", "      - name: Release, build and deploy", "        uses: OWNER/shipit@COMMIT")
    yield from _inputs(setup)


def _set_up(setup: Setup) -> Iterator[str]:
    """Yield the steps before the own ones of a job."""
    yield from ("      - name: Check out", f"        uses: {CHECKOUT}", "        with:", "          fetch-depth: 0")
    yield "          persist-credentials: false"
    if setup.submodules:
        yield "          submodules: true"
    if setup.java:
        yield from ("", "      - name: Set up Java", f"        uses: {SETUP_JAVA}", "        with:")
        yield from (
            f"          distribution: {_value(setup.distribution or 'temurin')}",
            f"          java-version: {json.dumps(setup.java)}",
        )
    if setup.node:
        yield from ("", "      - name: Set up Node.js", f"        uses: {SETUP_NODE}", "        with:")
        yield from (f"          node-version: {json.dumps(setup.node)}", "          package-manager-cache: false")


def _inputs(setup: Setup) -> Iterator[str]:
    values = {
        "registry-username": setup.username,
        "registry-password": setup.password,
        "ssh-key": setup.ssh_key,
        "ssh-known-hosts": "${{ secrets.SSH_KNOWN_HOSTS }}" if setup.ssh_key else "",
        "aws-region": setup.aws_region,
        "aws-role": setup.aws_role,
    }
    given = {name: value for name, value in values.items() if value}
    if given:
        yield "        with:"
        yield from (f"          {name}: {_value(value)}" for name, value in given.items())
    if setup.variables:
        yield "        env:"
        yield from (f"          {name}: {_value(value)}" for name, value in setup.variables.items())


def _value(text: str) -> str:
    """Return a text of another workflow as a value of YAML, in quotes if it needs them."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
