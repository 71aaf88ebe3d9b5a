"""The two ways in which something can be wrong without being a bug, and help with names."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 1000  # characters of a message; data and structures quoted in one may be of any size


class InputError(ValueError):
    """Configuration or data are wrong; the message is one sentence a person can act on.

    What it quotes may come from strangers' files, so it is made printable and kept short.
    """

    def __init__(self, message: str) -> None:
        message = printable(str(message))
        if len(message) > _LONGEST:
            message = f"{message[: _LONGEST - 300]} ... {message[-290:]}"
        super().__init__(message)


class Infeasible(Exception):
    """A cell that the design rules out (too few rows, an incompatible learner): no failure."""


class OverSizeLimit(Infeasible):
    """A strategy or learner was refused more training rows than its stated limit."""


def printable(text: str) -> str:
    """Return ``text`` with control, formatting and line-breaking characters escaped.

    A terminal obeys such characters (it may be cleared, or show another line than was written), and
    a log would have lines that nobody wrote.
    """
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def clipped(name: object) -> str:
    """Return a name from data as it can be printed: without control characters, cut if long."""
    text = printable(str(name))
    return text if len(text) <= 60 else f"{text[:57]}..."


def shown(name: object) -> str:
    """Return a name from data in quotes, as :func:`clipped` has it."""
    return f"'{clipped(name)}'"


def closest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of ``names`` that is most like ``name``, if any is; case does not matter."""
    folded = {str(other).casefold(): str(other) for other in names}
    match = get_close_matches(str(name).casefold(), list(folded), n=1)
    return folded[match[0]] if match else None


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Return ``did you mean 'x'?``, or the allowed names when none is near."""
    listed = sorted(map(str, allowed))
    close = closest(name, listed)
    if close is not None:
        return f"did you mean '{close}'?"
    shown = ", ".join(listed[:12]) + (", ..." if len(listed) > 12 else "")
    return f"allowed: {shown}" if listed else "none is allowed here"
