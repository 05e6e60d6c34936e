"""Print the catalogue of features: `python -m churn_spark.features > FEATURES.md`."""

from churn_spark.features.feature_tables import page

if __name__ == "__main__":
    print(page(), end="")
