"""The entry point of the `shipit` command."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line and end at once: what Python would tidy up goes with the process, and takes 10 ms."""
    status = 0
    try:
        status = _run(sys.argv[1:])
        if sys.stdout:
            sys.stdout.flush()
    except KeyboardInterrupt:  # before there is a command line to tell it
        status = 130
    except OSError:
        status = status or 120  # what Python itself ends with where standard output takes no more
    os._exit(status)


def _run(words: list[str]) -> int:
    """The exit status; `--version` alone is answered without loading the command line."""
    if words == ["--version"]:
        from shipit import __version__

        print(f"shipit {__version__}")  # noqa: T201 - the fast path has no terminal layer
        return 0
    gc.disable()  # a command lives for seconds, and what it holds goes with it
    from shipit.cli.main import run

    return run()


if __name__ == "__main__":
    main()
