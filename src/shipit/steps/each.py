"""One thing for each of several pull requests and issues."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shipit.errors import AuthError, RemoteError


def for_each(numbers: Sequence[int], act: Callable[[int], None]) -> None:
    """Act on every number; one that is locked, moved or gone does not keep the others from it.

    Raises `AuthError` when already the first is refused, for so would be the others, and at the end `RemoteError`
    naming those that failed.
    """
    failed: dict[int, AuthError | RemoteError] = {}
    for number in numbers:
        try:
            act(number)
        except (AuthError, RemoteError) as error:
            if isinstance(error, AuthError) and number == numbers[0]:
                raise
            failed[number] = error
    if failed:
        first = next(iter(failed.values()))
        named = ", ".join(f"#{number}" for number in failed)
        raise RemoteError(f"{first.what} (so it went with {named})", where=first.where, hint=first.hint)
