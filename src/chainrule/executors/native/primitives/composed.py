"""Functions of entries that are made of simpler ones: NumPy's names on arrays in, primitives out.

One idea: each says what NumPy's own code does, NaN, infinities and signs of zeros as well.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..machine.special import PREFIX, functions
from .entries import Entries
from .values import UnsupportedError, known_number

_MOST_FACTORS = 64  # of a power of whole numbers


class Composed(Entries):
    """Remainders, roundings, angles, extremes that pass over NaN, powers of whole numbers."""

    def entrywise(self, name: str, *inputs: Any) -> Any:
        """A function by the name of NumPy's or SciPy's ufunc."""
        function = getattr(type(self), name, None)
        if function is not None:
            return function(self, *inputs)
        known = functions().get(name)
        values = self.unified(inputs, floating=True)
        whole = any(self.value(each).dtype.kind != "f" for each in inputs)
        if known is None or known.count != len(inputs) or (known.takes_whole and whole):
            raise UnsupportedError(f"the function {name}")
        return self.wrap(self.builder.map(PREFIX + name, values[0].dtype, *values))

    def fmod(self, x: Any, y: Any) -> Any:
        """What is left of x; its sign is that of x."""
        left, right = self.unified((x, y))
        if left.dtype.kind not in "fi":
            raise UnsupportedError("remainders of conditions")
        return self.wrap(self.builder.map("fmod", left.dtype, left, right))

    def remainder(self, x: Any, y: Any) -> Any:
        """What is left of x; its sign is that of y."""
        left, right = (self.wrap(each) for each in self.unified((x, y)))
        left_over = self.fmod(left, right)
        other_side = (left_over != 0) & ((left_over < 0) != (right < 0))
        moved = self.where(other_side, left_over + right, left_over)
        if moved.dtype.kind != "f":
            return moved
        return self.where(self.equal(moved, 0.0), self.copysign(self.zeros_like(right), right), moved)

    mod = remainder

    def floor_divide(self, x: Any, y: Any) -> Any:
        left, right = (self.wrap(each) for each in self.unified((x, y)))
        if left.dtype.kind != "f":
            return self.wrap(self.builder.map("floor_divide", left.dtype, left.value, right.value))
        left_over, quotient = self.fmod(left, right), left / right
        other_side = (left_over != 0) & ((left_over < 0) != (right < 0))
        near = (left - left_over) / right - self.where(other_side, 1.0, 0.0).astype(left.dtype)
        whole = self.floor(near)
        whole = whole + self.where(near - whole > 0.5, 1.0, 0.0).astype(left.dtype)
        found = self.where(near != 0, whole, self.copysign(self.zeros_like(quotient), quotient))
        return self.where(self.equal(right, 0.0), quotient, found)

    def fmax(self, x: Any, y: Any) -> Any:
        return self._passing_over("maximum", x, y)

    def fmin(self, x: Any, y: Any) -> Any:
        return self._passing_over("minimum", x, y)

    def _passing_over(self, name: str, x: Any, y: Any) -> Any:
        """The larger or smaller of two; of a NaN and a number, the number."""
        left, right = (self.wrap(each) for each in self.unified((x, y)))
        found = getattr(self, name)(left, right)
        if found.dtype.kind != "f":
            return found
        return self.where(self.isnan(left), right, self.where(self.isnan(right), left, found))

    def round(self, x: Any, decimals: int = 0) -> Any:
        (value,) = self.unified((x,))
        if value.dtype.kind == "i" and decimals >= 0:
            return self.wrap(value)
        if value.dtype.kind != "f":
            raise UnsupportedError("tens of whole numbers")
        if not decimals:
            return self.rint(x)
        scale = value.dtype.type(10.0 ** abs(decimals))
        array = self.wrap(value)
        return self.rint(array * scale) / scale if decimals > 0 else self.rint(array / scale) * scale

    def sinc(self, x: Any) -> Any:
        (value,) = self.unified((x,), floating=True)
        turned = self.wrap(value) * value.dtype.type(math.pi)
        moved = self.where(self.equal(turned, 0.0), value.dtype.type(np.finfo(value.dtype).eps), turned)
        return self.sin(moved) / moved

    def deg2rad(self, x: Any) -> Any:
        return self._scaled(x, math.pi / 180)

    def rad2deg(self, x: Any) -> Any:
        return self._scaled(x, 180 / math.pi)

    radians, degrees = deg2rad, rad2deg

    def _scaled(self, x: Any, factor: float) -> Any:
        (value,) = self.unified((x,), floating=True)
        return self.wrap(value) * value.dtype.type(factor)

    def isposinf(self, x: Any) -> Any:
        return self.equal(x, math.inf)

    def isneginf(self, x: Any) -> Any:
        return self.equal(x, -math.inf)

    def logaddexp2(self, x: Any, y: Any) -> Any:
        """max + log2(1 + 2^-|x - y|), and x + 1 where they are equal, which infinities may be."""
        left, right = (self.wrap(each) for each in self.unified((x, y), floating=True))
        near = self.log1p(self.exp2(-self.absolute(left - right))) * left.dtype.type(1 / math.log(2))
        return self.where(self.equal(left, right), left + 1, self.maximum(left, right) + near)

    # Complex numbers without an imaginary part --------------------------------------------------------------------
    def conjugate(self, x: Any) -> Any:
        return self.wrap(self.value(x))

    conj = real = positive = conjugate

    def imag(self, x: Any) -> Any:
        return self.zeros_like(self.wrap(self.value(x)))

    def angle(self, x: Any) -> Any:
        (value,) = self.unified((x,), floating=True)
        array = self.wrap(value)
        return self.arctan2(self.zeros_like(array), array)

    # Whole numbers ------------------------------------------------------------------------------------------------
    def power(self, x: Any, y: Any) -> Any:
        left, right = self.unified((x, y))
        exponent = known_number(right)
        if left.dtype.kind == "f":
            return super().power(x, y)
        if left.dtype.kind != "i" or exponent is None or not 0 <= exponent <= _MOST_FACTORS:
            raise UnsupportedError("powers of whole numbers")
        found, base = self.ones_like(self.wrap(left)), self.wrap(left)
        for bit in reversed(f"{int(exponent):b}"):
            found = found * base if bit == "1" else found
            base = base * base
        return found
