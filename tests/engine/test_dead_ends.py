"""The known dead ends of release pull requests in other tools, such as release-please: each has a test by name.

They are from the issues of these tools: states in which no release is made any more, or work of people is lost, until
somebody finds out why.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from engine import test_pull_request
from engine.stage import Stage, new_world
from engine.test_pull_request import BRANCH, pulls, push

from shipit.testing import recorded

DEAD_ENDS = {
    "a person edits the title of the squash, and no release is made": (
        "test_merging_by_any_method_releases_what_was_merged",
        "test_the_title_and_the_body_that_a_person_writes_are_never_read",
    ),
    "the pull request is merged on the command line or by a merge queue": (
        "test_a_merge_on_the_command_line_is_released",
        "test_a_merge_queue_that_merges_a_group_at_once_releases_the_release_and_proposes_the_rest",
    ),
    "commits that landed just before the merge are in no notes": (
        "test_commits_that_landed_before_the_merge_are_named_in_the_release_and_listed_by_the_next",
    ),
    "the branch is reset to main first, and GitHub closes the pull request": (
        "test_the_branch_follows_main_in_one_forced_update_and_the_pull_request_stays_open",
        "test_the_branch_of_the_pull_request_moves_only_to_the_finished_commit_so_that_it_stays_open",
    ),
    "the edits of people are overwritten by a forced push": (
        "test_the_edits_of_people_are_kept_and_new_entries_are_added_below_their_heading",
        "test_nothing_that_a_person_writes_while_the_pull_request_is_updated_is_lost",
        "test_an_edit_that_conflicts_stops_the_update_and_is_not_lost",
    ),
    "a version that is asked for cannot be taken back, or comes again": (
        "test_a_version_that_a_person_asks_for_on_the_branch_is_proposed_from_then_on",
        "test_a_version_that_a_person_asked_for_on_the_branch_is_not_asked_for_again_after_its_release",
    ),
    "several packages conflict in one file of versions": (
        "test_several_packages_are_proposed_in_one_pull_request_and_released_together",
        "test_each_package_has_a_pull_request_of_its_own_and_is_released_by_its_merge",
    ),
    "two release branches overwrite the pull request of each other": (
        "test_two_release_branches_do_not_share_the_branch_of_a_pull_request",
        "test_the_branch_of_a_base_with_a_slash_is_one_name",
    ),
    "the body is too long for GitHub, or closes issues": ("test_the_body_fits_on_github_and_closes_no_issue",),
    "required checks never run": ("test_required_checks_that_never_run_for_the_pull_request_are_found",),
    "auto-merge by a method that the repository forbids stops the run": (
        "test_an_auto_merge_that_the_repository_does_not_allow_is_a_warning_and_the_proposal_stays",
    ),
    "a pull request that a person closed comes back at each push": (
        "test_a_closed_pull_request_is_not_opened_again_until_something_counts",
    ),
    "a build that fails after the merge leaves a merged release without a tag": (
        "test_what_fails_after_the_merge_is_finished_by_the_same_command",
    ),
    "a merge that is reverted is released nevertheless": (
        "test_a_merge_that_is_reverted_before_its_release_is_not_released_but_proposed_again",
    ),
}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage.of(tmp_path, 'write-back = "pull-request"\n')


@pytest.mark.parametrize("dead_end", DEAD_ENDS)
def test_each_dead_end_has_its_tests(dead_end: str) -> None:
    assert [name for name in DEAD_ENDS[dead_end] if not callable(getattr(test_pull_request, name, None))] == []


def test_a_label_that_says_pending_on_a_merged_pull_request_stops_no_release(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    world.remote.labels[1] = {"autorelease: pending"}
    world.remote.pull_requests.merge(1, "squash")
    stage.release(world.fresh_clone())
    stage.release(push(world, "fix: crash", "crash.txt"))
    assert [*world.remote.releases] == ["v1.1.0"]
    assert [(each.state, each.title) for each in pulls(world)] == [
        ("merged", "chore(release): 1.1.0"),
        ("open", "chore(release): 1.1.1"),
    ]
    assert world.remote.labels[1] == {"autorelease: pending"}


def test_a_merged_release_whose_tag_somebody_made_by_hand_stops_no_later_release(stage: Stage) -> None:
    world = new_world()
    stage.release(world)
    world.remote.pull_requests.merge(1, "squash")
    clone = world.fresh_clone()
    clone.git.tag("v1.1.0")
    clone.push("v1.1.0")
    stage.release(push(world, "fix: crash", "crash.txt"))
    assert pulls(world)[-1].title == "chore(release): 1.1.1"
    world.remote.pull_requests.merge(2, "squash")
    stage.release(world.fresh_clone())
    assert "v1.1.1" in world.remote.releases


def test_a_branch_with_the_same_notes_is_still_brought_to_the_files_of_main(stage: Stage) -> None:
    """Another tool compares only the text of the pull request, so its branch conflicts with main for ever."""
    world = new_world()
    stage.release(world)
    body = pulls(world)[0].body
    stage.release(push(world, "chore: tidy up", "build.gradle", "// first\nversion = '1.0.0'\n"))
    assert pulls(world)[0].body == body
    assert world.remote.tree(BRANCH)["build.gradle"] == "// first\nversion = '1.1.0'\n"
    watched, writes = recorded(world.fresh_clone())
    stage.release(watched)
    assert writes == []
