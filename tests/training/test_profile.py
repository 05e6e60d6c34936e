"""The reference profile counts each row once, in this process as in Spark."""

import numpy as np
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn_spark.behavior.definition import Declared
from churn_spark.models.candidate import Labelled
from churn_spark.training.profile import profile_of_arrays, profile_of_frame

SONGS = Declared("songs", "amount", "", "", since="v1.0")
PLAN = Declared("plan", "category", "", "", since="v1.0", levels=("free", "paid"))


def test_bins_hold_about_the_same_number_of_rows() -> None:
    rows = np.column_stack([np.arange(1000.0), np.tile([0.0, 0.0, 1.0, np.nan], 250)])
    churned = np.repeat([1.0, 0.0], [100, 900])
    profile = profile_of_arrays(Labelled(rows, churned), np.linspace(0, 1, 1000), [SONGS, PLAN])
    assert (profile.rows, profile.churn_rate) == (1000, 0.1)
    songs, plan = profile.features["songs"], profile.features["plan"]
    assert set(songs.counts) == {50}
    assert (songs.minimum, songs.maximum, songs.unknown) == (0, 999, 0)
    assert (plan.edges, plan.counts, plan.unknown) == ((0.5,), (500, 250), 250)
    assert sum(profile.score.counts) == 1000


def test_a_feature_without_a_value_has_no_bins() -> None:
    profile = profile_of_arrays(Labelled(np.full((3, 1), np.nan), np.array([1.0, 0, 0])), np.full(3, 0.5), [SONGS])
    songs = profile.features["songs"]
    assert (songs.counts, songs.unknown, songs.minimum) == ((0,), 3, None)


def test_spark_counts_as_arrays_do(spark: SparkSession) -> None:
    songs = F.when(F.col("id") % 7 != 0, F.col("id") * 37 % 101).cast("double").alias("songs")
    plan = F.when(F.col("id") % 3 != 0, F.when(F.col("id") % 2 == 0, "free").otherwise("paid")).alias("plan")
    rows = spark.range(500).select(
        F.col("id").cast("string").alias("user_id"), (F.col("id") < 50).alias("churned"), songs, plan
    )
    drawn = rows.toPandas()
    codes = drawn["plan"].map({"free": 0.0, "paid": 1.0})
    array = np.column_stack([drawn["songs"], codes])
    labelled = Labelled(array, drawn["churned"].to_numpy(float))
    expected = profile_of_arrays(labelled, np.nan_to_num(array[:, 0]) / 101, [SONGS, PLAN])
    score = F.coalesce("songs", F.lit(0.0)) / 101
    assert profile_of_frame(rows.repartition(3), [SONGS, PLAN], score) == expected
