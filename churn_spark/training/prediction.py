"""The champion applied to feature rows, an Arrow batch at a time inside Spark."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql.pandas.functions import arrow_udf

from churn_spark.models.explanation import contributions
from churn_spark.models.model import Model

FACTORS = "ARRAY<STRUCT<feature: STRING, value: DOUBLE, contribution: DOUBLE>>"


def churn_probability(model: Model, inputs: Sequence[Column]) -> Column:
    """Probability of churn from the model's inputs, in its order; a null input is a missing value."""

    def predict(*features: pa.Array) -> pa.Array:
        return pa.array(model.probabilities(_matrix(features)))

    return _over_batches(predict, "double", inputs)


def top_factors(model: Model, inputs: Sequence[Column], count: int) -> Column:
    """The `count` features with the largest `contributions` in log odds, largest first, ties by feature order."""
    names = np.array([feature.name for feature in model.features])

    def explain(*features: pa.Array) -> pa.Array:
        matrix = _matrix(features)
        contributed = contributions(model, matrix).contributions
        largest = np.argsort(-np.abs(contributed), axis=1, kind="stable")[:, :count]
        values = np.take_along_axis(matrix, largest, axis=1).ravel()
        factors = pa.StructArray.from_arrays(
            [
                pa.array(names[largest.ravel()]),
                pa.array(values, mask=np.isnan(values)),
                pa.array(np.take_along_axis(contributed, largest, axis=1).ravel()),
            ],
            names=["feature", "value", "contribution"],
        )
        offsets = np.arange(0, largest.size + 1, largest.shape[1], dtype="int32")
        return pa.ListArray.from_arrays(offsets, factors)

    return _over_batches(explain, FACTORS, inputs)


def _over_batches(function: Callable[..., pa.Array], returns: str, inputs: Sequence[Column]) -> Column:
    batches = arrow_udf(function, returns)  # type: ignore[call-overload]  # its stubs know up to ten arguments
    scored: Column = batches(*inputs)
    return scored


def _matrix(features: Sequence[pa.Array]) -> npt.NDArray[np.float64]:
    return np.column_stack([feature.to_numpy(zero_copy_only=False) for feature in features])
