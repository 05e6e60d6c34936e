"""What a feature is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from churn_spark.features.history import Values, Window

FIFTHS = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Declared:
    """What every feature says of itself.

    `window`: it uses the last so many days before `as_of` (None: all days before it); `null` says when it is null
    (None: never). `minimum` and `maximum` are what the meaning allows (None: anything), not what some data happened to
    hold. `since` is the first feature version that has it; its values never change after that.
    """

    name: str
    type: Literal["count", "amount", "share", "flag", "score"]
    unit: str
    meaning: str
    window: int | None = field(default=None, kw_only=True)
    null: str | None = field(default=None, kw_only=True)
    minimum: float | None = field(default=0, kw_only=True)
    maximum: float | None = field(default=None, kw_only=True)
    since: str = field(default="v1.1", kw_only=True)

    @property
    def description(self) -> str:
        """Meaning, unit, window, and when the feature is null."""
        window = f"; last {self.window} days" if self.window else ""
        return f"{self.meaning} ({self.unit}){window}" + (f"; null {self.null}" if self.null else "")


@dataclass(frozen=True)
class Feature(Declared):
    """A feature of what a customer did, computed by the same line in batches and online.

    `value` sees the window and gives NaN where the feature is not known.
    """

    value: Callable[[Window], Values]


@dataclass(frozen=True)
class Quintile(Declared):
    """The fifth of all customers of the same `as_of` that a customer lies in by another feature: 1 low, 5 high.

    `inverted`: the lowest values of the other feature give 5.
    """

    of: str
    inverted: bool = field(default=False, kw_only=True)
    percentiles: ClassVar = FIFTHS


@dataclass(frozen=True)
class Capped(Declared):
    """Another feature, but at most its 99th percentile over all customers of the same `as_of`."""

    of: str
    percentiles: ClassVar = (0.99,)


@dataclass(frozen=True)
class Total(Declared):
    """The sum of other features, quintiles and capped ones among them."""

    of: tuple[str, ...]
