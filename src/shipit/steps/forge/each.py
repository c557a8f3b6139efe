"""An action for each of several pull requests and issues."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shipit.errors import AuthError, RemoteError


def for_each(numbers: Sequence[int], act: Callable[[int], None]) -> None:
    """Call `act` with each number. If it fails for one that is locked, moved or deleted, continue with the others.

    Args:
        numbers: the numbers of pull requests and issues.
        act: the action for one number.

    Raises:
        AuthError: at once, if `act` raised it for the first number, because the others would fail too.
        RemoteError: at once, if the error is retryable (the forge is down or limits the requests), because each
            further request would wait and fail too. Otherwise at the end, with all numbers that failed.
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
        names = ", ".join(f"#{number}" for number in failed)
        raise RemoteError(f"{first.what} (failed for {names})", where=first.where, hint=first.hint)
