"""The token for GitHub as messages name it: a variable, or in the GitHub Action an input."""

from __future__ import annotations

from msgspec import Struct


class TokenName(Struct, frozen=True):
    """The name of the token.

    Args:
        name: the name in a sentence.
        place: the place where the user sets it.
        otherwise: another way to give git a credential, or nothing.
    """

    name: str
    place: str
    otherwise: str = ""


VARIABLE = TokenName("`GITHUB_TOKEN`", "`GITHUB_TOKEN`", ", or fix the login of your git")
INPUT = TokenName("the input `token`", "the input `token` (of a workflow of shipit: the secret `token`)")
