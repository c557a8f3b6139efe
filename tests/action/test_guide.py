"""The guide tells every input, secret and output as action and workflows have them, and its example runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from action.act import Consumer
from action.contract import ACTION, ROOT, WORKFLOWS, Tree, findings
from markdown_it import MarkdownIt
from ruamel.yaml import YAML

GUIDE = "docs/guides/github-actions.md"
TEXT = (ROOT / GUIDE).read_text(encoding="utf-8")
FLOWS = {name: f"{WORKFLOWS}{name}" for name in ("release.yml", "dev-deploy.yml", "prod-deploy.yml")}
EXAMPLE, IMAGE_EXAMPLE = (token.content for token in MarkdownIt().parse(TEXT) if token.info == "yaml")
TREE = Tree()

Node = Mapping[str, Any]


def interface(flow: str, kind: str) -> Node:
    found: Node = TREE.files[FLOWS[flow]]["on"]["workflow_call"].get(kind, {})
    return found


def table(head: str, rows: Iterable[Iterable[str]]) -> str:
    lines = (f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows)
    return "\n".join([head, "|---" * (head.count("|") - 1) + "|", *lines])


def inputs(*interfaces: Node) -> str:
    """The inputs of one interface, or of several that differ by their defaults only."""
    rows = ((f"`{name}`", _default(name, interfaces), each["description"]) for name, each in interfaces[0].items())
    return table("| input | default | meaning |", rows)


def _default(name: str, interfaces: Iterable[Node]) -> str:
    found = dict.fromkeys(_shown(each[name]["default"]) for each in interfaces)
    return ", ".join(f"`{value}`" for value in found if value)


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def secrets() -> str:
    given: dict[tuple[str, str], list[str]] = {}
    for flow in FLOWS:
        for name, each in interface(flow, "secrets").items():
            given.setdefault((name, each["description"]), []).append(f"`{flow}`")
    return table(
        "| secret | of | meaning |", ((f"`{name}`", ", ".join(of), what) for (name, what), of in given.items())
    )


def outputs() -> str:
    return table("| output | meaning | given by the action and |", _outputs())


def _outputs() -> Iterator[tuple[str, str, str]]:
    for name, each in TREE.action["outputs"].items():
        by = [f"`{flow}`" for flow in FLOWS if name in interface(flow, "outputs")]
        yield f"`{name}`", each["description"], ", ".join(by)


TABLES = {
    "inputs of the action": inputs(TREE.files[ACTION]["inputs"]),
    "inputs of a release": inputs(interface("release.yml", "inputs")),
    "inputs of a deployment": inputs(interface("dev-deploy.yml", "inputs"), interface("prod-deploy.yml", "inputs")),
    "secrets": secrets(),
    "outputs": outputs(),
}


@pytest.mark.parametrize("name", TABLES)
def test_its_tables_are_what_the_files_say(name: str) -> None:
    assert TABLES[name] in TEXT, f"write into {GUIDE}:\n{TABLES[name]}"


def test_the_two_deployments_differ_by_the_environment_only() -> None:
    dev, prod = (interface(flow, "inputs") for flow in ("dev-deploy.yml", "prod-deploy.yml"))
    assert {name for name in dev if dev[name] != prod[name]} == {"environment"} and dev.keys() == prod.keys()


@pytest.mark.parametrize("example", [EXAMPLE, IMAGE_EXAMPLE], ids=["release", "image"])
def test_the_job_of_its_example_keeps_the_rules_of_the_repository(example: str) -> None:
    assert findings(Tree({**TREE.texts, GUIDE: example})) == []


def test_the_job_of_its_example_releases(consumer: Consumer) -> None:
    consumer.workflow = YAML(typ="safe").load(EXAMPLE.replace("OWNER/shipit@COMMIT", "acme/shipit@selftest"))
    job = consumer.workflow["jobs"]["release"]
    del job["concurrency"]  # act does not know `queue`
    run = consumer.run()
    assert run.jobs == {"release": "success"}
    assert "1.1.0 is out" in run.log
    assert consumer.github.git.resolve("v1.1.0") == consumer.github.git.resolve("main")
