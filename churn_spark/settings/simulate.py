"""Size of the simulation."""

from datetime import date

from pydantic import Field, PositiveInt

from churn_spark.settings.section import Section


class SimulateSettings(Section):
    """Size and seed of the simulated logs; `start` is the first day, UTC."""

    users: int = Field(ge=1)
    days: PositiveInt
    start: date
    seed: int = Field(ge=0)
