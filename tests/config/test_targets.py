"""The tables of targets, and the allowed values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import asdict

from shipit.config.load import parse_config
from shipit.config.schema import json_schema
from shipit.config.targets import BlueGreenConfig, HealthConfig
from shipit.errors import ConfigError
from shipit.finding import Problem

DEV = '[environments.dev]\nimage = { name = "acme/shop" }\n'


def target(lines: str = "", environment: str = DEV) -> BlueGreenConfig:
    config = parse_config(f'{environment}[environments.dev.deploy]\nkind = "blue-green"\nhealth = "none"\n{lines}')
    (found,) = config.environments["dev"].targets
    assert isinstance(found, BlueGreenConfig)
    return found


def problem(text: str) -> Problem:
    with pytest.raises(ConfigError) as raised:
        parse_config(text)
    (only,) = raised.value.problems
    return only


def refused(lines: str) -> Problem:
    return problem(f'{DEV}[environments.dev.deploy]\nkind = "blue-green"\nhealth = "none"\n{lines}')


def test_a_target_needs_only_its_kind_and_its_health_check() -> None:
    found = target()
    assert (found.hosts, found.health, found.bake, found.drain, found.directory) == (
        ("local",),
        "none",
        "15s",
        "30s",
        "/var/lib/shipit",
    )
    assert (found.slots.blue, found.slots.green, found.container.port) == (8081, 8082, 8080)
    assert (found.nginx.file, found.nginx.style) == ("/etc/nginx/conf.d/service-url.inc", "set")


def test_one_target_and_a_list_of_one_are_the_same() -> None:
    one = parse_config(f'{DEV}deploy = {{ kind = "blue-green", health = "none" }}').environments["dev"]
    several = parse_config(f'{DEV}deploy = [{{ kind = "blue-green", health = "none" }}]').environments["dev"]
    assert one.targets == several.targets
    assert parse_config(DEV).environments["dev"].targets == ()


def test_a_health_check_is_a_table() -> None:
    text = f'{DEV}deploy = {{ kind = "blue-green", health = {{ path = "/health", times = 5 }} }}'
    (found,) = parse_config(text).environments["dev"].targets
    assert isinstance(found, BlueGreenConfig)
    assert found.health == HealthConfig(path="/health", times=5)
    assert {"json": {}, "status": None, "within": "90s"}.items() <= asdict(found.health).items()


def test_a_target_without_a_health_check_is_refused() -> None:
    found = problem(f'{DEV}deploy = {{ kind = "blue-green" }}')
    assert (found.what, found.hint) == ("`deploy` needs `health`", "add `health = ...`")


@pytest.mark.parametrize("value", ["90s", "2m", "500ms", "1h", "0s"])
def test_a_duration_has_a_unit(value: str) -> None:
    assert target(f'bake = "{value}"').bake == value


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        ("bake = 15", "bake"),
        ('bake = "15"', "bake"),
        ('bake = "-1s"', "bake"),
        ('bake = "1.5s"', "bake"),
        ('bake = "1d"', "bake"),
        ("hosts = []", "hosts"),
        ('hosts = ["shop.example"]', "hosts[0]"),
        ('hosts = ["ssh://"]', "hosts[0]"),
        ('hosts = ["ssh://a b"]', "hosts[0]"),
        ('hosts = ["ssh://-oProxyCommand=x"]', "hosts[0]"),
        ('name = "Shop App"', "name"),
        ('name = "../shop"', "name"),
        ('directory = "var/lib"', "directory"),
        ("slots = { blue = 0 }", "slots.blue"),
        ("slots = { green = 65536 }", "slots.green"),
        ('container = { memory = "1 GB" }', "container.memory"),
        ("container = { cpus = 0 }", "container.cpus"),
        ('container = { keep = "forever" }', "container.keep"),
        ('container = { env = { "A-B" = "x" } }', "container.env.A-B"),
        ('nginx = { variable = "$url" }', "nginx.variable"),
        ('nginx = { style = "map" }', "nginx.style"),
        ("nginx = { command = [] }", "nginx.command"),
        ("secrets = { from = [] }", "secrets.from"),
        ('secrets = { from = ["vault:x"] }', "secrets.from[0]"),
        ('secrets = { from = ["env:A"], format = "json" }', "secrets.format"),
    ],
)
def test_a_wrong_value_is_reported_at_its_key(lines: str, where: str) -> None:
    assert refused(lines).where == f"environments.dev.deploy.{where}"


@pytest.mark.parametrize(
    ("lines", "hint"),
    [
        ("bakes = '1s'", "did you mean `bake`?"),
        ("nginx = { fil = '/x' }", "did you mean `file`?"),
        ("container = { volume = [] }", "did you mean `volumes`?"),
        ("known_hosts = []", "keys are written with `-`: `known-hosts`"),
    ],
)
def test_an_unknown_key_of_a_target_is_an_error_with_the_key_that_was_probably_meant(lines: str, hint: str) -> None:
    assert refused(lines).hint == hint


def test_an_unsupported_kind_is_an_error_that_lists_the_supported_ones() -> None:
    found = problem(f'{DEV}deploy = {{ kind = "nomad" }}')
    assert found.what.startswith("`kind` must be `blue-green`, ")
    assert found.what.endswith('`static-site` or `ecs`, not `"nomad"`')
    assert problem(f'{DEV}deploy = {{ kind = "esc" }}').hint == "did you mean `ecs`?"


def test_both_slots_on_one_port_are_refused() -> None:
    assert "same port" in refused("slots = { blue = 8081, green = 8081 }").what


def test_a_target_needs_an_image() -> None:
    deploy = 'deploy = { kind = "blue-green", health = "none" }'
    assert problem(f"[environments.dev]\n{deploy}").what == "there is no image to deploy"
    images = '[environments.dev]\nimages = { web = { name = "w" }, api = { name = "a" } }\n'
    found = problem(images + deploy)
    assert (found.what, found.hint) == (
        "the target does not say which image it deploys",
        'add `image = "web" or "api"`',
    )
    found = problem(images + deploy.replace(" }", ', image = "wev" }'))
    assert (found.what, found.hint) == ("there is no image `wev`", "did you mean `web`?")
    assert target('image = "api"', images).image == "api"


@pytest.mark.parametrize("name", ["-rf", "../../etc/passwd", "a b", "$(id)", "..", "검색", "x" * 64])
def test_a_name_that_leads_out_of_its_place_is_refused(name: str) -> None:
    service = f'deploy = {{ kind = "swarm", service = "{name}" }}'
    assert "must be a name of letters, digits" in problem(DEV + service).what
    services = (
        f'deploy = {{ kind = "compose", project = "/srv/shop", services = {{ "{name}" = {{ health = "none" }} }} }}'
    )
    assert "is not a name of letters, digits" in problem(DEV + services).what


def test_a_compose_project_without_a_service_is_a_problem() -> None:
    services = 'deploy = { kind = "compose", project = "/srv/shop", services = {} }'
    assert "must be a table with at least one service" in problem(DEV + services).what


def test_the_job_of_a_swarm_needs_a_name_that_the_swarm_takes() -> None:
    service = f'deploy = {{ kind = "swarm", service = "{"x" * 56}", migrate = ["app"] }}'
    assert "is too long for a swarm" in problem(DEV + service).what
    parse_config(DEV + service.replace(', migrate = ["app"]', ""))


def test_a_swarm_is_changed_through_one_manager() -> None:
    deploy = 'deploy = { kind = "swarm", service = "shop_web", hosts = ["ssh://one", "ssh://two"] }'
    found = problem(DEV + deploy)
    assert (found.where, found.what) == (
        "environments.dev.deploy.hosts",
        "a swarm is changed through one of its managers",
    )
    assert "needs `service`" in problem(f'{DEV}deploy = {{ kind = "swarm" }}').what


def test_the_schema_accepts_the_same_targets() -> None:
    validator = Draft202012Validator(json_schema())

    def document(**keys: Any) -> dict[str, Any]:
        return {"environments": {"dev": {"deploy": {"kind": "blue-green", "health": "none", **keys}}}}

    assert validator.is_valid(document())
    assert validator.is_valid(document(hosts=["ssh://deploy@shop.example:2222"], container={"cpus": 0.5}))
    assert not validator.is_valid(document(bake="15"))
    assert not validator.is_valid(document(slot={}))
    assert "blue-green" in json.dumps(json_schema())


def test_an_upstream_block_in_a_container_of_nginx_cannot_follow_containers_of_a_network() -> None:
    target = 'nginx = { style = "upstream", container = "web" }\ncontainer = { network = "shop" }'
    problem = refused(target)
    assert problem.where.endswith("deploy.nginx")
    assert problem.hint and "resolver 127.0.0.11" in problem.hint


PROD = """\
[environments.prod]
image = { name = "acme/shop" }
[environments.prod.deploy]
kind = "blue-green"
health = "none"
hosts = ["ssh://shop.example"]
"""


def test_an_environment_that_would_deploy_over_the_host_of_another_is_refused() -> None:
    with pytest.raises(ConfigError) as raised:
        parse_config(f'{PROD}[environments.staging]\nextends = "prod"\ndeploy.slots = {{ blue = 9001 }}\n')
    used = "on `ssh://shop.example` is used by `environments.prod.deploy` already"
    assert [(each.what, each.where, each.hint) for each in raised.value.problems] == [
        (f"port 8082 {used}", "environments.staging.deploy.slots", "write another `slots`, or other `hosts`"),
        (
            f"the file `/etc/nginx/conf.d/service-url.inc` {used}",
            "environments.staging.deploy.nginx",
            "write another `nginx`, or other `hosts`",
        ),
    ]


def test_environments_on_other_hosts_or_on_machines_of_their_own_are_accepted() -> None:
    parse_config(f'{PROD}[environments.staging]\nextends = "prod"\ndeploy.hosts = ["ssh://staging.example"]\n')
    local = PROD.replace("ssh://shop.example", "local")
    parse_config(f'{local}[environments.staging]\nextends = "prod"\n')


CLUSTER = """\
[environments.prod]
image = { name = "acme/shop" }
[environments.prod.deploy]
kind = "kubernetes"
context = "main"
namespace = "shop"
deployment = "web"
"""
STAGING = '[environments.staging]\nextends = "prod"\n'


def test_an_environment_that_would_deploy_over_the_deployment_of_another_is_refused() -> None:
    with pytest.raises(ConfigError) as raised:
        parse_config(f"{CLUSTER}{STAGING}")
    used = "on namespace shop of cluster main is used by `environments.prod.deploy` already"
    assert [(each.what, each.where, each.hint) for each in raised.value.problems] == [
        (
            f"the image of deployment `web` {used}",
            "environments.staging.deploy.deployment",
            "write another `deployment`, or another `namespace`",
        )
    ]


@pytest.mark.parametrize("key", ["namespace", "context", "deployment"])
def test_environments_with_deployments_of_their_own_are_accepted(key: str) -> None:
    parse_config(f'{CLUSTER}{STAGING}deploy.{key} = "staging"\n')


def test_two_environments_without_a_context_can_be_on_two_clusters() -> None:
    parse_config(f"{CLUSTER}{STAGING}".replace('context = "main"\n', ""))


def test_an_inherited_place_is_reported_in_the_environment_that_inherits_it() -> None:
    prod = f'{PROD}slots = {{ blue = 9001, green = 9002 }}\nnginx = {{ file = "/etc/nginx/shop.inc" }}\n'
    with pytest.raises(ConfigError) as raised:
        parse_config(f'{prod}[environments.staging]\nextends = "prod"\n')
    places = [(each.where, each.line) for each in raised.value.problems]
    assert places == [(f"environments.staging.deploy.{key}", 9) for key in ("slots", "nginx")]


def test_two_targets_of_an_environment_cannot_be_the_same_app_on_one_host() -> None:
    watched = '{ kind = "watchtower", proof = "container", hosts = ["local"], name = "a", container = "b" }'
    other = watched.replace('"b"', '"c"')
    found = problem(f"{DEV}deploy = [{watched}, {other}]")
    assert found.where == "environments.dev.deploy[1].name"
    assert found.what == "the app `a` in `/var/lib/shipit` on `local` is used by `environments.dev.deploy[0]` already"


COMPOSE = """
[environments.dev]
images.backend.name = "acme/backend"
images.frontend.name = "acme/web"

[environments.dev.deploy]
kind = "compose"
project = "/srv/Shop"
services.backend.health = "none"
services.web = { image = "frontend", port = 80, health = { path = "/" } }
"""


def test_a_table_of_compose_is_one_target_for_each_service() -> None:
    config = parse_config(COMPOSE)
    environment = config.environments["dev"]
    backend, web = environment.targets
    assert (backend.image, web.image) == ("backend", "frontend")
    assert [environment.app_name("dev", each) for each in (backend, web)] == ["shop-dev-backend", "shop-dev-web"]
    named = parse_config(COMPOSE + 'name = "app"\n').environments["dev"]
    assert [named.app_name("dev", each) for each in named.targets] == ["app-backend", "app-web"]


@pytest.mark.parametrize(
    ("wrong", "key", "what"),
    [
        ('secrets.from = ["env:KEY"]\n', "environments.dev.deploy.secrets", "compose reads secrets from a file"),
        ('image = "backend"\n', "environments.dev.deploy.image", "each service has its own image"),
        (
            'copy = { a = "compose.shipit.yaml" }\n',
            "environments.dev.deploy.copy",
            "shipit writes another text to `compose.shipit.yaml`",
        ),
        (
            'services.api.health = "none"\n',
            "environments.dev.deploy.services.api",
            "the target does not say which image it deploys",
        ),
        (
            'services.api = { image = "front", health = "none" }\n',
            "environments.dev.deploy.services.api.image",
            "there is no image `front`",
        ),
    ],
)
def test_a_wrong_service_is_reported_at_its_place(wrong: str, key: str, what: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_config(COMPOSE + wrong)
    (problem,) = raised.value.problems
    assert (problem.where.endswith(key), problem.what) == (True, what)


def test_two_environments_cannot_deploy_the_same_service_on_one_host() -> None:
    there = COMPOSE + 'hosts = ["ssh://one"]\n'
    with pytest.raises(ConfigError) as raised:
        parse_config(there + there.replace(".dev", ".prod"))
    problem, _ = raised.value.problems
    assert "the service `backend` of `/srv/Shop` on `ssh://one` is used by" in problem.what


@pytest.mark.parametrize("cpus", ["inf", "nan", "-inf", "1e300", "0", "-1", "1e-9"])
def test_a_number_of_processors_that_no_engine_accepts_is_refused(cpus: str) -> None:
    found = refused(f"container = {{ cpus = {cpus} }}\n")
    assert found.what.startswith("`cpus` must be a number from 0.01 to 10000, not `")


@pytest.mark.parametrize("seconds", ["1000000", "99999999999999999999"])
def test_a_time_limit_has_a_limit_as_a_number_and_as_a_text(seconds: str) -> None:
    for written in (seconds, f'"{seconds}s"'):
        assert "must be a duration" in problem(f"[release]\nprepare-timeout = {written}\n").what


SITE = """\
[environments.prod]
branch = "prod"
[environments.prod.deploy]
kind = "static-site"
bucket = "shop-web"
"""


def test_a_static_site_needs_no_image_and_knows_none() -> None:
    (target,) = parse_config(SITE).environments["prod"].targets
    assert (target.hosts, target.deploys_image) == (("s3://shop-web",), False)
    assert "`image`" in problem(f'{SITE}image = "web"').what


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('bucket = "Shop_Web"', "the name of a bucket"),
        ('bucket = "shop-web"\naccount = "42"', "a string of 12 digits"),
        ('bucket = "shop-web"\nregion = "Seoul"', "a region of AWS"),
        ('bucket = "shop-web"\nkeep-releases = 1', "a whole number from 2 to 100"),
        ('bucket = "shop-web"\ndistribution = "https://d1.cloudfront.net"', "the id of a distribution"),
    ],
)
def test_a_key_of_a_static_site_with_a_wrong_value_says_what_it_can_be(line: str, what: str) -> None:
    assert what in problem(SITE.replace('bucket = "shop-web"', line)).what


def test_a_static_site_among_packages_says_whose_version_it_has() -> None:
    packages = '[packages.web]\npath = "web"\n[packages.api]\npath = "api"\n'
    found = problem(packages + SITE)
    assert (found.what, found.hint) == (
        "the site does not say which package its version comes from",
        'add `package = "web" or "api"`',
    )
    assert problem(f'{packages}{SITE}package = "wab"').hint == "did you mean `web`?"
    parse_config(f'{packages}{SITE}package = "web"')


def test_two_environments_with_one_bucket_are_refused() -> None:
    with pytest.raises(ConfigError) as raised:
        parse_config(f'{SITE}[environments.staging]\nextends = "prod"\n')
    assert [each.what for each in raised.value.problems] == [
        "bucket `shop-web` is used by `environments.prod.deploy` already"
    ]


ECS = """\
[environments.prod]
branch = "prod"
image = { name = "acme/shop" }
[environments.prod.deploy]
kind = "ecs"
cluster = "shop"
service = "web"
bucket = "shop-state"
"""


def test_a_service_of_ecs_has_one_place_with_its_bucket() -> None:
    (target,) = parse_config(f'{ECS}region = "ap-northeast-2"\n').environments["prod"].targets
    assert (target.hosts, target.deploys_image) == (("ecs://shop/web#shop-state@ap-northeast-2",), True)
    assert "the name of a bucket" in problem(ECS.replace("shop-state", "Shop_State")).what
    assert "a name of letters, digits" in problem(ECS.replace('"web"', '"shop/web"')).what


@pytest.mark.parametrize(
    ("staging", "what"),
    [
        ("", "the image on ECS service shop/web is used by `environments.prod.deploy` already"),
        (
            '[environments.staging.deploy]\nservice = "api"\nname = "shop-prod"\n',
            "the app `shop-prod` on bucket shop-state is used by `environments.prod.deploy` already",
        ),
    ],
)
def test_two_environments_with_one_service_or_one_record_are_refused(staging: str, what: str) -> None:
    image = 'image = { name = "acme/shop-staging" }\n'
    with pytest.raises(ConfigError) as raised:
        parse_config(f'{ECS}[environments.staging]\nextends = "prod"\nbranch = "staging"\n{image}{staging}')
    assert [each.what for each in raised.value.problems] == [what]


def test_a_service_of_ecs_without_a_bucket_has_its_place_in_parameter_store() -> None:
    text = ECS.replace('bucket = "shop-state"\n', "")
    (target,) = parse_config(text).environments["prod"].targets
    assert (target.hosts, target.state_path("shop")) == (("ecs://shop/web#",), ".shipit/ecs/shop/web/shop")
    image = 'image = { name = "acme/shop-staging" }\n'
    parse_config(f'{text}[environments.staging]\nextends = "prod"\n{image}')  # it can be another account
    one = text.partition("[environments.prod.deploy]\n")[2]
    found = problem(
        text.replace("[environments.prod.deploy]", "[[environments.prod.deploy]]")
        + f"[[environments.prod.deploy]]\n{one}"
    )
    assert found.what == "the image on ECS service shop/web is used by `environments.prod.deploy[0]` already"


def test_two_services_can_share_a_bucket() -> None:
    image = 'image = { name = "acme/shop-staging" }\n'
    parse_config(f'{ECS}[environments.staging]\nextends = "prod"\n{image}deploy = {{ service = "staging" }}\n')
