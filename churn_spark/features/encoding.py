"""Features as models take them: all numbers, a category as the place of its level."""

from collections.abc import Sequence
from typing import Protocol

from pyspark.sql import Column
from pyspark.sql import functions as F


class Input(Protocol):
    """A feature as a declaration or a model card describes it; `levels` is empty for a number."""

    @property
    def name(self) -> str:
        """The feature's column."""

    @property
    def levels(self) -> Sequence[str]:
        """The values of a category, in the order of their codes."""


def model_inputs(features: Sequence[Input]) -> list[Column]:
    """Each feature as DOUBLE under its name: a category as the place of its level, from 0, and null where unknown.

    Example: of the levels F and M, `F` is 0.0 and `M` is 1.0.
    """
    return [_encoded(feature).alias(feature.name) for feature in features]


def _encoded(feature: Input) -> Column:
    if not feature.levels:
        return F.col(feature.name)
    place = F.array_position(F.array(*map(F.lit, feature.levels)), F.col(feature.name))
    return F.nullif(place, F.lit(0)).cast("double") - 1
