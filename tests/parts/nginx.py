"""A real nginx that stands before an application: on this machine or in a container.

Its configuration includes one file that says where the application is, the switch file. A blue-green deployment writes
this file and reloads nginx. There are two styles of it:

    set         service-url.inc, in a server:   set $service_url http://127.0.0.1:8081;
    upstream    app.conf, beside the servers:   upstream app { server 127.0.0.1:8081; }
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from parts.daemon import PATIENCE, daemon, free_port, listens, new_room, program
from parts.engine import Engine
from parts.images import libraries_of, make_image_with

Style = Literal["set", "upstream"]
IMAGE = "base/nginx:1"
NOWHERE = "127.0.0.1:9"  # at which no program listens: nginx answers 502
WORKERS = 2
LEAVING = "worker process is shutting down"

CONFIGURATION = """\
{user}worker_processes {workers};
pid {pid_file};
error_log {error_log} notice;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {temporary}/body;
    proxy_temp_path {temporary}/proxy;
    fastcgi_temp_path {temporary}/fastcgi;
    scgi_temp_path {temporary}/scgi;
    uwsgi_temp_path {temporary}/uwsgi;
    {before_servers}
    server {{
        listen {listen};
        server_name shop.example;
        {in_server}
        location / {{
            proxy_pass {target};
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header X-Real-IP $remote_addr;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running nginx.

    with nginx(tmp_path / "service-url.inc", upstream="127.0.0.1:8081") as proxy:
        subprocess.run([*proxy.command, "-t"], check=True)
        proxy.switch_to("127.0.0.1:8082")
        urlopen(proxy.url)
    """

    command: list[str]
    """The words before `-t` and `-s reload`. For a container they begin with `docker exec`; see `environment`."""
    url: str
    switch_file: Path
    configuration: Path
    style: Style
    pid_file: Path | None = None
    """The file with the process id of the master; None for a container."""
    container: str = ""
    """The name of the container, or an empty text."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that `command` needs besides those of this process."""
    master: int = 0
    """The process id of the master, as this machine sees it."""

    def reload(self) -> None:
        """Run `nginx -s reload`. It returns before the new workers run and before the old ones have ended."""
        self._run("-s", "reload")

    def switch_to(self, upstream: str) -> None:
        """Write the switch file for `upstream`, reload, and wait until all workers from before have ended."""
        before = self.workers()
        partial = self.switch_file.with_name(f"{self.switch_file.name}.new")
        partial.write_text(switch_text(self.style, upstream))
        partial.rename(self.switch_file)
        self.reload()
        for _ in range(PATIENCE * 50):
            now = self.workers()
            if now - before and not now & before:
                return
            time.sleep(0.02)
        raise AssertionError(f"the workers {before & self.workers()} did not end within {PATIENCE} seconds")

    def workers(self) -> set[int]:
        """Return the process ids of all workers, as this machine sees them; also of those that shut down."""
        return {pid for pid, title in self._children() if "worker process" in title}

    def leaving(self) -> set[int]:
        """Return the process ids of the workers from before a reload that still answer their last requests."""
        return {pid for pid, title in self._children() if LEAVING in title}

    def _children(self) -> Iterator[tuple[int, str]]:
        for pid in map(int, Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()):
            with contextlib.suppress(OSError):
                yield pid, Path(f"/proc/{pid}/cmdline").read_bytes().decode()

    def _run(self, *arguments: str) -> None:
        argv = [*self.command, *arguments]
        environment = {**os.environ, **self.environment}
        done = subprocess.run(argv, env=environment, capture_output=True, encoding="utf-8", timeout=PATIENCE)
        assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"


def switch_text(style: Style, upstream: str) -> str:
    """Return the content of a switch file that leads to `upstream`, such as `127.0.0.1:8081`."""
    if style == "set":
        return f"set $service_url http://{upstream};\n"
    return f"upstream app {{\n    server {upstream};\n}}\n"


@contextmanager
def nginx(switch_file: Path, *, style: Style = "set", upstream: str = NOWHERE) -> Iterator[Nginx]:
    """Run nginx on this machine, on a free port of 127.0.0.1.

    Args:
        switch_file: The path of the file that the configuration includes; written for `upstream` unless it exists.
    """
    room, port = new_room(), free_port()
    pid_file, configuration = room / "nginx.pid", room / "nginx.conf"
    _write_switch_file(switch_file, style, upstream)
    configuration.write_text(
        _configuration(
            style, f"127.0.0.1:{port}", str(switch_file), str(pid_file), str(room), error_log=f"{room}/error.log"
        )
    )
    command = [program("nginx"), "-p", str(room), "-c", str(configuration)]

    def master() -> int | None:
        return int(pid_file.read_text()) if listens(port) and pid_file.exists() and pid_file.stat().st_size else None

    with daemon([*command, "-g", "daemon off;"], room, master) as pid:
        url = f"http://127.0.0.1:{port}"
        yield Nginx(command, url, switch_file, configuration, style, pid_file, master=pid)


@contextmanager
def nginx_container(
    engine: Engine,
    directory: Path,
    *,
    name: str = "nginx",
    style: Style = "set",
    network: str = "host",
    upstream: str = NOWHERE,
) -> Iterator[Nginx]:
    """Run nginx in a container, with `directory` mounted at /etc/nginx.

    On the network `host`, `upstream` is an address of this machine, such as `127.0.0.1:8081`. On a network of
    containers it is the name of a container and its port: published ports of 127.0.0.1 are not reachable from there.

    Args:
        directory: Gets `nginx.conf` and the switch file `service-url.inc`, unless the latter exists.
        network: `host`, or a network that `docker network create` made in this engine.
    """
    port, switch_file, configuration = free_port(), directory / "service-url.inc", directory / "nginx.conf"
    _write_switch_file(switch_file, style, upstream)
    listen = f"127.0.0.1:{port}" if network == "host" else "80"
    configuration.write_text(
        _configuration(style, listen, f"/etc/nginx/{switch_file.name}", "/run/nginx.pid", "/tmp", error_log="stderr")
    )
    publish = [] if network == "host" else ["--publish", f"127.0.0.1:{port}:80"]
    options = ["--name", name, "--network", network, *publish, "--volume", f"{directory}:/etc/nginx"]
    engine.docker("run", "--detach", *options, make_nginx_image(engine))
    try:
        _wait_for(engine, name, port)
        master = int(engine.docker("inspect", "--format", "{{.State.Pid}}", name))
        yield Nginx(
            [program("docker"), "exec", name, "nginx"],
            f"http://127.0.0.1:{port}",
            switch_file,
            configuration,
            style,
            container=name,
            environment=engine.environment,
            master=master,
        )
    finally:
        engine.docker("rm", "--force", "--volumes", name)


def make_nginx_image(engine: Engine) -> str:
    """Make the image `base/nginx:1`: this machine's nginx with its libraries, and what the base image has."""
    return make_image_with(
        engine, IMAGE, nginx_files(), 'CMD ["nginx", "-g", "daemon off;"]', "ENV PATH=/bin:/usr/sbin"
    )


@cache
def nginx_files() -> dict[str, bytes]:
    """Return the content of the files that nginx needs, by their paths."""
    binary = program("nginx")
    directories = dict.fromkeys(("/etc/nginx/", "/run/", "/var/lib/nginx/", "/var/log/nginx/"), b"")
    return {
        **libraries_of(binary),
        **directories,
        "/usr/sbin/nginx": Path(binary).read_bytes(),
        "/etc/group": b"root:x:0:\n",
    }


def _write_switch_file(path: Path, style: Style, upstream: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text(switch_text(style, upstream))


def _configuration(style: Style, listen: str, included: str, pid_file: str, temporary: str, *, error_log: str) -> str:
    include = f"include {included};"
    return CONFIGURATION.format(
        user="user root;\n" if os.geteuid() == 0 or error_log == "stderr" else "",
        workers=WORKERS,
        pid_file=pid_file,
        error_log=error_log,
        temporary=temporary,
        listen=listen,
        before_servers="" if style == "set" else include,
        in_server=include if style == "set" else "",
        target="$service_url" if style == "set" else "http://app",
    )


def _wait_for(engine: Engine, container: str, port: int) -> None:
    for _ in range(PATIENCE * 20):
        answer = engine.run("exec", container, "test", "-s", "/run/nginx.pid")
        if answer.returncode == 0 and listens(port):
            return
        if engine.docker("inspect", "--format", "{{.State.Running}}", container) != "true":
            break
        time.sleep(0.05)
    raise AssertionError(f"nginx does not start in its container: {engine.run('logs', container).stderr}")
