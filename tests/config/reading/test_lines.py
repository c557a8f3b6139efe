from __future__ import annotations

from shipit.config.reading.lines import key_line, key_lines

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


def test_entries_of_arrays_of_tables_have_their_own_lines() -> None:
    lines = key_lines(TEXT)
    assert lines["many", 0, "one", "f"] == 15
    assert lines["many", 1] == 16
    assert lines["many", 1, "more", 0] == 17
    assert lines["many", 1, "more", 1, "g"] == 19


def test_a_key_inside_a_value_has_the_line_of_the_key_before_the_value() -> None:
    assert key_line(("a", "b.c", "list", 1, "y"), key_lines(TEXT)) == 9
    assert key_line(("unknown",), key_lines(TEXT)) is None
