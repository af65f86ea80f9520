"""Plots of error against step: curves in, an SVG drawing out.

One idea: both axes are logarithmic and a drawing is text, so it needs no library and can be compared in a test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 640, 400
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 40, 20, 110
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")  # told apart by the colour-blind
_SMALLEST = 1e-17  # what stands for an error of exactly 0


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of the plot: (step, relative error) from large steps to small, and whether it is a mistake."""

    label: str
    points: tuple[tuple[float, float], ...]
    wrong: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The decades that the two axes cover."""

    left: int
    right: int
    low: int
    high: int

    def x(self, step: float) -> float:
        """The place of a step on the page."""
        return _LEFT + (math.log10(step) - self.left) / (self.right - self.left) * (_WIDTH - _LEFT - _RIGHT)

    def y(self, error: float) -> float:
        """The place of an error on the page."""
        share = (math.log10(max(error, _SMALLEST)) - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def draw(curves: Sequence[Curve], title: str, axes: tuple[str, str] = ("step", "relative error")) -> str:
    """The drawing: one line a curve, decades as a grid, a legend below; `axes` says what is right and what is up."""
    shown = [Curve(each.label, usable(each), each.wrong) for each in curves]
    frame = frame_of([point for curve in shown for point in curve.points])
    height = _HEIGHT + 18 * max(0, len(shown) - 3)
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" '
        f'font-size="12" role="img"><title>{escape(title)}: {escape(axes[1])} against {escape(axes[0])}</title>',
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{_WIDTH / 2}" y="20" text-anchor="middle" font-size="14">{escape(title)}</text>',
        *grid(frame, axes),
        *(line for place, curve in enumerate(shown) for line in one_curve(frame, curve, place)),
        "</svg>",
    ]
    return "\n".join(pieces) + "\n"


def usable(curve: Curve) -> tuple[tuple[float, float], ...]:
    """The points that can stand on logarithmic axes."""
    return tuple((h, e) for h, e in curve.points if h > 0 and math.isfinite(h) and math.isfinite(e))


def frame_of(points: Sequence[tuple[float, float]]) -> Frame:
    """Whole decades around all points."""
    steps = [step for step, _ in points] or [1e-12, 1.0]
    errors = [max(error, _SMALLEST) for _, error in points] or [1e-12, 1.0]
    left, right = math.floor(math.log10(min(steps))), math.ceil(math.log10(max(steps)))
    low, high = math.floor(math.log10(min(errors))), math.ceil(math.log10(max(errors)))
    return Frame(left, max(right, left + 1), low, max(high, low + 1))


def grid(frame: Frame, axes: tuple[str, str]) -> list[str]:
    """Light lines at the decades, with their powers of ten, and what the axes are."""
    bottom, end = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    found = []
    for power in range(frame.left, frame.right + 1, max(1, (frame.right - frame.left) // 8)):
        x = frame.x(10.0**power)
        found.append(f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#ddd"/>')
        found.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">1e{power}</text>')
    for power in range(frame.low, frame.high + 1, max(1, (frame.high - frame.low) // 8)):
        y = frame.y(10.0**power)
        found.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{end}" y2="{y:.1f}" stroke="#ddd"/>')
        found.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">1e{power}</text>')
    middle = (_TOP + bottom) / 2
    return [
        *found,
        f'<text x="{(_LEFT + end) / 2}" y="{bottom + 34}" text-anchor="middle">{escape(axes[0])}</text>',
        f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{escape(axes[1])}</text>',
    ]


def one_curve(frame: Frame, curve: Curve, place: int) -> list[str]:
    """The line, and its name in the legend; what is wrong is drawn dashed."""
    colour = _COLOURS[place % len(_COLOURS)]
    dashes = ' stroke-dasharray="6 3"' if curve.wrong else ""
    path = " ".join(f"{frame.x(step):.1f},{frame.y(error):.1f}" for step, error in curve.points)
    y = _HEIGHT - _BOTTOM + 56 + 18 * place
    stroke = f'fill="none" stroke="{colour}" stroke-width="1.5"{dashes}'
    return [
        f'<polyline points="{path}" {stroke}/>',
        f'<line x1="{_LEFT}" y1="{y - 4}" x2="{_LEFT + 30}" y2="{y - 4}" {stroke}/>',
        f'<text x="{_LEFT + 38}" y="{y}">{escape(curve.label)}</text>',
    ]
