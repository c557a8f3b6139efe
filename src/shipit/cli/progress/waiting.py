"""A message on the terminal about work that takes long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shipit.cli.output import Output

if TYPE_CHECKING:
    from rich.status import Status

DELAY = 1.0  # seconds before the message appears


@contextmanager
def waiting(output: Output, what: str) -> Iterator[None]:
    """Show the message `what` while the block runs.

    On a terminal, it is animated and appears when the block takes longer than `DELAY`. Elsewhere it is one line, and
    only with --verbose.
    """
    if not output.is_interactive:
        output.detail(what)
        yield
        return
    shown: list[Status] = []
    timer = threading.Timer(DELAY, lambda: shown.append(_started(what, plain=output.plain)))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for status in shown:
            status.stop()


def _started(what: str, *, plain: bool) -> Status:
    from rich.console import Console
    from rich.status import Status

    status = Status(what, console=Console(stderr=True, no_color=plain))
    status.start()
    return status
