"""The entry point of the `shipit` command."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line and end the process at once.

    `os._exit` skips the cleanup that Python does at its end, which takes 10 ms and which a process that ends
    does not need.
    """
    status = 0
    try:
        status = _run(sys.argv[1:])
        if sys.stdout:
            sys.stdout.flush()
    except KeyboardInterrupt:  # an interrupt before `shipit.cli.main.run` handles it
        status = 130
    except OSError:
        status = status or 120  # Python's own exit status when standard output cannot be flushed
    _close_connections()
    os._exit(status)


def _close_connections() -> None:
    """Close the connections to hosts, if this run made any; without this, their private directories would be left."""
    if module := sys.modules.get("shipit.adapters.hosts.ssh.connection"):
        module.close_connections()


def _run(words: list[str]) -> int:
    """Run the command line with the arguments `words` and return the exit status.

    `--version` alone is answered here, without loading the command line, because that is faster.
    """
    if words == ["--version"]:
        from shipit import __version__

        print(f"shipit {__version__}")  # noqa: T201 - `cli/output.py` is not loaded here
        return 0
    from shipit.adapters.processes.tokens import hide_tokens

    hide_tokens()  # before anything starts a program
    gc.disable()  # a command runs for seconds only, and its memory is freed when the process ends
    from shipit.cli.main import run

    return run()


if __name__ == "__main__":
    main()
