"""Writer of the workflow that runs shipit: a release job, and a job for each environment."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from shipit.config.environment import EnvironmentConfig, ImageConfig
from shipit.config.model import Config
from shipit.importers import RELEASE, Setup, WaitedJob
from shipit.plan.adoption.pipeline_template import TEMPLATE

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
SETUP_JAVA = "actions/setup-java@b6effb05e454b25005698d916606bdc6ffcbf961 # v5.7.0"
SETUP_NODE = "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0"
_GHCR = "ghcr.io/"
_NAME = 60  # characters of a command in the name of a step
# A text that is the same in YAML without quotes: a name, a list of names, or an expression of GitHub.
_PLAIN = re.compile(
    r"[A-Za-z_](?:[\w./@-]|:(?=\S))*+|\[[A-Za-z_][\w./-]*(?:, [A-Za-z_][\w./-]*)*\]|\$\{\{ [^\n#:{}]* \}\}"
)


class _Job(Struct, frozen=True):
    """A job that runs shipit. `announces` is True if it comments on issues and pull requests."""

    condition: str
    setup: Setup
    images: tuple[ImageConfig, ...]
    announces: bool = False

    @property
    def pushes_to_ghcr(self) -> bool:
        """True if the job needs the permission to write packages."""
        return any(image.name.startswith(_GHCR) for image in self.images)

    @property
    def inputs(self) -> dict[str, str]:
        """The inputs of the action."""
        setup = self.setup
        values = {
            "registry-username": setup.username,
            "registry-password": setup.password,
            "ssh-key": setup.ssh_key,
            "ssh-known-hosts": "${{ secrets.SSH_KNOWN_HOSTS }}" if setup.ssh_key else "",
            "aws-region": setup.aws_region,
            "aws-role": setup.aws_role,
        }
        return {name: value for name, value in values.items() if value}


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
    images = (*config.release.images.values(), *_images(released.values()))
    announces = bool(config.announce.comment or config.announce.label)
    return _rendered(
        branches=dict.fromkeys((*release_branches, *(str(each.branch) for each in own.values()))),
        release_branches=release_branches,
        tests={_test_name(test.name, own): test for test in tests},
        release=_Job(_on(release_branches), merged, images, announces),
        environments={
            name: _Job(_on([str(each.branch)]), setups[name], tuple(_images([each]))) for name, each in own.items()
        },
    )


def _rendered(**values: object) -> str:
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        variable_start_string="<<",
        variable_end_string=">>",
        line_statement_prefix="%",
        autoescape=False,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "value": _value,
        "quoted": json.dumps,
        "lines": lambda text: text.removesuffix("\n"),
        "first_line": _step_name,
        "script": _script,
    }
    actions = {"checkout": CHECKOUT, "java": SETUP_JAVA, "node": SETUP_NODE}
    return environment.from_string(TEMPLATE).render(**values, actions=actions)


def _images(environments: Iterable[EnvironmentConfig]) -> Iterator[ImageConfig]:
    for environment in environments:
        yield from environment.built.values()


def _on(branches: Sequence[str]) -> str:
    return " || ".join(f"github.ref == 'refs/heads/{branch}'" for branch in branches)


def _test_name(name: str, environments: Collection[str]) -> str:
    """Return the name of a test job, which no other job has."""
    return f"check-{name}" if name in ("preview", "release", *environments) else name


def _step_name(commands: str) -> str:
    """Return the name of a step without one, as GitHub shows it: its first line."""
    first = next(iter(commands.strip().splitlines()), "").strip()
    return f"Run {first}" if len(first) <= _NAME else f"Run {first[: _NAME - 1]}…"


def _script(commands: str) -> str:
    """Return the value of the key `run`: a block, if YAML reads it as it is."""
    lines = commands.strip("\n").split("\n")
    if lines[0][:1].isspace() or not all(line.isprintable() for line in lines):
        return json.dumps(commands)
    return "\n".join(("|", *(f"          {line}" if line.strip() else "" for line in lines)))


def _value(text: str) -> str:
    """Return a text of another workflow as a value of YAML, in quotes if it needs them."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
