"""The examples for AWS in act: a push to main tests and releases, and a push to prod deploys to ECS and S3.

The registry, the engine and the containers of the tasks are real. moto and the scheduler of the tests play AWS, and a
cache that keeps everything plays CloudFront. It takes some minutes; only its name starts it: `make test-workflows`.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from action.act import Consumer, Run, example
from parts.aws import REGION, Aws, aws, moto
from parts.ecr import HOST, PASSWORD, USERNAME, Ecr, ecr
from parts.ecs import BUCKET, Ecs, answer_processes, make_alarm
from parts.ecs import ecs as ecs
from parts.ecs_containers import ContainerScheduler, balancer
from parts.edge import edge
from parts.engine import Engine
from parts.registry import Registry
from parts.web_app import APP, BASE, make_web_app
from services.hurried import HurriedClock

pytestmark = pytest.mark.timeout(1_800)
__all__ = ["aws", "moto"]  # fixtures
EXAMPLES = Path(__file__).parents[2] / "examples"
DOCKERFILE = f"""\
FROM {BASE}
COPY build/libs/shop.jar /app.jar
ENV VERSION={{version}} {{more}}
COPY serve /bin/serve
EXPOSE 8080
CMD ["sh", "/bin/serve"]
"""
GRADLEW = """\
#!/bin/sh
case $1 in bootJar) mkdir -p build/libs && echo jar >build/libs/shop.jar ;; test) echo tested ;; esac
"""
# The build of a front end: as Vite, it puts a hash into the name of each file but the page.
BUILD = """\
rm -rf dist; mkdir -p dist/assets; version=$(cat page.txt)
echo "run('$version')" > "dist/assets/main-${version}Bx.js"
echo "<script src=\\"/assets/main-${version}Bx.js\\"></script>" > dist/index.html
"""
ROLE = "arn:aws:iam::123456789012:role/shipit-prod"
NEXT = """\
[ "$DEPLOYED/$VERIFIED" = true/true ]
{ echo "$VERSION"; echo "$SERVING"; "$TEST_PYTHON" -c 'import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())' "$URL"; } >"$KEPT/next"
"""
REASON = "Threshold Crossed: 3 datapoints were greater than the threshold (5.0)."
OUTPUTS = ("version", "deployed", "verified", "serving", "url", "digest")


class Shop:
    """`acme/app` with the files of an example, deployed to a service of ECS whose tasks are containers."""

    def __init__(self, consumer: Consumer, ecs: Ecs, registry: Ecr, engine: Engine, endpoint: str) -> None:
        self.consumer, self.ecs = consumer, ecs
        agent = engine.with_config(consumer.place / "agent")  # of ECS, which pulls with a login of its own
        agent.docker("login", "--username", USERNAME, "--password-stdin", HOST, input=PASSWORD)
        self.scheduler = ecs.scheduler = ContainerScheduler.over(agent, ecs.scheduler, HurriedClock(1))
        make_web_app(agent, "shop", "0.9.0", registry=Registry(HOST))
        ecs.create(f"{HOST}/shop:0.9.0")
        consumer.patience = 900
        consumer.copies_environments(False)  # its copy has no boto3
        consumer.variables = {**engine.environment, **registry.environment, "AWS_ENDPOINT_URL": endpoint}

    def prepare(self, config: str, pipeline: dict[str, Any], files: dict[str, str]) -> None:
        """Push the files of a project, with a workflow that tests first, and whose last job uses the deployment."""
        jobs = pipeline["jobs"]
        checkout = jobs["deploy"]["steps"][0]
        jobs["test"] = {"runs-on": "ubuntu-latest", "steps": [checkout, {"run": "./gradlew test"}]}
        for name in ("release", "deploy"):
            jobs[name]["needs"] = "test"
        deploy = jobs["deploy"]
        deploy.pop("environment")
        deploy.pop("concurrency")
        deploy["steps"][-1] |= {"id": "shipit"}
        deploy["steps"][-1]["with"]["aws-role"] = ROLE
        deploy["outputs"] = {name: f"${{{{ steps.shipit.outputs.{name} }}}}" for name in OUTPUTS}
        given = {name.upper(): f"${{{{ needs.deploy.outputs.{name} }}}}" for name in OUTPUTS}
        jobs["next"] = {"needs": "deploy", "runs-on": "ubuntu-latest", "steps": [{"run": NEXT, "env": given}]}
        self.consumer.workflow = pipeline
        gradlew = self.consumer.clone / "gradlew"
        gradlew.write_text(GRADLEW)
        gradlew.chmod(0o755)
        files = {"shipit.toml": config, "serve": (APP / "serve").read_text(), **files}
        self.consumer.commit("feat: a shop on AWS", {**files, ".gitignore": "build/\ndist/\n"})

    def release(self, version: str, more: str = "", page: str = "100000") -> Run:
        """Push to main, which tests and releases; `more` are variables of the image."""
        dockerfile = DOCKERFILE.format(version=version, more=more)
        self.consumer.commit(f"feat: {version}", {"Dockerfile": dockerfile, "page.txt": page})
        run = self.consumer.run()
        assert run.jobs == {"test": "success", "release": "success"}, run.log
        return run

    def approve(self) -> Run:
        """Start by hand the workflow that approves a paused deployment."""
        workflow = self.consumer.workflow
        job = {name: value for name, value in workflow["jobs"]["deploy"].items() if name not in ("if", "needs")}
        *steps, last = job["steps"]
        given = {**last["with"], "command": "approve", "environment": "prod"}
        approval = {**job, "steps": [*steps, {**last, "with": given}]}
        self.consumer.workflow = {"on": "workflow_dispatch", "permissions": {}, "jobs": {"approve": approval}}
        run = self.consumer.run("workflow_dispatch", ref="refs/heads/prod")
        self.consumer.workflow = workflow
        return run

    def deploy(self) -> Run:
        """Push the commit of main to prod."""
        self.consumer.git("fetch", "--quiet", "origin")
        self.consumer.git("push", "--quiet", "origin", "origin/main:refs/heads/prod")
        return self.consumer.run(ref="refs/heads/prod")

    def definition(self, number: int) -> str:
        """Return the ARN of a revision of the task definition."""
        return next(arn for arn in self.ecs.definitions() if arn.endswith(f":{number}"))

    @property
    def used(self) -> list[str]:
        """The lines that the last job wrote: the version, the digests that serve, and the page at the URL."""
        return (self.consumer.place / "kept/next").read_text().splitlines()


@pytest.fixture
def shop(consumer: Consumer, ecs: Ecs, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    with ecr() as registry, registry.engine() as engine:
        answer_processes(ecs, monkeypatch)
        yield Shop(consumer, ecs, registry, engine, aws.endpoint)


def example_of(name: str, url: str) -> tuple[str, dict[str, Any]]:
    """Return the configuration and the workflow of an example, for the names of the tests."""
    config = (EXAMPLES / name / "shipit.toml").read_text().partition("\n# The same")[0]
    return config.replace("https://shop.example", url), example(f"examples/{name}/pipeline.yml")


def test_a_push_leads_through_ecr_to_a_service_of_ecs_and_a_version_that_fails_to_the_earlier_one(shop: Shop) -> None:
    with balancer(shop.scheduler) as url:
        config, pipeline = example_of("ecs", url)
        shop.prepare(config.replace("shop-deployments", BUCKET), pipeline, {})
        assert shop.release("1.1.0").given["version"] == "1.1.0"
        run = shop.deploy()
        assert run.jobs == {"test": "success", "deploy": "success", "next": "success"}, run.log
        assert f"assumed {ROLE} in {REGION}" in run.log
        version, digest, answer = shop.used[:3]
        assert (version, answer) == ("1.1.0", "version 1.1.0")
        assert digest == run.given["digest"]
        assert {task.images["web"] for task in shop.scheduler.observed if task.running} == {digest}

        shop.release("1.2.0", "EXIT_NOW=1")
        failed = shop.deploy()
        assert failed.jobs == {"test": "success", "deploy": "failure"}, failed.log
        assert "exit status 6" in failed.log and "exit status 3" in failed.log
        assert failed.given["deployed"] == "false"
        assert {task.images["web"] for task in shop.scheduler.observed if task.running} == {digest}
        assert ask(url) == "version 1.1.0"


def test_a_paused_deployment_is_approved_and_one_whose_alarm_fires_while_it_bakes_goes_back(shop: Shop) -> None:
    scheduler = shop.scheduler
    with balancer(scheduler) as url, answers_of(url) as answers:
        config, pipeline = example_of("ecs", url)
        shop.prepare(config.replace("shop-deployments", BUCKET), pipeline, {})
        del shop.consumer.workflow["jobs"]["next"]
        scheduler.strategy, scheduler.bake, scheduler.pauses = "BLUE_GREEN", 10, ("POST_TEST_TRAFFIC_SHIFT",)
        shop.release("1.1.0")
        paused = shop.deploy()
        assert paused.jobs == {"test": "success", "deploy": "success"}, paused.log
        assert (paused.given["deployed"], paused.given["verified"]) == ("false", "false")
        assert "waits for an approval: it is paused in stage `POST_TEST_TRAFFIC_SHIFT`" in paused.log
        assert {task.definition for task in scheduler.observed if task.running} == set(map(shop.definition, (1, 2)))
        assert ask(url) == "version 0.9.0"

        approved = shop.approve()
        assert approved.jobs == {"approve": "success"}, approved.log
        assert (approved.given["deployed"], approved.given["verified"]) == ("true", "true")
        assert answers.order() == ["version 0.9.0", "version 1.1.0"]

        scheduler.pauses, scheduler.alarms, scheduler.bake = (), ("shop-5xx",), 300
        make_alarm("shop-5xx")
        shop.release("1.2.0")
        with firing(scheduler, "shop-5xx"):
            failed = shop.deploy()
        assert failed.jobs == {"test": "success", "deploy": "failure"}, failed.log
        assert "exit status 6" in failed.log and f"alarm `shop-5xx` fired: {REASON}" in failed.log
        assert "1.1.0 (" in failed.log and "serves, as before; this was verified" in failed.log
        assert failed.given["deployed"] == "false"
        assert {task.definition for task in scheduler.observed if task.running} == {shop.definition(2)}
        assert answers.order() == ["version 0.9.0", "version 1.1.0", "version 1.2.0", "version 1.1.0"]


def test_a_push_leads_to_a_back_end_in_ecs_and_then_to_a_front_end_in_s3(shop: Shop, aws: Aws) -> None:
    aws.make_bucket("shop-web")
    distribution = aws.make_distribution("shop-web")
    with edge(aws, "shop-web", distribution) as url:
        config, pipeline = example_of("ecs", url)
        site, _ = example_of("static-site", url)
        table = site.partition("[environments.prod.deploy]")[2].replace('"npm ci", "npm run build"', '"sh build.sh"')
        table = table.replace("E2QWRUHEXAMPLE", distribution)
        config = config.replace("[environments.prod.deploy]", "[[environments.prod.deploy]]")
        config = f"{config.replace('shop-deployments', BUCKET)}\n[[environments.prod.deploy]]{table}"
        shop.prepare(config, pipeline, {"build.sh": BUILD})
        shop.release("1.1.0", page="101000")
        run = shop.deploy()
        assert run.jobs == {"test": "success", "deploy": "success", "next": "success"}, run.log
        assert shop.used[0] == "1.1.0" and "/assets/main-101000Bx.js" in shop.used[-2]
        assert ask(f"{url}/assets/main-101000Bx.js") == "run('101000')"
        assert json.loads(ask(f"{url}/release.json"))["version"] == "1.1.0"
        serving = {task.images["web"] for task in shop.scheduler.observed if task.running}
        assert serving == {run.given["digest"]}


class Answers:
    """The answers of the load balancer, in their order."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def order(self) -> list[str]:
        """Return each answer once, until another one follows; the last one was given after this call began."""
        count = len(self.seen)
        while len(self.seen) < count + 2:
            time.sleep(0.1)
        return [answer for answer, _ in itertools.groupby(self.seen)]


@contextmanager
def answers_of(url: str) -> Iterator[Answers]:
    """Ask all the time from outside; a request that fails is an answer, too."""
    answers, ended = Answers(), threading.Event()

    def poll() -> None:
        while not ended.wait(0.2):
            try:
                answers.seen.append(ask(url))
            except OSError as error:
                answers.seen.append(str(error))

    thread = threading.Thread(target=poll, daemon=True)
    thread.start()
    yield answers
    ended.set()
    thread.join()


@contextmanager
def firing(scheduler: ContainerScheduler, name: str) -> Iterator[None]:
    """Let an alarm fire as soon as the deployment that begins now bakes."""
    count, ended = len(scheduler.rollouts), threading.Event()

    def watch() -> None:
        while not ended.wait(0.5):
            if len(scheduler.rollouts) > count and scheduler.rollouts[-1].stage == "BAKE_TIME":
                time.sleep(2)  # requests reach the new tasks
                boto3.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=REASON)
                scheduler.firing[name] = REASON
                return

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    yield
    ended.set()
    thread.join()


def ask(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode()).strip()
