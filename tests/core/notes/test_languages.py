"""Tests of the languages of release notes."""

from __future__ import annotations

import datetime as dt

import pytest

from shipit.core.notes import LANGUAGES, language
from shipit.errors import ConfigError


@pytest.mark.parametrize(("code", "written"), [("en", "2026-01-31"), ("ko", "2026년 1월 31일")])
def test_dates_have_the_format_of_the_language(code: str, written: str) -> None:
    assert language(code).date(dt.date(2026, 1, 31)) == written


def test_every_language_has_the_same_keys() -> None:
    keys = {code: (sorted(known.headings), sorted(known.words)) for code, known in LANGUAGES.items()}
    assert all(each == keys["en"] for each in keys.values())


def test_a_type_without_a_heading_is_capitalized() -> None:
    assert language("ko").heading("infra") == "Infra"


def test_an_unknown_language_is_an_error_that_suggests_a_known_one() -> None:
    with pytest.raises(ConfigError) as error:
        language("kor")
    assert (error.value.where, error.value.hint) == ("changelog.language", "did you mean `ko`?")
