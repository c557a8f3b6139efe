"""A recording of `shipit demo` as HTML, for the first page of the site."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from io import StringIO

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

# The terminal is dark in both themes of the site; each colour has a contrast of 4.5 or more to the background.
THEME = TerminalTheme(
    (20, 22, 28),
    (222, 225, 232),
    [
        (20, 22, 28),
        (255, 123, 114),
        (126, 211, 133),
        (229, 192, 123),
        (121, 184, 255),
        (210, 168, 255),
        (118, 227, 234),
        (222, 225, 232),
    ],
)
DIM = "#797b82"
COLUMNS = 110
COLOURS = {"FORCE_COLOR": "1", "NO_COLOR": ""}


def recorded() -> str:
    """Return what `shipit demo` says in a terminal, as HTML."""
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "shipit", "demo", "--directory", f"{place}/demo"]
        run = subprocess.run(command, env=os.environ | COLOURS, check=True, stderr=subprocess.PIPE, text=True)
        said = run.stderr.replace(f"{place}/demo", "/home/robin")
    console = Console(record=True, file=StringIO(), width=COLUMNS, force_terminal=True)
    console.print(Text.from_ansi(said.strip()), soft_wrap=True)
    return console.export_html(theme=THEME, inline_styles=True, code_format="{code}").rstrip()


def framed(terminal: str) -> str:
    """Return the HTML of the terminal; it scrolls by mouse, by finger and by keyboard."""
    label = "shipit demo"
    terminal = terminal.replace(DIM, "#9ba0ab")  # rich dims more than is easy to read
    code = re.sub(r"\n(?=\n)", "\n&#8203;", terminal)  # an empty line would end a block of HTML in Markdown
    return f'<div class="terminal" role="region" aria-label="{label}" tabindex="0"><pre>{code}</pre></div>'
