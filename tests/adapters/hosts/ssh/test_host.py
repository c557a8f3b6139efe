"""A host over SSH, with a real sshd and a real engine."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from adapters.http_servers import Answer
from adapters.http_servers import host as http_server
from adapters.ssh_hosts import SECRET, local_host, other_process, settings_of, ssh_host
from msgspec.structs import replace
from parts.daemon import free_port, wait_until
from parts.engine import Engine
from parts.sshd import SshServer

from shipit.adapters.hosts.ssh import files, master
from shipit.adapters.hosts.ssh.connection import close_connections
from shipit.adapters.hosts.ssh.host import SshHost
from shipit.core import limits
from shipit.core.limits import Time
from shipit.errors import CommandError, ConflictError, RemoteError
from shipit.world.hosts import CommandResult, Host

PATIENCE = 30  # seconds
NASTY = "a b  $HOME `id` \"double\" 'single' \\ \\n ; | & > < * ? ~ # 한글 é\ttab\n\nend"


@pytest.fixture
def host(ssh_server: SshServer) -> Iterator[SshHost]:
    with ssh_host(ssh_server) as found:
        yield found


def test_an_argument_arrives_unchanged(host: SshHost) -> None:
    assert host.look(["printf", "%s", NASTY]).output == NASTY
    assert host.run(["printf", "%s|", "", " ", "-n", "--"]).output == "| |-n|--|"


def test_the_status_and_both_outputs_are_returned(host: SshHost) -> None:
    found = host.run(["sh", "-c", f"echo out; echo error {SECRET} >&2; exit 3"])
    assert (found.status, found.output) == (3, "out\nerror [REDACTED]")


def test_a_missing_program_has_the_status_127(host: SshHost) -> None:
    found = host.look(["no-such-program", "x"])
    assert (found.status, found.output) == (127, "`no-such-program` cannot be run: No such file or directory")


def test_a_command_is_ended_on_the_host_at_its_limit(host: SshHost, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    found = host.run(["sh", "-c", 'sleep 3; touch "$0"', str(marker)], timeout=1)
    assert (found.status, found.output) == (124, "it did not end within 1 seconds")
    time.sleep(2.5)
    assert not marker.exists()


def test_programs_of_the_administrator_are_found(host: SshHost) -> None:
    assert "/usr/sbin" in host.look(["sh", "-c", "echo $PATH"]).output


@pytest.mark.parametrize("text", ["", "one line\n", NASTY, "no break at the end", "\r\n\x00\udcff" * 50_000])
def test_a_file_is_read_as_it_was_written(host: SshHost, tmp_path: Path, text: str) -> None:
    path = tmp_path / "new" / "directory" / "file"
    host.write(str(path), text, mode=0o640)
    assert path.read_bytes() == text.encode("utf-8", "surrogateescape")
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.parent.stat().st_mode & 0o777 == 0o755
    assert host.read(str(path)) == text
    assert os.listdir(path.parent) == ["file"]


def test_a_missing_file_has_no_text(host: SshHost, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert host.read(str(tmp_path / "missing")) is None
    assert host.read(str(tmp_path / "file" / "below")) is None


def test_a_directory_cannot_be_read_or_replaced(host: SshHost, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"cannot be read on root@127\.0\.0\.1.*: Is a directory"):
        host.read(str(tmp_path))
    (tmp_path / "directory").mkdir()
    with pytest.raises(CommandError, match=r"cannot be written on root@127\.0\.0\.1") as raised:
        host.write(str(tmp_path / "directory"), "text")
    assert raised.value.hint
    assert os.listdir(tmp_path) == ["directory"]
    assert not os.listdir(tmp_path / "directory")


def test_a_file_that_cannot_be_written_is_an_error(host: SshHost) -> None:
    with pytest.raises(CommandError, match="cannot be written on"):
        host.write("/proc/shipit", "text")


def test_a_client_that_is_killed_in_the_middle_leaves_the_old_file(ssh_server: SshServer, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    script = """
import threading
host.connection
print("ready", flush=True)
threading.Thread(target=host.write, args=(path, "new" * 20_000_000), daemon=True).start()
time.sleep(60)
"""
    with other_process(ssh_server, path, script) as process:
        wait_until(
            lambda: any(each.name.startswith(".file.shipit") and each.stat().st_size for each in tmp_path.iterdir())
        )
        process.send_signal(signal.SIGKILL)
        process.wait()
    wait_until(lambda: os.listdir(tmp_path) == ["file"])
    assert path.read_text() == "old"


def test_an_interrupted_write_whose_output_nobody_reads_leaves_nothing(tmp_path: Path) -> None:
    argv = ["sh", "-c", files.WRITE_INPUT, "sh", str(tmp_path / "file"), "9", "644", "30"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as shell:
        assert shell.stdin and shell.stdout
        shell.stdin.write(b"half")
        shell.stdout.close()
    assert os.listdir(tmp_path) == []


def test_the_next_write_removes_what_a_killed_one_left(host: SshHost, tmp_path: Path) -> None:
    killed = subprocess.Popen(["true"])
    killed.wait()
    for process in (killed.pid, os.getpid()):
        (tmp_path / f".file.shipit-{process}").write_text("half")
    host.write(str(tmp_path / "file"), "text")
    assert sorted(os.listdir(tmp_path)) == [f".file.shipit-{os.getpid()}", "file"]


@pytest.mark.parametrize("name", ['a"b', "$(touch run)", "`touch run`", "a b", "*"])
def test_no_name_of_a_file_is_read_as_code_when_its_write_is_interrupted(tmp_path: Path, name: str) -> None:
    own = tmp_path / f".{name}.shipit-old"  # a name that shipit does not write
    own.write_text("mine")
    argv = ["sh", "-c", files.WRITE_INPUT, "sh", str(tmp_path / name), "9", "644", "30"]
    done = subprocess.run(argv, input=b"half", capture_output=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (1, b"only 4 of 9 bytes arrived\n")
    assert list(tmp_path.iterdir()) == [own]


def test_a_file_and_commands_are_sent_together_until_one_fails(host: SshHost, tmp_path: Path) -> None:
    path, marker = str(tmp_path / "file"), tmp_path / "marker"
    touch = ["touch", str(marker)]
    shown = host.install(path, "new", [["cat", path], ["sh", "-c", "echo no; exit 3"], touch], touch)
    assert shown == (CommandResult(0, "new"), CommandResult(3, "no"))
    several_lines = host.install(path, "newer", [["echo", "a\nb"]], ["cat", path])
    assert [each.output for each in several_lines] == ["a\nb", "newer"]
    long = "x" * (limits.SSH_ARGUMENT + 1)  # for an argument
    assert [each.status for each in host.install(path, long, [["test", "-s", path], ["false"]], touch)] == [0, 1]
    assert not marker.exists()


def test_commands_do_not_run_after_a_file_that_cannot_be_written(host: SshHost, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    with pytest.raises(CommandError, match="cannot be written"):
        host.install("/proc/shipit", "text", [["touch", str(marker)]], ["true"])
    assert host.look(["true"]).status == 0
    assert not marker.exists()


def test_reads_that_were_begun_together_wait_for_each_other_only_once(host: SshHost, tmp_path: Path) -> None:
    waiting = [host.begin(lambda: host.get(f"http://127.0.0.1:{free_port()}/")) for _ in range(3)]
    missing, failing = host.begin(lambda: host.read(str(tmp_path / "missing"))), host.begin(lambda: host.read("/proc"))
    assert [result().status for result in waiting] == [0, 0, 0]
    assert missing() is None
    with pytest.raises(CommandError, match="cannot be read"):
        failing()


def test_the_text_that_was_read_or_written_last_is_known(host: SshHost, tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert host.last_read(str(path)) is None
    host.write(str(path), "mine")
    assert host.last_read(str(path)) == "mine"
    path.write_text("of another program")
    assert (host.last_read(str(path)), host.read(str(path))) == ("mine", "of another program")
    assert host.last_read(str(path)) == "of another program"


def test_a_file_that_the_lock_protects_is_read_once(host: SshHost, tmp_path: Path) -> None:
    lock, record, other = tmp_path / "app", tmp_path / "app.json", tmp_path / "application.json"
    record.write_text("before")
    with host.lock(str(lock), "me"):
        assert host.read(str(record)) == "before"
        host.write(str(record), "mine")
        record.write_text("of nobody, because this run holds the lock")
        assert host.read(str(record)) == "mine"
        host.write(str(other), "mine")
        other.write_text("of another program")
        assert host.read(str(other)) == "of another program"
    assert host.read(str(record)) == "of nobody, because this run holds the lock"


def test_a_request_is_sent_from_the_host(host: SshHost) -> None:
    with http_server() as server:
        server.answers["GET /health"] = [Answer(body="ok"), Answer(503, body="down")]
        assert host.get(f"{server.url}/health", headers={"X-Shipit-Token": "t"}).body == "ok"
        assert host.get(f"{server.url}/health").status == 503
        assert server.asked[0].headers["X-Shipit-Token"] == "t"
        assert server.asked[0].headers["Host"] == server.address
        url = host.reach(int(server.address.rpartition(":")[2]))
        assert url != server.url
        command = ["curl", "-fsS", "-o", "/dev/null", "-w", "%{http_code}", f"{url}/missing"]
        assert subprocess.run(command, capture_output=True, text=True).stdout == "404"


def test_a_port_without_a_program_is_reported_as_refused(host: SshHost) -> None:
    answer = host.get(f"http://127.0.0.1:{free_port()}/health")
    assert (answer.status, answer.body) == (0, "nothing listens on the port")


def test_a_request_is_an_error_when_the_connection_is_lost(host: SshHost, ssh_server: SshServer) -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    host.get(url)
    ssh_server.close_connections()
    with contextlib.suppress(RemoteError):
        host.get(url)
    assert host.get(url).status == 0  # over a new connection


def test_containers_are_those_of_the_host(host: SshHost, engine: Engine, base_image: str) -> None:
    name = f"ssh-test-{os.getpid()}"
    engine.docker("run", "-d", "--name", name, base_image, "sleep", "60")
    try:
        found = host.containers.find(name)
        assert found is not None and found.running
        assert host.containers.execute(name, ["echo", "inside"], timeout=10).output == "inside"
    finally:
        engine.docker("rm", "-f", name)
    assert host.containers.find(name) is None


def test_a_host_that_is_ready_has_no_findings(host: SshHost, tmp_path: Path) -> None:
    assert host.findings(str(tmp_path / "not" / "there" / "yet")) == ()


def test_a_host_without_an_engine_has_a_finding(host: SshHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    master = host.connection.master
    monkeypatch.setattr(master, "facts", replace(master.facts, socket="/no/socket", missing=("flock",)))
    problems = [(each.code, each.what, each.fix) for each in host.findings(str(tmp_path))]
    assert [code for code, _, _ in problems] == ["engine", "host-programs"]
    assert "through `/no/socket`" in problems[0][1]
    assert problems[1][1].startswith("`flock` is not installed on root@127.0.0.1")


def test_a_directory_that_cannot_be_written_has_a_finding(host: SshHost) -> None:
    (finding,) = host.findings("/etc/passwd/shipit")
    assert finding.code == "host-directory"
    assert finding.what.startswith("`root` cannot write into `/etc/passwd/shipit` on root@127.0.0.1:")
    assert finding.fix == f"ssh -t {host.address} sudo install -d -o root /etc/passwd/shipit"


@pytest.mark.parametrize("first", ["local", "ssh"])
def test_the_lock_is_the_same_for_this_machine_and_over_ssh(host: SshHost, tmp_path: Path, first: str) -> None:
    hosts: tuple[Host, Host] = (local_host(), host)
    path, (holder, other) = str(tmp_path / "app"), hosts if first == "local" else hosts[::-1]
    with holder.lock(path, "run 12"):
        assert (other.locked_by(path) or "").startswith("run 12, since ")
        with (
            pytest.raises(ConflictError, match=r"another deployment is running on .*: run 12"),
            other.lock(path, "run 13"),
        ):
            pass
        holder.write(str(tmp_path / "file"), "text")
        assert holder.run(["true"]).status == 0
    assert other.locked_by(path) is None
    with other.lock(path, "run 13"):
        assert (holder.locked_by(path) or "").startswith("run 13, since ")


@pytest.mark.parametrize("second", ["local", "ssh"])
def test_a_run_whose_lock_was_taken_writes_nothing_more(
    host: SshHost, ssh_server: SshServer, tmp_path: Path, second: str
) -> None:
    path, file = str(tmp_path / "app"), tmp_path / "file"
    with ssh_host(ssh_server) as another:
        taker = another if second == "ssh" else local_host()
        with host.lock(path, "run 12"):
            host.write(str(file), "before")
            taker.unlock(path)
            with taker.lock(path, "run 13"):
                writes: list[Callable[[], object]] = [
                    lambda: host.write(str(file), "after"),
                    lambda: host.run(["touch", str(tmp_path / "ran")]),
                    lambda: host.containers.remove("any"),
                    lambda: host.containers.pull("registry.invalid/a@sha256:0"),
                ]
                for write in writes:
                    with pytest.raises(ConflictError, match="took over the lock of the deployment on root@127"):
                        write()
                assert host.read(str(file)) == "before"
                taker.write(str(file), "of the other run")
    assert file.read_text() == "of the other run"
    assert not (tmp_path / "ran").exists()


def test_the_host_is_asked_who_has_the_lock_before_the_engine_changes_something(
    host: SshHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LOCK_CONFIRMED", 0)
    with host.lock(str(tmp_path / "app"), "run 12"):
        host.containers.remove("any")
        local_host().unlock(str(tmp_path / "app"))
        with pytest.raises(ConflictError, match="took over the lock of the deployment"):
            host.containers.remove("any")


@pytest.mark.parametrize("kind", ["local", "ssh"])
def test_a_run_can_hold_the_locks_of_several_apps(host: SshHost, tmp_path: Path, kind: str) -> None:
    holder: Host = local_host() if kind == "local" else host
    first, second, file = str(tmp_path / "first"), str(tmp_path / "second"), str(tmp_path / "file")
    with holder.lock(first, "run 12"):
        with holder.lock(second, "run 12"):
            holder.write(file, "with both")
            local_host().unlock(first)
            with pytest.raises(ConflictError):
                holder.write(file, "with one")
        assert holder.locked_by(second) is None
    assert holder.read(file) == "with both"


def test_a_lock_that_cannot_be_written_is_an_error(host: SshHost, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(CommandError, match="cannot be written on root@127"),
        host.lock(str(tmp_path / "file/app"), "me"),
    ):
        pass


def test_the_lock_is_free_at_once_when_its_holder_is_killed(ssh_server: SshServer, tmp_path: Path) -> None:
    path = tmp_path / "app"
    script = """
with host.lock(path, "killed"):
    print("ready", flush=True)
    time.sleep(60)
"""
    with other_process(ssh_server, path, script) as process:
        assert (local_host().locked_by(str(path)) or "").startswith("killed")
        process.send_signal(signal.SIGKILL)
        process.wait()
        wait_until(lambda: local_host().locked_by(str(path)) is None, 15)  # the time of the lock is 30 s
    wait_until(lambda: not masters(ssh_server))


def masters(server: SshServer) -> list[str]:
    """Return the command lines of OpenSSH's clients that are connected to `server`."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = each.read_bytes().split(b"\0")
            if words[0] == b"ssh" and str(server.port).encode() in words:
                found.append(b" ".join(words).decode())
    return found


def test_a_lock_is_taken_over_after_its_time_when_the_network_is_cut(ssh_server: SshServer, tmp_path: Path) -> None:
    path, file = str(tmp_path / "app"), tmp_path / "file"
    with ssh_host(ssh_server, lock_time=2) as host, host.lock(path, "cut off"):
        host.write(str(file), "before")
        time.sleep(3)
        assert local_host().locked_by(path), "it frees a lock although it hears from its holder"
        ssh_server.cut()
        cut = time.monotonic()
        wait_until(lambda: local_host().locked_by(path) is None)
        assert time.monotonic() - cut > 1
        with local_host().lock(path, "next"):
            ssh_server.restore()
            with pytest.raises(ConflictError, match="so this run stopped"):
                host.write(str(file), "after")
            assert file.read_text() == "before"


def test_a_write_after_the_time_of_the_lock_is_refused(ssh_server: SshServer, tmp_path: Path) -> None:
    path, file = str(tmp_path / "app"), tmp_path / "file"
    with ssh_host(ssh_server, lock_time=1) as host, host.lock(path, "cut off"):
        ssh_server.cut()
        time.sleep(2)
        with pytest.raises(ConflictError, match=r"the connection that held the lock .* was lost") as raised:
            host.write(str(file), "after")
        assert raised.value.hint
    ssh_server.restore()
    time.sleep(0.5)
    assert not file.exists()


@pytest.mark.slow
def test_a_cut_network_is_an_error_after_twenty_seconds(ssh_server: SshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    # OpenSSH asks every five seconds, and gives up when the third question has no answer; here it asks every second.
    options = master._MASTER_OPTIONS
    assert {"ServerAliveInterval=5", "ServerAliveCountMax=3"} < {*options}
    hasty = tuple(each.replace("AliveInterval=5", "AliveInterval=1") for each in options)
    monkeypatch.setattr(master, "_MASTER_OPTIONS", hasty)
    with ssh_host(ssh_server) as host, ThreadPoolExecutor() as threads:
        containers = host.containers
        containers.find("none")
        ssh_server.cut()
        start = time.monotonic()
        uses: list[Future[Any]] = [threads.submit(host.read, "/etc/hostname"), threads.submit(containers.find, "none")]
        errors = [use.exception() for use in uses]
        assert time.monotonic() - start < 45
        for error in errors:
            assert isinstance(error, RemoteError)
            assert error.hint
        assert re.search("was lost: .*not responding", str(errors[0]))


@pytest.mark.parametrize("start", ["echo welcome; echo more >&2", "sleep 1; printf no-line-break"])
def test_start_up_files_of_the_shell_do_not_matter(ssh_server: SshServer, tmp_path: Path, start: str) -> None:
    bashrc = ssh_server.home / ".bashrc"
    bashrc.write_text(f"{start}\n")
    try:
        with ssh_host(ssh_server) as host:
            host.write(str(tmp_path / "file"), "text")
            assert host.read(str(tmp_path / "file")) == "text"
            assert host.look(["echo", "x"]).output == "x"
            assert host.read(str(tmp_path / "missing")) is None
            with host.lock(str(tmp_path / "app"), "me"):
                host.write(str(tmp_path / "file"), "more")
                assert host.locked_by(str(tmp_path / "app"))
    finally:
        bashrc.unlink()


def test_a_shell_that_ends_at_once_is_an_error(ssh_server: SshServer) -> None:
    bashrc = ssh_server.home / ".bashrc"
    bashrc.write_text("echo This account is not available.; exit 1\n")
    try:
        with (
            ssh_host(ssh_server) as host,
            pytest.raises(RemoteError, match="did not run a command: This account") as raised,
        ):
            host.look(["true"])
        assert "`ssh ssh://root@127.0.0.1" in (raised.value.hint or "")
    finally:
        bashrc.unlink()


def test_one_connection_serves_all(host: SshHost, ssh_server: SshServer, tmp_path: Path) -> None:
    before = ssh_server.log.read_text().count("Accepted publickey")
    with host.lock(str(tmp_path / "app"), "me"):
        host.write(str(tmp_path / "file"), "text")
        host.containers.find("none")
        host.get(f"http://127.0.0.1:{free_port()}/")
        assert len(masters(ssh_server)) == 1
    assert ssh_server.log.read_text().count("Accepted publickey") == before + 1
    host.close()
    assert masters(ssh_server) == []
    assert "PRIVATE" not in repr(settings_of(ssh_server))


def test_the_end_of_the_program_closes_all_connections(host: SshHost, ssh_server: SshServer) -> None:
    with ssh_host(ssh_server) as other:
        host.look(["true"])
        other.look(["true"])
        assert len(masters(ssh_server)) == 2
        close_connections()
        assert masters(ssh_server) == []
    assert host.look(["echo", "again"]).output == "again"


def test_a_file_without_end_is_an_error(host: SshHost, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (limits.HOST_OUTPUT + 1))
    os.mkfifo(tmp_path / "pipe")
    for name, problem in (("large", "larger than 4 MiB"), ("pipe", "not a regular file")):
        with pytest.raises(CommandError, match=problem):
            host.read(str(tmp_path / name))


def test_a_client_that_hangs_is_a_lost_connection(host: SshHost, monkeypatch: pytest.MonkeyPatch) -> None:
    process = host.connection.master._process.pid
    monkeypatch.setattr(limits, "SSH_CONNECTION", Time("deployments", 1, "", ""))
    os.kill(process, signal.SIGSTOP)
    try:
        with pytest.raises(RemoteError, match="no forward within 1 seconds"):
            host.get("http://127.0.0.1:1/")
    finally:
        os.kill(process, signal.SIGCONT)
