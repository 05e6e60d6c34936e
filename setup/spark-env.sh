# Read by every Spark that starts from .venv, whether a job's Python or spark-submit starts it.
venv=$(cd -P "$SPARK_HOME/../../../.." && pwd)
PYSPARK_PYTHON=${PYSPARK_PYTHON:-$venv/bin/python}
SPARK_LOG_FILE=${SPARK_LOG_FILE:-$venv/spark.log}
unset venv

# Two announcements that have no switch: Java's of a module that Spark asks for, XGBoost's of each worker's rank.
exec 2> >(exec grep --line-buffered -v -e "^WARNING: Using incubator modules" -e "^\[..:..:..\] Task .* got rank" >&2)
