"""Small pictures as SVG inside a page: they need no library, no network and no script.

A picture is 360 units wide, the width of a phone, so that its letters can be read there. The style sheet of the page
gives the colours by class.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from markupsafe import Markup, escape

WIDTH, HEIGHT = 360, 230
RIGHT, TOP, BOTTOM = 346, 12, 188  # of the field
MARGIN, LETTER = 28, 6.2  # left of the field, for the label and for each letter
SMALL, LARGE, FEW = 2.2, 3.5, 30  # radius of dots; few are large
STEPS = (1, 2, 5, 10)


class Axis(NamedTuple):
    """A range with its label; `text` writes a value beside its mark.

    `values`: those that are written; None: some round ones.
    """

    label: str
    low: float
    high: float
    text: Callable[[float], str]
    values: Sequence[float] | None = None

    @property
    def written(self) -> Sequence[float]:
        """The values beside the axis."""
        return ticks(self.low, self.high) if self.values is None else self.values


class Line(NamedTuple):
    """Points joined by a line; `name` stands in the legend. A guide is what one compares with."""

    name: str
    points: Sequence[tuple[float, float]]
    kind: Literal["main", "second", "guide"] = "main"


class Mark(NamedTuple):
    """A single point; `name` stands in the legend."""

    name: str
    x: float
    y: float


def chart(
    alt: str,
    x: Axis,
    y: Axis,
    lines: Sequence[Line] = (),
    dots: Sequence[tuple[float, float]] = (),
    marks: Sequence[Mark] = (),
) -> Markup:
    """Lines, dots and marks between two axes, with a legend if several of them have a name."""
    left = MARGIN + LETTER * max(len(y.text(value)) for value in y.written)
    across, up = _scale(x, left, RIGHT), _scale(y, BOTTOM, TOP)
    parts = [*_grid(x, y, across, up, left)]
    for line in lines:
        path = " ".join(f"{across(a):.1f},{up(b):.1f}" for a, b in line.points)
        parts.append(f'<polyline class="line {line.kind}" points="{path}"/>')
    size = LARGE if len(dots) <= FEW else SMALL
    parts += [f'<circle class="dot" cx="{across(a):.1f}" cy="{up(b):.1f}" r="{size}"/>' for a, b in dots]
    parts += [f'<circle class="mark" cx="{across(mark.x):.1f}" cy="{up(mark.y):.1f}" r="5"/>' for mark in marks]
    named = [(line.kind, line.name) for line in lines if line.name] + [("mark", mark.name) for mark in marks]
    legend = "".join(f'<span class="key {kind}">{escape(name)}</span>' for kind, name in named)
    below = f'<p class="legend">{legend}</p>' if len(named) > 1 else ""
    return Markup(_svg(alt, HEIGHT, parts) + below)


def of_hundred(alt: str, share: float) -> Markup:
    """A hundred dots of which a share is filled."""
    filled = round(100 * share)
    parts = [
        f'<circle class="{"person" if place < filled else "nobody"}" '
        f'cx="{10 + 17.8 * (place % 20):.1f}" cy="{10 + 17.8 * (place // 20):.1f}" r="6.5"/>'
        for place in range(100)
    ]
    return Markup(_svg(alt, 92, parts))


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round values within a range, at most `most` + 1.

    Example: 0 and 0.34 give 0, 0.1, 0.2 and 0.3.
    """
    rough = (high - low) / most
    size = 10 ** np.floor(np.log10(rough))
    step = size * next(factor for factor in STEPS if factor * size >= rough * (1 - 1e-9))
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    return [float(round(place * step, 10)) + 0.0 for place in np.arange(first, last + 1)]  # + 0.0: no -0


def around(values: Iterable[float], *others: float) -> tuple[float, float]:
    """The lowest and the highest of the values and `others`; a little apart where they are the same."""
    known = [*values, *others]
    low, high = min(known), max(known)
    return (low, high) if high - low > 1e-9 else (low - 0.5, high + 0.5)


def _scale(axis: Axis, first: float, last: float) -> Callable[[float], float]:
    return lambda value: first + (last - first) * (value - axis.low) / (axis.high - axis.low)


def _grid(x: Axis, y: Axis, across: Callable[[float], float], up: Callable[[float], float], left: float) -> list[str]:
    parts = []
    for value in y.written:
        parts.append(f'<line class="grid" x1="{left:.1f}" x2="{RIGHT}" y1="{up(value):.1f}" y2="{up(value):.1f}"/>')
        parts.append(
            f'<text class="tick end" x="{left - 6:.1f}" y="{up(value) + 4:.1f}">{escape(y.text(value))}</text>'
        )
    for value in x.written:
        parts.append(f'<text class="tick middle" x="{across(value):.1f}" y="204">{escape(x.text(value))}</text>')
    middle = (TOP + BOTTOM) / 2
    parts.append(f'<text class="axis middle" x="{(left + RIGHT) / 2:.1f}" y="223">{escape(x.label)}</text>')
    parts.append(
        f'<text class="axis middle" x="9" y="{middle}" transform="rotate(-90 9 {middle})">{escape(y.label)}</text>'
    )
    return parts


def _svg(alt: str, height: int, parts: Sequence[str]) -> str:
    label = escape(alt)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
