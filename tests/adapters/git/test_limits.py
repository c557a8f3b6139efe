"""A git that hangs: it is ended with everything that it started, and the error says what to look at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from shipit.adapters.git import GitRepository, calls
from shipit.core import limits
from shipit.errors import AuthError, CommandError, RemoteError, RemoteTimeout

LIMIT = 0.4


def git(place: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=place, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with one commit that is not pushed."""
    git(tmp_path, "init", "--quiet", "--bare", "-b", "main", "remote.git")
    git(tmp_path, "clone", "--quiet", "remote.git", "clone")
    git(tmp_path / "clone", "commit", "--quiet", "--allow-empty", "-m", "feat: begin")
    return tmp_path / "clone"


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def hanging(pids: Path, name: str = "program") -> Path:
    """A program that never ends, and has a child; both write their process ids into `pids`."""
    return script(pids.parent / name, f"sleep 600 & echo $$ $! >{pids}.new; mv {pids}.new {pids}; wait")


def repository(clone: Path, limit: float = LIMIT) -> GitRepository:
    repository = GitRepository(str(clone))
    repository.remote_limit = limit
    return repository


def push(repository: GitRepository) -> None:
    repository.push(branch="main", commit=str(repository.head()), expected=None, tags=())


def running(pids: Path) -> list[int]:
    """The processes of `hanging` that still run, after some time to end."""
    ids = [int(word) for word in pids.read_text().split()]
    deadline = time.monotonic() + 30
    while (left := [pid for pid in ids if _runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


def _runs(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return state.strip() not in ("", "Z")


def test_a_remote_that_hangs_is_given_up_with_the_next_command(clone: Path, tmp_path: Path) -> None:
    git(clone, "remote", "set-url", "origin", "ssh://bot:s3cret@git.example.org/acme/app.git")
    git(clone, "config", "core.sshCommand", str(hanging(tmp_path / "pids", "ssh")))
    git(clone, "config", "ssh.variant", "simple")
    with pytest.raises(RemoteTimeout) as raised:
        repository(clone).remote_refs()
    error = raised.value
    assert error.what == "`git ls-remote` did not get an answer from `ssh://git.example.org/acme/app.git` within 0.4 s"
    assert str(tmp_path / "ssh") in str(error.where)
    for word in ("network", "credential helper", "askpass", "ssh-add", "remote-timeout", "git ls-remote origin"):
        assert word in str(error.hint)
    assert error.state == "nothing was pushed; the remote is unchanged"
    assert "s3cret" not in f"{error.what}{error.where}{error.hint}"
    assert (error.exit_code, error.retryable) == (5, True)
    assert running(tmp_path / "pids") == []


class _Login(BaseHTTPRequestHandler):
    """A server that asks everyone for a password."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.end_headers()

    def log_message(self, *words: object) -> None: ...


@pytest.fixture
def server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Login)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/app.git"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("key", ["credential.helper", "core.askPass"])
def test_a_login_program_that_hangs_is_ended_and_named(clone: Path, tmp_path: Path, server: str, key: str) -> None:
    git(clone, "remote", "set-url", "origin", server)
    git(clone, "config", key, str(hanging(tmp_path / "pids", "login")))
    with pytest.raises(RemoteTimeout) as raised:
        repository(clone, 2).fetch()
    assert f"{tmp_path}/login" in str(raised.value.where)
    assert running(tmp_path / "pids") == []


@pytest.mark.parametrize("start", ["#!/bin/sh", "#!/bin/sh -eu", "#!/usr/bin/env -S sh -e -u"])
def test_a_pre_push_hook_that_hangs_is_named(clone: Path, tmp_path: Path, start: str) -> None:
    hook = hanging(tmp_path / "pids").rename(script(clone / ".git/hooks/pre-push", ""))
    hook.write_text(hook.read_text().replace("#!/bin/sh", start))
    with pytest.raises(RemoteTimeout) as raised:
        push(repository(clone))
    assert raised.value.what == "`git push` did not end within 0.4 s: the hook `pre-push` of this clone still runs"
    assert "remote-timeout" in str(raised.value.hint)
    assert raised.value.state == "nothing was pushed; the remote is unchanged"
    assert running(tmp_path / "pids") == []


def test_a_program_that_replaced_the_pre_push_hook_can_be_found_by_the_hint(clone: Path) -> None:
    script(clone / ".git/hooks/pre-push", "exec sleep 600")
    with pytest.raises(RemoteTimeout) as raised:
        push(repository(clone))
    assert "sleep 600" in str(raised.value.where)
    assert "the hook `pre-push` of this clone" in str(raised.value.hint)


def test_a_push_without_an_answer_is_not_called_unpushed(clone: Path, tmp_path: Path) -> None:
    hanging(tmp_path / "pids").rename(script(tmp_path / "remote.git/hooks/pre-receive", ""))
    with pytest.raises(RemoteTimeout) as raised:
        push(repository(clone))
    assert "it is not known whether the push reached the remote" in str(raised.value.state)
    assert running(tmp_path / "pids") == []


def test_the_caller_is_shown_how_long_git_has_been_waiting(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "REMINDER", 0.1)
    script(tmp_path / "remote.git/hooks/pre-receive", "sleep 0.5")
    shown: list[tuple[str, float]] = []
    waits = GitRepository(str(clone), waiting=lambda what, seconds, limit: shown.append((what, limit)))
    waits.remote_limit = 600
    push(waits)
    assert set(shown) == {("git push to origin", 600)}


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_git_does_not_outlive_a_killed_shipit(clone: Path, tmp_path: Path, end: signal.Signals) -> None:
    pids = tmp_path / "pids"
    hanging(pids).rename(script(clone / ".git/hooks/pre-push", ""))
    code = (
        "import sys; from shipit.adapters.git import GitRepository; git = GitRepository(sys.argv[1]);"
        "git.push(branch='main', commit=git.head(), expected=None, tags=())"
    )
    program = subprocess.Popen([sys.executable, "-c", code, str(clone)], stderr=subprocess.DEVNULL)
    while not pids.exists():
        assert program.poll() is None
        time.sleep(0.01)
    os.kill(program.pid, end)
    program.wait()
    assert running(pids) == []
    assert git(tmp_path / "remote.git", "for-each-ref") == ""


def test_a_local_git_that_hangs_is_given_up_too(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GIT_LOCAL", 0.3)
    script(clone / ".git/hooks/pre-commit", "sleep 5")
    (clone / "new.txt").write_text("new\n")
    with pytest.raises(CommandError) as raised:
        GitRepository(str(clone)).create_commit(["new.txt"], "feat: new\n")
    assert raised.value.what == "`git commit` did not end within 0.3 s"
    assert "hook" in str(raised.value.hint)


def test_an_ssh_key_that_no_agent_has_is_explained(clone: Path, tmp_path: Path) -> None:
    git(clone, "remote", "set-url", "origin", "ssh://git@git.example.org/acme/app.git")
    refused = script(tmp_path / "ssh", "echo 'git@git.example.org: Permission denied (publickey).' >&2; exit 255")
    git(clone, "config", "core.sshCommand", str(refused))
    with pytest.raises(AuthError) as raised:
        repository(clone).remote_refs()
    assert "ssh-add" in str(raised.value.hint)


def test_an_unknown_host_key_is_explained(clone: Path, tmp_path: Path) -> None:
    git(clone, "remote", "set-url", "origin", "ssh://git@git.example.org/acme/app.git")
    refused = script(tmp_path / "ssh", "echo 'Host key verification failed.' >&2; exit 255")
    git(clone, "config", "core.sshCommand", str(refused))
    with pytest.raises(RemoteError) as raised:
        repository(clone).remote_refs()
    assert "known_hosts" in str(raised.value.hint)


def test_of_the_endless_messages_of_a_remote_only_the_last_are_kept(clone: Path, tmp_path: Path) -> None:
    endless = "yes 'no, no and no' | head -c 3000000 >&2; echo >&2; echo the reason >&2; exit 1"
    script(tmp_path / "remote.git/hooks/pre-receive", endless)
    with pytest.raises(RemoteError) as raised:
        push(repository(clone, 60))
    assert raised.value.what == "the remote refused the push"
    assert "remote: the reason" in str(raised.value.where)
    assert len(str(raised.value.where)) <= limits.GIT_MESSAGES + 1000


def test_a_remote_that_lists_references_without_an_end_is_given_up(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "GIT_OUTPUT", limits.Size("git", 1 << 10, "", ""))
    git(clone, "push", "--quiet", "origin", "main")
    for at in range(20):
        git(clone, "push", "--quiet", "origin", f"main:refs/heads/branch-{at}")
    with pytest.raises(RemoteError) as raised:
        repository(clone, 60).remote_refs()
    assert "`git ls-remote` printed more than 1 KiB" in str(raised.value)


def test_a_program_that_git_leaves_behind_does_not_hold_it_up(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "REMINDER", 1)
    script(clone / ".git/hooks/pre-commit", "sleep 30 &")
    (clone / "new.txt").write_text("new\n")
    began = time.monotonic()
    assert GitRepository(str(clone)).create_commit(["new.txt"], "feat: new\n") == git(clone, "rev-parse", "HEAD")
    assert time.monotonic() - began < 25
