"""The switch file of nginx."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shipit.core.deploy import NginxSettings, Traffic, address_in, reported_traffic, switch_file, token_in

SETTINGS = NginxSettings("shop", "/etc/nginx/conf.d/service-url.inc", state_port=8080)
GREEN = Traffic("green", "sha256:0a", "1.4.0", "127.0.0.1:8082")


@pytest.mark.parametrize("style", ["set", "upstream"])
@pytest.mark.parametrize("address", ["127.0.0.1:8082", "shop-green:8080"])
def test_a_written_file_is_read_back(style: str, address: str) -> None:
    text = switch_file(replace(SETTINGS, style=style), replace(GREEN, address=address), "t0k3n")
    assert (address_in(text), token_in(text)) == (address, "t0k3n")
    assert text.endswith("\n")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("set $service_url http://127.0.0.1:8081;", "127.0.0.1:8081"),
        ("set  $service_url  'http://localhost:8081';\n", "localhost:8081"),
        ('# a comment\n  set $url "https://10.0.0.5:9000";\n', "10.0.0.5:9000"),
        ("upstream shop {\n    server 127.0.0.1:8082;\n}\n", "127.0.0.1:8082"),
        ("upstream shop { server 127.0.0.1:8082; }", "127.0.0.1:8082"),
        ("# set $service_url http://127.0.0.1:8081;\n", None),
        ("server_name shop.example;\n", None),
        ("", None),
    ],
)
def test_the_address_in_a_file_that_a_user_wrote_is_found(text: str, address: str | None) -> None:
    assert address_in(text) == address
    assert token_in(text) is None


@pytest.mark.parametrize(
    ("body", "slot"),
    [
        ('{"app":"shop","slot":"green","digest":"sha256:0a","version":"1.4.0"}', "green"),
        ('{"app":"other","slot":"green","digest":"sha256:0a","version":"1.4.0"}', None),
        ('{"app":"shop","slot":"red","digest":"sha256:0a","version":"1.4.0"}', None),
        ('{"app":"shop"}', None),
        ("<html>", None),
        ("", None),
    ],
)
def test_only_the_report_of_this_app_counts(body: str, slot: str | None) -> None:
    found = reported_traffic("shop", body)
    assert (found.slot if found else None) == slot


@pytest.mark.parametrize("style", ["set", "upstream"])
def test_the_state_is_asked_where_it_is_reported(style: str) -> None:
    url = replace(SETTINGS, style=style, front="http://127.0.0.1:8443/").state_url
    assert url == f"http://127.0.0.1:{8443 if style == 'set' else 8080}/.well-known/shipit"


def test_a_version_from_a_hostile_label_cannot_change_the_configuration_of_nginx() -> None:
    hostile = Traffic("blue", "sha256:0a", "1.0'; } location / { return 200 '$host", "127.0.0.1:8081")
    text = switch_file(NginxSettings("shop", "/etc/nginx/shop.inc"), hostile, "t0k3n")
    assert '"version":"1.0' in text and "location / {" not in text and "$host" not in text
