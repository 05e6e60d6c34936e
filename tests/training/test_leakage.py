"""Features that know what they must not: the label."""

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from churn_spark.behavior.definition import Declared
from churn_spark.training.leakage import label_aucs, label_known


def labelled(spark: SparkSession) -> DataFrame:
    return spark.range(1000).select(
        F.col("id").cast("string").alias("user_id"),
        (F.col("id") % 50 == 0).alias("churned"),
        (F.col("id") % 7).cast("double").alias("fair"),
        F.when(F.col("id") % 50 == 0, F.col("id")).otherwise(-F.col("id") - 1).cast("double").alias("leaky"),
        F.when(F.col("id") % 50 != 0, 1.0).alias("unknown_for_churned"),
    )


def numbers(*names: str) -> list[Declared]:
    return [Declared(name, "amount", "", "", since="v1.0") for name in names]


FAIR, LEAKY = numbers("fair"), numbers("leaky", "unknown_for_churned")


def test_the_auc_of_a_feature_alone(spark: SparkSession) -> None:
    aucs = label_aucs(labelled(spark), [*FAIR, *LEAKY], 10)
    assert aucs["fair"] == pytest.approx(0.5, abs=0.05)
    assert aucs["leaky"] == pytest.approx(1, abs=0.005)
    assert aucs["unknown_for_churned"] == 1


def test_the_levels_of_a_category_rank_by_their_share_of_churned_rows(spark: SparkSession) -> None:
    rows = labelled(spark).withColumn("plan", F.expr("CASE WHEN churned THEN 'b' WHEN fair > 3 THEN 'a' ELSE 'c' END"))
    plan = Declared("plan", "category", "", "", levels=("a", "b", "c"), null="", since="v1.0")
    assert label_aucs(rows, [plan], 10) == {"plan": 1}


def test_a_feature_that_knows_the_label_is_named(spark: SparkSession) -> None:
    findings = label_known(labelled(spark), [*FAIR, *LEAKY], 0.98, 10)
    assert [(finding.column, finding.severity, finding.success) for finding in findings] == [
        ("leaky", "critical", False), ("unknown_for_churned", "critical", False),
    ]  # fmt: skip


def test_of_fair_features_the_one_that_tells_most_is_shown(spark: SparkSession) -> None:
    [finding] = label_known(labelled(spark), FAIR, 0.98, 10)
    assert (finding.column, finding.success) == ("fair", True)


def test_of_a_few_churned_rows_any_feature_may_tell(spark: SparkSession) -> None:
    assert label_known(labelled(spark), LEAKY, 0.98, 21) == []  # 20 have churned


def test_without_both_labels_there_is_nothing_to_know(spark: SparkSession) -> None:
    assert label_known(labelled(spark).where("churned"), FAIR, 0.98, 10) == []
