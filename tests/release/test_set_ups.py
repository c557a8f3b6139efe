"""What people set up in their repository: hooks, line ends, names, worktrees, submodules."""

from __future__ import annotations

import pytest
from release.runs import hook, run
from release.scene import Scene, released

BUILD = 'prepare = ["install -D -m 644 build.gradle build/app.jar"]\nassets = ["build/*.jar"]\n'


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
    assert scene.killed(clone, 2, "after").killed
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
    assert scene.killed(tree, 5, "after").killed
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


CHANGELOG = "# Changelog\n\nSee below.\n"
# Settings and attributes, the text of the changelog in the repository, and another one in the working tree that git
# commits as the first.
CONVERSIONS = {
    "auto with crlf": ({}, "* text=auto eol=crlf\n", CHANGELOG, CHANGELOG),
    "auto with lf": ({}, "* text=auto\n", CHANGELOG, CHANGELOG.replace("\n", "\r\n")),
    "autocrlf": ({"core.autocrlf": "true"}, "", CHANGELOG, CHANGELOG),
    "autocrlf input": ({"core.autocrlf": "input"}, "", CHANGELOG, CHANGELOG.replace("\n", "\r\n")),
    "ident": ({}, "*.md ident\n", "# Changelog\n\n$Id$\n", "# Changelog\n\n$Id: 1234 $\n"),
    "filter": (
        {"filter.case.smudge": "tr a-z A-Z", "filter.case.clean": "tr A-Z a-z"},
        "CHANGELOG.md filter=case\n",
        CHANGELOG.lower(),
        CHANGELOG,
    ),
}


@pytest.mark.parametrize("case", [*CONVERSIONS])
def test_a_clean_tree_is_clean_whatever_git_converts(scene: Scene, case: str) -> None:
    settings, attributes, changelog, other = CONVERSIONS[case]
    scene.begin(files={".gitattributes": attributes, "CHANGELOG.md": changelog})
    clone = scene.clone("clone", *(word for key, value in settings.items() for word in ("--config", f"{key}={value}")))
    scene.write(clone, "CHANGELOG.md", other)
    scene.git(clone, "add", "CHANGELOG.md")
    assert scene.git(clone, "status", "--porcelain") == ""
    scene.release(clone).succeeded()
    assert "## 1.1.0" in scene.end().files["CHANGELOG.md"]
    assert scene.leftovers(clone) == []


@pytest.mark.parametrize("edited", ["build.gradle", "CHANGELOG.md"])
def test_an_edit_is_seen_whatever_git_converts(scene: Scene, edited: str) -> None:
    scene.begin(files={".gitattributes": "* text=auto eol=crlf\n", "CHANGELOG.md": CHANGELOG})
    clone = scene.clone()
    with (clone / edited).open("a") as file:
        file.write("// mine\n")
    run = scene.release(clone)
    assert (run.status, f"uncommitted changes in `{edited}` [dirty]" in run.err) == (3, True), run.err


def test_files_that_are_reached_through_links_are_released(scene: Scene) -> None:
    scene.begin('[release]\nversion-files = ["app/build.gradle"]\n')
    setting_up = scene.clone("setting_up")
    scene.write(setting_up, "services/app/build.gradle", "version = '1.0.0'\n")
    scene.write(setting_up, "docs/changes.md", CHANGELOG)
    (setting_up / "app").symlink_to("services/app")
    (setting_up / "CHANGELOG.md").symlink_to("docs/changes.md")
    scene.git(setting_up, "add", ".")
    scene.git(setting_up, "commit", "--quiet", "-m", "chore: link")
    scene.git(setting_up, "push", "--quiet")
    clone = scene.clone()
    scene.release(clone).succeeded()
    end = scene.end()
    assert end.files["services/app/build.gradle"] == "version = '1.1.0'"
    assert "find messages by text" in end.files["docs/changes.md"]
    assert end.files["CHANGELOG.md"] == "docs/changes.md"
    assert scene.leftovers(clone) == []


def test_a_version_file_outside_a_sparse_checkout_is_named_with_the_fix(scene: Scene) -> None:
    scene.begin('[release]\nversion-files = ["app/build.gradle"]\n', files={"app/build.gradle": "version = '1.0.0'\n"})
    clone = scene.clone()
    scene.git(clone, "sparse-checkout", "set", "src")
    run = scene.release(clone)
    assert run.status == 3
    assert "`app/build.gradle` is committed, but not checked out" in run.err
    assert "git sparse-checkout add app" in run.err
    assert "[dirty]" not in run.err
    scene.git(clone, "sparse-checkout", "add", "app")
    scene.release(clone).succeeded()
    assert scene.leftovers(clone) == []


def test_an_edit_that_git_was_told_to_ignore_is_not_overwritten(scene: Scene) -> None:
    clone = scene.begin().clone()
    scene.git(clone, "update-index", "--assume-unchanged", "build.gradle")
    with (clone / "build.gradle").open("a") as file:
        file.write("// mine\n")
    run = scene.release(clone)
    assert (run.status, "uncommitted changes in `build.gradle` [dirty]" in run.err) == (3, True), run.err
