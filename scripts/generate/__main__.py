"""Write the parts of files that repeat a declaration.

    python -m scripts.generate            write what is not up to date
    python -m scripts.generate --check    only name the files that are not up to date; exit status 1 if there are any

`make generate` runs it with the Python that shipit is installed in. `GENERATED` has the files and the functions that
return their text.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts.generate import comparison, configuration, examples, limits, manual, outputs, registries
from scripts.generate.twin import twin

ROOT = Path(__file__).resolve().parents[2]


def _twin(_: str) -> str:
    return twin(outputs.action((ROOT / "action.yml").read_text(encoding="utf-8")))


GENERATED: dict[str, Callable[[str], str]] = {
    "action.yml": outputs.action,
    ".github/actions/shipit/action.yml": _twin,
    ".github/workflows/release.yml": outputs.workflow,
    ".github/workflows/dev-deploy.yml": outputs.workflow,
    ".github/workflows/prod-deploy.yml": outputs.workflow,
    "docs/guides/github-actions.md": outputs.guide,
    "docs/guides/github-actions.ko.md": outputs.korean_guide,
    "docs/configuration.md": lambda text: configuration.keys(registries.formats(text)),
    "docs/architecture.md": registries.steps,
    "docs/limits.md": limits.english,
    "docs/limits.ko.md": limits.korean,
    "man/shipit.1": manual.manual,
    "README.md": registries.commands,
    "README.ko.md": registries.commands,
    "docs/comparison.md": comparison.english,
    "docs/comparison.ko.md": comparison.korean,
    **{path.relative_to(ROOT).as_posix(): examples.files for path in sorted(ROOT.glob("docs/start/*.md"))},
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Write the parts of files that repeat a declaration.")
    parser.add_argument("--check", action="store_true", help="only name the files that are not up to date")
    check = parser.parse_args().check
    stale = list(_stale(write=not check))
    for path in stale:
        print(f"{path} is not up to date: make generate" if check else f"{path} is written")
    return 1 if check and stale else 0


def _stale(*, write: bool) -> Iterator[str]:
    """Yield the paths of the files that are not up to date, after writing them if `write`."""
    for name, generated in GENERATED.items():
        path = ROOT / name
        old = path.read_text(encoding="utf-8")
        new = generated(old)
        if new != old:
            if write:
                path.write_text(new, encoding="utf-8")
            yield name


if __name__ == "__main__":
    sys.exit(main())
