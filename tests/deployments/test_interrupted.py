"""Deployments that fail after an earlier one was interrupted, or after something was changed by hand."""

from __future__ import annotations

from deployments.shop import FAILED, REJECTED, WRONG, Shop

RELOADED = {"STOP_AT": "6", "STOP_WHEN": "after"}  # see test_killed.py


def test_a_version_that_fails_after_an_interrupted_switch_gives_the_traffic_back(shop: Shop) -> None:
    shop.apps("2.1.0")
    shop.deploy("1.0.0").succeeded()
    shop.configure(bake="60s")
    with shop.load(pause=0.05) as running:
        assert shop.deploy("2.1.0", env=RELOADED).killed
        shop.serves("version 2.1.0")
        run = shop.start("deploy", "prod", "2.1.0")
        run.until("▸ watch ")
        shop.fail()
        again = run.end()
    assert again.status == REJECTED, again.err
    assert "1.0.0" in again.err
    shop.consistent("1.0.0")
    assert shop.events("held") == ["2.1.0"]
    assert running.result.lost == 0, running.result


def test_a_missing_tag_stops_no_container_that_was_kept_running(shop: Shop) -> None:
    shop.configure(container={"keep": "running"})
    shop.deploy("1.0.0").succeeded()
    shop.deploy("1.1.0").succeeded()
    assert shop.running() == ["blue", "green"]
    missing = shop.deploy("9.9.9")
    assert missing.status == WRONG, missing.err
    assert shop.running() == ["blue", "green"]
    assert shop.answer() == "version 1.1.0"


def test_a_marker_that_cannot_be_written_takes_no_good_version_out_of_service(shop: Shop) -> None:
    shop.deploy("1.0.0").succeeded()
    scripts = shop.marker.with_name("scripts")
    shop.marker = scripts / "active"
    shop.configure(nginx={"marker": str(shop.marker)})
    scripts.write_text("a file where a directory should be")
    failed = shop.deploy("1.1.0")
    assert failed.status == FAILED, failed.err
    assert f"`{shop.marker}` cannot be written" in failed.err
    assert "the new version serves and was verified; run the same command again to finish" in failed.err
    assert shop.answer() == "version 1.1.0"
    assert shop.events("held") == []
    scripts.unlink()
    shop.deploy("1.1.0").succeeded()
    shop.consistent("1.1.0")


def test_a_version_whose_container_was_removed_by_hand_is_watched_again(shop: Shop) -> None:
    shop.apps("2.2.0")
    shop.deploy("1.0.0").succeeded()
    shop.deploy("2.2.0").succeeded()
    shop.engine.docker("rm", "--force", f"{shop.name}-{shop.written}")
    shop.configure(bake="60s")
    run = shop.start("deploy", "prod", "2.2.0")
    run.until("▸ watch ")
    shop.fail()
    again = run.end()
    assert again.status == REJECTED, again.err
    assert "no version served when this deployment began, so there is no earlier version to go back to" in again.err
    assert shop.answer() == "version 2.2.0"  # better than nothing
