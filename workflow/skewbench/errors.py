"""The two ways in which something can be wrong without being a bug."""


class InputError(ValueError):
    """Configuration or data are wrong; the message is one sentence a person can act on."""


class Infeasible(Exception):
    """A cell that the design rules out (too few rows, an incompatible learner): no failure."""


class OverSizeLimit(Infeasible):
    """A strategy or learner was refused more training rows than its stated limit."""
