"""Typed settings, with their limits; conf/base.yml says what each one means and gives its value."""

import re
from datetime import date
from pathlib import Path
from typing import Literal, Self
from zoneinfo import available_timezones

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    field_validator,
    model_validator,
)

LabelVersion = Literal["churn_def_v1", "churn_def_v2"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LakeSettings(_Section):
    """Where the tables lie: under a folder, or in a catalog with a folder for checkpoints."""

    root: str = Field(min_length=1)
    catalog: str | None
    primary_keys: bool

    def path(self, *parts: str) -> str:
        """A folder or file below the root, made absolute if the root is a local folder."""
        root = self.root if "://" in self.root else str(Path(self.root).absolute())
        return "/".join([root.rstrip("/"), *parts])


class SparkSettings(_Section):
    """The session that a job makes for itself; unused where a session or spark-submit is there already."""

    master: str | None
    conf: dict[str, str]


class SimulateSettings(_Section):
    """Size and seed of the simulated logs; `start` is the first day, UTC."""

    users: int = Field(ge=1)
    days: PositiveInt
    start: date
    seed: int = Field(ge=0)


class IngestSettings(_Section):
    """Which logs are read in which portions, and what their lines must keep; days are UTC, the span [earliest, latest).

    `kind`: customers where `logs` names a customer table and there are no events at all. `ts_units` gives the unit of
    `ts` by app version.
    """

    logs: str | None
    kind: Literal["events", "customers"]
    backfill: str | None
    batch_bytes: PositiveInt
    earliest: date
    latest: date
    version_field: str = Field(min_length=1)
    ts_units: dict[str, Literal["s", "ms"]]
    max_broken_share: float = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _span(self) -> Self:
        if self.earliest >= self.latest:
            raise ValueError("earliest must lie before latest")
        return self


class IdentitySettings(_Section):
    """When a session ID stands for a new session, how long a login tells who was there before it, and pseudonyms.

    The key of the pseudonyms comes from the environment only.
    """

    session_gap_hours: PositiveFloat
    login_minutes: int = Field(gt=0, lt=24 * 60)
    pseudonym_key: SecretStr | None = Field(min_length=32)
    generate_key: bool


class QualitySettings(_Section):
    """Where Data Docs lie, the largest shares, 0 to 1, that may be unlike the others, and limits of features."""

    data_docs: str | None
    max_unnamed_share: float = Field(ge=0, le=1)
    max_unknown_share: float = Field(ge=0, le=1)
    max_repeated_share: float = Field(ge=0, le=1)
    max_null_share: float = Field(ge=0, le=1)
    max_shift: PositiveFloat
    max_correlation: float = Field(gt=0, le=1)
    min_label_rate: float = Field(ge=0, le=1)
    max_label_rate: float = Field(ge=0, le=1)
    max_feature_auc: float = Field(ge=0.5, le=1)
    leakage_customers: PositiveInt
    parity_customers: PositiveInt


class SourceSettings(_Section):
    """One source besides the logs, unused where `location` is null; `columns` are SQL expressions over its columns."""

    location: str | None
    format: Literal["csv", "json", "parquet"]
    table: str = Field(min_length=1)
    split_by: str | None
    partitions: PositiveInt
    rows: str = Field(min_length=1)
    next: str = Field(min_length=1)
    time_zone: str
    columns: dict[str, str | None]

    @field_validator("location")
    @classmethod
    def _without_secret(cls, location: str | None) -> str | None:
        if location and re.search(r"password=|://[^/?]*:[^/?]*@", location):
            raise ValueError("holds a password; set CHURN_SPARK_SOURCES__JDBC_PASSWORD or __REST_TOKEN instead")
        return location

    @field_validator("time_zone")
    @classmethod
    def _known(cls, time_zone: str) -> str:
        if time_zone not in available_timezones():
            raise ValueError("no such time zone; name one such as UTC or Europe/Berlin")
        return time_zone


class SourcesSettings(_Section):
    """Customer data besides the logs; password and token come from the environment only."""

    jdbc_user: str | None
    jdbc_password: SecretStr | None
    rest_token: SecretStr | None
    customers: SourceSettings
    transactions: SourceSettings
    tickets: SourceSettings


class FeatureSettings(_Section):
    """The grid of `as_of` midnights, in days."""

    step_days: PositiveInt
    min_history_days: PositiveInt


class LabelSettings(_Section):
    """Churn counts in [as_of + gap, as_of + gap + horizon), all in days; `drop_share` is a share, 0 to 1."""

    gap_days: int = Field(ge=0)
    horizon_days: PositiveInt
    inactivity_days: PositiveInt
    drop_days: PositiveInt
    baseline_days: PositiveInt
    drop_share: float = Field(gt=0, lt=1)
    train_on: list[LabelVersion] = Field(min_length=1)


class TrainingSettings(_Section):
    """Parameters of XGBoost, the split, and the fewest churned rows that make training worth while."""

    workers: PositiveInt
    validation_share: float = Field(gt=0, lt=1)
    min_positives: PositiveInt
    min_holdout_positives: PositiveInt
    seed: int = Field(ge=0)
    trees: PositiveInt
    early_stopping_rounds: PositiveInt
    max_depth: PositiveInt
    learning_rate: float = Field(gt=0, le=1)
    subsample: float = Field(gt=0, le=1)
    colsample_bytree: float = Field(gt=0, le=1)
    min_child_weight: PositiveFloat


class MlflowSettings(_Section):
    """Where runs and models are kept."""

    tracking_uri: str | None
    experiment: str = Field(min_length=1)
    model_name: str = Field(min_length=1)


class ScoringSettings(_Section):
    """How many factors a score names, and the action for each factor that raises the risk."""

    top_factors: PositiveInt
    actions: dict[str, str]


class ExportSettings(_Section):
    """Where the champion is written for serving."""

    folder: str | None


class Settings(_Section):
    """All settings; conf/base.yml says what each one means and gives its value."""

    lake: LakeSettings
    spark: SparkSettings
    simulate: SimulateSettings
    ingest: IngestSettings
    identity: IdentitySettings
    quality: QualitySettings
    sources: SourcesSettings
    features: FeatureSettings
    labels: LabelSettings
    training: TrainingSettings
    mlflow: MlflowSettings
    scoring: ScoringSettings
    export: ExportSettings

    @model_validator(mode="after")
    def _one_place_for_customers(self) -> Self:
        if self.ingest.kind == "customers" and not self.ingest.logs:
            raise ValueError("ingest.logs: with ingest.kind customers, name the file of the customers")
        return self

    @property
    def logs(self) -> str:
        """Folder of the JSON-lines logs."""
        return self.ingest.logs or self.lake.path("landing", "logs")

    @property
    def truth(self) -> str:
        """Folder of the simulator's truth, apart from the logs."""
        return self.lake.path("landing", "truth")

    @property
    def data_docs(self) -> str:
        """Folder of the Data Docs."""
        return self.quality.data_docs or self.lake.path("data_docs")

    @property
    def tracking_uri(self) -> str:
        """MLflow's store; by default SQLite beside the lake."""
        return self.mlflow.tracking_uri or f"sqlite:///{self.lake.path('mlflow', 'mlflow.db')}"

    @property
    def model_folder(self) -> str:
        """Folder that the champion is exported to."""
        return self.export.folder or self.lake.path("model")
