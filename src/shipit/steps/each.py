"""One thing for each of several pull requests and issues."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shipit.errors import AuthError, RemoteError


def for_each(numbers: Sequence[int], act: Callable[[int], None]) -> None:
    """Act on every number; one that is locked, moved or gone does not keep the others from it.

    Raises at once what would meet the others as well: `AuthError` for the first, and `RemoteError` from a forge that
    is unwell or wants no more, which a hundred waits would not mend. At the end `RemoteError` naming those that failed.
    """
    failed: dict[int, AuthError | RemoteError] = {}
    for number in numbers:
        try:
            act(number)
        except AuthError as error:
            if number == numbers[0]:
                raise
            failed[number] = error
        except RemoteError as error:
            if error.retryable:
                raise
            failed[number] = error
    if failed:
        first = next(iter(failed.values()))
        named = ", ".join(f"#{number}" for number in failed)
        raise RemoteError(f"{first.what} (so it went with {named})", where=first.where, hint=first.hint)
