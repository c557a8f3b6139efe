"""A release that `git merge --squash` brought to the branch of an environment."""

from __future__ import annotations

from plan.clones import clone_of, configure
from repositories import Repository, run

from shipit import api

TOML = """
[environments.prod]
branch = "prod"
image.name = "acme/chat"
"""


def test_a_squash_merge_by_git_is_the_release_whose_files_it_has(repo: Repository) -> None:
    repo.commit("feat: begin", files={"Dockerfile": "FROM scratch\n"})
    repo.branch("prod")
    repo.switch("main")
    repo.commit("feat: chat", files={"chat.txt": "hello\n"})
    repo.tag("v1.4.0")
    clone = clone_of(repo)
    run(clone, "checkout", "--quiet", "prod")
    run(clone, "merge", "--squash", "--quiet", "v1.4.0")
    run(clone, "commit", "--quiet", "--message", "Deploy to prod (#1)")
    configure(clone, TOML)

    plan = api.plan_image(api.open_project(str(clone)), "prod")
    assert "unreleased" not in [finding.code for finding in plan.findings]
    (image,) = plan.images
    assert image.version == "1.4.0"
    assert image.reason == "release v1.4.0, which has the same files as this commit"
