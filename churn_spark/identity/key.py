"""The key under which user IDs become pseudonyms: from the environment, or a file that only its owner reads."""

import logging
import os
import secrets
from pathlib import Path

from churn_spark.errors import UserError
from churn_spark.settings import Settings

log = logging.getLogger(__name__)
VARIABLE = "CHURN_SPARK_IDENTITY__PSEUDONYM_KEY"


def pseudonym_key(settings: Settings) -> bytes:
    """The key of `identity.pseudonym_key`; without one, where `identity.generate_key` allows it, that of the key file.

    The file lies beside the lake, not in it, and is made at the first need, with a warning that says so.
    Raises UserError where there is no key, or where others may read the file.
    """
    given = settings.identity.pseudonym_key
    if given is not None:
        return given.get_secret_value().encode()
    if not settings.identity.generate_key:
        raise UserError(f"identity.pseudonym_key: no key for pseudonyms; set the environment variable {VARIABLE}")
    file = key_file(settings)
    if not file.exists():
        _make(file)
        log.warning("%s is not set: made a key, %s; keep it, for without it no customer is known again", VARIABLE, file)
    if file.stat().st_mode & 0o077:
        raise UserError(f"{file}: others may read the key for pseudonyms; run chmod 600 '{file}'")
    return file.read_bytes()


def key_file(settings: Settings) -> Path:
    """Where a generated key lies. Raises UserError where the lake is not a local folder."""
    root = settings.lake.path()
    if "://" in root:
        raise UserError(f"identity.generate_key: {root} is no local folder; set the environment variable {VARIABLE}")
    return Path(f"{root}.pseudonym-key")


def _make(file: Path) -> None:
    """Write the whole file under another name first: of two jobs at once, both go on with the key of the first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(f"{file}.{secrets.token_hex(4)}")
    with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as stream:
        stream.write(secrets.token_hex(32))
    try:
        os.link(unfinished, file)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
