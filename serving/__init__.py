"""The exported champion as a web service, from the folder of churn_spark/export.py and without Spark."""
