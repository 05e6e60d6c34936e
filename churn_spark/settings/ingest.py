"""Which logs are read, and what their lines must keep."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from churn_spark.settings.section import Section

Origin = Literal["simulator", "logs", "customers"]


class IngestSettings(Section):
    """Logs and the limits of their lines. Days are UTC; a time fits that lies in [earliest, latest)."""

    logs: str | None
    kind: Literal["events", "customers"]
    backfill: str | None
    forget: str | None
    batch_bytes: PositiveInt
    earliest: date
    latest: date
    version_field: str = Field(min_length=1)
    ts_units: dict[str, Literal["s", "ms"]]
    refuse_broken_share: float = Field(ge=0, le=1)
    warn_unnamed_share: float = Field(ge=0, le=1)

    @property
    def origin(self) -> Origin:
        """Where the data comes from: the simulator's logs, the user's logs, or a customer table without logs."""
        if self.kind == "customers":
            return "customers"
        return "logs" if self.logs else "simulator"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.earliest >= self.latest:
            raise ValueError("earliest must lie before latest")
        if self.backfill and self.forget:
            raise ValueError("ingest.backfill and ingest.forget: take files again or forget them, one in a run")
        if self.kind == "customers" and not self.logs:
            raise ValueError("ingest.logs: with ingest.kind customers, name the file of the customers")
        return self
