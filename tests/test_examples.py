"""The files in examples/: each set is valid, and its files agree with each other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from shipit.config.load import parse_config
from shipit.config.model import Config
from shipit.config.targets import BlueGreenConfig, EcsConfig, StaticSiteConfig, WatchtowerConfig

EXAMPLES = Path(__file__).parents[1] / "examples"
SETS = sorted(path.parent.name for path in EXAMPLES.glob("*/shipit.toml"))
GUIDES = EXAMPLES.parent / "docs" / "guides"


def config(name: str) -> Config:
    return parse_config((EXAMPLES / name / "shipit.toml").read_text(encoding="utf-8"))


def yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SETS)
def test_the_workflow_of_an_example_runs_for_its_branches(name: str) -> None:
    own = EXAMPLES / name / "pipeline.yml"
    found = config(name)
    branches = {environment.branch for environment in found.environments.values()} | {found.release.branch}
    assert set(yaml(own if own.exists() else EXAMPLES / "pipeline.yml")["on"]["push"]["branches"]) == branches


@pytest.mark.parametrize("name", SETS)
def test_the_pages_name_every_file_of_an_example(name: str) -> None:
    page = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    files = {path.relative_to(EXAMPLES / name).as_posix() for path in (EXAMPLES / name).rglob("*") if path.is_file()}
    assert {each for each in re.findall(r"\]\(([^)]+)\)", page) if not each.startswith("..")} == files - {"README.md"}
    assert f"]({name})" in (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert f"examples/{name}" in "".join(guide.read_text(encoding="utf-8") for guide in GUIDES.glob("*.md"))


def test_the_site_of_the_example_includes_the_file_that_shipit_writes() -> None:
    (target,) = config("blue-green").environments["prod"].targets
    assert isinstance(target, BlueGreenConfig)
    assert f"include {target.nginx.file};" in (EXAMPLES / "blue-green/host/shop.conf").read_text()
    first = (EXAMPLES / "blue-green/host/service-url.inc").read_text()
    assert first == f"set $service_url http://127.0.0.1:{target.slots.blue};\n"
    assert f"/etc/nginx/shipit/{Path(target.nginx.file).name}" == target.nginx.file


def test_the_watchtower_of_the_example_updates_the_container_that_shipit_looks_at() -> None:
    environment = config("watchtower").environments["prod"]
    (target,) = environment.targets
    assert isinstance(target, WatchtowerConfig) and environment.image
    services = yaml(EXAMPLES / "watchtower/host/compose.yaml")["services"]
    app, watchtower = services["chat"], services["watchtower"]
    assert (app["container_name"], target.container) == ("chat", watchtower["command"].split()[-1])
    assert app["image"] == f"${{IMAGE:-{environment.image.name}}}:{target.tag}"
    assert [f"{(target.url or '').removeprefix('http://')}:8080"] == watchtower["ports"]
    assert f"secrets.{target.token} }}}}" in (EXAMPLES / "watchtower/pipeline.yml").read_text()


@pytest.mark.parametrize("guide", ["kubernetes.md", "kubernetes.ko.md"])
def test_the_role_of_the_example_is_that_of_the_guide(guide: str) -> None:
    text = (GUIDES / guide).read_text(encoding="utf-8")
    shown = YAML(typ="safe").load(text.partition("```yaml\napiVersion: rbac")[2].partition("```")[0].join(("v: ", "")))
    (role,) = (each for each in documents("kubernetes/cluster/rights.yaml") if each["kind"] == "Role")
    assert (shown["kind"], shown["rules"]) == (role["kind"], role["rules"])


@pytest.mark.parametrize("example", ["static-site", "ecs"])
@pytest.mark.parametrize("ending", ["md", "ko.md"])
def test_the_rights_of_the_example_are_those_of_the_guide(example: str, ending: str) -> None:
    text = (GUIDES / f"{example}.{ending}").read_text(encoding="utf-8")
    shown = json.loads(text.partition("```json\n")[2].partition("```")[0])
    assert shown == policy("rights.json", example)


def test_the_policy_of_the_example_for_ecs_is_for_its_service_and_its_bucket() -> None:
    (target,) = config("ecs").environments["prod"].targets
    assert isinstance(target, EcsConfig)
    text, place = json.dumps(policy("rights.json", "ecs")), f"{target.region}:{target.account}"
    named = set(re.findall(r'"(arn:aws:(?:s3|ecs):[^"]+)"', text))
    path, bucket = f"{target.cluster}/{target.service}", f"arn:aws:s3:::{target.bucket}"
    services = {f"arn:aws:ecs:{place}:{each}" for each in (f"service/{path}", f"service-deployment/{path}/*")}
    assert named == {bucket, f"{bucket}/.shipit/ecs/*", *services, f"arn:aws:ecs:{place}:service-revision/{path}/*"}


def test_the_policies_of_the_example_are_for_its_bucket_and_its_distribution() -> None:
    (target,) = config("static-site").environments["prod"].targets
    assert isinstance(target, StaticSiteConfig)
    distribution = f"arn:aws:cloudfront::{target.account}:distribution/{target.distribution}"
    rights, bucket = policy("rights.json"), policy("bucket-policy.json")
    named = {statement["Resource"] for each in (rights, bucket) for statement in each["Statement"]}
    arn = f"arn:aws:s3:::{target.bucket}"
    assert named == {arn, f"{arn}/*", f"{arn}/.shipit/*", distribution}
    assert bucket["Statement"][0]["Condition"]["StringEquals"]["AWS:SourceArn"] == distribution


def policy(name: str, example: str = "static-site") -> Any:
    return json.loads((EXAMPLES / example / "aws" / name).read_text(encoding="utf-8"))


def documents(path: str) -> list[Any]:
    return list(YAML(typ="safe").load_all((EXAMPLES / path).read_text(encoding="utf-8")))
