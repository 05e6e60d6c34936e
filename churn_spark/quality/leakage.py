"""What a feature must not know: the time after its `as_of`, and the label."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.metrics import roc_auc_score

from churn_spark.clock import EPOCH, midnight_ms
from churn_spark.features.batch import features_of
from churn_spark.features.calendar import day_of
from churn_spark.features.catalogue import FEATURES
from churn_spark.features.tiles import EVENT_COLUMNS, EVENT_ORDER, tiles_of
from churn_spark.lake import Lake
from churn_spark.quality.distribution import sample
from churn_spark.quality.finding import Finding
from churn_spark.quality.parity import DIFFERENT, differences
from churn_spark.tables import SILVER_EVENTS, USER_DAYS

PERCENTILES = np.arange(1, 100) / 100
COUNTS = "feature STRING, churned BOOLEAN, bin INT, rows BIGINT"
BY_NAME = [feature.name for feature in FEATURES]


def future_known(lake: Lake, customers: int, rows: DataFrame) -> list[Finding]:
    """A critical finding for each feature of `rows` that the events before `as_of` alone do not give.

    Compared are so many users, whether they are customers in `rows` or not, at two of its midnights that have a time
    after them. If there is no such feature, one finding for all.
    """
    days = sorted(row["day"] for row in rows.select(day_of("as_of").alias("day")).distinct().collect())
    midnights = sorted({days[len(days) // 2], days[-2]}) if len(days) > 1 else days
    users = sample(lake.read(USER_DAYS).select("user_id").distinct(), customers)["user_id"].tolist()
    of_them = F.col("user_id").isin(users)
    events = lake.read(SILVER_EVENTS).where(of_them).select(*EVENT_COLUMNS).toArrow()
    published = rows.withColumn("as_of_day", day_of("as_of")).where(of_them & F.col("as_of_day").isin(midnights))
    names = ["user_id", "as_of_day", *BY_NAME]
    table, before = published.select(*names).toPandas(), features_before(events, midnights).to_pandas()
    keys = names[:2]
    return future_findings(differences(table.set_index(keys), before.set_index(keys), BY_NAME))


def features_before(events: pa.Table, as_of_days: Sequence[date]) -> pa.Table:
    """`features_of` the events before each midnight alone, so that nothing of a later one can be in them."""
    in_order = events.sort_by([(column, "ascending") for column in EVENT_ORDER])
    tables = []
    for day in as_of_days:
        before = in_order.filter(pc.less(in_order["event_ms"], midnight_ms(day)))
        tables.append(features_of(tiles_of(before), [(day - EPOCH).days]))
    return pa.concat_tables(tables)


def future_findings(found: pd.DataFrame) -> list[Finding]:
    """Findings of `differences` between published features and those of the events before `as_of` alone."""
    different = found.set_index("feature")[DIFFERENT].sum(axis=1)
    compared = int(found["compared"].iloc[0])
    words = "what the events before as_of alone give"
    if not different.any():
        return [Finding(f"every feature is {words}", None, "critical", True, compared, 0)]
    return [
        Finding(f"{name} is {words}", str(name), "critical", False, compared, int(rows))
        for name, rows in different[different > 0].items()
    ]


def label_known(names: Sequence[str], limit: float, fewest: int, rows: DataFrame) -> list[Finding]:
    """A critical finding for each feature whose ROC-AUC for `churned` is above the limit, in either direction.

    If none is, one finding for the one that tells most. None where fewer than `fewest` rows are churned, or all: a
    feature may tell of a few by chance.
    """
    aucs = label_aucs(rows, names, fewest)
    telling = {name: auc for name, auc in aucs.items() if auc > limit} or dict(
        sorted(aucs.items(), key=lambda item: item[1])[-1:]
    )
    words = f"alone does not tell who churned (ROC-AUC at most {limit:g})"
    return [Finding(f"{name} {words}", name, "critical", auc <= limit, observed=auc) for name, auc in telling.items()]


def label_aucs(rows: DataFrame, names: Sequence[str], fewest: int) -> dict[str, float]:
    """ROC-AUC of each feature alone for `churned`, at least 0.5; unknown values rank first or last, as tells more.

    All rows are counted, in one pass and one small shuffle, between the percentiles of a sample. Rows between the same
    two count as equal, which takes from the AUC at most half the share of churned rows there times that of the others:
    some 0.005 at most from a feature that tells all.
    """
    percentiles = sample(rows.select("user_id", *names))[list(names)].quantile(PERCENTILES, interpolation="lower")
    edges = {name: np.unique(percentiles[name].dropna().to_numpy()) for name in names}
    counts = rows.select("churned", *names).mapInArrow(partial(_count, edges), COUNTS)
    found = counts.groupBy("feature", "churned", "bin").agg(F.sum("rows").alias("rows")).toPandas()
    labels = found[found["feature"] == names[0]].groupby("churned")["rows"].sum()
    if labels.get(True, 0) < fewest or not labels.get(False, 0):
        return {}
    return {str(name): _auc(bins) for name, bins in found.groupby("feature")}


def _auc(bins: pd.DataFrame) -> float:
    ranks = (bins["bin"], bins["bin"].where(bins["bin"] >= 0, len(PERCENTILES) + 1))
    aucs = [roc_auc_score(bins["churned"], rank, sample_weight=bins["rows"]) for rank in ranks]
    return float(max(max(auc, 1 - auc) for auc in aucs))


def _count(edges: Mapping[str, NDArray[np.float64]], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of each feature and label by the bin of the value between the edges, -1 for unknown ones."""
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
