"""The two ways in which something can be wrong without being a bug, and help with names."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Configuration or data are wrong; the message is one sentence a person can act on."""


class Infeasible(Exception):
    """A cell that the design rules out (too few rows, an incompatible learner): no failure."""


class OverSizeLimit(Infeasible):
    """A strategy or learner was refused more training rows than its stated limit."""


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
