"""Environments that extend another: their values, and the places that errors name."""

from __future__ import annotations

import tomllib

import pytest
from jsonschema import Draft202012Validator

from shipit.config.environment import EnvironmentConfig
from shipit.config.load import parse_config
from shipit.config.schema import json_schema
from shipit.config.targets import BlueGreenConfig, HealthConfig, WatchtowerConfig
from shipit.errors import ConfigError

PROD = """\
[environments.prod]
branch = "prod"
url = "https://shop.example"
promote = "staging"
build = ["./gradlew build", "./gradlew docs"]
image = { name = "acme/shop", tags = ["latest", "{version}"], args = { MODE = "prod", CDN = "a" } }

[environments.prod.deploy]
kind = "blue-green"
hosts = ["ssh://shop.example"]
health = { path = "/health", json = { status = "UP" } }
"""
THREE = f"""\
{PROD}
[environments.staging]
extends = "prod"
branch = "staging"
image = {{ tags = ["staging"], args = {{ MODE = "staging" }} }}
deploy.hosts = ["ssh://staging.example"]

[environments.dev]
extends = "staging"
build = []
deploy = {{ hosts = ["local"], health = "none" }}
"""


def read(text: str) -> dict[str, EnvironmentConfig]:
    Draft202012Validator(json_schema()).validate(tomllib.loads(text))
    return parse_config(text).environments


def problems(text: str) -> list[tuple[str, str, int | None, str | None]]:
    with pytest.raises(ConfigError) as raised:
        parse_config(text)
    return [(each.what, each.where, each.line, each.hint) for each in raised.value.problems]


def test_an_environment_has_the_values_that_it_does_not_write_itself() -> None:
    staging = read(THREE)["staging"]
    assert staging.build == ("./gradlew build", "./gradlew docs")
    assert staging.image and staging.image.name == "acme/shop"
    (target,) = staging.targets
    assert isinstance(target, BlueGreenConfig)
    assert target.health == HealthConfig(path="/health", json={"status": "UP"})


def test_tables_are_merged_at_every_depth_and_lists_are_replaced() -> None:
    staging = read(THREE)["staging"]
    assert staging.image and staging.image.args == {"MODE": "staging", "CDN": "a"}
    assert staging.image.tags == ("staging",)
    assert staging.targets[0].hosts == ("ssh://staging.example",)


def test_the_branch_the_address_and_the_promotion_are_never_inherited() -> None:
    dev = read(THREE)["dev"]
    assert (dev.branch, dev.url, dev.promote) == (None, None, None)


def test_an_environment_can_extend_one_that_extends_another() -> None:
    dev = read(THREE)["dev"]
    assert dev.build == ()
    assert dev.image and (dev.image.tags, dev.image.args["CDN"]) == (("staging",), "a")
    (target,) = dev.targets
    assert isinstance(target, BlueGreenConfig)
    assert (target.hosts, target.health) == (("local",), "none")


def test_the_environments_can_be_in_any_order() -> None:
    first, last = THREE.split("\n[environments.staging]")
    assert read(f"[environments.staging]{last}\n{first}") == read(THREE)


def test_the_environment_that_is_extended_stays_as_it_is() -> None:
    assert read(THREE)["prod"] == read(PROD + "\n[environments.staging]\nimage = { name = 'acme/shop' }")["prod"]


def test_a_target_of_another_kind_replaces_the_inherited_target() -> None:
    own = '[environments.staging]\nextends = "prod"\ndeploy = { kind = "watchtower", proof = "none" }\n'
    assert read(f"{PROD}{own}")["staging"].targets == (WatchtowerConfig(proof="none"),)


def test_a_list_of_targets_replaces_the_inherited_target() -> None:
    own = '[environments.staging]\nextends = "prod"\ndeploy = [{ kind = "watchtower", proof = "none" }]\n'
    assert read(f"{PROD}{own}")["staging"].targets == (WatchtowerConfig(proof="none"),)


def test_several_images_replace_an_inherited_image_and_the_other_way_round() -> None:
    several = '[environments.a]\nimages = { web = { name = "acme/web" } }\n'
    one = '[environments.b]\nextends = "a"\nimage = { name = "acme/shop" }\n'
    again = '[environments.c]\nextends = "b"\nimages = { api = { name = "acme/api" } }\n'
    found = read(several + one + again)
    assert [list(found[name].built) for name in "abc"] == [["web"], [""], ["api"]]


def test_an_inherited_mistake_is_reported_once_and_where_it_was_written() -> None:
    wrong = THREE.replace("json = {", "jsn = {").replace('MODE = "prod"', "MODE = 1")
    assert [(what, where, line) for what, where, line, _ in problems(wrong)] == [
        ("`MODE` must be a string without NUL, not `1`", "environments.prod.image.args.MODE", 6),
        ("unknown key `jsn`", "environments.prod.deploy.health.jsn", 11),
    ]


def test_a_contradiction_with_an_inherited_value_is_reported_where_that_was_written() -> None:
    slots = THREE.replace("[environments.staging]", "slots = { blue = 80, green = 80 }\n\n[environments.staging]")
    assert [(what, where) for what, where, *_ in problems(slots)] == [
        ("both slots have the same port", "environments.prod.deploy.slots")
    ]


def test_a_mistake_in_an_own_value_is_reported_there() -> None:
    assert [each[:3] for each in problems(THREE.replace("deploy.hosts", "deploy.hsts"))] == [
        ("unknown key `hsts`", "environments.staging.deploy.hsts", 17)
    ]


def test_in_pyproject_the_place_has_the_whole_key_path() -> None:
    text = "[tool.shipit.environments.a]\nbranch = 5\ntimeout = 0\n[tool.shipit.environments.b]\nextends = 'a'\n"
    with pytest.raises(ConfigError) as raised:
        parse_config(text, where="pyproject.toml", table=("tool", "shipit"))
    assert [each.where for each in raised.value.problems] == [
        "tool.shipit.environments.a.branch",
        "tool.shipit.environments.a.timeout",
    ]


def test_an_unknown_environment_is_an_error_with_the_one_that_was_probably_meant() -> None:
    assert problems(THREE.replace('extends = "staging"', 'extends = "stagng"')) == [
        ("there is no other environment `stagng`", "environments.dev.extends", 20, "did you mean `staging`?")
    ]
    assert problems("[environments.dev]\nextends = 'prod'") == [
        ("there is no other environment `prod`", "environments.dev.extends", 2, "add `[environments.prod]`")
    ]


def test_environments_that_extend_each_other_are_one_error() -> None:
    circle = "".join(f"[environments.{name}]\nextends = '{base}'\n" for name, base in ("ab", "bc", "ca", "da"))
    assert problems(circle) == [
        (
            "environment `a` extends `b`, which extends `c`, which extends `a`",
            "environments.a.extends",
            2,
            "remove `extends` from one of them",
        )
    ]
    assert problems("[environments.a]\nextends = 'a'") == [
        ("environment `a` extends itself", "environments.a.extends", 2, "remove `extends`")
    ]


def chain(last: str) -> str:
    """Return 2,000 environments that extend each other; `last` are the lines of the one that all others extend."""
    others = "".join(f"[environments.e{n}]\nextends = 'e{n + 1}'\n" for n in range(1999))
    return f"{others}[environments.e1999]\n{last}\n"


def test_a_chain_of_environments_can_be_as_long_as_you_like() -> None:
    found = parse_config(chain("image.name = 'acme/shop'")).environments
    assert {each.image.name for each in found.values() if each.image} == {"acme/shop"}
    assert len(found) == 2000


def test_a_mistake_at_the_end_of_a_long_chain_is_reported_once_and_where_it_was_written() -> None:
    assert [each[:2] for each in problems(chain("image.nme = 'acme/shop'"))] == [
        ("unknown key `nme`", "environments.e1999.image.nme"),
        ("`image` needs `name`", "environments.e1999.image"),
    ]


def test_a_long_circle_is_named_by_its_beginning() -> None:
    (only,) = problems(chain("extends = 'e5'"))
    first = ", which extends ".join(f"`e{n}`" for n in range(6, 26))
    assert only[0] == f"environment `e5` extends {first} and 1,974 more, which lead back to `e5`"
    assert only[1] == "environments.e5.extends"


def test_the_hint_lists_some_of_many_environments() -> None:
    ((_, _, _, hint),) = problems(chain("extends = 'production'"))
    assert hint and hint.endswith("`e19` and 1,979 more")


@pytest.mark.parametrize(
    "text",
    [
        "[environments]\nprod = 5\ndev = { extends = 'prod' }",
        "[environments.prod]\n[environments.dev]\nextends = ['prod']",
        "environments = 'prod'",
        "[environments.prod]\n[environments.dev]\nextends = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'",
    ],
)
def test_a_value_of_the_wrong_type_is_a_problem_as_elsewhere(text: str) -> None:
    (only,) = problems(text)
    assert "extends itself" not in only[0] and "ghp_" not in only[0]


@pytest.mark.parametrize(
    "own",
    ["hots = []", "deploy = { helth = 'none' }", "image = { nme = 'x' }", "deploy = [{ kind = 'blue-green' }]"],
)
def test_the_schema_refuses_wrong_keys_of_an_extending_environment(own: str) -> None:
    text = f'{PROD}\n[environments.staging]\nextends = "prod"\n{own}\n'
    assert problems(text)
    assert not Draft202012Validator(json_schema()).is_valid(tomllib.loads(text))


@pytest.mark.parametrize(
    ("keys", "what", "hint"),
    [
        (
            "promote-verified = true",
            "`promote-verified` needs the environment that verifies the images",
            'add `promote = "staging"`',
        ),
        (
            'promote = "staging"\npromote-verified = true',
            "environment `staging` has no target, so it verifies no image",
            "add `[environments.staging.deploy]`",
        ),
    ],
)
def test_only_an_environment_with_a_target_verifies_images(keys: str, what: str, hint: str) -> None:
    image = 'image = { name = "acme/shop" }\n'
    text = f"[environments.staging]\n{image}[environments.prod]\n{image}{keys}\n"
    assert problems(text) == [(what, "environments.prod.promote-verified", 4 + keys.count("\n") + 1, hint)]


def test_an_environment_promotes_attested_images_only_from_one_that_attests() -> None:
    image = 'image = { name = "acme/shop" }\n'
    own = f'{image}promote = "staging"\nrequire-attestation = true\n'
    text = f"[environments.staging]\n{image}[environments.prod]\n{own}"
    ((what, where, _, hint),) = problems(text)
    assert what == "environment `staging` attests no images, and `prod` promotes only attested ones"
    assert where == "environments.prod.require-attestation"
    assert hint == "write `require-attestation = true` into `[environments.staging]`, too"
