"""The bench of deployments: each contender deploys, and the table shows what was measured."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from parts.engine import Engine
from parts.registry import Registry
from parts.web_app import make_web_app

from bench.deploy_contenders import deployers
from bench.deploying import Measured, report

GOOD = Measured(
    requests=Counter(close=1000, keep=2000),
    lost=Counter(),
    slowest={"close": 0.1, "keep": 0.2},
    kills=10,
    idle=[3.0, 2.0, 4.0],
    cpu=[0.5],
    loaded=[3.5],
    killed_requests=500,
)
BAD = Measured(
    requests=Counter(close=900, keep=1900),
    lost=Counter(close=12, keep=34),
    slowest={"close": 10.0, "keep": 0.2},
    kills=10,
    problems=["2 containers run", "exit status 1", "2 containers run"],
    idle=[2.0],
    cpu=[0.2],
    loaded=[2.0],
    killed_requests=400,
    killed_lost=56,
    left=2,
)


def test_the_report_has_a_column_for_each_contender_and_says_what_was_wrong() -> None:
    lines = report({"shipit": GOOD, "script": BAD}, [1.5, 1.0, 2.0]).splitlines()
    assert "| lost requests, a new connection for each request | 0 of 1,000 | 12 of 900 |" in lines
    assert "| lost requests, kept connections | 0 of 2,000 | 34 of 1,900 |" in lines
    assert "| right state after SIGKILL and the same command again | 10 of 10 | 7 of 10 |" in lines
    assert "| lost requests meanwhile | 0 of 500 | 56 of 400 |" in lines
    assert "| containers too many after that | 0 | 2 |" in lines
    assert "* script: 2 containers run (2 times), exit status 1 (1 times)" in lines
    assert not any(line.startswith("* shipit:") for line in lines)


def test_the_own_time_of_shipit_is_without_the_start_and_the_gate_of_the_container() -> None:
    text = report({"shipit": GOOD, "script": BAD}, [1.5, 1.0, 2.0])
    assert "the start of the container and its gate alone take 1.5 s | 1.5 s | yes |" in text
    assert "own time ≤ 1.5 s; the start of the container and its gate alone take 1 s | 2 s | **no** |" in report(
        {"shipit": GOOD, "script": BAD}, [1.0]
    )


@pytest.mark.slow
def test_every_contender_deploys_and_replaces_the_version_before(
    engine: Engine, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apps = [
        make_web_app(engine, "bench/shop", each, registry=registry, healthcheck=True) for each in ("1.0.0", "1.1.0")
    ]
    repository = apps[0].reference.rpartition(":")[0]
    with deployers(engine, repository, tmp_path) as contenders:
        for contender in contenders:
            for app in apps:
                assert contender.deploy(app).seconds > 0
                assert contender.problem(app) == ""
        monkeypatch.setattr("bench.deployers.SETTLED", 0)  # these problems stay
        for contender in contenders:
            assert contender.problem(apps[0]) == "1.1.0 answers"
            engine.docker("rm", "--force", *contender.running())
            assert contender.problem(apps[1]) == "nothing answers"
    engine.docker("network", "rm", "bench")
