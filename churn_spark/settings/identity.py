"""How users are recovered, and the key of their pseudonyms."""

from pydantic import Field, PositiveFloat, SecretStr

from churn_spark.settings.section import Section


class IdentitySettings(Section):
    """Limits of recovery and of its result; the key of the pseudonyms comes from the environment only."""

    session_gap_hours: PositiveFloat
    login_minutes: int = Field(gt=0, lt=24 * 60)
    placeholder_ids: list[str]
    pseudonym_key: SecretStr | None = Field(min_length=32)
    generate_key: bool
    refuse_unknown_share: float = Field(ge=0, le=1)
    refuse_repeated_share: float = Field(ge=0, le=1)
