"""Images on ghcr.io are removed as versions of a package: all that were listed, nothing else, and with what can fail."""

from __future__ import annotations

import pytest
from standin.packages import Version
from standin.server import GOOD, READ_ONLY, GitHubStandIn

from shipit.adapters.github import GitHubPackages
from shipit.adapters.http.retry_policy import RetryPolicy
from shipit.adapters.login import Login
from shipit.errors import AuthError, RemoteError

SHOP = "acme/shop"
OLD, NEW = (f"sha256:{digit * 64}" for digit in "01")


def connect(github: GitHubStandIn, token: str = GOOD) -> GitHubPackages:
    policy = RetryPolicy(timeout=5, pause=0, between_writes=None, sleep=lambda seconds: None)
    return GitHubPackages(lambda: Login("bot", token), github.api_url, policy)


def publish(github: GitHubStandIn, *versions: Version, package: str = SHOP) -> None:
    github.packages.versions[package] = list(versions)


def left(github: GitHubStandIn, package: str = SHOP) -> list[str]:
    return [version.digest for version in github.packages.versions[package]]


@pytest.mark.parametrize("organizations", [set(), {"acme"}])
def test_an_image_of_a_user_or_an_organization_goes_with_all_its_tags(
    github: GitHubStandIn, organizations: set[str]
) -> None:
    github.packages.organizations = organizations
    publish(github, Version(NEW, ["dev-2"]), Version(OLD, ["dev-1", "1.4.0-dev.1"]))
    connect(github).remove(SHOP, OLD)
    assert left(github) == [NEW]
    assert len(github.writes) == 1


def test_a_name_with_a_slash_is_one_package(github: GitHubStandIn) -> None:
    publish(github, Version(NEW, ["2"]), Version(OLD, ["1"]), package="acme/shop/api")
    connect(github).remove("acme/shop/api", OLD)
    assert left(github, "acme/shop/api") == [NEW]


def test_the_platforms_and_attestations_of_images_stay(github: GitHubStandIn) -> None:
    """They have no tag, and another index may contain them as well."""
    untagged = [f"sha256:{number:064}" for number in range(10, 14)]
    publish(github, Version(NEW, ["dev-2"]), *map(Version, untagged), Version(OLD, ["dev-1"]))
    connect(github).remove(SHOP, OLD)
    assert left(github) == [NEW, *untagged]


def test_the_versions_of_many_pages_are_listed_once_for_all_removals(github: GitHubStandIn) -> None:
    digests = [f"sha256:{number:064}" for number in range(350)]
    publish(github, *(Version(digest, [f"dev-{digest[-3:]}"]) for digest in digests))
    packages = connect(github)
    for digest in digests[300:]:
        packages.remove(SHOP, digest)
    assert left(github) == digests[:300]
    assert len(github.asked("GET", "/versions")) == 4


def test_a_login_without_the_right_to_delete_is_told_the_right(github: GitHubStandIn) -> None:
    publish(github, Version(NEW, ["2"]), Version(OLD, ["1"]))
    with pytest.raises(AuthError) as raised:
        connect(github, READ_ONLY).remove(SHOP, OLD)
    assert raised.value.what == (
        f"the login of `bot` for `ghcr.io` has no permission to delete `{OLD}` of `acme/shop`: "
        "Resource not accessible by integration"
    )
    for right in ("`packages: write`", "the role `Admin`", "`delete:packages`"):
        assert right in str(raised.value.hint)
    assert left(github) == [NEW, OLD]


def test_a_rejected_token_and_a_missing_login_name_the_login(github: GitHubStandIn) -> None:
    publish(github, Version(OLD, ["1"]))
    with pytest.raises(AuthError, match=r"GitHub rejected the login of `bot` for `ghcr\.io` when asked to list"):
        connect(github, "wrong").remove(SHOP, OLD)
    with pytest.raises(AuthError, match=r"there is no login for `ghcr\.io`") as raised:
        GitHubPackages(lambda: None, github.api_url).remove(SHOP, OLD)
    assert "`packages: write`" in str(raised.value.hint)


def test_a_version_or_package_that_github_does_not_show_is_named(github: GitHubStandIn) -> None:
    publish(github, Version(NEW, ["2"]))
    packages = connect(github)
    for package, digest in ((SHOP, OLD), ("acme/other", OLD)):
        with pytest.raises(RemoteError) as raised:
            packages.remove(package, digest)
        assert raised.value.what == (
            f"GitHub has no version `{digest}` of the package `{package}`, or does not show it to the login"
        )
        assert raised.value.status == 404
        assert "run the same command again" in str(raised.value.hint)


def test_a_throttled_request_is_sent_again_after_the_wait(github: GitHubStandIn) -> None:
    publish(github, Version(NEW, ["2"]), Version(OLD, ["1"]))
    github.fail("GET", "/versions", 429, headers={"Retry-After": "1"})
    github.fail("DELETE", "/versions", 403, headers={"Retry-After": "1"}, message="You have exceeded a rate limit")
    connect(github).remove(SHOP, OLD)
    assert left(github) == [NEW]


def test_a_long_rate_limit_is_an_error_with_the_time_of_its_end(github: GitHubStandIn) -> None:
    publish(github, Version(NEW, ["2"]), Version(OLD, ["1"]))
    github.fail("DELETE", "/versions", 429, headers={"Retry-After": "3000"})
    with pytest.raises(RemoteError, match=f"rate limit is reached; shipit cannot delete `{OLD}`") as raised:
        connect(github).remove(SHOP, OLD)
    assert raised.value.retryable
    assert left(github) == [NEW, OLD]


def test_a_lost_page_is_read_again(github: GitHubStandIn) -> None:
    digests = [f"sha256:{number:064}" for number in range(150)]
    publish(github, *(Version(digest, [digest[-3:]]) for digest in digests))
    github.fail("GET", "/versions", cut=True)
    github.fail("GET", "/versions", 502)
    connect(github).remove(SHOP, digests[-1])
    assert left(github) == digests[:-1]


def test_a_page_that_stays_away_removes_nothing(github: GitHubStandIn) -> None:
    publish(github, Version(NEW, ["2"]), Version(OLD, ["1"]))
    github.fail("GET", "/versions", 502, times=99)
    with pytest.raises(RemoteError, match="GitHub failed to list the versions of `acme/shop`"):
        connect(github).remove(SHOP, OLD)
    assert github.writes == []


def test_a_removal_whose_answer_is_lost_is_not_an_error_of_another_kind(github: GitHubStandIn) -> None:
    """The registry then says that the image is gone; see `Registries.remove`."""
    publish(github, Version(NEW, ["2"]), Version(OLD, ["1"]))
    github.fail("DELETE", "/versions", 502, when="after")
    with pytest.raises(RemoteError) as raised:
        connect(github).remove(SHOP, OLD)
    assert raised.value.status == 404
    assert left(github) == [NEW]
