"""Whatever bytes a history holds, and however much of it there is."""

from __future__ import annotations

import time

import pytest
from release.runs import run
from release.scene import Scene, released


def test_a_message_of_a_megabyte_is_released(scene: Scene) -> None:
    body = "- a line of what was done\n" * 40_000
    footer = "BREAKING CHANGE: " + "all of it is different now " * 40_000
    clone = scene.begin(messages=[f"feat: say it at length\n\n{body}", f"fix: more\n\n{footer}"]).clone()
    began = time.monotonic()
    scene.release(clone).succeeded()
    assert time.monotonic() - began < 20
    end = scene.end()
    assert end.tags["v2.0.0"] == "chore(release): 2.0.0"
    assert "say it at length" in end.files["CHANGELOG.md"]
    assert len(end.releases[0].body) <= 125_000


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (b"feat: caf\xe9 au lait\n\nbody \xff\xfe\n", "caf\ufffd au lait"),
        (b"feat: bell \x07 and escape \x1b[31m\n", "bell"),
        (b"feat: \xed\xa0\x80 half a surrogate\n", "half a surrogate"),
        ("feat: 한글과 👩\u200d💻 그리고 é\n".encode(), "한글과 👩\u200d💻 그리고 é"),
        (b"\xef\xbb\xbffeat: a mark of byte order\n", "a mark of byte order"),
        (b"feat: carriage\r\n\r\nreturns\r\n", "carriage"),
        (b"feat: @somebody <img src=x> `code` [a](b)\n", "somebody"),
    ],
)
def test_any_bytes_of_a_message_are_released(scene: Scene, message: bytes, shown: str) -> None:
    clone = scene.begin(messages=[message]).clone()
    scene.release(clone).succeeded()
    assert shown in released(scene)
    assert scene.release(clone).err == "nothing to release\n"


def test_a_message_with_a_nul_is_released(scene: Scene) -> None:
    """git itself shows such a message up to the NUL only."""
    scene.begin(messages=[])
    tree, parent = scene.git(scene.remote, "rev-parse", "main^{tree}", "main").splitlines()
    who = "Robin Park <robin@example.com> 1767225700 +0000"
    text = f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\nfeat: before\0 after\n".encode()
    commit = run("git", "-C", scene.remote, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", input=text)
    scene.git(scene.remote, "update-ref", "refs/heads/main", commit.strip())
    clone = scene.clone()
    scene.release(clone).succeeded()
    assert "before" in released(scene)


@pytest.mark.parametrize("encoding", ["EUC-KR", "ISO-8859-1", "UTF-16LE-nonsense"])
def test_a_repository_that_commits_in_another_encoding_gets_whole_notes(scene: Scene, encoding: str) -> None:
    clone = scene.begin(messages=["feat: 채팅방 만들기 — é"]).clone()
    scene.git(clone, "config", "i18n.commitEncoding", encoding)
    scene.release(clone).succeeded()
    assert "채팅방 만들기 — é" in released(scene)
    assert "채팅방 만들기 — é" in scene.git(scene.remote, "log", "-1", "--format=%B", "main")
    assert scene.release(clone).err == "nothing to release\n"


def test_a_message_stored_in_another_encoding_is_read(scene: Scene) -> None:
    clone = scene.begin(messages=[]).clone()
    scene.git(clone, "config", "i18n.commitEncoding", "EUC-KR")
    (scene.root / "message").write_bytes("feat: 채팅방 만들기".encode("euc-kr"))
    scene.git(clone, "commit", "--quiet", "--allow-empty", "-F", str(scene.root / "message"))
    scene.git(clone, "config", "--unset", "i18n.commitEncoding")
    scene.release(clone).succeeded()
    assert "채팅방 만들기" in released(scene)


def test_ten_thousand_tags_are_no_obstacle(scene: Scene) -> None:
    scene.begin()
    first = scene.git(scene.remote, "rev-parse", "v1.0.0")
    more = [f"{first} refs/tags/v0.{minor}.{patch}" for minor in range(100) for patch in range(100)]
    lines = "".join(f"{line}\n" for line in sorted([*more, f"{first} refs/tags/v1.0.0"], key=lambda line: line[41:]))
    (scene.remote / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{lines}")
    (scene.remote / "refs/tags/v1.0.0").unlink()
    clone = scene.clone()
    began = time.monotonic()
    scene.release(clone).succeeded()
    assert time.monotonic() - began < 20
    assert scene.git(scene.remote, "log", "-1", "--format=%s", "v1.1.0") == "chore(release): 1.1.0"
