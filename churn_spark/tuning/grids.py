"""The parameters that are tried of each kind of model."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from churn_spark.model_card import XGBOOST

Grid = Mapping[str, Sequence[Any]]
GRIDS: Mapping[str, Grid] = {
    "baseline": {"C": [0.1, 1.0, 10.0]},
    "logistic_regression": {"C": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]},
    "random_forest": {"n_estimators": [100, 200], "max_depth": [6, 10, None], "min_samples_leaf": [5, 10, 30]},
    "gradient_boosting": {"learning_rate": [0.03, 0.05, 0.1], "max_depth": [2, 3, 4], "max_iter": [100, 200, 400]},
    XGBOOST: {"learning_rate": [0.02, 0.03, 0.1], "max_depth": [2, 3, 5], "trees": [200, 400, 800]},
    "perceptron": {"hidden_layer_sizes": [[16], [32], [32, 16]], "alpha": [0.1, 1.0, 10.0],
                   "learning_rate_init": [0.001, 0.005]},
    "ensemble": {},
}  # fmt: skip

Span = tuple[float, float, bool]  # lowest, highest, whether on a logarithmic scale
SPACES: Mapping[str, Mapping[str, Span]] = {
    "logistic_regression": {"C": (1e-4, 1.0, True)},
    "random_forest": {"n_estimators": (50, 300, False), "max_depth": (3, 20, False), "min_samples_leaf": (2, 60, True)},
    "gradient_boosting": {"learning_rate": (0.01, 0.3, True), "max_depth": (2, 6, False), "max_iter": (50, 500, True)},
    XGBOOST: {"learning_rate": (0.01, 0.3, True), "max_depth": (2, 7, False), "trees": (100, 1000, False),
              "subsample": (0.3, 1.0, False), "colsample_bytree": (0.1, 1.0, False),
              "min_child_weight": (1.0, 50.0, True)},
    "perceptron": {"alpha": (0.01, 30.0, True), "learning_rate_init": (0.0005, 0.02, True)},
}  # fmt: skip
WHOLE = frozenset({"n_estimators", "max_depth", "min_samples_leaf", "max_iter", "trees"})


def every(grid: Grid) -> list[dict[str, Any]]:
    """All combinations of the values, in the order of the grid."""
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def drawn(grid: Grid, number: int, seed: int) -> list[dict[str, Any]]:
    """The candidate's own parameters, which are `{}`, and others of the grid: `number` in all if it has as many."""
    others = every(grid) if grid else []
    places = np.random.default_rng(seed).permutation(len(others))[: number - 1]
    return [{}, *(others[place] for place in places)]
