"""Pseudonyms and the key that makes them."""

import stat
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from churn_spark.errors import UserError
from churn_spark.identity.key import VARIABLE, key_file, pseudonym_key
from churn_spark.identity.pseudonyms import pseudonyms
from churn_spark.settings.all import Settings
from churn_spark.settings.reading import load_settings
from tests.lakes import LOCAL

KEY = "k" * 32


def test_a_pseudonym_is_the_hmac_of_the_raw_id(spark: SparkSession) -> None:
    # Test case 2 of RFC 4231.
    raw = spark.createDataFrame([("what do ya want for nothing?",)], "raw_user_id STRING")
    assert pseudonyms(raw, b"Jefe").collect() == [
        ("what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    ]


def test_the_key_is_not_in_the_plan(spark: SparkSession, capsys: pytest.CaptureFixture[str]) -> None:
    pseudonyms(spark.createDataFrame([("8",)], "raw_user_id STRING"), KEY.encode()).explain(True)
    assert KEY not in capsys.readouterr().out


def test_a_key_is_made_once_and_only_its_owner_reads_it(settings: Settings) -> None:
    made = pseudonym_key(settings, in_use=False)
    assert len(made) == 64
    assert pseudonym_key(settings, in_use=False) == made
    assert stat.S_IMODE(key_file(settings).stat().st_mode) == 0o600


def test_making_a_key_is_said_once(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    pseudonym_key(settings, in_use=False)
    pseudonym_key(settings, in_use=False)
    [message] = caplog.messages
    assert f"made a key, {key_file(settings)}; keep it" in message


def test_a_key_that_others_can_read_is_refused(settings: Settings) -> None:
    pseudonym_key(settings, in_use=False)
    key_file(settings).chmod(0o644)
    with pytest.raises(UserError, match="chmod 600"):
        pseudonym_key(settings, in_use=False)


def test_the_key_of_the_environment_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    settings = load_settings(LOCAL, [f"lake.root={tmp_path / 'lake'}"])
    assert pseudonym_key(settings, in_use=False) == KEY.encode()
    assert KEY not in settings.model_dump_json() + repr(settings)


def test_without_a_key_a_cluster_job_is_refused(tmp_path: Path) -> None:
    settings = load_settings(LOCAL, [f"lake.root={tmp_path / 'lake'}", "identity.generate_key=false"])
    with pytest.raises(UserError, match=VARIABLE):
        pseudonym_key(settings, in_use=False)


def test_no_new_key_is_made_for_a_lake_that_has_pseudonyms(settings: Settings) -> None:
    with pytest.raises(UserError, match=r"lake\.pseudonym-key: the key of this lake's pseudonyms is not there; put it"):
        pseudonym_key(settings, in_use=True)
    assert not key_file(settings).parent.exists() or not list(key_file(settings).parent.glob("*key*"))
