"""How lines arrive in the log files, and what goes wrong: broken lines, duplicates, late arrivals."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from churn_spark.clock import MS_PER_DAY
from churn_spark.settings.simulate import SimulateSettings
from churn_spark.simulate import parameters as p
from churn_spark.simulate.blocks import draw_generator
from churn_spark.simulate.clock import dates, end_ms
from churn_spark.simulate.lines import log_lines
from churn_spark.simulate.parts import Part

DELIVERIES = "day date, arrival long, user long, item long, line string"
REQUIRED_FIELDS = ("ts", "sessionId", "itemInSession", "page", "auth")
GARBAGE = (
    "<html><body><h1>502 Bad Gateway</h1></body></html>",
    "upstream timed out",
    '"',
    "\ufffd\ufffd\ufffd",
)


def deliver(settings: SimulateSettings, part: Part) -> pa.RecordBatch:
    """DELIVERIES rows, unsorted: each line of the part at least once, some late, some twice.

    - `arrival`: ms since the first midnight; `day` is its date.
    - `user`, `item`: the order of lines that arrive in the same ms.
    """
    rng = draw_generator(settings, part.block, f"deliveries {part.number}")
    lines = _break(rng, log_lines(settings, part), part.broken)
    ts = part.events["ts"]
    late = rng.random(len(ts)) < p.LATE_SHARE
    arrival = ts + late * _delay(rng, p.LATE_SECONDS, len(ts))
    twice = np.flatnonzero(rng.random(len(ts)) < p.DUPLICATE_SHARE)
    event = np.concatenate([np.arange(len(ts)), twice])
    arrival = np.concatenate([arrival, arrival[twice] + _delay(rng, p.DUPLICATE_SECONDS, len(twice))])
    arrival = np.minimum(arrival, end_ms(settings) - 1)
    return pa.RecordBatch.from_pydict({
        "day": dates(settings, arrival // MS_PER_DAY),
        "arrival": arrival,
        "user": part.users.number[part.events["user"][event]],
        "item": part.events["item"][event],
        "line": lines.take(pa.array(event)),
    })  # fmt: skip


def _delay(rng: np.random.Generator, seconds: float, n: int) -> np.ndarray:
    return rng.exponential(1000 * seconds, n).astype(np.int64)


def _break(rng: np.random.Generator, lines: pa.StringArray, broken: np.ndarray) -> pa.StringArray:
    mask = pa.array(broken)
    pieces = [_broken(rng, line) for line in lines.filter(mask).to_pylist()]
    return pc.replace_with_mask(lines, mask, pa.array(pieces, pa.string()))


def _broken(rng: np.random.Generator, line: str) -> str:
    """The line cut short or without a field that the event contract requires, or a text that is no JSON."""
    match rng.integers(3):
        case 0:
            return line[: rng.integers(1, len(line))]
        case 1:
            fields = json.loads(line)
            del fields[rng.choice(REQUIRED_FIELDS)]
            return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        case _:
            return str(rng.choice(GARBAGE))
