"""A feature must not know the label: what each one alone tells of who churned."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.metrics import roc_auc_score

from churn_spark.behavior.definition import Declared
from churn_spark.features.encoding import model_inputs
from churn_spark.quality.finding import Finding
from churn_spark.quality.sample import sample

BOUNDS = np.arange(1, 100) / 100  # the percentiles of a sample, between which rows are counted
COUNTS = "feature STRING, churned BOOLEAN, bin INT, rows BIGINT"


def label_known(rows: DataFrame, features: Sequence[Declared], limit: float, fewest: int) -> list[Finding]:
    """A critical finding for each feature whose ROC-AUC for `churned` is above the limit, in either direction.

    If there is no such feature, one passed finding for the feature with the highest ROC-AUC. No finding if fewer than
    `fewest` rows are churned, because a feature may tell few rows apart by chance. No finding if all rows are churned.
    """
    aucs = label_aucs(rows, features, fewest)
    telling = {name: auc for name, auc in aucs.items() if auc > limit} or dict(
        sorted(aucs.items(), key=lambda item: item[1])[-1:]
    )
    words = f"alone does not tell who churned (ROC-AUC at most {limit:g})"
    return [Finding(f"{name} {words}", name, "critical", auc <= limit, observed=auc) for name, auc in telling.items()]


def label_aucs(rows: DataFrame, features: Sequence[Declared], fewest: int) -> dict[str, float]:
    """ROC-AUC of each feature alone for `churned`, at least 0.5.

    Unknown values rank first or last, whichever tells more. The levels of a category rank by their share of churned
    rows.

    All rows are counted, in one pass and one small shuffle, in bins between the percentiles of a sample. Rows in the
    same bin count as equal. Each bin takes from the AUC at most half of a product: its share of the churned rows times
    its share of the others. That is at most some 0.005 for a feature that tells all.
    """
    names = [feature.name for feature in features]
    inputs = model_inputs(features)
    percentiles = sample(rows.select("user_id", *inputs))[names].quantile(BOUNDS, interpolation="lower")
    edges = {name: np.unique(percentiles[name].dropna().to_numpy()) for name in names}
    edges |= {feature.name: np.arange(len(feature.levels)) for feature in features if feature.levels}
    counts = rows.select("churned", *inputs).mapInArrow(partial(_count, edges), COUNTS)
    counted = counts.groupBy("feature", "churned", "bin").agg(F.sum("rows").alias("rows")).toPandas()
    labels = counted[counted["feature"] == names[0]].groupby("churned")["rows"].sum()
    if labels.get(True, 0) < fewest or not labels.get(False, 0):
        return {}
    categories = {feature.name for feature in features if feature.levels}
    return {str(name): _auc(bins, name in categories) for name, bins in counted.groupby("feature")}


def _auc(bins: pd.DataFrame, category: bool) -> float:
    if category:
        churned = bins["rows"].where(bins["churned"], 0).groupby(bins["bin"]).sum()
        ranks = [bins["bin"].map(churned / bins.groupby("bin")["rows"].sum())]
    else:
        ranks = [bins["bin"], bins["bin"].where(bins["bin"] >= 0, len(BOUNDS) + 1)]
    aucs = [roc_auc_score(bins["churned"], rank, sample_weight=bins["rows"]) for rank in ranks]
    return float(max(max(auc, 1 - auc) for auc in aucs))


def _count(edges: Mapping[str, NDArray[np.float64]], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Numbers of rows by feature, label, and bin of the value between the edges; unknown values have bin -1."""
    for batch in batches:
        churned = batch["churned"].to_numpy(zero_copy_only=False).astype(int)
        for name, bounds in edges.items():
            values = batch[name].to_numpy(zero_copy_only=False)
            bins = np.where(np.isnan(values), 0, 1 + np.searchsorted(bounds, values))
            pairs, rows = np.unique(2 * bins + churned, return_counts=True)
            yield pa.RecordBatch.from_pydict({
                "feature": [name] * len(pairs),
                "churned": pairs % 2 == 1,
                "bin": (pairs // 2 - 1).astype(np.int32),
                "rows": rows,
            })  # fmt: skip
