"""Multilayer perceptron."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline

from churn_spark.model_card import CardFeature
from churn_spark.models.candidate import Labelled, fitted
from churn_spark.models.preparation import scaled

# Not scikit-learn's early stopping: it goes by accuracy, which says nothing while few customers churn.
PARAMETERS = {"hidden_layer_sizes": (32,), "alpha": 0.1, "learning_rate_init": 0.005, "max_iter": 60}


def fit(
    train: Labelled, validation: Labelled, features: Sequence[CardFeature], parameters: Mapping[str, Any], seed: int
) -> Pipeline:
    """Perceptron on scaled inputs; `parameters` as MLPClassifier takes them."""
    model = make_pipeline(scaled(features), MLPClassifier(**{**PARAMETERS, **parameters}, random_state=seed))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # few passes keep it from learning the rows by heart
        return fitted(model, train)
