"""What a score tells its readers, and where the champion is exported to."""

from pydantic import PositiveInt

from churn_spark.settings.section import Section


class ScoringSettings(Section):
    """How many factors a score names, who has them, and the action for each factor that raises the risk."""

    top_factors: PositiveInt
    explained_customers: PositiveInt
    actions: dict[str, str]


class ExportSettings(Section):
    """Where the champion is written for serving."""

    folder: str | None
