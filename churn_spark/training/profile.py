"""The reference profile: how features and scores were distributed in the rows that a model learned from.

Drift is measured against it later. It holds counts only, so that it can lie beside the model.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pydantic import FiniteFloat
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from churn_spark.features.encoding import Input, model_inputs
from churn_spark.model_card import Part
from churn_spark.models.candidate import Labelled
from churn_spark.quality.sample import sample

BINS = 20  # of about the same number of rows
SCORE = "churn_probability"
Values = npt.NDArray[np.float64]


class Distribution(Part):
    """Rows by value: `counts[i]` lie in [edges[i - 1], edges[i]), the first below and the last at or above all edges.

    - A category has the edges between the codes of its levels, so each level has a bin of its own.
    - `unknown` rows have no value and are in no bin.
    - `minimum` and `maximum`: of the values; None if there are none.
    """

    edges: tuple[FiniteFloat, ...]
    counts: tuple[int, ...]
    unknown: int
    minimum: FiniteFloat | None
    maximum: FiniteFloat | None


class ReferenceProfile(Part):
    """Of the rows to train on: their number, the share that churned, and the distributions of features and score."""

    rows: int
    churn_rate: float
    features: dict[str, Distribution]
    score: Distribution


def profile_of_arrays(train: Labelled, scores: Values, features: Sequence[Input]) -> ReferenceProfile:
    """The profile of labelled rows in this process, and of the model's `scores` of them."""
    columns = [*train.rows.T, scores]
    edges = [_edges(values, levels) for values, levels in zip(columns, _levels(features), strict=True)]
    counted = pd.concat([_counts(place, *pair) for place, pair in enumerate(zip(columns, edges, strict=True))])
    return _profile(len(train.churned), float(train.churned.mean()), features, edges, counted)


def profile_of_frame(rows: DataFrame, features: Sequence[Input], probability: Column) -> ReferenceProfile:
    """The profile of labelled rows with their features; `probability` is the model's, over the same rows.

    A sample of the rows gives the edges, and one pass over all rows counts. The driver gets counts only.
    """
    columns = [*model_inputs(features), probability.alias(SCORE)]
    drawn = sample(rows.select("user_id", *columns)).drop(columns="user_id").to_numpy(float)
    edges = [_edges(values, levels) for values, levels in zip(drawn.T, _levels(features), strict=True)]

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            values = (column.to_numpy(zero_copy_only=False).astype(float) for column in batch.columns)
            counted = [_counts(place, *pair) for place, pair in enumerate(zip(values, edges, strict=True))]
            yield pa.RecordBatch.from_pandas(pd.concat(counted), preserve_index=False)

    in_batches = rows.select(*columns).mapInArrow(count, "place INT, bin INT, rows BIGINT, low DOUBLE, high DOUBLE")
    summed = in_batches.groupBy("place", "bin").agg(
        F.sum("rows").alias("rows"), F.min("low").alias("low"), F.max("high").alias("high")
    )
    number, rate = rows.agg(F.count("*"), F.avg(F.col("churned").cast("double"))).collect()[0]
    return _profile(number, rate, features, edges, summed.toPandas())


def _levels(features: Sequence[Input]) -> list[int]:
    return [*(len(feature.levels) for feature in features), 0]


def _edges(values: Values, levels: int) -> Values:
    """The quantiles at which the bins meet; between the codes of levels for a category."""
    if levels:
        return np.arange(0.5, levels - 1)
    known = values[~np.isnan(values)]
    return np.unique(np.quantile(known, np.arange(1, BINS) / BINS)) if len(known) else np.empty(0)


def _counts(place: int, values: Values, edges: Values) -> pd.DataFrame:
    """Rows of column `place` by bin, -1 for unknown values, with the lowest and the highest value in it."""
    bins = np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="right"))
    by_bin = pd.DataFrame({"bin": bins, "value": values}).groupby("bin")["value"]
    counted = by_bin.agg(rows="size", low="min", high="max").reset_index()
    counted.insert(0, "place", place)
    return counted.astype({"place": "int32", "bin": "int32"})


def _profile(
    rows: int, churn_rate: float, features: Sequence[Input], edges: Sequence[Values], counted: pd.DataFrame
) -> ReferenceProfile:
    by_place = [counted[counted["place"] == place] for place in range(len(edges))]
    distributions = [_distribution(*pair) for pair in zip(edges, by_place, strict=True)]
    names = [feature.name for feature in features]
    by_feature = dict(zip(names, distributions[:-1], strict=True))
    return ReferenceProfile(rows=rows, churn_rate=churn_rate, features=by_feature, score=distributions[-1])


def _distribution(edges: Values, counted: pd.DataFrame) -> Distribution:
    by_bin = counted.set_index("bin")
    rows = by_bin["rows"].reindex(range(-1, len(edges) + 1), fill_value=0).tolist()
    known = by_bin.drop(index=-1, errors="ignore")
    return Distribution(
        edges=tuple(edges.tolist()),
        counts=tuple(rows[1:]),
        unknown=rows[0],
        minimum=None if known.empty else float(known["low"].min()),
        maximum=None if known.empty else float(known["high"].max()),
    )
