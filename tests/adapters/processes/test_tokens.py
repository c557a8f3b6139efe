"""The tokens in the environment: a command cannot read them in the environment of shipit."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shipit.adapters.processes.tokens import WRITE_TOKENS, hide_tokens

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
SHOW = """\
import os, subprocess
from shipit.adapters.processes.tokens import hide_tokens
hide_tokens()
shown = subprocess.run(["sh", "-c", "cat /proc/$PPID/environ; env -0"], capture_output=True, check=True).stdout
print(shown.replace(b"\\0", b"|").decode("latin-1"), os.environ["GH_TOKEN"], os.environ.get("AFTER"), sep="\\n")
"""


def shown(environment: dict[str, str]) -> list[str]:
    started_with = {**environment, "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    run = subprocess.run([sys.executable, "-c", SHOW], env=started_with, capture_output=True, encoding="latin-1")
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def test_a_command_finds_no_token_in_the_environment_of_shipit() -> None:
    tokens = {name: f"secret-{name}" for name in WRITE_TOKENS}
    environment, token, after = shown({"BEFORE": "secret-no", **tokens, "MY_GH_TOKEN": "mine", "AFTER": "secret-nor"})
    assert (token, after) == (tokens["GH_TOKEN"], "secret-nor")  # shipit itself still has them
    for value in tokens.values():
        assert value not in environment
    for kept in ("BEFORE=secret-no|", "MY_GH_TOKEN=mine|", "AFTER=secret-nor|"):
        assert environment.count(kept) == 2


def test_a_token_of_any_length_and_of_any_bytes_is_erased() -> None:
    for value in ("x", "é" * 10, "a=b=c", "k" * 100_000):
        environment, token, _ = shown({"GH_TOKEN": value, "Z": "kept"})
        assert token and f"GH_TOKEN={value[0]}" not in environment and "Z=kept|" in environment


def test_without_a_token_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WRITE_TOKENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("builtins.open", lambda *_: pytest.fail("a file was opened"))
    hide_tokens()


@pytest.mark.parametrize("content", ["", "1 (name) S", "1 (a) b) " + "x " * 60, "1 (a) " + "9 " * 60])
def test_a_proc_of_another_form_is_no_error(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "secret")
    real = open

    def fake(path: str, mode: str, **options: object) -> object:
        if path == "/proc/self/mem":
            return real("/dev/null", "rb")
        return io.BytesIO(content.encode() if path.endswith("stat") else b"")

    monkeypatch.setattr("builtins.open", fake)
    hide_tokens()


CONFIG = """\
[release]
write-back = "none"
prepare = ["tr '\\\\0' '\\\\n' < /proc/$PPID/environ > '{seen}'"]
"""


def test_a_prepare_command_of_a_release_reads_no_token_of_its_parent(tmp_path: Path) -> None:
    remote, clone, seen = tmp_path / "remote", tmp_path / "clone", tmp_path / "seen"
    for command in (["init", "--quiet", "--bare", str(remote)], ["clone", "--quiet", str(remote), str(clone)]):
        subprocess.run(["git", *command], check=True, capture_output=True)
    (clone / "shipit.toml").write_text(CONFIG.replace("{seen}", str(seen)))
    for command in (["add", "."], ["commit", "--quiet", "-m", "feat: x"], ["push", "--quiet", "origin", "HEAD"]):
        subprocess.run(["git", *command], cwd=clone, check=True)
    environment = {**os.environ, "GH_TOKEN": "secret-of-the-test"}
    argv = [sys.executable, "-m", "shipit", "release"]
    run = subprocess.run(argv, cwd=clone, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "GH_TOKEN=" in seen.read_text().splitlines()
    assert "secret-of-the-test" not in seen.read_text()
