"""Logins for registries: requested, refused, and sent to no other host."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from adapters.http_servers import JSON, Answer, Host, challenge, host, tokens
from contracts.pushed import IMAGE, ask, push_image, repositories
from parts.faulty import Fault, FaultyRegistry
from parts.registry import READER
from parts.registry import Registry as Part

from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.login import Login
from shipit.adapters.registry import Logins, Registries
from shipit.errors import AuthError, RemoteError
from shipit.world import RemoteImage

SECRET = "correct-horse-battery"


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    with host() as one, host() as other:
        yield one, other


def registries(username: str | None = None, password: str = SECRET) -> Registries:
    return Registries(Logins(Login(username, password) if username else None), RetryPolicy(timeout=5, pause=0))


@pytest.mark.parametrize("part", ["locked_registry", "token_registry"])
def test_a_wrong_password_is_named_by_its_variable_and_never_shown(part: str, request: pytest.FixtureRequest) -> None:
    where: Part = request.getfixturevalue(part)
    with pytest.raises(AuthError, match=f"`{where.address}` rejected the login of `pusher`") as raised:
        registries("pusher").find(where.image("acme/app"))
    assert "`SHIPIT_REGISTRY_PASSWORD`" in str(raised.value.hint) and f"docker login {where.address}" in str(
        raised.value.hint
    )
    shown = repr(raised.getrepr(chain=True))
    assert SECRET not in shown and base64.b64encode(f"pusher:{SECRET}".encode()).decode() not in shown


@pytest.mark.parametrize("part", ["locked_registry", "token_registry"])
def test_a_login_that_is_missing_for_a_push_is_found(part: str, request: pytest.FixtureRequest) -> None:
    where: Part = request.getfixturevalue(part)
    (finding,) = registries().findings([f"{where.address}/acme/app"])
    assert finding.code == "registry-login" and where.address in finding.what and "login to" in finding.what


def test_a_registry_without_logins_leads_to_no_finding(registry: Part) -> None:
    assert registries().findings([f"{registry.address}/acme/app"]) == ()


def test_a_web_page_in_place_of_a_registry_is_found(hosts: tuple[Host, Host]) -> None:
    one, _ = hosts
    one.answers["GET /v2/"] = [Answer(200, body="<html>Sign in</html>")]
    (finding,) = registries().findings([f"{one.address}/acme/app", f"{one.address}/acme/other"])
    assert finding.code == "registry-unreachable" and "with a web page, and not as a registry" in finding.what


def test_a_login_without_permission_to_push_is_found(token_registry: Part) -> None:
    (finding,) = registries(READER, token_registry.password).findings([f"{token_registry.address}/acme/app"])
    assert finding.code == "registry-login" and "`reader` has no permission to push to `acme/app`" in finding.what


def test_a_public_image_is_found_without_a_login(token_registry: Part) -> None:
    (path,) = repositories()
    digest = push_image(token_registry, path, "1")
    assert registries().find(token_registry.image(path, "1")) == RemoteImage(digest)


def test_a_token_is_requested_once_for_the_same_scopes(token_registry: Part) -> None:
    path, other = repositories(2)
    digest = push_image(token_registry, path, "1")
    with FaultyRegistry(token_registry) as faulty:
        mine = registries("pusher", token_registry.password)
        mine.copy(f"{faulty.address}/{path}@{digest}", f"{faulty.address}/{other}:1")
        assert [one.status for one in faulty.requests].count(401) == 1


def test_an_expired_token_is_requested_again(hosts: tuple[Host, Host]) -> None:
    host, server = hosts
    server.answers["GET /token"] = tokens("first", "second")
    wants = challenge(f"{server.url}/token")
    host.answers["GET /v2/acme/app/manifests/1"] = [wants, Answer(404), wants, Answer(404)]
    mine = registries("me")
    for _ in ("first", "second"):
        assert mine.find(f"{host.address}/acme/app:1") is None
    assert [asked.authorization for asked in host.asked] == [None, "Bearer first", "Bearer first", "Bearer second"]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_image_that_is_denied_to_an_accepted_login_counts_as_missing(hosts: tuple[Host, Host], status: int) -> None:
    """Docker Hub and ghcr.io give the same response for a repository that does not exist and for a private one."""
    host, server = hosts
    server.answers["GET /token"] = tokens("t")
    host.answers["GET /v2/acme/app/manifests/1"] = [challenge(f"{server.url}/token"), Answer(status)]
    assert registries("me").find(f"{host.address}/acme/app:1") is None
    if status != 404:
        host.answers["GET /v2/acme/app/manifests/1"] = [challenge(f"{server.url}/token"), Answer(status)]
        with pytest.raises(AuthError, match="requires a login to find"):
            registries().find(f"{host.address}/acme/app:1")


def test_an_identity_token_is_exchanged_for_a_token(hosts: tuple[Host, Host]) -> None:
    host, server = hosts
    server.answers["POST /token"] = [Answer(200, JSON, json.dumps({"access_token": "t"}))]
    host.answers["GET /v2/"] = [challenge(f"{server.url}/token"), Answer()]
    assert registries("<token>").findings([f"{host.address}/acme/app"]) == ()
    (asked,) = server.asked
    form = {name: values for name, values in parse_qs(asked.body).items() if name != "client_id"}
    assert form == {
        "grant_type": ["refresh_token"],
        "refresh_token": [SECRET],
        "service": ["s"],
        "scope": ["repository:acme/app:pull,push"],
    }
    assert host.asked[-1].authorization == "Bearer t"


def test_no_login_is_sent_to_a_token_server_without_encryption(hosts: tuple[Host, Host]) -> None:
    host, _ = hosts
    host.answers["GET /v2/"] = [challenge("http://auth.example/token")]
    (finding,) = registries("me").findings([f"{host.address}/acme/app"])
    assert "without encryption" in finding.what and SECRET not in finding.what


@pytest.mark.parametrize("username", ["me", "<token>"])
def test_no_password_follows_a_redirect_of_the_token_server_to_another_host(
    hosts: tuple[Host, Host], username: str
) -> None:
    host, elsewhere = hosts
    for method in ("GET", "POST"):
        host.answers[f"{method} /token"] = [Answer(307, {"Location": f"{elsewhere.other_name}/token"})]
    host.answers["GET /v2/"] = [challenge(f"{host.url}/token")]
    registries(username).findings([f"{host.address}/acme/app"])
    assert SECRET not in str(elsewhere.asked) and {asked.authorization for asked in elsewhere.asked} <= {None}


@pytest.mark.parametrize("body", ["[]", "{}", "<html>", '{"token": 1}'])
def test_a_token_server_that_issues_no_token_is_an_error_of_the_registry(hosts: tuple[Host, Host], body: str) -> None:
    host, server = hosts
    server.answers["GET /token"] = [Answer(200, JSON, body)]
    host.answers["GET /v2/acme/app/manifests/1"] = [challenge(f"{server.url}/token")]
    with pytest.raises(RemoteError, match=f"`{host.address}`"):
        registries("me").find(f"{host.address}/acme/app:1")


def test_content_on_another_host_is_fetched_without_the_token(registry: Part, hosts: tuple[Host, Host]) -> None:
    """Registries store blobs in services such as S3, and redirect to signed URLs."""
    server, store = hosts
    (path,) = repositories()
    found = RemoteImage(push_image(registry, path, "1", {"version": "1"}), {"version": "1"})
    config = ask(registry, "GET", f"{path}/manifests/1", headers={"Accept": IMAGE}).json()["config"]["digest"]
    store.answers["GET /blob"] = [Answer(200, {}, ask(registry, "GET", f"{path}/blobs/{config}").text)]
    server.answers["GET /token"] = tokens("opaque")
    wants, elsewhere = challenge(f"{server.url}/token"), {"Location": f"{store.other_name}/blob"}
    with FaultyRegistry(registry) as faulty:
        faulty.faults += [
            Fault("GET", "/manifests/", status=wants.status, headers=wants.headers),
            Fault("GET", "/blobs/", status=307, headers=elsewhere),
        ]
        assert registries("me").find(f"{faulty.address}/{path}:1") == found
        assert faulty.seen("GET", "/blobs/")[0].headers["Authorization"] == "Bearer opaque"
    assert [asked.authorization for asked in store.asked] == [None]


def test_an_upload_to_another_host_is_sent_without_the_token(registry: Part, hosts: tuple[Host, Host]) -> None:
    server, store = hosts
    path, other = repositories(2)
    digest = push_image(registry, path, "1")
    server.answers["GET /token"], store.answers["PUT /upload"] = tokens("opaque"), [Answer(201)]
    wants, elsewhere = challenge(f"{server.url}/token"), {"Location": f"{store.url}/upload?state=1"}
    with FaultyRegistry(registry) as faulty:
        faulty.faults += [
            Fault("GET", "/manifests/", status=wants.status, headers=wants.headers),
            Fault("POST", "mount=", times=99, status=202, headers=elsewhere),
        ]
        with pytest.raises(RemoteError):  # this registry never gets what went elsewhere, however often it is sent
            registries("me").copy(f"{faulty.address}/{path}@{digest}", f"{faulty.address}/{other}:1")
    uploads = 2 * RetryPolicy().tries
    assert [asked.path.partition("&")[0] for asked in store.asked] == ["/upload?state=1"] * uploads
    assert {asked.authorization for asked in store.asked} == {None}


def test_the_message_of_a_registry_is_shown_without_secrets(hosts: tuple[Host, Host]) -> None:
    host, server = hosts
    server.answers["GET /token"] = tokens("very.secret.token")
    said = f"bad header Bearer very.secret.token of me:{SECRET}"
    denied = Answer(400, JSON, json.dumps({"errors": [{"code": "X", "message": said}]}))
    host.answers["GET /v2/acme/app/manifests/1"] = [challenge(f"{server.url}/token"), denied]
    with pytest.raises(RemoteError, match=r"bad header Bearer \[REDACTED\] of me:\[REDACTED\]"):
        registries("me").find(f"{host.address}/acme/app:1")


def test_a_login_in_netrc_is_not_sent(
    hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host, _ = hosts
    (netrc := tmp_path / "netrc").write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert registries().find(f"{host.address}/acme/app:1") is None
    assert host.asked[0].authorization is None
