"""The progress of pushing an image: one bar for each layer, on a terminal only."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from shipit.cli.output import Output

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Transfers:
    """The progress bars of a push. They appear with the first call, and disappear when `end` is called."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._bars: Progress | None = None
        self._layers: dict[str, TaskID] = {}
        self._moved = False
        self._lock = threading.Lock()  # a timer of `Progress` calls `moved`

    def moved(self) -> bool:
        """Return whether a bar has moved since the last call; if not, remove the bars."""
        moved, self._moved = self._moved, False
        if not moved:
            self.end()
        return moved

    def __call__(self, layer: str, done: int, total: int) -> None:
        """Show that `done` of the `total` bytes of `layer` are pushed."""
        if not self._output.is_interactive:
            return
        with self._lock:
            self._moved = True
            bars = self._bars = self._bars or _started(plain=self._output.plain)
            if layer not in self._layers:
                self._layers[layer] = bars.add_task(layer, total=total)
            bars.update(self._layers[layer], completed=done, total=total)

    def end(self) -> None:
        """Remove the bars, if there are any."""
        with self._lock:
            if self._bars is not None:
                self._bars.stop()
            self._bars, self._layers = None, {}


def _started(*, plain: bool) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("    {task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    bars = Progress(*columns, console=Console(stderr=True, no_color=plain), transient=True)
    bars.start()
    return bars
