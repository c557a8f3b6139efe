"""A clone whose git is configured in ways that must not cost anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from adapters.raw_server import raw_server, sends
from release.http_remote import HttpRemote

import shipit
from shipit.adapters.git import GitRepository
from shipit.adapters.git.errors import remote_error
from shipit.errors import NOTHING_PUSHED, CommandError, RemoteError, ShipitError, UsageError
from shipit.world import RemoteRefs, RemoteUrls


def git(place: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=place, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with one pushed commit, of a remote that has something new since."""
    git(tmp_path, "init", "--quiet", "--bare", "-b", "main", "remote.git")
    for name in ("clone", "other"):
        git(tmp_path, "clone", "--quiet", "remote.git", name)
        git(tmp_path / name, "switch", "--quiet", "--orphan", "main") if name == "clone" else None
        if name == "clone":
            git(tmp_path / name, "commit", "--quiet", "--allow-empty", "-m", "feat: begin")
            git(tmp_path / name, "push", "--quiet", "origin", "main")
    git(tmp_path / "other", "commit", "--quiet", "--allow-empty", "-m", "feat: more")
    git(tmp_path / "other", "push", "--quiet", "origin", "main")
    return tmp_path / "clone"


def test_what_a_pre_commit_hook_changes_is_not_undone_by_the_next_commit(clone: Path) -> None:
    hook = clone / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho formatted > notes.md\necho new > added.md\ngit add notes.md added.md\n")
    hook.chmod(0o755)
    (clone / "notes.md").write_text("notes\n")
    (clone / "staged.md").write_text("by a prepare command\n")
    git(clone, "add", "staged.md")
    GitRepository(str(clone)).create_commit(["notes.md"], "chore(release): 1.0.0\n")
    assert git(clone, "show", "HEAD:notes.md", "HEAD:added.md") == "formatted\nnew"
    assert git(clone, "status", "--porcelain") == "A  staged.md"


@pytest.mark.parametrize("name", ["two\x0clines", "two\u2028lines"])
def test_a_directory_with_a_rare_line_break_in_its_name_is_a_repository(tmp_path: Path, name: str) -> None:
    git(tmp_path, "init", "--quiet", name)
    assert GitRepository(str(tmp_path / name)).root == str(tmp_path / name)


def test_a_directory_that_git_prints_in_two_lines_is_refused_for_that_reason(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "two\nlines")
    with pytest.raises(UsageError, match="of the repository has a line break"):
        _ = GitRepository(str(tmp_path / "two\nlines")).root


@pytest.mark.parametrize("key", ["fetch.prune", "fetch.pruneTags", "remote.origin.prune", "remote.origin.pruneTags"])
def test_fetching_keeps_the_tags_that_only_this_clone_has(clone: Path, key: str) -> None:
    git(clone, "tag", "mine")
    git(clone, "config", "fetch.prune", "true")
    git(clone, "config", key, "true")
    GitRepository(str(clone)).fetch()
    assert git(clone, "tag", "--list") == "mine"
    assert git(clone, "log", "--format=%s", "-1", "origin/main") == "feat: more"


def test_fetching_prunes_remote_branches_where_git_is_told_to(clone: Path) -> None:
    git(clone, "push", "--quiet", "origin", "main:a")
    git(clone, "fetch", "--quiet")
    git(clone.parent / "other", "push", "--quiet", "origin", ":a", "main:a/b")
    git(clone, "config", "fetch.prune", "true")
    GitRepository(str(clone)).fetch()
    assert git(clone, "branch", "--remotes", "--format=%(refname:lstrip=3)").split() == ["a/b", "main"]


def test_fetching_moves_no_branch_also_if_git_is_configured_to(clone: Path) -> None:
    git(clone, "config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*")
    git(clone, "branch", "new")
    git(clone.parent / "other", "push", "--quiet", "origin", "main:new")
    GitRepository(str(clone)).fetch()
    assert git(clone, "log", "--format=%s", "-1", "new") == "feat: begin"
    assert git(clone, "log", "--format=%s", "-1", "origin/new") == "feat: more"


@pytest.mark.parametrize("key", ["fetch.pruneTags", "remote.origin.pruneTags"])
def test_fetching_the_rest_of_a_shallow_clone_keeps_its_own_tags(clone: Path, key: str) -> None:
    shallow = clone.parent / "shallow"
    git(clone.parent, "clone", "--quiet", "--depth=1", (clone.parent / "remote.git").as_uri(), str(shallow))
    git(shallow, "tag", "mine")
    git(shallow, "config", "fetch.prune", "true")
    git(shallow, "config", key, "true")
    GitRepository(str(shallow)).deepen()
    assert git(shallow, "tag", "--list") == "mine"
    assert git(shallow, "rev-list", "--count", "HEAD") == "2"


@pytest.mark.parametrize("password", ["word", "pa/ss", "p@ss", "a/b@c"])
def test_the_address_of_the_remote_is_told_without_its_password(clone: Path, password: str) -> None:
    git(clone, "remote", "set-url", "origin", f"https://bot:{password}@git.example.org:8443/acme/app.git")
    repository = GitRepository(str(clone))
    assert repository.remote_url() == repository.reached_url() == "https://git.example.org:8443/acme/app.git"


@pytest.mark.parametrize(
    ("settings", "push"),
    [
        ("remote.origin.pushurl git@host:kim/app", ["git@host:kim/app"]),
        ("url.ssh://git@host/.pushInsteadOf https://bot:s3cret@host/", ["ssh://host/acme/app"]),
        ("url.ssh://git@host/.pushInsteadOf https://other/", ["https://host/acme/app"]),
        ("remote.origin.url ../remote.git", ["https://host/acme/app", "{directory}/remote.git"]),
        ("remote.other.pushurl https://host/kim/app", ["https://host/acme/app"]),
    ],
)
def test_a_push_goes_to_the_addresses_that_git_is_configured_to_push_to(
    clone: Path, settings: str, push: list[str]
) -> None:
    git(clone, "remote", "set-url", "origin", "https://bot:s3cret@host/acme/app")
    git(clone, "config", "--add", *settings.split(" "))
    found = GitRepository(str(clone)).remote_urls()
    assert found == RemoteUrls("https://host/acme/app", tuple(url.format(directory=clone.parent) for url in push))


def test_a_remote_with_several_addresses_is_the_one_that_git_reads_from(clone: Path) -> None:
    git(clone, "remote", "set-url", "--add", "origin", "https://host/mirror/app")
    assert GitRepository(str(clone)).remote_url() == str(clone.parent / "remote.git")


@pytest.fixture
def with_submodule(clone: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`clone` with the submodule `app/inner`, whose last commit is not on its remote."""
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file")
    git(clone.parent, "init", "--quiet", "--bare", "inner.git")
    git(clone, "clone", "--quiet", "../inner.git", "app/inner")
    for message in ("feat: inner", "fix: not pushed"):
        git(clone / "app/inner", "commit", "--quiet", "--allow-empty", "-m", message)
        git(clone, "submodule", "--quiet", "add", "--force", "../inner.git", "app/inner")
        git(clone, "commit", "--quiet", "-a", "-m", f"{message} is used")
        git(clone / "app/inner", "push", "--quiet", "origin", "HEAD") if message == "feat: inner" else None
    return clone


def test_a_push_sends_what_it_should_and_nothing_else(with_submodule: Path) -> None:
    git(with_submodule, "config", "push.recurseSubmodules", "only")
    git(with_submodule, "config", "push.followTags", "true")
    git(with_submodule, "tag", "--annotate", "mine", "-m", "mine")
    repository = GitRepository(str(with_submodule))
    head = str(repository.head())
    repository.create_tag("v1.0.0", head, "1.0.0")
    repository.push(branch="new", commit=head, expected=None, tags=["v1.0.0"])
    repository.move_tag("v1", head)
    refs = repository.remote_refs()
    assert (refs.branches["new"], refs.tags) == (head, {"v1.0.0": head, "v1": head})
    repository.delete_branch("new", head)
    assert "new" not in repository.remote_refs().branches
    assert git(with_submodule.parent / "inner.git", "log", "--format=%s", "--all") == "feat: inner"


def test_the_rest_of_a_shallow_clone_is_fetched_without_that_of_submodules(with_submodule: Path) -> None:
    git(with_submodule.parent / "clone/app/inner", "push", "--quiet", "origin", "HEAD")
    git(with_submodule, "push", "--quiet", "origin", "HEAD:whole")
    source, shallow = (with_submodule.parent / "remote.git").as_uri(), with_submodule.parent / "shallow"
    git(
        with_submodule.parent,
        "clone",
        "--quiet",
        "--depth=1",
        "--branch=whole",
        "--recurse-submodules",
        source,
        "shallow",
    )
    (with_submodule.parent / "inner.git").rename(with_submodule.parent / "gone.git")
    git(shallow, "config", "fetch.recurseSubmodules", "true")
    GitRepository(str(shallow)).deepen()
    assert git(shallow, "rev-list", "--count", "HEAD") == "3"


@pytest.mark.parametrize(
    ("setting", "value"),
    [("push.recurseSubmodules", "on-demand"), ("submodule.recurse", "true")],
)
def test_with_recurse_submodules_check_a_commit_whose_submodule_is_not_pushed_is_refused(
    with_submodule: Path, setting: str, value: str
) -> None:
    git(with_submodule, "config", setting, value)
    repository = GitRepository(str(with_submodule))
    with pytest.raises(RemoteError, match="a submodule has commits that are not on its own remote") as raised:
        repository.push(branch="new", commit=str(repository.head()), expected=None, tags=[])
    assert "app/inner" in str(raised.value.where) and raised.value.state == NOTHING_PUSHED
    assert "new" not in repository.remote_refs().branches
    assert git(with_submodule.parent / "inner.git", "log", "--format=%s", "--all") == "feat: inner"


@pytest.mark.parametrize("setting", ["diff.ignoreSubmodules", "submodule.app/inner.ignore"])
def test_a_commit_that_changes_a_submodule_touches_its_path_whatever_git_shows(
    with_submodule: Path, setting: str
) -> None:
    git(with_submodule, "config", setting, "all")
    repository = GitRepository(str(with_submodule))
    assert repository.touching(["app"], "HEAD", ["HEAD~1"]) == {repository.head()}


def test_a_commit_touches_the_present_name_of_a_file_and_not_an_earlier_one(filled: Path) -> None:
    git(filled, "mv", "run", "start")
    git(filled, "commit", "--quiet", "-m", "feat: rename")
    git(filled, "config", "log.follow", "true")
    repository = GitRepository(str(filled))
    assert repository.touching(["start"], "HEAD") == {repository.head()}


def test_a_lock_that_a_killed_push_left_on_the_remote_is_named(clone: Path) -> None:
    lock = clone.parent / "remote.git/refs/heads/main.lock"
    lock.touch()
    git(clone, "pull", "--quiet", "--rebase", "origin", "main")
    head = git(clone, "rev-parse", "HEAD")
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "feat: new")
    with pytest.raises(RemoteError, match="is locked") as raised:
        GitRepository(str(clone)).push(branch="main", commit=git(clone, "rev-parse", "HEAD"), expected=head, tags=())
    assert str(lock) in str(raised.value.hint).replace("/./", "/")
    assert raised.value.state == NOTHING_PUSHED


def test_a_release_commit_is_recognised_after_a_rebase_but_not_after_an_edit(clone: Path) -> None:
    (clone / "notes.md").write_text("## 1.0.0\n")
    repository = GitRepository(str(clone))
    made = repository.create_commit(["notes.md"], "chore(release): 1.0.0\n")
    git(clone, "pull", "--quiet", "--rebase", "origin", "main")
    rebased = git(clone, "rev-parse", "HEAD")
    assert rebased != made
    assert repository.made(rebased)
    (clone / "notes.md").write_text("## 1.0.0\n\nBy hand.\n")
    git(clone, "commit", "--quiet", "--all", "--amend", "--no-edit")
    assert not repository.made(git(clone, "rev-parse", "HEAD"))


def test_a_commit_is_recognised_if_shipit_was_killed_before_it_saw_the_end_of_git(clone: Path) -> None:
    (clone / "notes.md").write_text("## 1.0.0\n")
    (clone / "staged.txt").write_text("by hand\n")
    git(clone, "add", "staged.txt")
    repository = GitRepository(str(clone))
    commit = repository.create_commit(["notes.md"], "chore(release): 1.0.0\n")
    record = clone / ".git/shipit/commits"
    record.write_text(record.read_text().replace(f"{commit}\n", ""))
    assert repository.made(commit)
    git(clone, "commit", "--quiet", "--message", "feat: by hand")
    assert not repository.made(git(clone, "rev-parse", "HEAD"))


def test_a_lock_that_is_gone_after_a_moment_does_not_stop_a_push(clone: Path) -> None:
    lock = clone.parent / "remote.git/refs/heads/main.lock"
    lock.touch()
    git(clone, "pull", "--quiet", "--rebase", "origin", "main")
    head = git(clone, "rev-parse", "HEAD")
    git(clone, "commit", "--quiet", "--allow-empty", "-m", "feat: new")
    new = git(clone, "rev-parse", "HEAD")
    repository = GitRepository(str(clone))
    threading.Timer(0.4, lock.unlink).start()
    repository.push(branch="main", commit=new, expected=head, tags=())
    assert repository.remote_refs().branches["main"] == new


def test_a_clone_that_cannot_be_written_is_not_blamed_on_the_remote(clone: Path) -> None:
    (clone / ".git/FETCH_HEAD").mkdir()
    with pytest.raises(CommandError, match="git cannot write into the git directory of this clone") as raised:
        GitRepository(str(clone)).fetch()
    assert "FETCH_HEAD" in raised.value.tail


def test_a_clone_that_cannot_be_written_is_a_finding(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: path != str(clone / ".git"))
    (finding,) = GitRepository(str(clone)).findings()
    assert finding.code == "clone"
    assert "ls -ld .git" in finding.fix


@pytest.mark.parametrize("line", ["fatal: unable to create '.git/x.lock': Read-only file system",
                                  "error: insufficient permission for adding an object to repository database",
                                  "fatal: Unable to create '/c/.git/shallow.lock': Permission denied"])  # fmt: skip
def test_only_the_own_clone_is_called_not_writable(line: str) -> None:
    def error(output: str) -> ShipitError:
        return remote_error(CommandError("`git fetch` failed", tail=output), "origin")

    assert isinstance(error(line), CommandError)
    assert not isinstance(error(f"remote: {line}"), CommandError)


def test_a_clone_is_not_opened_without_git(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(clone))
    with pytest.raises(CommandError, match="`git` cannot be used") as raised:
        shipit.open_project(str(clone))
    assert "install git" in str(raised.value.hint)


def test_a_variable_that_names_no_git_is_named(clone: Path) -> None:
    code = "import sys; from shipit.adapters.git import GitRepository; GitRepository(sys.argv[1]).fetch()"
    environment = {**os.environ, "GIT_PYTHON_GIT_EXECUTABLE": "/nowhere/git"}
    words = [sys.executable, "-c", code, str(clone)]
    done = subprocess.run(words, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert "UsageError: the environment variable `GIT_PYTHON_GIT_EXECUTABLE` does not name a git" in done.stderr


def test_a_killed_commit_leaves_nothing_in_the_directory_for_temporary_files(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    script = clone / ".git/hooks/commit-msg"
    script.parent.mkdir(exist_ok=True)
    script.write_text("#!/bin/sh\nkill -KILL $(cat ../shipit_pid)\n")
    script.chmod(0o755)
    (clone / "new.txt").write_text("new\n")
    code = (
        "import os, sys; open('../shipit_pid', 'w').write(str(os.getpid())); from shipit.adapters.git import GitRepository;"
        "GitRepository('.').create_commit(['new.txt'], 'feat: new\\n')"
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=clone, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert list((tmp_path / "temporary").iterdir()) == []
    script.unlink()
    (clone / ".git/index.lock").unlink(missing_ok=True)
    (clone / "other.txt").write_text("other\n")
    GitRepository(str(clone)).create_commit(["other.txt"], "feat: other\n")
    assert git(clone, "log", "-1", "--format=%s") == "feat: other"
    assert not (clone / ".git/shipit/message").exists()


def test_without_a_branch_no_lock_of_a_branch_is_looked_for(clone: Path) -> None:
    git(clone, "checkout", "--quiet", "--detach")
    (clone / ".git/refs/heads/None.lock").touch()
    assert GitRepository(str(clone)).findings() == ()


def test_a_commit_that_was_read_in_a_shallow_clone_has_its_parents_later(clone: Path) -> None:
    shallow = clone.parent / "shallow"
    git(clone.parent, "clone", "--quiet", "--depth=1", (clone.parent / "remote.git").as_uri(), str(shallow))
    repository = GitRepository(str(shallow))
    before = repository.commit("HEAD")
    repository.deepen()
    after = repository.commit("HEAD")
    assert before
    assert after
    assert (len(before.parents), len(after.parents)) == (0, 1)


PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 29\r\n\r\n<html>Welcome, log in!</html>"


def test_a_web_page_is_not_an_empty_remote(clone: Path) -> None:
    with raw_server(sends(PAGE)) as url:
        git(clone, "remote", "set-url", "origin", f"{url}/acme/app.git")
        with pytest.raises(RemoteError) as raised:
            GitRepository(str(clone)).remote_refs()
    assert raised.value.what == f"`{url}/acme/app.git` answers, but not as a git server: it can be a web page"
    assert "git remote set-url origin" in str(raised.value.hint)
    assert not raised.value.retryable


def test_a_repository_without_commits_on_a_web_server_is_an_empty_remote(clone: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "empty.git")
    with HttpRemote(tmp_path) as server:
        git(clone, "remote", "set-url", "origin", f"{server.url}/empty.git")
        repository = GitRepository(str(clone), token=server.token, server_url=server.url)
        assert repository.remote_refs() == RemoteRefs()


@pytest.fixture
def filled(clone: Path) -> Path:
    """The clone with a text that is checked out with CRLF, and a program."""
    (clone / ".gitattributes").write_text("*.txt text eol=crlf\n")
    (clone / "a.txt").write_bytes(b"one\r\ntwo\r\n")
    (clone / "run").write_text("#!/bin/sh\n")
    (clone / "run").chmod(0o755)
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "-m", "feat: texts")
    return clone


def test_a_commit_on_no_branch_has_the_line_ends_and_modes_of_the_repository(filled: Path) -> None:
    found = GitRepository(str(filled))
    head = str(found.head())
    assert found.text(head, "a.txt") == "one\r\ntwo\r\n"
    assert found.write_files(head, {"a.txt": "one\r\ntwo\r\n", "run": "#!/bin/sh\n"}) == found.files_id(head)
    made = found.commit_files(found.write_files(head, {"a.txt": "1\r\n", "run": "exit\n"}), head, "chore: x\n")
    assert git(filled, "cat-file", "-p", f"{made}:a.txt") == "1"
    assert git(filled, "ls-tree", made, "run").startswith("100755 ")
    again = found.reapply(made, str(found.head()), {"run": "merged\n"})
    assert git(filled, "ls-tree", again, "run").startswith("100755 ")


def test_a_killed_git_does_not_stop_the_next_commit_on_no_branch(filled: Path) -> None:
    found = GitRepository(str(filled))
    (filled / ".git" / "shipit").mkdir()
    for name in ("index", "index.lock"):
        (filled / ".git" / "shipit" / name).write_bytes(b"half")
    assert found.write_files("HEAD", {}) == found.files_id("HEAD")
    assert not (filled / ".git" / "shipit" / "index").exists()


def test_own_notes_count_until_those_of_the_remote_contain_them(filled: Path) -> None:
    found = GitRepository(str(filled))
    head = str(found.head())

    def note(text: str, ref: str = "refs/notes/shipit") -> None:
        git(filled, "notes", f"--ref={ref}", "add", "--force", "--message", text, head)

    note("feat: own")
    assert found.notes([head]) == {head: "feat: own\n"}
    git(filled, "update-ref", "refs/shipit/origin/shipit", "refs/notes/shipit")
    note("feat: newer")
    assert found.notes([head]) == {head: "feat: newer\n"}
    git(filled, "update-ref", "refs/shipit/origin/shipit", "refs/notes/shipit")
    git(filled, "update-ref", "refs/notes/shipit", "refs/notes/shipit^")
    assert found.notes([head]) == {head: "feat: newer\n"}
    assert found.notes([]) == {}


def test_notes_of_the_clone_and_of_the_remote_all_count_if_each_has_some_that_the_other_lacks(filled: Path) -> None:
    found = GitRepository(str(filled))
    git(filled, "commit", "--quiet", "--allow-empty", "--message", "fix: more")
    first, second = git(filled, "rev-parse", "HEAD~1"), git(filled, "rev-parse", "HEAD")

    def note(ref: str, **texts: str) -> None:
        for rev, text in texts.items():
            git(filled, "notes", f"--ref={ref}", "add", "--message", text, {"first": first, "second": second}[rev])

    note("theirs", first="feat!: theirs", second="feat: theirs")
    git(filled, "update-ref", "refs/shipit/origin/shipit", "refs/notes/theirs")
    note("shipit", second="docs: own")
    assert found.notes([first, second]) == {first: "feat!: theirs\n", second: "docs: own\n"}


def test_notes_that_were_removed_from_the_remote_no_longer_count(filled: Path) -> None:
    found = GitRepository(str(filled))
    head = str(found.head())
    git(filled, "notes", "--ref=theirs", "add", "--message", "feat!: by mistake", head)
    git(filled, "push", "--quiet", "origin", "refs/notes/theirs:refs/notes/shipit")
    found.fetch()
    assert found.notes([head])
    git(filled, "push", "--quiet", "origin", ":refs/notes/shipit")
    assert not found.has_fetched(found.remote_refs())
    found.fetch()
    assert found.has_fetched(found.remote_refs())
    assert found.notes([head]) == {}


def test_a_commit_on_no_branch_is_signed_where_git_signs(filled: Path, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    for key, value in (("gpg.format", "ssh"), ("user.signingKey", str(tmp_path / "key")), ("commit.gpgSign", "true")):
        git(filled, "config", key, value)
    found = GitRepository(str(filled))
    head = str(found.head())
    made = found.commit_files(str(found.files_id(head)), head, "chore: signed\n")
    assert "gpgsig" in git(filled, "cat-file", "commit", made)
