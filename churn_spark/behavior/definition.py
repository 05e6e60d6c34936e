"""What a feature is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from churn_spark.behavior.formulas import Values
from churn_spark.behavior.lookback import Window

FEATURE_VERSIONS = ("v1.0", "v1.1", "v1.2", "v1.3")  # oldest first
FEATURE_VERSION = FEATURE_VERSIONS[-1]
FIFTHS = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True)
class Declared:
    """What every feature says of itself.

    - `window`: the feature uses the last `window` days before `as_of`; None: all days before it.
    - `null`: when the feature is null, in words; None: never.
    - `minimum`, `maximum`: the limits that the meaning sets, both inclusive, whatever the data hold; None: no limit.
    - `levels`: the values of a category, in the order of the codes that models take; empty for a number.
    - `since`: the first feature version that has the feature with this meaning. A feature whose values change gets the
      newest version here. So models that learned from the old values are not fed with the new ones.
    """

    name: str
    type: Literal["count", "amount", "share", "flag", "score", "category"]
    unit: str
    meaning: str
    since: str = field(kw_only=True)
    window: int | None = field(default=None, kw_only=True)
    null: str | None = field(default=None, kw_only=True)
    minimum: float | None = field(default=0, kw_only=True)
    maximum: float | None = field(default=None, kw_only=True)
    levels: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def description(self) -> str:
        """Meaning, unit, window, and when the feature is null."""
        window = f"; last {self.window} days" if self.window else ""
        return f"{self.meaning} ({self.unit}){window}" + (f"; null {self.null}" if self.null else "")

    @property
    def sql_type(self) -> str:
        """The type of the feature's column: STRING for a category, DOUBLE for a number."""
        return "STRING" if self.levels else "DOUBLE"

    @property
    def column(self) -> str:
        """The DDL of the feature's column."""
        return f"{self.name} {self.sql_type} COMMENT '{self.description}'"


@dataclass(frozen=True)
class Feature(Declared):
    """A feature of what a customer did, computed by the same line in batches and online.

    `value` computes the feature from the window, NaN where it is unknown. For a category it gives the place of the
    level in `levels`, from 0.
    """

    value: Callable[[Window], Values]


@dataclass(frozen=True)
class Quintile(Declared):
    """The fifth of all customers of the same `as_of` in which a customer's value of the feature `of` lies.

    1 is the lowest fifth, 5 the highest. `inverted`: the lowest values give 5.

    Example: the percentiles of the other feature are 2, 4, 6 and 8. A value of 4 gives 2, and a value of 5 gives 3.
    """

    of: str
    inverted: bool = field(default=False, kw_only=True)
    percentiles: ClassVar = FIFTHS


@dataclass(frozen=True)
class Capped(Declared):
    """The feature `of`, but at most its 99th percentile over all customers of the same `as_of`."""

    of: str
    percentiles: ClassVar = (0.99,)


@dataclass(frozen=True)
class Total(Declared):
    """The sum of the features `of`; quintiles and capped ones may be among them."""

    of: tuple[str, ...]


def columns(features: Sequence[Declared]) -> str:
    """The DDL of the columns of these features."""
    return ",\n".join(feature.column for feature in features)
