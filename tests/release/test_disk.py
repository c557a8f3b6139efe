"""Disks that are full, files that may not grow, and modes."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from release.runs import ended, run
from release.scene import Scene, nothing_is_public, released


@pytest.fixture
def tiny_disk(scene: Scene) -> Iterator[Path]:
    """A file system of 256 KiB, mounted for the test."""
    place, by = scene.root / "tiny", () if os.geteuid() == 0 else ("sudo", "-n")
    place.mkdir(parents=True)
    mount = [*by, "mount", "-t", "tmpfs", "-o", f"size=256k,uid={os.geteuid()}", "tmpfs", str(place)]
    if shutil.which(mount[0]) is None or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    yield place
    run(*by, "umount", place)


def test_a_full_disk_loses_nothing(scene: Scene, tiny_disk: Path) -> None:
    written = "# Changelog\n\n## 1.0.0\n\n" + "All that people wrote.\n" * 3_000
    scene.begin(files={"CHANGELOG.md": written})
    clone = tiny_disk / "clone"
    scene.git(
        scene.root, "clone", "--quiet", "--separate-git-dir", str(scene.root / "git"), str(scene.remote), str(clone)
    )
    filling = tiny_disk / "filling"
    filling.write_bytes(b"x" * (os.statvfs(tiny_disk).f_bavail * os.statvfs(tiny_disk).f_bsize - 40_000))
    run = scene.release(clone)
    assert (run.status, "`CHANGELOG.md` cannot be written: No space left on device" in run.err) == (5, True), run.err
    assert "nothing was pushed" in run.err
    assert (clone / "CHANGELOG.md").read_text() == written
    assert nothing_is_public(scene) or scene.end().files["CHANGELOG.md"] == written.rstrip("\n")
    filling.unlink()
    scene.release(clone).succeeded()
    assert released(scene)
    assert scene.end().files["CHANGELOG.md"].endswith("All that people wrote.")
    assert scene.leftovers(clone) == []


@pytest.mark.parametrize("room", [0, 4096, 8192, 16384, 32768])
def test_a_disk_with_hardly_room_for_git_loses_nothing(scene: Scene, tiny_disk: Path, room: int) -> None:
    """However far a run comes before the disk is full."""
    scene.begin(files={"CHANGELOG.md": "# Changelog\n\n## 1.0.0\n\nAll that people wrote.\n"})
    clone, filling = tiny_disk / "clone", tiny_disk / "filling"
    scene.git(scene.root, "clone", "--quiet", str(scene.remote), str(clone))
    filling.write_bytes(b"x" * (os.statvfs(tiny_disk).f_bavail * os.statvfs(tiny_disk).f_bsize - room))
    run = scene.release(clone)
    assert (run.status, "state: nothing was pushed" in run.err or "state: this run did nothing" in run.err) == (
        5,
        True,
    ), run.err
    assert "v1.1.0" not in scene.end().tags
    filling.unlink()
    (clone / ".git/index.lock").unlink(missing_ok=True)
    scene.release(clone).succeeded()
    assert released(scene)
    assert scene.leftovers(clone) == []


def test_a_file_that_may_grow_no_further_is_left_as_it_was(scene: Scene) -> None:
    """A quota, as RLIMIT_FSIZE sets one: the kernel cuts a write short."""
    written = "# Changelog\n\n" + "All that people wrote.\n" * 10_000
    clone = scene.begin(files={"CHANGELOG.md": written}).clone()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        words = [*scene.driver.program, "release"]
        process = subprocess.Popen(words, cwd=clone, env=scene.around(clone), stderr=subprocess.PIPE, encoding="utf-8")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    run = ended(process)
    assert (run.status, "`CHANGELOG.md` cannot be written: File too large" in run.err) == (5, True), run.err
    assert (clone / "CHANGELOG.md").read_text() == written
    scene.release(clone).succeeded()
    assert released(scene)
    assert scene.leftovers(clone) == []


def test_a_file_that_is_read_only_keeps_its_mode(scene: Scene) -> None:
    clone = scene.begin().clone()
    (clone / "build.gradle").chmod(0o444)
    scene.release(clone).succeeded()
    assert released(scene)
    assert stat.S_IMODE((clone / "build.gradle").stat().st_mode) == 0o444


def test_a_directory_in_the_place_of_the_changelog_is_named(scene: Scene) -> None:
    clone = scene.begin().clone()
    (clone / "CHANGELOG.md").mkdir()
    run = scene.release(clone)
    assert (run.status in (3, 5), "`CHANGELOG.md`" in run.err) == (True, True), run.err
    assert nothing_is_public(scene)
