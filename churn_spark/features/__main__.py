"""Print the catalogue of features: `python -m churn_spark.features > FEATURES.md`."""

from churn_spark.features.catalogue import page

if __name__ == "__main__":
    print(page(), end="")
