"""The places in the manifests of a list that repeat the version of another crate of the list."""

from __future__ import annotations

from collections import Counter

from shipit.versionfiles.projects.cargo_workspace import dependents, dependents_in

CRATE = '[package]\nname = "{}"\nversion = "1.2.3"\n[dependencies]\n{} = {{ path = "../{}", version = "1.2.3" }}\n'


def test_the_manifests_are_read_once_for_a_list_with_many_crates() -> None:
    files = {f"c{n}/Cargo.toml": CRATE.format(f"c{n}", f"c{n - 1}", f"c{n - 1}") for n in range(1, 40)}
    files["Cargo.lock"] = ""
    listed = list(files)[:30:3] + list(files)[1:30:3]
    reads: Counter[str] = Counter()

    def read(path: str) -> str | None:
        reads[path] += 1
        return files.get(path)

    found = list(dependents_in(listed, files, read))
    assert set(reads.values()) == {1} and "Cargo.lock" not in reads
    each = [place for path in listed for place in dependents(path, files, files.get)]
    assert found == [(path, places) for path, places in each if path in listed]
    assert found and len(found) < len(each)
