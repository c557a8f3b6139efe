"""Line breaks for a narrow terminal: at spaces, with the indentation of the line.

>>> print(wrapped("  state: nothing was pushed and nothing was changed", 30))
  state: nothing was pushed
    and nothing was changed
>>> print(wrapped("  hint: git pull --rebase origin main", 30))  # a command stays in one piece, to be copied
  hint: git pull --rebase origin main
"""

from __future__ import annotations

from click import unstyle

# The beginnings of lines that contain commands.
_COMMANDS = ("hint:", "fix:", "docs:", "+ ", "- ")


def wrapped(text: str, columns: int) -> str:
    """Return `text` with line breaks, so that its lines fit into `columns` where they have spaces."""
    return "\n".join(_wrapped_line(line, columns) for line in text.split("\n"))


def _wrapped_line(line: str, columns: int) -> str:
    plain = unstyle(line)
    content = plain.lstrip()
    if _width(plain) <= columns or content.startswith(_COMMANDS) or "To undo: " in content:
        return line
    indent = " " * (len(plain) - len(content) + 2)
    pieces: list[str] = []
    current, *words = line.split(" ")
    for word in words:
        if current.strip() and _width(unstyle(f"{current} {word}")) > columns:
            pieces.append(current)
            current = indent + word
        else:
            current += f" {word}"
    return "\n".join([*pieces, current])


def _width(text: str) -> int:
    """Return the number of columns that `text` takes on a terminal; Korean characters take two."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
