"""Lines that keep the contract to the letter, decoded at once into typed values; most lines do."""

from functools import lru_cache
from typing import Annotated, Any

import msgspec

from churn_spark.clock import midnight_ms
from churn_spark.contract.fields import FIELDS
from churn_spark.contract.line import iso_ms, plausible_registration
from churn_spark.settings.ingest import IngestSettings

_BIGINT = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_INT = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
_TYPES: dict[str, Any] = {
    "text": str | None, "id": str | _BIGINT | None, "ms": _BIGINT | float | str | None, "bigint": _BIGINT | None,
    "int": _INT | None, "double": float | None,
}  # fmt: skip
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class StrictDecoder:
    """Decodes lines by a contract; a line that it gives back as None may still be read tolerantly."""

    def __init__(self, contract: IngestSettings) -> None:
        """Build the type of a line. Numbers must lie in the contract's ranges."""
        self.in_seconds = {version for version, unit in contract.ts_units.items() if unit == "s"}
        limits = msgspec.Meta(ge=midnight_ms(contract.earliest), lt=midnight_ms(contract.latest))
        types = {field.name: _TYPES[field.type] for field in FIELDS} | {
            "ts": Annotated[int, limits],
            "sessionId": _BIGINT,
            "itemInSession": Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)],
            "page": Annotated[str, msgspec.Meta(min_length=1)],
            "auth": Annotated[str, msgspec.Meta(min_length=1)],
            "length": Annotated[float, msgspec.Meta(gt=0)] | None,
        }
        self.line = msgspec.defstruct(
            "LogLine",
            [
                (field.name, types[field.name]) if field.required else (field.name, types[field.name], None)
                for field in FIELDS
            ],
            rename={"appVersion": contract.version_field},
            forbid_unknown_fields=True,
            gc=False,
        )
        self._decode = msgspec.json.Decoder(self.line).decode

    def read(self, raw: bytes) -> Any:
        """The line as a struct with an attribute per field; None if it does not keep the contract to the letter.

        A key that stands twice shows in the number of keys: each key ends with `":`.
        """
        try:
            line: Any = self._decode(raw)
            if raw.count(b'":') != len(_KEYS.decode(raw)):
                return None
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        if line.registration is not None and line.registration != "":
            line.registration = _registration(line.registration)
            if line.registration is None or not plausible_registration(line.registration, line.ts):
                return None
        if self.in_seconds and line.appVersion in self.in_seconds:
            return None
        return line


@lru_cache(maxsize=100_000)  # a user's lines all tell the same time
def _registration(value: float | str) -> int | None:
    return iso_ms(value) if isinstance(value, str) else int(value)
