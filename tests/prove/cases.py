"""Logs and sources with faults of real users, each taken through the jobs, and what must come out.

    python -m tests.prove.cases FOLDER

FOLDER holds `base/` (good days) and a folder for each kind of fault; files that are not there are passed over. Prints a
table, and ends with status 1 if any outcome is not as expected. Takes about ten minutes on two cores.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn_spark.errors import DataRefused, UserError
from churn_spark.features.stage import features
from churn_spark.features.tables import BEHAVIOR, DAYS
from churn_spark.identity.stage import identity
from churn_spark.identity.tables import USER_PSEUDONYMS
from churn_spark.ingest.stage import ingest
from churn_spark.ingest.tables import QUARANTINE
from churn_spark.labels.stage import labels
from churn_spark.labels.tables import LABELS
from churn_spark.lake import Lake
from churn_spark.scoring.stage import score
from churn_spark.scoring.tables import CHURN_SCORES
from churn_spark.session import spark_session
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from churn_spark.sources.stage import sources
from churn_spark.sources.tables import CUSTOMERS, TICKETS, TRANSACTIONS
from churn_spark.training.stage import train, training_set
from tests.lakes import LOCAL

Outcome = tuple[str, object, object]  # what, expected, found
PLACEHOLDERS = {"undefined", "null", "none", "nan", "0", "-1", "[object object]", "anonymous", "guest", "unknown"}


def case_settings(root: Path, logs: Path, *more: str) -> Settings:
    return load_settings(LOCAL, [f"lake.root={root}", f"ingest.logs={logs}", *more])


def taken(spark: SparkSession, base: Path, case: Path, folder: Path, *more: str, without: Sequence[str] = ()) -> Lake:
    """A lake of the base days and the files of a case, from logs to labels."""
    logs = folder / "logs"
    logs.mkdir(parents=True)
    for file in base.iterdir():
        if not file.name.startswith(tuple(without) or ("-",)):
            shutil.copy(file, logs)
    if case != base:
        shutil.copy(case, logs)
    settings = case_settings(folder / "lake", logs, *more)
    lake = Lake(spark, settings.lake)
    for stage in (ingest, identity, features, labels):
        stage(lake, settings)
    return lake


def newest(lake: Lake) -> date:
    return lake.read(BEHAVIOR).agg(F.max("as_of")).first()[0].date()


def as_ofs(lake: Lake) -> int:
    return lake.read(BEHAVIOR).select("as_of").distinct().count()


def odd_days(lake: Lake, kind: str) -> int:
    return lake.read(DAYS).where(F.col("kind") == kind).count()


def users(lake: Lake) -> set[str]:
    return {row[0] for row in lake.read(USER_PSEUDONYMS).select("raw_user_id").collect()}


def clock(spark: SparkSession, cases: Path, work: Path) -> Iterator[Outcome]:
    base = taken(spark, cases / "base", cases / "base", work / "base")
    expected = (newest(base), as_ofs(base))
    for file in sorted((cases / "clock").glob("*.json")):
        lake = taken(spark, cases / "base", file, work / file.stem)
        yield f"{file.name}: newest as_of, number of as_of", expected, (newest(lake), as_ofs(lake))
        known = lake.read(LABELS).where("as_of = '2026-02-23' AND churned IS NOT NULL").count()
        yield f"{file.name}: labels of 23 February that are known", 0, known
        yield f"{file.name}: stray days are named", True, odd_days(lake, "stray") > 0
    week = tuple(f"2026-02-0{day}" for day in range(2, 9))
    lake = taken(spark, cases / "base", cases / "base", work / "outage", "labels.inactivity_days=7", without=week)
    yield "base without 2 to 8 February: outage days", 7, odd_days(lake, "outage")
    churned = lake.read(LABELS).where("churned AND label_version = 'churn_def_v2' AND as_of = '2026-01-26'").count()
    labelled = lake.read(LABELS).where("label_version = 'churn_def_v2' AND as_of = '2026-01-26'").count()
    yield "base without 2 to 8 February: most have not churned by silence", True, churned < labelled / 2


def lines(spark: SparkSession, cases: Path, work: Path) -> Iterator[Outcome]:
    lake = taken(spark, cases / "base", cases / "ids" / "number-forms.json", work / "forms")
    forms = users(lake) - users_of(cases, spark, work)
    yield "ids/number-forms.json: users besides those of base", {"39", "039", "12345678901234567890123"}, forms
    lake = taken(spark, cases / "base", cases / "ids" / "placeholders.json", work / "placeholders")
    yield "ids/placeholders.json: placeholders that are users", set(), PLACEHOLDERS & {u.lower() for u in users(lake)}
    lake = taken(spark, cases / "base", cases / "times" / "registration.json", work / "registration")
    low, high = lake.read(BEHAVIOR).agg(F.min("account_age_days"), F.max("account_age_days")).first()
    yield "times/registration.json: account_age_days from 0 to 9,999", True, low >= 0 and high < 9999
    lake = taken(spark, cases / "base", cases / "bytes" / "windows-1252.json", work / "bytes")
    yield "bytes/windows-1252.json: all lines are events", True, lake.read(QUARANTINE).isEmpty()
    lake = taken(spark, cases / "base", cases / "bytes" / "utf-16le-bom.json", work / "utf16")
    reasons = {row[0] for row in lake.read(QUARANTINE).select("reason").distinct().collect()}
    yield "bytes/utf-16le-bom.json: reason in the quarantine, readable for pandas", {"utf_16"}, reasons
    yield "bytes/utf-16le-bom.json: NULs in the quarantine", 0, lake.read(QUARANTINE).where(r"line LIKE '%\0%'").count()


def users_of(cases: Path, spark: SparkSession, work: Path) -> set[str]:
    return users(Lake(spark, case_settings(work / "base" / "lake", cases / "base").lake))


def of_sources(spark: SparkSession, cases: Path, work: Path) -> Iterator[Outcome]:
    logs, root = cases / "base", work / "base" / "lake"

    def read(name: str, file: str) -> object:
        settings = case_settings(root, logs, f"sources.{name}.location={cases / 'sources' / file}")
        try:
            return sources(Lake(spark, settings.lake), settings)
        except (UserError, DataRefused) as error:
            return str(error)

    def without(file: str, *begins: str) -> str:
        """A copy of the file without the lines that begin so, which the refusal of the whole file names."""
        lines = (cases / "sources" / file).read_text().splitlines(keepends=True)
        (work / file).write_text("".join(line for line in lines if not line.startswith(begins)))
        return str(work / file)

    lake = Lake(spark, case_settings(root, logs).lake)
    named = "'t7'" in str(read("tickets", "tickets.csv"))
    yield "sources/tickets.csv: the short row is named", True, named
    counts = read("tickets", without("tickets.csv", "t7"))
    yield "sources/tickets.csv without it", 6, lake.read(TICKETS).count() if isinstance(counts, dict) else counts
    counts = read("transactions", "payments-with-zones.csv")
    times = [row[0] for row in lake.read(TRANSACTIONS).select(F.date_format("paid_at", "MM-dd HH:mm")).collect()]
    yield "sources/payments-with-zones.csv: UTC", ["01-19 01:00"], times if isinstance(counts, dict) else counts
    yield "sources/amounts.csv: refused with the value", True, "9,99" in str(read("transactions", "amounts.csv"))
    yield "sources/yyyymmdd.csv: refused with the value", True, "20260110" in str(read("transactions", "yyyymmdd.csv"))
    named = str(read("customers", "customers.csv")).startswith("sources.customers.columns.")
    yield "sources/customers.csv: a row that cannot be is named", True, named
    counts = read("customers", without("customers.csv", ",", "1006", "1007", "1008", "1010"))
    met = counts["customers"] - counts["customers without events"] if isinstance(counts, dict) else counts
    yield "sources/customers.csv without such: rows that meet the logs", 6, met
    names = lake.read(CUSTOMERS).join(lake.read(USER_PSEUDONYMS), "user_id").select("raw_user_id").distinct()
    found = names.where("raw_user_id IN ('1001', '1003')").count()
    yield "sources/customers.csv without such: '1001.0' and ' 1003 ' are 1001 and 1003", 2, found


def late(spark: SparkSession, cases: Path, work: Path) -> Iterator[Outcome]:
    logs = work / "late" / "logs"
    shutil.copytree(cases / "base", logs)
    settings = case_settings(work / "late" / "lake", logs, "training.min_positives=1", "training.trees=20")
    for files in ("first", "second"):
        shutil.copytree(cases / "late" / files, logs, dirs_exist_ok=True)
        lake = Lake(spark, settings.lake)
        for stage in (ingest, identity, features, labels, training_set, train, score):
            stage(lake, settings)
    scores = lake.read(CHURN_SCORES).select("user_id", "as_of")
    customers = lake.read(BEHAVIOR).where(F.col("as_of") == F.lit(newest(lake))).select("user_id", "as_of")
    yield "late/second: scores of who is a customer no more", 0, scores.exceptAll(customers).count()
    yield "late/second: customers without a score", 0, customers.exceptAll(scores).count()


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    cases = arguments.parse_args().folder.absolute()
    kinds: Sequence[Callable[[SparkSession, Path, Path], Iterator[Outcome]]] = (clock, lines, of_sources, late)
    wrong = 0
    with tempfile.TemporaryDirectory() as work:
        spark = spark_session(case_settings(Path(work, "session"), cases / "base"))
        print("| what | expected | found | |\n| --- | --- | --- | --- |")
        for kind in kinds:
            for what, expected, found in kind(spark, cases, Path(work)):
                wrong += expected != found
                print(f"| {what} | {expected} | {found} | {'' if expected == found else 'WRONG'} |", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
