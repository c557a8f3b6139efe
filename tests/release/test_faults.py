"""What a remote, a disk, a command, a history or a repository can do to a release."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from release.scene import Scene, ended, hook, run

BUILD = 'prepare = ["mkdir -p build && cp build.gradle build/app.jar"]\nassets = ["build/*.jar"]\n'


def released(scene: Scene, version: str = "1.1.0") -> str:
    """The notes of the one release there is, once all of it is there and the same everywhere."""
    end = scene.end()
    assert end.subjects[0] == f"chore(release): {version}"
    assert end.tags[f"v{version}"] == f"chore(release): {version}"
    (release,) = end.releases
    assert (release.tag, release.draft) == (f"v{version}", False)
    assert release.body.strip() in end.files["CHANGELOG.md"]
    return release.body


def nothing_is_public(scene: Scene) -> bool:
    end = scene.end()
    public = [release for release in end.releases if not release.draft]
    return not public and list(end.tags) == ["v1.0.0"] and "CHANGELOG.md" not in end.files


# -- the remote


@pytest.mark.parametrize(
    ("name", "script", "said"),
    [
        ("update", 'case $1 in refs/heads/*) echo "no branch today" >&2; exit 1;; esac', "no branch today"),
        ("update", 'case $1 in refs/tags/*) echo "no tag today" >&2; exit 1;; esac', "no tag today"),
        ("pre-receive", 'echo "quiet please" >&2; exit 1', "quiet please"),
        ("pre-receive", 'echo "error: GH006: Protected branch update failed" >&2; exit 1', "protected branch `main`"),
        ("pre-receive", 'echo "error: GH013: Repository rule violations found" >&2; exit 1', "protected branch `main`"),
    ],
)
def test_a_remote_that_refuses_gets_nothing_and_all_of_it_later(
    scene: Scene, name: str, script: str, said: str
) -> None:
    clone = scene.begin(f"[release]\n{BUILD}").clone()
    hook(scene.remote, name, script)
    run = scene.release(clone)
    assert (run.status, said in run.err, "hint:" in run.err, "state: nothing was pushed" in run.err) == (
        5,
        True,
        True,
        True,
    ), run.err
    assert nothing_is_public(scene)
    (scene.remote / "hooks" / name).unlink()
    scene.release(clone).succeeded()
    assert released(scene)
    assert scene.leftovers(clone) == []


def test_a_remote_that_refuses_a_push_does_not_stop_a_fresh_clone_later(scene: Scene) -> None:
    clone = scene.begin().clone()
    hook(scene.remote, "pre-receive", "exit 1")
    assert scene.release(clone).status == 5
    (scene.remote / "hooks/pre-receive").unlink()
    scene.release(scene.clone_afresh()).succeeded()
    assert released(scene)
    scene.release(clone).succeeded()
    assert scene.leftovers(clone) == []


def test_a_remote_that_is_gone_is_named(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.remote.rename(scene.root / "elsewhere.git")
    run = scene.release(clone)
    assert (run.status, str(scene.remote) in run.err, "[remote]" in run.err) == (3, True, True)
    (scene.root / "elsewhere.git").rename(scene.remote)
    scene.release(clone).succeeded()
    assert released(scene)


# -- the disk


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
        process = scene.start(clone)
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


# -- commands


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo 'the tests are red' >&2; exit 7", "failed with status 7"),
        ("sleep 60", "did not end within 1 seconds"),
        ("trap '' TERM INT; sleep 60 & wait", "did not end within 1 seconds"),
        ("kill -9 $$", "failed"),
        ("no-such-program", "failed with status 127"),
    ],
)
def test_a_build_that_fails_leaves_nothing_public(scene: Scene, command: str, said: str) -> None:
    config = f'[release]\nprepare = ["sh ../build.sh"]\nprepare-timeout = {1 if "sleep" in command else 20}\n'
    clone = scene.begin(config).clone()
    script = scene.root / "build.sh"
    script.write_text(command)
    began = time.monotonic()
    run = scene.release(clone)
    assert time.monotonic() - began < 20
    assert (run.status, said in run.err, "nothing was pushed" in run.err) == (5, True, True), run.err
    assert nothing_is_public(scene)
    script.write_text("")
    scene.release(clone).succeeded()
    assert released(scene)
    assert scene.leftovers(clone) == []


@pytest.mark.parametrize("leaves", ["sleep 60 & echo $! > ../pid", "(sleep 60 & echo $! > ../pid) &\nwait; true"])
def test_what_a_build_leaves_running_is_ended(scene: Scene, leaves: str) -> None:
    clone = scene.begin('[release]\nprepare = ["sh ../build.sh"]\n').clone()
    (scene.root / "build.sh").write_text(leaves)
    began = time.monotonic()
    scene.release(clone).succeeded()
    assert time.monotonic() - began < 20
    assert not is_running(int((scene.root / "pid").read_text()))
    assert released(scene)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_build_learns_the_version_and_no_token(scene: Scene) -> None:
    clone = scene.begin('[release]\nprepare = ["env > ../seen"]\n').clone()
    scene.release(clone, env={"GITHUB_TOKEN": "s3cret-token-1234"}).succeeded()
    seen = (scene.root / "seen").read_text()
    assert {"SHIPIT_VERSION=1.1.0", "SHIPIT_TAG=v1.1.0"} <= set(seen.splitlines())
    assert "s3cret-token-1234" not in seen


def test_an_asset_that_no_build_made_stops_the_release_before_it_is_public(scene: Scene) -> None:
    clone = scene.begin('[release]\nassets = ["build/*.jar"]\n').clone()
    run = scene.release(clone)
    assert (run.status, "no file matches the asset `build/*.jar`" in run.err) == (2, True)
    assert nothing_is_public(scene)


# -- configuration


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("[release\n", "shipit.toml"),
        ("[release]\nbrnch = 'main'\n", "branch"),
        ("[release]\nbranch = 7\ntag = 'v'\n", "release.branch"),
        ("\x00", "shipit.toml"),
    ],
)
def test_a_malformed_configuration_changes_nothing(scene: Scene, config: str, said: str) -> None:
    clone = scene.begin(config).clone()
    run = scene.release(clone)
    assert (run.status, said in run.err) == (2, True), run.err
    assert nothing_is_public(scene)
    assert scene.leftovers(clone) == []


def test_a_configuration_that_is_no_text_changes_nothing(scene: Scene) -> None:
    clone = scene.begin().clone()
    (clone / "shipit.toml").write_bytes(b'[release]\nbranch = "\xff\xfe"\n')
    run = scene.release(clone)
    assert (run.status, "shipit.toml" in run.err) == (2, True), run.err


# -- histories


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


# -- what people set up


def test_a_hook_of_the_clone_that_refuses_the_message_is_heard(scene: Scene) -> None:
    clone = scene.begin().clone()
    hook(clone / ".git", "commit-msg", 'echo "no ticket in the message" >&2; exit 1')
    run = scene.release(clone)
    assert (run.status, "no ticket in the message" in run.err, "nothing was pushed" in run.err) == (5, True, True)
    (clone / ".git/hooks/commit-msg").unlink()
    scene.release(clone).succeeded()
    assert released(scene)
    assert scene.leftovers(clone) == []


@pytest.mark.parametrize(
    "script",
    [
        "printf '\\nChange-Id: I0123\\n' >> \"$1\"",
        "git interpret-trailers --in-place --trailer 'Signed-off-by: x <x@y>' \"$1\"",
    ],
)
def test_a_hook_of_the_clone_may_add_to_the_message(scene: Scene, script: str) -> None:
    clone = scene.begin().clone()
    hook(clone / ".git", "commit-msg", script)
    scene.release(clone).succeeded()
    assert released(scene)
    assert scene.release(clone).err == "nothing to release\n"


@pytest.mark.parametrize("attributes", ["", "* text=auto\n", "*.gradle text eol=crlf\nCHANGELOG.md text eol=crlf\n"])
@pytest.mark.parametrize("autocrlf", ["true", "input", "false"])
def test_line_ends_stay_as_the_repository_wants_them(scene: Scene, autocrlf: str, attributes: str) -> None:
    scene.env |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.autocrlf", "GIT_CONFIG_VALUE_0": autocrlf}
    files = {"CHANGELOG.md": "# Changelog\n", **({".gitattributes": attributes} if attributes else {})}
    clone = scene.begin(files=files).clone()
    ends = {path: b"\r\n" in (clone / path).read_bytes() for path in ("build.gradle", "CHANGELOG.md")}
    assert scene.killed(clone, 3, "after").killed
    scene.release(clone).succeeded()
    assert released(scene)
    for path, crlf in ends.items():
        data = (clone / path).read_bytes()
        assert data.count(b"\r\n") == (data.count(b"\n") if crlf else 0)
        assert b"\r" not in run("git", "-C", scene.remote, "show", f"main:{path}").encode()
    assert scene.leftovers(clone) == []


def test_a_repository_of_crlf_stays_one(scene: Scene) -> None:
    files = {"build.gradle": "plugins {\r\n}\r\nversion = '1.0.0'\r\n", "CHANGELOG.md": "# Changelog\r\n"}
    clone = scene.begin(files=files).clone()
    scene.release(clone).succeeded()
    for path in files:
        text = run("git", "-C", scene.remote, "show", f"main:{path}")
        assert text.count("\r\n") == text.count("\n") > 0
    assert "1.1.0" in scene.end().files["CHANGELOG.md"]


@pytest.mark.parametrize("name", ["with blanks", "채팅 서버", 'it\'s "quoted" $HOME', "-dash", "*glob[0]?"])
def test_a_path_of_any_name_will_do(scene: Scene, name: str) -> None:
    scene.root = scene.root / "outer" / name
    scene.root.mkdir(parents=True)
    scene.remote = scene.root / "원격 저장소.git"
    clone = scene.begin(f"[release]\n{BUILD}").clone(name.lstrip("-"))
    scene.release(clone).succeeded()
    assert released(scene)
    assert scene.leftovers(clone) == []


def test_files_of_any_name_hold_a_version(scene: Scene) -> None:
    name = "서버 앱/build.gradle"
    config = f'[release]\nversion-files = ["{name}"]\n[changelog]\nfile = "문서/바뀐 것.md"\n'
    clone = scene.begin(config, files={name: "version = '1.0.0'\n"}).clone()
    scene.release(clone).succeeded()
    show = run("git", "-C", scene.remote, "show", f"main:{name}")
    assert show == "version = '1.1.0'\n"
    assert "1.1.0" in run("git", "-C", scene.remote, "show", "main:문서/바뀐 것.md")
    assert scene.leftovers(clone) == []


def test_a_worktree_releases_as_a_clone_does(scene: Scene) -> None:
    clone = scene.begin(f"[release]\n{BUILD}").clone()
    scene.git(clone, "switch", "--quiet", "--create", "other")
    scene.git(clone, "worktree", "add", "--quiet", str(scene.root / "tree"), "main")
    tree = scene.root / "tree"
    assert scene.killed(tree, 6, "after").killed
    scene.release(tree).succeeded()
    assert released(scene)
    assert scene.leftovers(tree) == []
    assert scene.release(tree).err == "nothing to release\n"


def test_submodules_are_left_alone(scene: Scene) -> None:
    inner = Scene(scene.driver, scene.root, scene.root / "inner.git").begin()
    clone = scene.begin(messages=[]).clone()
    allow = ("-c", "protocol.file.allow=always")
    scene.git(clone, *allow, "submodule", "--quiet", "add", str(inner.remote), "inner")
    scene.git(clone, "commit", "--quiet", "-m", "feat: use the inner")
    scene.git(clone / "inner", "commit", "--quiet", "--allow-empty", "-m", "fix: not yet used outside")
    pinned = scene.git(clone, "rev-parse", "HEAD:inner")
    run = scene.release(clone)
    assert (run.status, "inner" in run.err) == (3, True)
    scene.git(clone / "inner", "reset", "--quiet", "--hard", pinned)
    scene.release(clone).succeeded()
    assert "use the inner" in released(scene)
    assert scene.git(scene.remote, "rev-parse", "main:inner") == pinned


def test_a_clone_without_submodules_checked_out_releases(scene: Scene) -> None:
    inner = Scene(scene.driver, scene.root, scene.root / "inner.git").begin()
    first = scene.begin(messages=[]).clone("first")
    scene.git(first, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.remote), "inner")
    scene.git(first, "commit", "--quiet", "-m", "feat: use the inner")
    scene.git(first, "push", "--quiet")
    clone = scene.clone()
    scene.release(clone).succeeded()
    assert "use the inner" in released(scene)


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_clone_is_deepened(scene: Scene, depth: int) -> None:
    scene.begin()
    scene.url = f"file://{scene.remote}"
    clone = scene.clone("clone", f"--depth={depth}")
    scene.release(clone).succeeded()
    body = released(scene)
    assert "find messages by text" in body
    assert "end sessions that are over" in body


def test_a_shallow_clone_of_the_old_commit_finishes_a_release(scene: Scene) -> None:
    """As `actions/checkout` leaves it when failed jobs are run again: one commit, detached, no tags."""
    scene.begin()
    scene.url = f"file://{scene.remote}"
    clone = scene.clone()
    assert scene.killed(clone, 7, "after").killed
    old = scene.git(clone, "rev-parse", "HEAD~1")
    place = scene.root / "old"
    scene.git(scene.root, "init", "--quiet", str(place))
    scene.git(place, "remote", "add", "origin", scene.url)
    scene.git(scene.remote, "config", "uploadpack.allowAnySHA1InWant", "true")
    scene.git(place, "fetch", "--quiet", "--depth=1", "--no-tags", "origin", old)
    scene.git(place, "checkout", "--quiet", "--detach", old)
    scene.release(place).succeeded()
    assert released(scene)


def test_a_remote_that_refuses_to_deepen_is_named_with_the_fix(scene: Scene) -> None:
    scene.begin()
    scene.url = f"file://{scene.remote}"
    clone = scene.clone("clone", "--depth=1")
    scene.remote.rename(scene.root / "elsewhere.git")
    run = scene.release(clone)
    assert (run.status, "[remote]" in run.err, "fix:" in run.err) == (3, True, True), run.err


def test_a_remote_that_is_shallow_itself_says_so(scene: Scene) -> None:
    """Nothing on the remote tells what the last release was: better no release than a wrong one."""
    scene.begin()
    shallow = scene.root / "shallow.git"
    scene.git(scene.root, "clone", "--quiet", "--bare", "--depth=1", f"file://{scene.remote}", str(shallow))
    scene.remote = shallow
    scene.url = f"file://{shallow}"
    clone = scene.clone("clone", "--depth=1")
    run = scene.release(clone)
    assert (run.status, "shallow" in run.err, "fix:" in run.err) == (3, True, True), run.err


def test_a_partial_clone_releases(scene: Scene) -> None:
    scene.begin()
    scene.git(scene.remote, "config", "uploadpack.allowFilter", "true")
    scene.url = f"file://{scene.remote}"
    clone = scene.clone("clone", "--filter=blob:none")
    scene.release(clone).succeeded()
    assert released(scene)


def test_a_detached_head_releases_the_branch_that_the_ci_names(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.git(clone, "checkout", "--quiet", "--detach")
    scene.release(clone).succeeded()
    assert released(scene)


def test_a_detached_head_nobody_names_a_branch_for_is_refused(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.git(clone, "checkout", "--quiet", "--detach")
    run = scene.release(clone, env={"GITHUB_REF_NAME": ""})
    assert (run.status, "[detached]" in run.err, "git switch main" in run.err) == (3, True, True)
    assert nothing_is_public(scene)


def test_a_build_of_a_tag_releases_no_branch(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.git(clone, "checkout", "--quiet", "v1.0.0")
    run = scene.release(clone, env={"GITHUB_REF_NAME": "v1.0.0", "GITHUB_REF_TYPE": "tag"})
    assert (run.status, "[detached]" in run.err) == (3, True) or run.err == "nothing to release\n"
    assert nothing_is_public(scene)
