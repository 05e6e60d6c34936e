"""The exported champion as a web service: reads the folder that churn_spark/export/ writes, and needs no Spark."""
