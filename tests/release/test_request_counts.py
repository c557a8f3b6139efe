"""How many requests a release sends to GitHub; docs/performance.md names the numbers."""

from __future__ import annotations

from pathlib import Path

from release.scene import Scene
from standin.releases import Release
from standin.server import INSTALLATION

ORDINARY = 7
FOR_EACH_ASSET = 2
FOR_PULL_REQUESTS = 1  # their bodies can correct the messages of commits
PAGES = 30  # of 3,000 releases
ASSETS = '[release]\nprepare = ["mkdir -p build && echo a | tee build/a.jar > build/b.jar"]\nassets = ["build/*.jar"]\n'


def requests_of_next_release(scene: Scene, clone: Path, subject: str) -> list[str]:
    """Release one more commit, and return the requests of this release."""
    assert scene.github
    scene.commit(clone, subject, text=subject)
    before = len(scene.github.requests)
    scene.release(clone).succeeded()
    return [f"{each.method} {each.path}" for each in scene.github.requests[before:]]


def test_an_ordinary_release_sends_few_requests_with_the_token_of_a_user_and_of_actions(github_scene: Scene) -> None:
    clone = github_scene.begin().clone()
    github_scene.release(clone).succeeded()  # from now on the last release is one of shipit
    sent = requests_of_next_release(github_scene, clone, "feat: one")
    assert len(sent) <= ORDINARY, sent
    github_scene.env["GITHUB_TOKEN"] = INSTALLATION
    sent = requests_of_next_release(github_scene, clone, "feat: two")
    assert len(sent) <= ORDINARY, sent


def test_commits_that_name_pull_requests_add_one_request_for_all_of_their_texts(github_scene: Scene) -> None:
    clone = github_scene.begin().clone()
    github_scene.release(clone).succeeded()
    for number in range(3):
        github_scene.commit(clone, f"fix: {number} (#{number + 1})", text=str(number))
    sent = requests_of_next_release(github_scene, clone, "feat: one (#9)")
    assert len([each for each in sent if "/pulls?" in each]) == FOR_PULL_REQUESTS, sent
    assert len(sent) <= ORDINARY + FOR_PULL_REQUESTS, sent


def test_each_asset_adds_at_most_two_requests(github_scene: Scene) -> None:
    clone = github_scene.begin(ASSETS).clone()
    sent = requests_of_next_release(github_scene, clone, "feat: one")
    assert len(sent) <= ORDINARY + 2 * FOR_EACH_ASSET, sent
    assert github_scene.end().releases[-1].assets == ("a.jar a\n", "b.jar a\n")


def test_thousands_of_releases_are_listed_once(github_scene: Scene) -> None:
    clone = github_scene.begin().clone()
    assert github_scene.github
    github_scene.github.releases = [Release(f"v0.{number}.0") for number in range(3000)]
    sent = requests_of_next_release(github_scene, clone, "feat: one")
    assert len([each for each in sent if "/releases?" in each]) == PAGES + 1, sent  # the draft is looked up once more
    assert len(sent) <= ORDINARY + PAGES, sent
