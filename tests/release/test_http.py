"""A remote that is reached over HTTP and asks for a token."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from release.http_remote import TOKEN, HttpRemote
from release.scene import Scene


@pytest.fixture
def remote(github_scene: Scene) -> Iterator[HttpRemote]:
    with HttpRemote(github_scene.root) as remote:
        yield remote


@pytest.fixture
def http_scene(github_scene: Scene, remote: HttpRemote) -> Scene:
    """Clones of `acme/app` by HTTP; its API is the stand-in's."""
    scene = github_scene.begin()
    scene.url = f"{remote.url}/acme/app.git"
    scene.env = {"GIT_TEMPLATE_DIR": "", "GITHUB_SERVER_URL": remote.url, "GITHUB_TOKEN": TOKEN}
    assert scene.github
    scene.env["GITHUB_API_URL"] = scene.github.api_url
    clone = scene.root / "clone"
    scene.git(scene.root, "clone", "--quiet", str(scene.remote), str(clone))
    scene.git(clone, "remote", "set-url", "origin", scene.url)
    return scene


def test_the_token_opens_the_remote_and_leaves_no_trace(http_scene: Scene, remote: HttpRemote) -> None:
    clone = http_scene.root / "clone"
    before = (clone / ".git/config").read_text()
    http_scene.release(clone).succeeded()
    assert http_scene.end().tags["v1.1.0"] == "chore(release): 1.1.0"
    assert (clone / ".git/config").read_text() == before
    assert not http_scene.git(clone, "config", "--get-regexp", "extraheader|credential", ok=(0, 1))


def test_the_token_takes_the_place_of_what_a_checkout_left(http_scene: Scene, remote: HttpRemote) -> None:
    clone = http_scene.root / "clone"
    http_scene.git(clone, "config", f"http.{remote.url}/.extraheader", "AUTHORIZATION: basic b2xkOm9sZA==")
    http_scene.release(clone).succeeded()
    assert all("b2xkOm9sZA==" not in credentials for _, _, credentials in remote.seen)


def test_a_token_that_the_remote_refuses_is_a_matter_of_credentials(http_scene: Scene, remote: HttpRemote) -> None:
    clone = http_scene.root / "clone"
    run = http_scene.release(clone, env={"GITHUB_TOKEN": "wrong-token-1234"})
    assert (run.status, "`GITHUB_TOKEN`" in run.err, "hint:" in run.err or "fix:" in run.err) == (4, True, True), (
        run.err
    )
    assert "wrong-token-1234" not in run.out + run.err
    http_scene.release(clone).succeeded()


def test_a_missing_token_is_told_from_a_refused_one(http_scene: Scene, remote: HttpRemote) -> None:
    clone = http_scene.root / "clone"
    missing = http_scene.release(clone, env={"GITHUB_TOKEN": ""})
    assert (missing.status, "is missing" in missing.err, "refused" in missing.err) == (4, True, False), missing.err
    assert "`GITHUB_TOKEN`" in missing.err
    refused = http_scene.release(clone, env={"GITHUB_TOKEN": "wrong-token-1234"})
    assert (refused.status, "is missing" in refused.err, "refused" in refused.err) == (4, False, True), refused.err


def test_in_the_action_the_token_is_an_input(http_scene: Scene, remote: HttpRemote) -> None:
    clone, action = http_scene.root / "clone", {"SHIPIT_ACTION": "true"}
    runs = [http_scene.release(clone, env={**action, "GITHUB_TOKEN": token}) for token in ("", "wrong-token-1234")]
    assert [run.status for run in runs] == [4, 4]
    for run in runs:
        assert "set the input `token` (of a workflow of shipit: the secret `token`) to a token" in run.err, run.err
        assert "GITHUB_TOKEN" not in run.err and "login of your git" not in run.err, run.err


def test_a_token_that_may_only_read_is_told_from_one_that_may_write(http_scene: Scene, remote: HttpRemote) -> None:
    """The API lets it, the git remote does not: seen at the push, and nothing is public by then."""
    remote.read_only = True
    clone = http_scene.root / "clone"
    run = http_scene.release(clone)
    assert (run.status, "refused `GITHUB_TOKEN`" in run.err, "nothing was pushed" in run.err) == (4, True, True), (
        run.err
    )
    assert http_scene.end().tags == {"v1.0.0": "chore: begin"}
    remote.read_only = False
    http_scene.release(clone).succeeded()
    assert [release.draft for release in http_scene.end().releases] == [False]


def test_a_remote_that_is_not_on_github_is_not_given_its_token(scene: Scene) -> None:
    scene.begin()
    with HttpRemote(scene.root) as remote:
        scene.url = f"{remote.url}/remote.git"
        clone = scene.root / "clone"
        scene.git(scene.root, "clone", "--quiet", str(scene.remote), str(clone))
        scene.git(clone, "remote", "set-url", "origin", scene.url)
        run = scene.release(clone, env={"GITHUB_TOKEN": TOKEN})
        assert (run.status, TOKEN in run.err) == (4, False), run.err
        assert all(not credentials for _, _, credentials in remote.seen)


def test_a_server_that_is_down_is_no_matter_of_credentials(http_scene: Scene, remote: HttpRemote) -> None:
    clone = http_scene.root / "clone"
    http_scene.git(clone, "remote", "set-url", "origin", "http://127.0.0.1:1/acme/app.git")
    run = http_scene.release(clone, env={"GITHUB_SERVER_URL": "http://127.0.0.1:1"})
    assert (run.status, "[remote]" in run.err) == (3, True), run.err


def test_a_large_push_goes_through(http_scene: Scene, remote: HttpRemote) -> None:
    """More than git sends in one piece: chunked, after asking once more who it is."""
    clone = http_scene.root / "clone"
    http_scene.git(clone, "config", "http.postBuffer", "65536")
    noise = "".join(f"{number * 7919 % 1_000_003:x}" for number in range(200_000))
    http_scene.commit(clone, "feat: much", text=noise)
    http_scene.release(clone).succeeded()
    assert "feat: much" in http_scene.end().subjects
