"""What all sections have in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the settings: no other keys than the declared ones, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
