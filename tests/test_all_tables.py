"""The list of all tables is complete, and says where personal data lies."""

import importlib
import pkgutil

import churn_spark
from churn_spark.all_tables import ALL_TABLES
from churn_spark.table import Table

PERSONAL = {"firstName", "lastName", "first_name", "last_name", "userId", "raw_user_id", "location", "user_agent"}


def declared() -> dict[str, Table]:
    """Every Table that any module of the package holds, by name."""
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(churn_spark.__path__, "churn_spark.")
        if not module.name.endswith("__main__")
    ]
    return {value.name: value for module in modules for value in vars(module).values() if isinstance(value, Table)}


def test_no_table_is_missing_and_none_is_listed_twice() -> None:
    names = [table.name for table in ALL_TABLES]
    assert len(names) == len(set(names))
    assert set(names) == declared().keys()


def test_personal_columns_are_columns() -> None:
    for table in ALL_TABLES:
        assert all(f" {column} " in f" {table.columns}" for column in table.personal), table.name


def test_every_column_that_names_a_person_is_declared_personal() -> None:
    for table in ALL_TABLES:
        columns = {line.split()[0] for line in table.columns.strip().splitlines() if line.strip()}
        assert columns & PERSONAL <= set(table.personal), table.name


def test_what_other_teams_read_holds_no_personal_data() -> None:
    assert [table.name for table in ALL_TABLES if table.personal] == [
        "bronze.events", "bronze.quarantine", "silver.user_pseudonyms", "silver.events", "silver.customers",
        "gold.user_days",
    ]  # fmt: skip
