"""The entries that are added to a section which a person edited."""

from __future__ import annotations

from shipit.core.notes.manual_edits import kept_edits


def test_a_new_entry_that_is_the_beginning_of_another_one_is_added() -> None:
    generated = "## 1.1.0\n\n* crash on start\n"
    edited = "## 1.1.0\n\n* crash on start, at last\n"
    new = "## 1.1.0\n\n* crash\n* crash on start\n"
    assert kept_edits(generated, edited, new) == "## 1.1.0\n\n* crash on start, at last\n* crash\n"
