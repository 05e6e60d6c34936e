"""What a feature is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from churn_spark.features.history import Values, Window


@dataclass(frozen=True)
class Feature:
    """A feature, declared once: what it means and how it is computed, in batches and online alike.

    `value` sees the window of the last `window` days before `as_of` (None: all days before it) and gives NaN where the
    feature is not known; `null` says when that is (None: never). `minimum` and `maximum` are what the meaning allows
    (None: anything), not what some data happened to hold. `since` is the first feature version that has it; its values
    never change after that.
    """

    name: str
    type: Literal["count", "amount", "share", "flag", "score"]
    unit: str
    meaning: str
    value: Callable[[Window], Values]
    window: int | None = None
    null: str | None = None
    minimum: float | None = 0
    maximum: float | None = None
    since: str = "v1.1"

    @property
    def description(self) -> str:
        """Meaning, unit, window, and when the feature is null."""
        window = f"; last {self.window} days" if self.window else ""
        return f"{self.meaning} ({self.unit}){window}" + (f"; null {self.null}" if self.null else "")


@dataclass(frozen=True)
class Quintile:
    """The fifth of all customers of the same `as_of` that a customer lies in by another feature: 1 low, 5 high.

    `inverted`: the lowest values of the other feature give 5.
    """

    name: str
    of: str
    meaning: str
    inverted: bool = False
    since: str = "v1.1"
    type = "score"
    unit = "fifth"
    window = None
    null = None
    minimum = 1
    maximum = 5

    @property
    def description(self) -> str:
        """The meaning."""
        return self.meaning
