"""The contract of all steps, tested with each kind of step."""

from __future__ import annotations

import inspect
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from contracts.clones import CLONES, Clone, in_memory, over_a_bare_repository
from parts.engine import Engine
from parts.registry import Registry
from steps.ecs.scene import ADDRESS
from steps.kubernetes.scene import NAMESPACE
from steps.samples import TAG, reference, samples_of_steps
from steps.static_site.scene import BUCKET

from shipit.errors import ConflictError
from shipit.plan.model import Inputs
from shipit.plan.release import ReleasePlan
from shipit.plan.views import plan_from_json, plan_to_json
from shipit.steps.base import Done, Step, Todo
from shipit.steps.registry import STEPS
from shipit.testing import FakeWorld, recorded

SAMPLES = samples_of_steps()
PAIRS = [(kind, make) for kind in SAMPLES for make in CLONES if make is in_memory or SAMPLES[kind].real]
CASES = [pytest.param(kind, make, id=f"{kind}-{make.__name__}") for kind, make in PAIRS]
CONTRADICTIONS = [
    pytest.param(kind, make, contradict, id=f"{kind}-{make.__name__}-{getattr(contradict, '__name__', 'edit_file')}")
    for kind, make in PAIRS
    for contradict in SAMPLES[kind].contradictions
]


@pytest.fixture
def clone(kind: str, make: Callable[[Path], Clone], tmp_path: Path, request: pytest.FixtureRequest) -> Clone:
    """The clone for a step. For steps of images it has an engine and a registry, which are real if the clone is."""
    clone = make(tmp_path)
    if SAMPLES[kind].images and make is over_a_bare_repository:
        engine, registry, monkeypatch = map(request.getfixturevalue, ("engine", "registry", "monkeypatch"))
        equip(clone, engine, registry, monkeypatch)
    return clone


def equip(clone: Clone, engine: Engine, registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    clone.image = f"{registry.address}/acme/{secrets.token_hex(6)}"
    for name, value in engine.environment.items():
        monkeypatch.setenv(name, value)


def state(clone: Clone) -> dict[str, Any]:
    """Return all that a step can change, in the clone and for others."""
    git, files = clone.git, clone.files
    paths = ("VERSION", "CHANGELOG.md", "search.txt", "notes.txt", "meanwhile.txt", "built")
    return {
        "clone": (git.head(), git.branch(), git.tags(), git.dirty(), [files.read(path) for path in paths]),
        "remote": git.remote_refs(),
        "release": clone.world.forge.find_release(TAG),
        "image": image(clone) if clone.image else None,
        "host": host(clone) if isinstance(clone.world, FakeWorld) else None,
        "cluster": cluster(clone) if isinstance(clone.world, FakeWorld) else None,
        "bucket": bucket(clone) if isinstance(clone.world, FakeWorld) else None,
        "service": service(clone) if isinstance(clone.world, FakeWorld) else None,
        "issues": [(clone.world.forge.find_comment(n, "<!--"), clone.world.forge.labels(n)) for n in (7, 12)],
    }


def image(clone: Clone) -> object:
    """Return the labels of the image in the engine, and the image in the registry.

    Labels stand for the content in the engine, because two builds never have the same content.
    """
    local = clone.world.engine.find(reference(clone))
    return local and local.labels, clone.world.registry.find(reference(clone))


def host(clone: Clone) -> object:
    """Return all that a step can change on the host of the samples, without the ids of containers."""
    assert isinstance(clone.world, FakeWorld)
    host = clone.world.hosts.at("local")
    containers = map(host.containers.find, host.containers.names())
    described = [(found.name, found.labels, found.running, found.ports) for found in containers if found]
    return dict(host.files), dict(host.modes), host.nginx.loaded, described, dict(host.containers.environments)


def cluster(clone: Clone) -> object:
    """Return all that a step can change in the namespace of the samples."""
    assert isinstance(clone.world, FakeWorld)
    namespace = clone.world.clusters.at(NAMESPACE)
    return dict(namespace.texts), {name: dict(each.images) for name, each in namespace.deployments.items()}


def bucket(clone: Clone) -> object:
    """Return all that a step can change in the bucket of the samples, and in the cache in front of it."""
    assert isinstance(clone.world, FakeWorld)
    site = clone.world.sites.at(BUCKET)
    return dict(site.objects), [(each.reference, each.paths) for each in site.distribution.invalidations]


def service(clone: Clone) -> object:
    """Return all that a step can change of the service of ECS of the samples, without what its scheduler does."""
    assert isinstance(clone.world, FakeWorld)
    found = clone.world.ecs_services.at(ADDRESS)
    return dict(found.texts), [(each.arn, each.tags) for each in found.definitions], found.updates[:], found.commands[:]


def test_every_step_has_a_sample() -> None:
    assert SAMPLES.keys() == STEPS.keys()


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_step_has_a_docstring_and_says_whether_it_is_public(kind: str) -> None:
    step = STEPS[kind]
    assert step.kind == kind
    assert isinstance(step.public, bool)
    assert inspect.getdoc(step)


@pytest.mark.parametrize(("kind", "make"), CASES)
def test_a_step_has_an_id_and_a_summary_of_one_line(kind: str, clone: Clone) -> None:
    step = SAMPLES[kind].step(clone)
    assert step.id.startswith(f"{kind}:")
    assert step.summary
    assert "\n" not in step.summary


@pytest.mark.parametrize(("kind", "make"), CASES)
def test_check_writes_nothing(kind: str, clone: Clone) -> None:
    step = SAMPLES[kind].step(clone)
    world, writes = recorded(clone.world)
    before = state(clone)
    assert isinstance(step.check(world), Todo)
    assert (writes, state(clone)) == ([], before)
    step.apply(clone.world)
    after = state(clone)
    assert isinstance(step.check(world), Done)
    assert (writes, state(clone)) == ([], after)


@pytest.mark.parametrize(("kind", "make"), CASES)
def test_after_apply_check_returns_done_with_the_same_outputs(kind: str, clone: Clone) -> None:
    step = SAMPLES[kind].step(clone)
    outputs = step.apply(clone.world)
    assert step.check(clone.world) == Done(outputs)


@pytest.mark.parametrize(("kind", "make"), CASES)
def test_applying_twice_is_the_same_as_applying_once(kind: str, clone: Clone) -> None:
    step = SAMPLES[kind].step(clone)
    outputs = step.apply(clone.world)
    once = state(clone)
    assert step.apply(clone.world) == outputs
    assert state(clone) == once


@pytest.mark.parametrize(("kind", "make", "contradict"), CONTRADICTIONS)
def test_a_contradiction_raises_an_error_with_a_hint_and_changes_nothing(
    kind: str, clone: Clone, contradict: Callable[[Clone], object]
) -> None:
    step = SAMPLES[kind].step(clone)
    contradict(clone)
    before = state(clone)
    with pytest.raises(ConflictError) as raised:
        ensure(step, clone)
    assert raised.value.hint
    assert state(clone) == before


def ensure(step: Step, clone: Clone) -> None:
    if isinstance(step.check(clone.world), Todo):
        step.apply(clone.world)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_step_survives_json(kind: str, tmp_path: Path) -> None:
    step = SAMPLES[kind].step(in_memory(tmp_path))
    plan = ReleasePlan(decisions=(), inputs=Inputs("0" * 40, "main", "c"), steps=(step,))
    assert plan_from_json(json.dumps(plan_to_json(plan)), "plan.json").steps == (step,)
