"""The entry point of the `shipit` command."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line; `--version` alone answers without loading it."""
    if sys.argv[1:] == ["--version"]:
        from shipit import __version__

        print(f"shipit {__version__}")  # noqa: T201 - the fast path has no terminal layer
        return
    gc.disable()  # a command lives for seconds, and what it holds goes with it
    from shipit.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()
