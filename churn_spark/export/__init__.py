"""The champion as one folder that `serving/` answers from without Spark."""
