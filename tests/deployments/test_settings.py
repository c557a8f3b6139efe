"""The settings of a deployment: commands before the switch, the container that is kept, and secrets."""

from __future__ import annotations

import os
import stat
import subprocess
import threading
from pathlib import Path

from deployments.shop import REJECTED, Shop

OLD, NEW = "1.0.0", "1.1.0"
# Every character that a file, a shell or an engine could read differently.
DISTINCTIVE = "p4ss-7f3e9b1c"
SECRET = f"{DISTINCTIVE} $HOME `id` 'one' \"two\" #three\nline two: 비밀번호\\"


def test_a_migration_runs_once_in_the_new_image_before_the_switch(shop: Shop) -> None:
    data = shop.place / "data"
    data.mkdir()
    shop.deploy(OLD).succeeded()
    command = ["sh", "-c", "echo $VERSION $MODE >>/data/log"]
    shop.configure(migrate=command, container={"volumes": [f"{data}:/data"], "env": {"MODE": "prod"}})
    shop.deploy(NEW).succeeded()
    assert (data / "log").read_text() == f"{NEW} prod\n"
    shop.consistent(NEW)
    shop.configure(migrate=["sh", "-c", "echo no such table >&2; exit 4"])
    failed = shop.deploy(OLD)
    assert failed.status == REJECTED, failed.err
    assert "failed with status 4 in 1.0.0" in failed.err
    assert "no such table" in failed.err
    shop.consistent(NEW)


def test_a_verification_gets_the_address_and_the_version_and_can_refuse(shop: Shop) -> None:
    shop.deploy(OLD).succeeded()
    shop.configure(verify=['test "$(wget -qO- "$SHIPIT_URL/version")" = "$SHIPIT_VERSION"'])
    shop.deploy(NEW).succeeded()
    shop.consistent(NEW)
    shop.configure(verify=["echo the cart is empty; exit 3"])
    failed = shop.deploy(OLD)
    assert failed.status == REJECTED, failed.err
    assert "did not pass" in failed.err
    assert "the cart is empty" in failed.err
    shop.consistent(NEW)
    assert shop.events("held") == []


def test_the_old_container_is_kept_running_for_a_rollback(shop: Shop) -> None:
    shop.configure(container={"keep": "running"})
    shop.deploy(OLD).succeeded()
    shop.deploy(NEW).succeeded()
    assert shop.running() == ["blue", "green"]
    before = shop.engine.docker("inspect", "--format", "{{.Id}}", f"{shop.name}-blue")
    with shop.load(pause=0.05) as running:
        shop.run("rollback", "prod").succeeded()
    assert running.result.lost == 0, running.result
    assert shop.answer() == f"version {OLD}"
    assert shop.engine.docker("inspect", "--format", "{{.Id}}", f"{shop.name}-blue") == before


def test_a_secret_reaches_the_container_and_nothing_else(shop: Shop) -> None:
    file = shop.place / "secrets" / ".env"
    shop.configure(secrets={"from": ["env:APP_SECRET"], "file": str(file), "format": "shell"})
    env = {"APP_SECRET": SECRET}
    with watched_commands() as commands:
        deployed = shop.deploy(OLD, env=env).succeeded()
        planned = shop.deploy(NEW, "--dry-run", "--json", env=env).succeeded()
        shop.build("6.0.0", 'CMD ["sh", "-c", "echo cannot log in with \\"$APP_SECRET\\"; exit 1"]')
        failed = shop.deploy("6.0.0", env=env)
    assert failed.status == REJECTED, failed.err
    assert "cannot log in with" in failed.err
    container = f"{shop.name}-blue"
    found = shop.engine.docker("exec", container, "sh", "-c", 'printf %s "$APP_SECRET"')
    assert found == SECRET
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    read = ["sh", "-c", f'. "{file}"; printf %s "$APP_SECRET"']
    assert subprocess.run(read, capture_output=True, encoding="utf-8", check=True).stdout == SECRET
    labels = shop.engine.docker("inspect", "--format", "{{json .Config.Labels}}", container)
    record = "".join(path.read_text() for path in shop.state.iterdir())
    shown = [run.out + run.err for run in (deployed, planned, failed, shop.run("status", "prod", "--json"))]
    for text in (*shown, labels, record, shop.proxy.switch_file.read_text(), *commands):
        assert DISTINCTIVE not in text
        assert "비밀번호" not in text
    shop.consistent(OLD)


def test_a_changed_secret_deploys_the_same_image_again(shop: Shop) -> None:
    shop.configure(secrets={"from": ["env:APP_SECRET"]})
    shop.deploy(OLD, env={"APP_SECRET": "first value"}).succeeded()
    shop.deploy(OLD, env={"APP_SECRET": "first value"}).succeeded()
    assert shop.written == "blue"
    shop.deploy(OLD, env={"APP_SECRET": "second value"}).succeeded()
    assert shop.written == "green"
    shop.consistent(OLD)


class watched_commands:
    """The command lines of all processes of this machine during the block; a process that ends quickly can be missed."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> set[str]:
        self._thread.start()
        return self.found

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            for name in os.listdir("/proc"):
                if name.isdigit():
                    try:
                        self.found.add(Path(f"/proc/{name}/cmdline").read_text(errors="replace"))
                    except OSError:
                        continue
