"""The baseline: the days since the last event alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from churn_spark.errors import UserError
from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Labelled, fitted
from churn_spark.models.preparation import centred, scaled

FEATURE = "days_since_last_event"


def fit(
    train: Labelled, validation: Labelled, features: Sequence[CardFeature], parameters: Mapping[str, Any], seed: int
) -> Pipeline:
    """Logistic regression on one feature. Raises UserError if the features lack it."""
    places = [place for place, feature in enumerate(features) if feature.name == FEATURE]
    if not places:
        raise UserError(f"training.model: the baseline needs the feature {FEATURE}, which these data lack")
    one = ColumnTransformer([("one", scaled([features[places[0]]]), places)])
    model = make_pipeline(one, centred(), LogisticRegression(**parameters))
    return fitted(model, train)
