"""The parts of files that `make generate` writes are up to date, and a part that is not is noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import shipit

ROOT = Path(__file__).parent.parent


def generate(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.generate", *arguments]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(Path(shipit.__file__).parents[1])}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)


def test_every_generated_part_is_up_to_date() -> None:
    check = generate(ROOT, "--check")
    assert (check.stdout, check.stderr, check.returncode) == ("", "", 0)


BY_HAND = {
    "action.yml": ("The release notes, as Markdown.", "The notes."),
    ".github/actions/shipit/action.yml": ("name: shipit", "name: another"),
    ".github/workflows/release.yml": (" || 'false' }}", " }}"),
    ".github/workflows/dev-deploy.yml": ("      image: ${{", "      picture: ${{"),
    ".github/workflows/prod-deploy.yml": ("      image: ${{", "      picture: ${{"),
    "docs/guides/github-actions.md": ("| `tag` | The", "| `tag` | A"),
    "docs/guides/github-actions.ko.md": (
        "| `notes` | 릴리스 노트(Markdown). | `release.yml` |",
        "| `notes` | 릴리스 노트(Markdown). | |",
    ),
    "docs/configuration.md": ("| `helm` |", "| `chart` |"),
    "docs/architecture.md": ("| `run` | ", "| `run` | Not: "),
    "docs/limits.md": ("| `30s` |", "| `31s` |"),
    "docs/limits.ko.md": ("| `30s` |", "| `31s` |"),
    "man/shipit.1": (".SH NAME", ".SH TITLE"),
    "README.md": ("| `shipit next` |", "| `shipit upcoming` |"),
    "README.ko.md": ("| `shipit next` |", "| `shipit upcoming` |"),
    "docs/comparison.md": ("| slowest answer |", "| fastest answer |"),
    "docs/comparison.ko.md": ("| 가장 느린 응답 |", "| slowest answer |"),
    "docs/start/nginx.md": ("blue = 8081", "blue = 8080"),
}


def test_what_was_changed_by_hand_is_named_with_the_command_and_written_anew(tmp_path: Path) -> None:
    for folder in ("scripts/generate", ".github", "docs", "examples", "man"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name in ("action.yml", "README.md", "README.ko.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name, (declared, by_hand) in BY_HAND.items():
        change(tmp_path / name, declared, by_hand)
    change(tmp_path / "docs/configuration.md", "| `major-on-zero` |", "| `major` |")

    check = generate(tmp_path, "--check")
    assert check.stdout.splitlines() == [f"{name} is not up to date: make generate" for name in BY_HAND]
    assert check.returncode == 1

    assert generate(tmp_path).returncode == 0
    for name in BY_HAND:
        if not name.startswith("README"):  # the lost row of the command is written with the text of its help
            assert (tmp_path / name).read_text(encoding="utf-8") == (ROOT / name).read_text(encoding="utf-8")
    assert generate(tmp_path, "--check").stdout == ""


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
