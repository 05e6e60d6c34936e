"""Reads the settings once in a job: conf/*.yml, then the environment, then the command line."""

import os
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from churn_spark.errors import UserError
from churn_spark.settings.all import Settings

ENVIRONMENT_PREFIX = "CHURN_SPARK_"
SECRETS = (("identity", "pseudonym_key"), ("sources", "jdbc_password"), ("sources", "rest_token"))
SPARK_CONF = "spark.conf."
RENAMED = {  # settings of earlier releases, by section and key
    ("ingest", "max_broken_share"): "ingest.refuse_broken_share",
    ("quality", "data_docs"): "lake.data_docs",
    ("quality", "max_unnamed_share"): "ingest.warn_unnamed_share",
    ("quality", "max_unknown_share"): "identity.refuse_unknown_share",
    ("quality", "max_repeated_share"): "identity.refuse_repeated_share",
    ("quality", "max_null_share"): "features.warn_null_share",
    ("quality", "max_shift"): "features.warn_shift",
    ("quality", "max_correlation"): "features.warn_correlation",
    ("quality", "leakage_customers"): "features.leakage_customers",
    ("quality", "parity_customers"): "features.parity_customers",
    ("quality", "min_label_rate"): "labels.warn_rate_below",
    ("quality", "max_label_rate"): "labels.warn_rate_above",
    ("quality", "max_feature_auc"): "training.refuse_feature_auc",
}
Layer = tuple[str, Mapping[str, Any]]


def load_settings(config: Path, overrides: Sequence[str] = ()) -> Settings:
    """Merge base.yml beside `config`, `config`, environment variables and `a.b=c` overrides, later ones winning.

    Raises UserError with the place and the key for a missing file, an unknown or missing key, a wrong type, values
    that do not fit together, or a secret that does not come from the environment.
    """
    overlay, base = _read(config), config.with_name("base.yml")
    layers: list[Layer] = [(str(base), _read(base)), (str(config), overlay)]
    layers += [
        (f"environment variable {name}", _nested(name[len(ENVIRONMENT_PREFIX) :].lower().split("__"), value))
        for name, value in sorted(os.environ.items())
        if name.startswith(ENVIRONMENT_PREFIX)
    ]
    layers += [(f"--set {' '.join(override.split())}", _parse_override(override)) for override in overrides]
    _refuse_open_secrets(layers)
    _refuse_old_names(layers)
    merged: Mapping[str, Any] = {}
    for _, layer in layers:
        merged = _merge(merged, layer)
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        problem = error.errors()[0]
        key = problem["loc"]
        place = layers[0][0] if problem["type"] == "missing" else _place(layers, key)
        message = problem["msg"].removeprefix("Value error, ").replace("Field required", "is missing")
        if problem["type"] == "extra_forbidden":
            message = "no such setting; conf/base.yml lists them all"
        raise UserError(f"{place}: {'.'.join(map(str, key))}: {message}") from error


def _read(file: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise UserError(
            f"{file}: cannot read the settings file ({error.strerror}); "
            "name one with --config, for example --config conf/local.yml"
        ) from error
    except yaml.YAMLError as error:
        raise UserError(f"{file}: not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise UserError(f"{file}: must hold sections such as `lake:`, each with its settings")
    return content


def _refuse_open_secrets(layers: Sequence[Layer]) -> None:
    for (place, layer), (section, key) in product(layers, SECRETS):
        if not place.startswith("environment") and _setting(layer, section, key) is not None:
            variable = f"{ENVIRONMENT_PREFIX}{section}__{key}".upper()
            raise UserError(f"{place.partition('=')[0]}: {section}.{key}: is a secret; set {variable} instead")


def _refuse_old_names(layers: Sequence[Layer]) -> None:
    for (place, layer), ((section, key), now) in product(layers, RENAMED.items()):
        if _setting(layer, section, key) is not None:
            raise UserError(f"{place}: {section}.{key}: is now called {now}; write that instead")


def _setting(layer: Mapping[str, Any], section: str, key: str) -> Any:
    """The layer's value, None where it has none."""
    settings = layer.get(section)
    return settings.get(key) if isinstance(settings, dict) else None


def _parse_override(override: str) -> Mapping[str, Any]:
    key, equals, value = override.partition("=")
    if not equals or not key:
        raise UserError(f"--set {override}: must look like section.key=value, for example --set lake.root=/data/lake")
    if key.startswith(SPARK_CONF):  # the dots behind it belong to the name of Spark's own setting
        return _nested([*SPARK_CONF.split(".")[:2], key.removeprefix(SPARK_CONF)], value)
    return _nested(key.split("."), value)


def _nested(keys: Sequence[str], text: str) -> Mapping[str, Any]:
    as_it_stands = tuple(keys) in SECRETS or list(keys[:-1]) == ["spark", "conf"]
    try:
        value: Any = text if as_it_stands else yaml.safe_load(text)
        if isinstance(value, str) and not text.startswith(("'", '"')):
            value = text  # a name may hold " #", which begins a comment in YAML, or two spaces
    except yaml.YAMLError as error:
        raise UserError(f"{'.'.join(keys)}: not a YAML value: {text}") from error
    for key in reversed(keys):
        value = {key: value}
    return value


def _merge(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> Mapping[str, Any]:
    both = {
        key: _merge(lower[key], value) if isinstance(value, dict) and isinstance(lower.get(key), dict) else value
        for key, value in upper.items()
    }
    return {**lower, **both}


def _place(layers: Sequence[Layer], loc: Sequence[int | str]) -> str:
    """The last layer that sets the key, or the deepest part of it that any layer sets."""
    for depth in range(len(loc), 0, -1):
        for place, layer in reversed(layers):
            value: Any = layer
            for key in loc[:depth]:
                value = value.get(key, _ABSENT) if isinstance(value, dict) else _ABSENT
            if value is not _ABSENT:
                return place
    return layers[0][0]


_ABSENT = object()
