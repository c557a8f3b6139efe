from __future__ import annotations

from shipit.config.lines import key_lines, line_of

TEXT = '''\
# a comment with [brackets] and = signs

top = """
[not.a.header]
key = 1
"""
[a."b.c"]   # with a remark
d.e = 1
list = [
  "x", # ] still inside
  { y = 1 },
]
[[many]]
[many.one]
f = 1
[[many]]
[[many.more]]
[[many.more]]
g = 1
'''


def test_a_key_is_found_on_the_line_where_it_begins() -> None:
    lines = key_lines(TEXT)
    assert lines["top",] == 3
    assert lines["a", "b.c"] == 7
    assert lines["a", "b.c", "d", "e"] == 8
    assert lines["a", "b.c", "list"] == 9
    assert ("not",) not in lines


def test_entries_of_arrays_of_tables_are_told_apart() -> None:
    lines = key_lines(TEXT)
    assert lines["many", 0, "one", "f"] == 15
    assert lines["many", 1] == 16
    assert lines["many", 1, "more", 0] == 17
    assert lines["many", 1, "more", 1, "g"] == 19


def test_what_stands_inside_a_value_is_on_the_line_of_its_key() -> None:
    assert line_of(("a", "b.c", "list", 1, "y"), key_lines(TEXT)) == 9
    assert line_of(("unknown",), key_lines(TEXT)) is None
