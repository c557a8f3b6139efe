"""Workflows run for real: `act` in host mode, over a bare repository and the GitHub stand-in.

act knows neither `$/` nor `queue` nor `deployment: false`, so it runs a copy of this repository without them. It skips
what it cannot place with status 0, so what a run was is read from its log: which jobs ended, and how.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from action.contract import EXAMPLE, PINNED, ROLLBACK, ROOT, WORKFLOWS
from ruamel.yaml import YAML
from standin.fixtures import bare_repository
from standin.server import GOOD, GitHubStandIn

STANDINS = Path(__file__).parent / "standins"
SOURCE = ("action.yml", "man", "scripts", "src", "templates", "requirements", "pyproject.toml", "LICENSE", "README.md")
CACHE = ROOT / ".cache" / "action"  # packages that the action installed before
OUTSIDE = ("PIP_", "UV_", "SSL_", "REQUESTS_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "NO_PROXY")

# What every job is followed by: what it left behind, searched for secrets.
SEARCH = """\
grep --recursive --files-with-matches --fixed-strings --file="$NEEDLES" \
    "$GITHUB_WORKSPACE" "$RUNNER_TEMP" >>"$KEPT/leaks" || true
env | sort >"$KEPT/environment"
"""
# A `uv` for jobs: each installs the same, so that the first one's environment is copied for the others.
COPYING_UV = """\
#!/bin/sh
for last in "$@"; do :; done
case "$1 $2" in
"venv "*) [ ! -d '{template}' ] || exec cp -al '{template}/.' "$last" ;;
"pip install") environment=${{5%/bin/python}} && [ ! -e "$environment/copied" ] || exit 0 ;;
esac
'{uv}' "$@" || exit
case "$*" in *--no-build-isolation*)
    new=$(mktemp -d '{template}.XXXXXX') && cp -a "$environment/." "$new" && touch "$new/copied"
    "$environment/bin/python" -I -m compileall -q "$new/lib" && mv -T "$new" '{template}' || rm -rf "$new"
esac
"""
# The job after all others, for which the outputs of a release are meant.
OUTPUTS = {
    "needs": ["dev", "release", "prod"],
    "if": "always()",
    "runs-on": "ubuntu-latest",
    "steps": [{"run": 'printf "%s" "$NEEDS" >"$KEPT/outputs"', "env": {"NEEDS": "${{ toJSON(needs) }}"}}],
}


def copy_of_shipit(place: Path) -> Path:
    """This repository as act can run it."""
    place.mkdir(exist_ok=True)
    for name in SOURCE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, place / name)
    for path in [*(ROOT / WORKFLOWS).glob("*-deploy.yml"), ROOT / WORKFLOWS / "release.yml"]:
        _write(place / path.relative_to(ROOT), _runnable(YAML(typ="safe").load(path)))
    shutil.copytree(ROOT / ".github/actions", place / ".github/actions")
    return place


def _runnable(workflow: dict[str, Any]) -> dict[str, Any]:
    for job in workflow["jobs"].values():
        job.pop("concurrency", None)
        job.pop("environment", None)
        for step in (each for each in job["steps"] if "uses" in each):
            step["uses"] = step["uses"].replace(
                "$/.github/actions/shipit", "acme/shipit/.github/actions/shipit@selftest"
            )
        job["steps"].append({"if": "always()", "shell": "bash", "run": SEARCH})
    return workflow


def pipeline() -> dict[str, Any]:
    """The example, and a job that tells what the others give."""
    workflow = example(EXAMPLE)
    workflow["jobs"]["outputs"] = OUTPUTS
    return workflow


def rollback() -> dict[str, Any]:
    """The example that goes back to an earlier version."""
    return example(ROLLBACK)


def example(path: str) -> dict[str, Any]:
    """Return a workflow of the examples, which uses the copy of this repository."""
    text = (ROOT / path).read_text().replace("OWNER/", "acme/").replace("@COMMIT", "@selftest")
    workflow: dict[str, Any] = YAML(typ="safe").load(text)
    return workflow


def _write(path: Path, workflow: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        YAML(typ="safe").dump(dict(workflow), file)


@dataclass(frozen=True)
class Run:
    """What one run of a workflow was."""

    status: int
    lines: tuple[Mapping[str, Any], ...]
    kept: Path

    @property
    def jobs(self) -> dict[str, str]:
        """How each job that ran ended."""
        return {
            line["jobID"]: line["jobResult"]
            for line in self.lines
            if "jobResult" in line and line["jobID"] != "outputs"
        }

    @cached_property
    def log(self) -> str:
        return "\n".join(str(line["msg"]).rstrip() for line in self.lines)

    @property
    def given(self) -> dict[str, str]:
        """The outputs as the steps gave them: on the way to another job act takes expressions in them for its own."""
        lines = [line for line in self.lines if line.get("command") == "set-output"]
        return {line["name"]: line["arg"] for line in reversed(lines)}

    @cached_property
    def outputs(self) -> dict[str, dict[str, str]]:
        """The outputs that the next job sees, by job."""
        needs = json.loads((self.kept / "outputs").read_text())
        return {name: job["outputs"] or {} for name, job in needs.items()}

    @property
    def summary(self) -> str:
        """What the steps wrote on the page of the run."""
        told = (str(line["msg"]).partition("Summary - ") for line in self.lines)
        return "".join(text for _, mark, text in told if mark)

    @property
    def leaks(self) -> str:
        """Files with a secret in them."""
        return (self.kept / "leaks").read_text()


class Consumer:
    """`acme/app` on a GitHub of its own, with the pipeline of the example.

    Args:
        place: an empty directory.
        shipit: from `copy_of_shipit`.
    """

    def __init__(self, place: Path, shipit: Path, github: GitHubStandIn) -> None:
        self.place, self.shipit, self.github = place, shipit, github
        self.clone = place / "app"
        self.token: str | None = GOOD
        self.attempt = 1
        self.patience = 120  # seconds for a run
        self.given: dict[str, str] = {}  # secrets beside the token
        self.variables: dict[str, str] = {}  # what the runner has in its environment
        self.workflow = pipeline()
        self.third_party = {name: STANDINS / name.partition("@")[0].removeprefix("actions/") for name in _third_party()}
        subprocess.run(["git", "clone", "--quiet", github.git.path, self.clone], check=True, capture_output=True)
        for name in ("home", "kept", "bin"):
            (place / name).mkdir()
        for name in ("git", "docker", "ssh"):
            self._note_arguments(name)
        self.copies_environments(True)
        self.git("config", "core.hooksPath", "/dev/null")
        (place / "kept" / "leaks").touch()

    @property
    def secrets(self) -> list[str]:
        """The token and the registry's password, also as they are sent, and the lines of the SSH key."""
        token, username = self.token or GOOD, self.given.get("REGISTRY_USERNAME", "")
        logins = {"x-access-token": token} | ({username: self.given["REGISTRY_PASSWORD"]} if username else {})
        sent = (base64.b64encode(f"{name}:{password}".encode()).decode() for name, password in logins.items())
        key = [line for line in self.given.get("SSH_KEY", "").splitlines() if not line.startswith("-----")]
        return [*logins.values(), *sent, *key]

    @property
    def search_path(self) -> str:
        """The runner's PATH. It names this clone's folder, which may have any name."""
        return f"{self.place / 'bin'}:{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"

    def _note_arguments(self, program: str) -> None:
        """Have runs start `program` by way of a script that writes down how it was called."""
        noting, whole = self.place / "bin" / program, shutil.which(program)
        if whole:
            noting.write_text(f"""#!/bin/sh\necho "$@" >>'{self.place}/kept/arguments'\nexec {whole} "$@"\n""")
            noting.chmod(0o755)

    def copies_environments(self, copies: bool) -> None:
        """Choose whether a job copies the environment that another one installed, or installs it itself."""
        program, uv = self.place / "bin" / "uv", Path(sys.executable).parent / "uv"
        program.unlink(missing_ok=True)
        if copies:
            program.write_text(
                COPYING_UV.format(uv=uv, template=self.shipit.with_name(f"{self.shipit.name}-environment"))
            )
            program.chmod(0o755)

    def git(self, *words: str) -> str:
        command = ["git", "-C", str(self.clone), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, message: str, files: Mapping[str, str] | None = None, branch: str = "main") -> str:
        """A pushed commit on top of `branch`, which begins at main; its id."""
        self.git("fetch", "--quiet", "origin")
        start = [f"origin/{name}" for name in (branch, "main") if self.github.git.ref(f"refs/heads/{name}")]
        self.git("switch", "--quiet", "--discard-changes", "-C", branch, *start[:1])
        for path, text in (files or {}).items():
            (self.clone / path).parent.mkdir(parents=True, exist_ok=True)
            (self.clone / path).write_text(text)
        (self.place / "message").write_bytes(message.encode())
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--file", str(self.place / "message"))
        self.git("push", "--quiet", "origin", branch)
        return self.git("rev-parse", "HEAD")

    def run(self, event: str = "push", ref: str = "refs/heads/main", sha: str | None = None, **payload: Any) -> Run:
        """What GitHub runs on that event; `sha` is the tip of `ref` unless told."""
        process = self.start(event, ref, sha, **payload)
        stdout, stderr = process.communicate(timeout=self.patience)
        lines = tuple(json.loads(line) for line in (stdout + stderr).splitlines() if line.startswith("{"))
        return Run(process.returncode, lines, self.place / "kept")

    def start(
        self, event: str = "push", ref: str = "refs/heads/main", sha: str | None = None, **payload: Any
    ) -> subprocess.Popen[str]:
        (self.place / "kept" / "outputs").write_text("{}")
        (self.place / "needles").write_text("\n".join(self.secrets))
        given = {**({"GITHUB_TOKEN": self.token} if self.token else {}), **self.given}
        (self.place / "secrets").write_text("".join(f"{name}={_quoted(value)}\n" for name, value in given.items()))
        _write(self.place / "pipeline" / "pipeline.yml", self.workflow)
        told = self._event(ref, sha or str(self.github.git.resolve(ref)), payload)
        (self.place / "event.json").write_text(json.dumps(told))
        return subprocess.Popen(
            self._command(event), env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def _event(self, ref: str, sha: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        repository = {"full_name": "acme/app", "name": "app", "default_branch": "main", "owner": {"login": "acme"}}
        return {"ref": ref, "after": sha, "deleted": False, "repository": repository, **payload}

    def _command(self, event: str) -> list[str]:
        act = [str(Path(sys.executable).parent / "act"), event, "-C", str(self.clone)]
        act += [
            "-W",
            str(self.place / "pipeline"),
            "-e",
            str(self.place / "event.json"),
            "--json",
            "--insecure-secrets",
        ]
        act += ["-P", "ubuntu-latest=-self-hosted", "--no-cache-server", "--rm", "--no-skip-checkout"]
        act += [
            "--secret-file",
            str(self.place / "secrets"),
            "--local-repository",
            f"acme/shipit@selftest={self.shipit}",
        ]
        for action, standin in self.third_party.items():
            act += ["--local-repository", f"{action}={standin}"]
        variables = {
            "GITHUB_REPOSITORY": "acme/app",
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_RUN_ATTEMPT": str(self.attempt),
            "TEST_PYTHON": sys.executable,
            "KEPT": str(self.place / "kept"),
            "NEEDLES": str(self.place / "needles"),
            **self.variables,
        }
        return act + [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]

    def _environment(self) -> dict[str, str]:
        outside = {name: value for name, value in os.environ.items() if name.startswith(OUTSIDE)}
        return {
            **outside,
            "HOME": str(self.place / "home"),
            "PATH": self.search_path,
            "LC_ALL": "C.UTF-8",
            "GIT_PAGER": "cat",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.file://{self.github.git.path.parent.parent}/.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://github.com/",
            "UV_CACHE_DIR": str(CACHE / "uv"),
            "PIP_CACHE_DIR": str(CACHE / "pip"),
        }


def _quoted(value: str) -> str:
    """`value` as act reads it in a file of secrets, also if it has several lines."""
    return '"' + value.replace("\n", "\\n") + '"' if "\n" in value else value


def _third_party() -> list[str]:
    texts = [path.read_text() for path in [ROOT / "action.yml", *(ROOT / WORKFLOWS).glob("*.yml")]]
    used = {match.partition(" ")[0].partition("@") for text in texts for match in PINNED.findall(text)}
    return sorted({f"{'/'.join(name.split('/')[:2])}@{commit}" for name, _, commit in used})


def kill(process: subprocess.Popen[str]) -> None:
    """End act and all it started, at once, as a runner that is lost does."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it ended meanwhile
            continue
    ours = {process.pid}
    for _ in parents:
        ours |= {child for child, parent in parents.items() if parent in ours}
    for pid in ours:
        with contextlib.suppress(ProcessLookupError):  # likewise
            os.kill(pid, signal.SIGKILL)


def new_consumer(place: Path, shipit: Path) -> Consumer:
    """Enter its `github` before it runs anything."""
    bare = place / "remote" / "acme" / "app"
    bare.parent.mkdir(parents=True)
    return Consumer(place, shipit, GitHubStandIn(bare_repository(bare)))
