"""All sections, and the places that follow from several of them."""

from churn_spark.settings.features import FeatureSettings
from churn_spark.settings.identity import IdentitySettings
from churn_spark.settings.ingest import IngestSettings
from churn_spark.settings.labels import LabelSettings
from churn_spark.settings.lake import LakeSettings, SparkSettings
from churn_spark.settings.money import MoneySettings
from churn_spark.settings.promotion import PromotionSettings
from churn_spark.settings.scoring import ExportSettings, ScoringSettings
from churn_spark.settings.section import Section
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.settings.sources import SourcesSettings
from churn_spark.settings.training import MlflowSettings, TrainingSettings
from churn_spark.settings.tuning import TuningSettings


class Settings(Section):
    """All settings; conf/base.yml says what each one means and gives its value."""

    lake: LakeSettings
    spark: SparkSettings
    money: MoneySettings
    simulate: SimulateSettings
    ingest: IngestSettings
    identity: IdentitySettings
    sources: SourcesSettings
    features: FeatureSettings
    labels: LabelSettings
    training: TrainingSettings
    tuning: TuningSettings
    mlflow: MlflowSettings
    promotion: PromotionSettings
    scoring: ScoringSettings
    export: ExportSettings

    @property
    def logs(self) -> str:
        """Folder of the JSON-lines logs."""
        return self.ingest.logs or self.lake.path("landing", "logs")

    @property
    def truth(self) -> str | None:
        """Folder of the simulator's truth, apart from the logs; None where the logs are not the simulator's."""
        return self.lake.path("landing", "truth") if self.ingest.origin == "simulator" else None

    @property
    def records(self) -> str | None:
        """Folder of the simulator's customers, payments, tickets and calendar; None where truth is None."""
        return self.lake.path("landing", "records") if self.ingest.origin == "simulator" else None

    @property
    def tracking_uri(self) -> str:
        """MLflow's store; by default SQLite beside the lake."""
        return self.mlflow.tracking_uri or f"sqlite:///{self.lake.path('mlflow', 'mlflow.db')}"

    @property
    def model_folder(self) -> str:
        """Folder that the champion is exported to."""
        return self.export.folder or self.lake.path("model")
