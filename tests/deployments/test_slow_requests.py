"""Requests that an app needs long for, while deployments switch: they are finished by the version that they reached."""

from __future__ import annotations

from deployments.shop import Shop

OLD, NEW = "1.0.0", "1.1.0"


def test_requests_that_began_before_the_switch_are_finished(shop: Shop) -> None:
    shop.deploy(OLD).succeeded()
    with shop.load(path="/cgi-bin/slow?2", clients=4) as slow, shop.load(path="/cgi-bin/slow?0.3", clients=4) as quick:
        shop.deploy(NEW).succeeded()
    assert slow.result.lost == 0, slow.result
    assert quick.result.lost == 0, quick.result
    assert f"version {OLD}" in slow.result.versions
    shop.consistent(NEW)


def test_a_switch_file_that_was_edited_while_both_slots_run_loses_no_request(shop: Shop) -> None:
    shop.configure(container={"keep": "running"})
    shop.deploy(OLD).succeeded()
    shop.deploy(NEW).succeeded()
    shop.proxy.switch_file.write_text(f"set $service_url http://127.0.0.1:{shop.ports['blue']};\n")  # not loaded
    shop.apps("5.0.0")
    with shop.load(path="/cgi-bin/slow?0.5", clients=4) as running:
        shop.deploy("5.0.0").succeeded()
    assert running.result.lost == 0, running.result
    assert shop.answer() == "version 5.0.0"
