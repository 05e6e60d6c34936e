"""The result of one expectation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """The result of one expectation: its meaning in words, and the observed numbers.

    - `severity`: critical (a failure keeps the rows out) or warning.
    - `rows`, `unexpected`: the rows that were checked and those that failed; None if the expectation is not about
      single rows.
    - `observed`: the number that such an expectation is about, if there is one.
    """

    expectation: str
    column: str | None
    severity: str
    success: bool
    rows: int | None = None
    unexpected: int | None = None
    observed: float | None = None

    @property
    def unexpected_share(self) -> float | None:
        """Share of the rows that were not as expected, 0 to 1."""
        if self.rows is None or self.unexpected is None:
            return None
        return self.unexpected / self.rows if self.rows else 0.0

    @property
    def in_words(self) -> str:
        """What was observed."""
        if self.unexpected is not None:
            return f"unexpected are {self.unexpected:,} of {self.rows:,} rows ({self.unexpected_share:.2%})"
        return "it is not so" if self.observed is None else f"observed is {self.observed:g}"
