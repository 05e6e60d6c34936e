"""Size of the simulation."""

from datetime import date

from pydantic import Field, PositiveInt

from churn_spark.settings.section import Section


class SimulateSettings(Section):
    """Size, seed and drift of the simulated logs; `start` is the first day, UTC, and days count from it, from 0."""

    users: int = Field(ge=1)
    days: PositiveInt
    start: date
    seed: int = Field(ge=0)
    concept_drift_day: int | None = Field(default=None, ge=0)
