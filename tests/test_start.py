"""What a start costs is what it loads. Times belong to scripts/start_cost.py; here stand the modules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# Import names of the libraries that each take longer than the interpreter itself needs to start, or nearly.
HEAVY = {
    "boto3",
    "click",
    "docker",
    "git",
    "jinja2",
    "msgspec",
    "requests",
    "rich",
    "ruamel",
    "semver",
    "tomlkit",
    "urllib3",
}


def loaded_by(*arguments: str, cwd: Path | None = None) -> set[str]:
    """Top-level names of all modules that `python *arguments` imports; it must succeed."""
    return {name.partition(".")[0] for name in modules_loaded_by(*arguments, cwd=cwd)}


def modules_loaded_by(*arguments: str, cwd: Path | None = None) -> set[str]:
    """Names of all modules that `python *arguments` imports; it must succeed."""
    command = [sys.executable, "-v", *arguments]  # `-X importtime` does not see what `importlib` imports
    run = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr.splitlines()[-1]
    reports = (line for line in run.stderr.splitlines() if line.startswith("import '"))
    return {line.split("'")[1] for line in reports}


def test_the_measure_sees_what_is_loaded() -> None:
    assert {"click", "json"} <= loaded_by("-c", "import importlib, click; importlib.import_module('json.decoder')")


def test_importing_the_library_loads_no_terminal_git_docker_forge_cloud_or_templates() -> None:
    assert not loaded_by("-c", "import shipit") & {"boto3", "click", "docker", "git", "urllib3", "jinja2"}


def test_asking_for_the_version_loads_nothing_heavy() -> None:
    assert not loaded_by("-m", "shipit", "--version") & HEAVY


def test_asking_for_help_loads_only_what_reads_the_command_line() -> None:
    assert not loaded_by("-m", "shipit", "--help") & (HEAVY - {"click", "rich"})


@pytest.fixture
def repository(tmp_path: Path, own_environment: object) -> Path:
    begun = (["init", "-q", "-b", "main"], ["commit", "-q", "--allow-empty", "-m", "feat: begin"], ["tag", "v0.1.0"])
    for command in begun:
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_the_next_version_needs_no_forge_network_templates_or_file_editors(repository: Path) -> None:
    loaded = loaded_by("-m", "shipit", "next", cwd=repository)
    assert not loaded & (HEAVY - {"click", "git", "msgspec", "semver"})
    assert not loaded & {"base64", "dataclasses", "json", "tomllib"}


def test_the_next_version_needs_nothing_of_deployments_but_their_keys_and_addresses(repository: Path) -> None:
    on_host = 'image.name = "a"\ndeploy = { kind = "blue-green", health = "none" }\n'
    in_cluster = 'image.name = "b"\ndeploy = { kind = "kubernetes", deployment = "web", namespace = "shop" }\n'
    (repository / "shipit.toml").write_text(f"[environments.dev]\n{on_host}[environments.prod]\n{in_cluster}")
    loaded = modules_loaded_by("-m", "shipit", "next", cwd=repository)
    rooms = ("adapters.hosts", "core.deploy.", "deploy", "plan.deploy", "steps", "world.hosts")
    assert "shipit.config.targets" in loaded
    of_deployments = {name for name in loaded if name.startswith(tuple(f"shipit.{room}" for room in rooms))}
    assert of_deployments == {"shipit.core.deploy.address"}


def test_reading_history_needs_of_all_ports_only_the_one_to_git(repository: Path) -> None:
    loaded = modules_loaded_by("-m", "shipit", "next", cwd=repository)
    assert {name for name in loaded if name.startswith("shipit.world.")} == {"shipit.world.git"}


def test_the_next_version_needs_nothing_of_notifications_but_their_keys(repository: Path) -> None:
    (repository / "shipit.toml").write_text('[[notify]]\nkind = "slack"\nurl = "env:SLACK_WEBHOOK"\n')
    loaded = modules_loaded_by("-m", "shipit", "next", cwd=repository)
    rooms = ("adapters.notify", "core.notifications", "plan.notifications", "steps", "world.notifications")
    assert "shipit.config.notify" in loaded
    assert [name for name in loaded if name.startswith(tuple(f"shipit.{room}" for room in rooms))] == []


def test_the_state_of_an_environment_needs_no_plan_of_a_release_notes_or_builder() -> None:
    modules = ("shipit.api", "shipit.plan.views.status", "shipit.deploy", "shipit.plan.deploy", "shipit.adapters.hosts")
    loaded = modules_loaded_by("-c", f"import {', '.join(modules)}")
    unused = ("adapters.engine.classic_builder", "core.notes", "plan.images", "plan.release", "plan.views.text")
    assert [name for name in loaded if name.startswith(tuple(f"shipit.{room}" for room in unused))] == []


def test_an_interrupt_while_it_loads_ends_it_without_a_traceback() -> None:
    code = """
import sys
class Interrupt:
    def find_spec(self, name, *rest):
        if name == "click":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
sys.argv = ["shipit", "next"]
from shipit.__main__ import main
main()
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")


def test_the_changelog_links_to_github_without_what_sends_requests_to_it(repository: Path) -> None:
    for command in (
        ["remote", "add", "origin", "git@github.com:acme/app.git"],
        ["commit", "-q", "--allow-empty", "-m", "fix: x"],
    ):
        subprocess.run(["git", *command], cwd=repository, check=True)
    loaded = modules_loaded_by("-m", "shipit", "changelog", cwd=repository)
    assert "shipit.core.notes.links" in loaded
    assert not {"ssl", "shipit.adapters.github", "shipit.adapters.http"} & loaded
