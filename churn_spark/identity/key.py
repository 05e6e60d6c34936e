"""The key that turns user IDs into pseudonyms: from the environment, or from a file that only its owner can read."""

import logging
import os
import secrets
from pathlib import Path

from churn_spark.errors import UserError
from churn_spark.settings.all import Settings

log = logging.getLogger(__name__)
VARIABLE = "CHURN_SPARK_IDENTITY__PSEUDONYM_KEY"


def pseudonym_key(settings: Settings, in_use: bool) -> bytes:
    """The key in `identity.pseudonym_key`, or that of the key file if `identity.generate_key` allows it.

    The key file lies beside the lake, not in it. The first call makes it and logs a warning.
    `in_use`: the lake has pseudonyms already, so that a new key would be a wrong one, and none is made.
    Raises UserError if there is no key, or if other users of the machine may read the file.
    """
    given = settings.identity.pseudonym_key
    if given is not None:
        return given.get_secret_value().encode()
    if not settings.identity.generate_key:
        raise UserError(f"identity.pseudonym_key: no key for pseudonyms; set the environment variable {VARIABLE}")
    file = key_file(settings)
    if not file.exists():
        if in_use:
            raise UserError(
                f"{file}: the key of this lake's pseudonyms is not there; put it back (if the lake was moved or "
                f"copied, it still lies beside the old folder), or set {VARIABLE} to it, or start a new lake"
            )
        _make(file)
        log.warning("%s is not set: made a key, %s; keep it, no customer is recognized without it", VARIABLE, file)
    if file.stat().st_mode & 0o077:
        raise UserError(f"{file}: others may read the key for pseudonyms; run chmod 600 '{file}'")
    return file.read_bytes()


def key_file(settings: Settings) -> Path:
    """Where a generated key lies. Raises UserError if the lake is not a local folder."""
    root = settings.lake.path()
    if "://" in root:
        raise UserError(f"identity.generate_key: {root} is no local folder; set the environment variable {VARIABLE}")
    return Path(f"{root}.pseudonym-key")


def _make(file: Path) -> None:
    """Make a key file, unless another job makes one at the same time: then both jobs use the file of the first.

    The key is written under another name, and linked when it is whole. So no job ever reads half a key.
    """
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
