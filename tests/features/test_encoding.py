"""Features as models take them."""

from pyspark.sql import SparkSession

from churn_spark.behavior.definition import Declared
from churn_spark.features.encoding import model_inputs

SONGS = Declared("songs", "count", "songs", "Songs", since="v1.0")
PLAN = Declared("plan", "category", "level", "Plan", levels=("free", "it's paid"), null="unknown", since="v1.0")


def test_a_category_is_the_place_of_its_level(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [(1.5, "free"), (2.0, "it's paid"), (None, None), (0.0, "gold")], "songs DOUBLE, plan STRING"
    )
    assert rows.select(*model_inputs([SONGS, PLAN])).collect() == [(1.5, 0.0), (2.0, 1.0), (None, None), (0.0, None)]
