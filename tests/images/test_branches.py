"""From commit to image, by branch: dev, main, prod, with a real engine and a real registry."""

from __future__ import annotations

from images.shop import Shop


def test_dev_gives_latest_and_a_tag_that_never_moves_labelled_with_the_commit(shop: Shop) -> None:
    shop.switch("dev")
    head = shop.git("rev-parse", "HEAD")
    told = shop.json("image", "dev", "--push")
    tags = shop.tags(f"{shop.name}-dev")
    assert set(tags) == {"latest", f"dev-{head[:7]}"}
    assert set(tags.values()) == {told["digest"]}
    assert told["image"] == f"{shop.name}-dev:dev-{head[:7]}"
    labels = shop.labels(f"{shop.name}-dev:latest")
    assert labels["org.opencontainers.image.revision"] == head
    assert labels["org.opencontainers.image.version"] == f"0.0.1-dev.1+{head[:7]}"


def test_main_releases_and_prod_gives_latest_and_the_version_with_one_digest(shop: Shop) -> None:
    shop.release()
    merged = shop.merge("main", "prod")
    told = shop.json("run")
    tags = shop.tags(shop.name)
    assert set(tags) == {"latest", "0.0.1", "0.0"}
    assert set(tags.values()) == {told["digest"]}
    assert (told["environment"], told["image"]) == ("prod", f"{shop.name}:0.0.1")
    assert shop.labels(f"{shop.name}:latest")["org.opencontainers.image.revision"] == merged
    shop.forget()
    assert shop.told_by(f"{shop.name}:latest") == "0.0.1"


def test_what_is_there_is_not_built_again(shop: Shop) -> None:
    shop.switch("dev")
    first = shop.json("image", "--push")
    shop.forget()
    again = shop.shipit("image", "--push", root=shop.root)
    assert "(done already)" in again.err
    assert not shop.engine.docker("images", "--quiet", f"{shop.name}-dev")
    assert shop.json("image", "--push")["digest"] == first["digest"]


def test_a_build_without_push_reaches_no_registry(shop: Shop) -> None:
    shop.switch("dev")
    told = shop.json("image")
    assert shop.tags(f"{shop.name}-dev") == {}
    assert (told["digest"], told["image"]) == ("", "")
    assert shop.engine.docker("images", "--quiet", told["images"][0]["reference"])


def test_prod_before_any_release_is_refused_with_the_way_out(shop: Shop) -> None:
    shop.merge("main", "prod")
    failed = shop.shipit("image", "prod", "--push", status=3)
    assert "there is no release in the history of this commit" in failed.err
    assert "release on the release branch, then move `prod` to that release: `shipit promote-branch prod`" in failed.err


def test_the_plan_of_a_branch_is_read_saved_and_applied_exactly(shop: Shop) -> None:
    shop.switch("dev")
    head = shop.git("rev-parse", "HEAD")
    assert f"push {shop.name}-dev:dev-{head[:7]}" in shop.shipit("plan").out
    saved = shop.shipit("plan", "-o", "../plan.json")
    assert "shipit image --plan ../plan.json" in saved.err
    assert shop.tags(f"{shop.name}-dev") == {}
    shop.shipit("image", "--plan", "../plan.json")
    assert set(shop.tags(f"{shop.name}-dev")) == {"latest", f"dev-{head[:7]}"}
    assert "(done already)" in shop.shipit("image", "--plan", "../plan.json").err
    refused = shop.shipit("release", "--plan", "../plan.json", status=2)
    assert "is a plan to build images" in refused.err
    shop.commit("feat: 검색")
    assert "this plan is out of date" in shop.shipit("image", "--plan", "../plan.json", status=3).err
