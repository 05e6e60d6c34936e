"""Settings: layers, types, and errors that name the place and the key."""

from pathlib import Path

import pytest

from churn_spark.errors import UserError
from churn_spark.settings.reading import load_settings

CONF = Path(__file__).parent.parent / "conf"
LOCAL = CONF / "local.yml"


@pytest.mark.parametrize("place", ["base", "local", "cluster", "databricks"])
def test_every_shipped_file_is_valid(place: str) -> None:
    load_settings(CONF / f"{place}.yml")


def test_an_overlay_changes_only_what_it_names() -> None:
    base, local = load_settings(CONF / "base.yml"), load_settings(LOCAL)
    assert (base.labels.horizon_days, local.labels.horizon_days) == (30, 14)
    assert base.labels.inactivity_days == local.labels.inactivity_days == 30


def test_environment_wins_over_files_and_set_over_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHURN_SPARK_LABELS__GAP_DAYS", "3")
    monkeypatch.setenv("CHURN_SPARK_LABELS__HORIZON_DAYS", "21")
    labels = load_settings(LOCAL, ["labels.gap_days=5"]).labels
    assert (labels.gap_days, labels.horizon_days) == (5, 21)


def test_a_local_root_becomes_absolute_and_a_uri_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(LOCAL, ["lake.root=data"]).lake.path("a", "b") == f"{tmp_path}/data/a/b"
    assert load_settings(LOCAL, ["lake.root=s3a://bucket/lake/"]).lake.path("a") == "s3a://bucket/lake/a"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("lake.rot=x", "--set lake.rot=x: lake.rot: no such setting"),
        (
            "labels.horizon_days=soon",
            "--set labels.horizon_days=soon: labels.horizon_days: Input should be a valid",
        ),
        ("labels.horizon_days=0", "labels.horizon_days: Input should be greater than 0"),
        (
            "ingest.earliest=2200-01-01",
            "--set ingest.earliest=2200-01-01: ingest: earliest must lie before latest",
        ),
        ("quality.max_shift=0.1", "--set quality.max_shift=0.1: quality.max_shift: is now called features.warn_shift"),
        ("lake.root", "--set lake.root: must look like section.key=value"),
    ],
)
def test_a_wrong_override_is_named(override: str, message: str) -> None:
    with pytest.raises(UserError) as raised:
        load_settings(LOCAL, [override])
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_sparks_own_settings_can_be_given_at_once() -> None:
    conf = load_settings(LOCAL, ["spark.conf={spark.ui.enabled: 'true', spark.driver.memory: 2g}"]).spark.conf
    assert (conf["spark.ui.enabled"], conf["spark.driver.memory"]) == ("true", "2g")


def test_dots_below_spark_conf_belong_to_sparks_own_setting() -> None:
    conf = load_settings(LOCAL, ["spark.conf.spark.sql.shuffle.partitions=8"]).spark.conf
    assert (conf["spark.sql.shuffle.partitions"], conf["spark.ui.enabled"]) == ("8", "false")


def test_a_wrong_file_is_named_with_the_key(tmp_path: Path) -> None:
    (tmp_path / "base.yml").write_text((CONF / "base.yml").read_text())
    (tmp_path / "mine.yml").write_text("training:\n  wrkers: 4\n")
    with pytest.raises(UserError, match=r"mine\.yml: training\.wrkers: no such setting"):
        load_settings(tmp_path / "mine.yml")


def test_a_key_missing_everywhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "base.yml").write_text((CONF / "base.yml").read_text().replace("  gap_days: 0", "#"))
    with pytest.raises(UserError, match=r"base\.yml: labels\.gap_days: is missing"):
        load_settings(tmp_path / "base.yml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.yml: cannot read the settings file"):
        load_settings(tmp_path / "nowhere.yml")


def test_an_unknown_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHURN_SPARK_LAKES__ROOT", "/data")
    with pytest.raises(UserError, match=r"environment variable CHURN_SPARK_LAKES__ROOT: lakes: no such setting"):
        load_settings(LOCAL)


def test_a_secret_outside_the_environment_is_refused_and_not_shown() -> None:
    with pytest.raises(UserError, match=r"CHURN_SPARK_IDENTITY__PSEUDONYM_KEY") as refused:
        load_settings(LOCAL, [f"identity.pseudonym_key={'k' * 32}"])
    assert "kkk" not in str(refused.value)


@pytest.mark.parametrize("location", ["jdbc:postgresql://host/db?user=x&password=hidden", "https://x:hidden@host/"])
def test_a_password_in_an_address_is_refused(location: str) -> None:
    with pytest.raises(UserError, match=r"sources\.tickets\.location: holds a password"):
        load_settings(LOCAL, [f"sources.tickets.location={location}"])


def test_a_customer_table_must_be_named() -> None:
    with pytest.raises(UserError, match=r"ingest\.logs: with ingest\.kind customers, name the file"):
        load_settings(CONF / "telecom.yml")


def test_a_secret_that_is_too_short_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHURN_SPARK_IDENTITY__PSEUDONYM_KEY", "12345")
    with pytest.raises(UserError, match=r"identity.pseudonym_key: .* at least 32") as refused:
        load_settings(LOCAL)
    assert "12345" not in str(refused.value)


@pytest.mark.parametrize("name", ["a?b", "a%20b", "a`b", "a #b", "it's", 'a"b', "a[1]", "a*", "a{1}", "a:b", "a\\b"])
def test_a_lake_whose_name_means_something_else_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"lake\.root: .* has . in its name, which Spark or MLflow takes for something"):
        load_settings(LOCAL, [f"lake.root={tmp_path / name}"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "words"), [("a\nb", "has a line break in its name"), ("a ", "ends with a space")])
def test_a_lake_with_blanks_that_nobody_sees_is_refused(name: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as raised:
        load_settings(LOCAL, [f"lake.root=/data/{name}"])
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("root", ["/data/my lake", "/data/Münchner Kunden", "s3a://bucket/my lake", "lake-1_a+b@c,(d)"])
def test_a_lake_may_have_spaces_and_umlauts(root: str) -> None:
    assert load_settings(LOCAL, [f"lake.root={root}"]).lake.root == root


def test_the_folder_that_a_relative_lake_lies_in_counts_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a%20b").mkdir()
    monkeypatch.chdir(tmp_path / "a%20b")
    with pytest.raises(UserError, match="has % in its name"):
        load_settings(LOCAL, ["lake.root=lake"])
