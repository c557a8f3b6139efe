"""Say what takes so long, to whoever watches."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shipit.cli.output import Output

if TYPE_CHECKING:
    from rich.status import Status

PATIENCE = 1.0  # seconds until somebody wonders


@contextmanager
def waiting(output: Output, what: str) -> Iterator[None]:
    """While the block runs: a moving line on a terminal, once it takes long; elsewhere one line with -v."""
    if not output.is_interactive:
        output.detail(what)
        yield
        return
    shown: list[Status] = []
    timer = threading.Timer(PATIENCE, lambda: shown.append(_started(what, plain=output.plain)))
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
