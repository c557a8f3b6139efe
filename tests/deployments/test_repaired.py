"""States that a person or another program changed: the next deployment corrects them."""

from __future__ import annotations

import pytest
from deployments.shop import REFUSED, Shop

OLD, NEW = "1.0.0", "1.1.0"


def test_a_marker_of_the_slot_that_is_stopped_is_corrected(shop: Shop) -> None:
    shop.deploy(OLD).succeeded()
    shop.deploy(NEW).succeeded()
    shop.marker.write_text("blue\n")
    assert "says `blue`, but green is active" in shop.run("status", "prod").out
    shop.deploy(NEW).succeeded()
    shop.consistent(NEW)


def test_a_switch_file_that_was_edited_and_loaded_by_hand_is_corrected(shop: Shop) -> None:
    shop.configure(container={"keep": "running"})
    shop.deploy(OLD).succeeded()
    shop.deploy(NEW).succeeded()
    file = shop.proxy.switch_file
    file.write_text(
        file.read_text().replace(f"http://127.0.0.1:{shop.ports['green']}", f"http://127.0.0.1:{shop.ports['blue']}")
    )
    shop.proxy.reload()
    shop.serves(f"version {OLD}")
    with shop.load(pause=0.02) as running:
        shop.deploy(NEW).succeeded()
    assert running.result.lost == 0, running.result
    assert shop.answer() == f"version {NEW}"


@pytest.mark.slow
def test_a_switch_file_that_leads_to_the_stopped_slot_is_corrected(shop: Shop) -> None:
    shop.deploy(OLD).succeeded()
    shop.deploy(NEW).succeeded()
    file = shop.proxy.switch_file
    file.write_text(f"set $service_url http://127.0.0.1:{shop.ports['blue']};\n")
    shop.proxy.reload()
    shop.serves("502")
    shop.deploy(NEW).succeeded()
    shop.consistent(NEW)


@pytest.mark.slow
def test_a_container_that_was_removed_by_hand_comes_back(shop: Shop) -> None:
    shop.deploy(OLD).succeeded()
    shop.engine.docker("rm", "--force", f"{shop.name}-blue")
    assert shop.answer() == "502"
    shop.deploy(OLD).succeeded()
    shop.consistent(OLD)


def test_a_host_without_containers_and_images_goes_back_by_digest(shop: Shop) -> None:
    shop.apps("5.1.0")
    for version in (OLD, NEW, "5.1.0"):
        shop.deploy(version).succeeded()
    digests = [shop.apps(version).by_digest for version in (OLD, NEW)]
    stopped = f"{shop.name}-{'blue' if shop.written == 'green' else 'green'}"
    shop.engine.docker("rm", "--force", stopped)
    for digest in digests:
        shop.engine.run("rmi", "--force", digest)
    for version in (OLD, NEW):
        shop.engine.run("rmi", "--force", shop.apps(version).reference)
    with shop.load(pause=0.05) as running:
        shop.run("rollback", "prod", OLD).succeeded()
    assert running.result.lost == 0, running.result
    shop.consistent(OLD)
    again = shop.deploy("5.1.0")
    assert again.status == REFUSED, again.err
    assert "is held" in again.err
    shop.consistent(OLD)
    for version in (OLD, NEW):
        shop.engine.docker("pull", "--quiet", shop.apps(version).by_digest)


def test_other_variables_deploy_the_same_image_again(shop: Shop) -> None:
    shop.deploy(OLD).succeeded()
    shop.configure(container={"env": {"MODE": "other"}})
    with shop.load(pause=0.05) as running:
        shop.deploy(OLD).succeeded()
    assert running.result.lost == 0, running.result
    shop.consistent(OLD)
    assert shop.written == "green"
    found = shop.engine.docker("inspect", "--format", "{{.Config.Env}}", f"{shop.name}-green")
    assert "MODE=other" in found


def test_a_container_that_a_script_started_gets_the_traffic_back_before_the_first_version(shop: Shop) -> None:
    name, port = f"{shop.name}-script", shop.ports["blue"]
    publish = ["--detach", "--name", name, "--publish", f"127.0.0.1:{port}:8080"]
    shop.engine.docker("run", *publish, shop.apps(OLD).by_digest)
    shop.proxy.switch_file.write_text(f"set $service_url http://127.0.0.1:{port};\n")
    shop.proxy.reload()
    shop.serves(f"version {OLD}")
    with shop.load(pause=0.05) as running:
        shop.deploy(NEW).succeeded()
        assert (shop.answer(), shop.containers()[name]) == (f"version {NEW}", "exited")
        back = shop.run("rollback", "prod").succeeded()
    assert running.result.lost == 0, running.result
    assert f"the container `{name}` serves on this machine" in back.err
    assert (shop.answer(), shop.containers()) == (f"version {OLD}", {name: "running", f"{shop.name}-green": "exited"})
    assert (shop.marker.read_text(), shop.events("held")) == ("blue\n", [NEW])
