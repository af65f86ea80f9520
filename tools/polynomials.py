"""The coefficients of `executors/native/text/mathematics/coefficients.py`: nothing in, that file out.

One idea: each polynomial is the best of its degree, by Remez's exchange with 50 digits, for the error of the whole
function in which it stands; its degree is the least for which that error is a hundredth of a unit in the last place.

Run as `python tools/polynomials.py` (it needs mpmath); with `--check` it only compares.
"""

from __future__ import annotations

import importlib
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

mp: Any = importlib.import_module("mpmath").mp
PLACE = Path(__file__).resolve().parent.parent / "src/chainrule/executors/native/text/mathematics/coefficients.py"
ALLOWED = {"double": 2.0**-58, "float": 2.0**-28.5}  # of the error, relative to the function
_LEAST = mp.mpf("1e-9")  # no weight is 0
HEAD = '''"""Coefficients of polynomials, the constant first, by Remez's exchange: see `tools/polynomials.py`.

One idea: each table says what it approximates, and where.
"""

from __future__ import annotations

# fmt: off
'''


@dataclass(frozen=True)
class Table:
    """What is approximated: `function` on an interval, where an error of 1 is one of `weight` in the whole."""

    name: str
    said: str
    function: Callable[[Any], Any]
    low: Any
    high: Any
    weight: Callable[[Any], Any]
    looser: float = 1.0  # how much more error is allowed
    lengths: tuple[int, ...] = ()  # of the tables for double and float, where not found by the error


def series(function: Callable[[Any], Any], at_zero: Any) -> Callable[[Any], Any]:
    """A function with a removable singularity at 0; around it with more digits."""

    def found(x: Any) -> Any:
        if abs(x) < mp.mpf(10) ** -30:
            return mp.mpf(at_zero)
        with mp.workdps(120):
            return +function(x)

    return found


def remez(table: Table, degree: int) -> tuple[list[Any], Any]:
    """The best polynomial of a degree, and its largest weighted error."""
    points = [table.low + (table.high - table.low) * (1 - mp.cos(mp.pi * k / (degree + 1))) / 2
              for k in range(degree + 2)]  # fmt: skip
    grid = [table.low + (table.high - table.low) * (1 - mp.cos(mp.pi * k / (24 * degree + 48))) / 2
            for k in range(24 * degree + 49)]  # fmt: skip
    truth = [(x, table.function(x), table.weight(x)) for x in grid]
    coefficients: list[Any] = []
    for _ in range(12):
        coefficients = exchange(table, points, degree)
        errors = [(value(coefficients, x) - f) * w for x, f, w in truth]
        points, least, most = alternating(grid, errors, degree + 2)
        if most <= least * mp.mpf("1.01"):
            break
    return coefficients, max(abs(each) for each in errors)


def value(coefficients: list[Any], x: Any) -> Any:
    """By Horner's rule."""
    return reduce(lambda total, each: total * x + each, reversed(coefficients))


def exchange(table: Table, points: list[Any], degree: int) -> list[Any]:
    """The polynomial whose weighted errors at these points are equal with alternating signs."""
    rows = mp.matrix(degree + 2, degree + 2)
    right = mp.matrix(degree + 2, 1)
    for k, x in enumerate(points):
        for power in range(degree + 1):
            rows[k, power] = x**power
        rows[k, degree + 1] = (-1) ** k / table.weight(x)
        right[k] = table.function(x)
    return list(mp.lu_solve(rows, right))[: degree + 1]


def alternating(grid: list[Any], errors: list[Any], count: int) -> tuple[list[Any], Any, Any]:
    """Where the error is largest between its changes of sign, as many places as are needed."""
    best: list[tuple[Any, Any]] = []
    for x, error in zip(grid, errors, strict=True):
        if best and (error > 0) == (best[-1][1] > 0):
            if abs(error) > abs(best[-1][1]):
                best[-1] = (x, error)
        else:
            best.append((x, error))
    while len(best) > count:
        best.pop(0 if abs(best[0][1]) < abs(best[-1][1]) else -1)
    sizes = [abs(error) for _, error in best]
    if len(best) < count:
        raise ArithmeticError("an error that changes its sign too seldom")
    return [x for x, _ in best], min(sizes), max(sizes)


def fitted(table: Table, kind: str) -> list[Any]:
    """The shortest polynomial that is good enough."""
    if table.lengths:
        return remez(table, table.lengths[kind == "float"] - 1)[0]
    for degree in range(1, 30):
        coefficients, error = remez(table, degree)
        if error <= ALLOWED[kind] * table.looser:
            return coefficients
    raise ArithmeticError(table.name)


def rounded(number: Any, kind: str) -> float:
    exact = float(number)
    return struct.unpack("<f", struct.pack("<f", exact))[0] if kind == "float" else exact


def written(table: Table) -> str:
    lines = [f"# {table.said}", f"{table.name} = {{"]
    for kind in ("double", "float"):
        numbers = [repr(rounded(each, kind)) for each in fitted(table, kind)]
        lines.append(f'    "{kind}": (')
        line = "       "
        for each in numbers:
            if len(line) + len(each) > 110:
                lines.append(line)
                line = "       "
            line += f" {each},"
        lines += [line, "    ),"]
    return "\n".join([*lines, "}"])


def cubic(name: str, said: str, where: str, function: Any, third: Any, most: Any) -> Table:
    """f(x) = x + x^3 p(x^2): of p(z), whose error counts z in the whole."""

    def found(z: Any) -> Any:
        root = mp.sqrt(z)
        return (function(root) / root - 1) / z

    whole = f"({said}(x) / x - 1) / x^2, in powers of x^2, for |x| <= {where}"
    return Table(name, whole, series(found, third), mp.mpf(0), most, lambda z: z + _LEAST)


def exponentials() -> list[Table]:
    most, half = mp.log(2) / 2 * mp.mpf("1.001"), mp.mpf("0.5005")
    even = series(lambda z: (mp.cosh(mp.sqrt(z)) - 1) / z, 0.5)
    by_two = series(lambda r: mp.expm1(r * mp.log(2)) / r, mp.log(2))
    rest = series(lambda r: (mp.expm1(r) - r) / r**2, 0.5)
    return [
        Table("EXPONENTIAL", "(exp(r) - 1 - r) / r^2 for |r| <= log(2)/2", rest, -most, most,
              lambda r: abs(r) + _LEAST),
        Table("EXPONENTIAL_OF_TWO", "(2^r - 1) / r for |r| <= 1/2", by_two, -half, half, lambda r: abs(r) + _LEAST),
        cubic("HYPERBOLIC_SINE", "sinh", "log(2)/2", mp.sinh, mp.mpf(1) / 6, most**2),
        Table("HYPERBOLIC_COSINE", "(cosh(x) - 1) / x^2, in powers of x^2, for |x| <= log(2)/2", even,
              mp.mpf(0), most**2, lambda z: z + _LEAST),
    ]  # fmt: skip


def logarithms() -> list[Table]:
    """In powers of s^2 with s = f / (2 + f) and sqrt(1/2) <= 1 + f <= sqrt(2): log(1 + f) = 2 artanh(s)."""
    root = mp.sqrt(2)
    most = ((root - 1) / (root + 1)) ** 2 * mp.mpf("1.001")

    def artanh(z: Any) -> Any:
        return mp.atanh(mp.sqrt(z)) / mp.sqrt(z)

    short = series(lambda z: (artanh(z) - 1) * 2 / z, mp.mpf(2) / 3)
    long = series(lambda z: (artanh(z) - 1 - z / 3) * 2 / mp.log(2) / z**2, mp.mpf(2) / 5 / mp.log(2))
    return [
        Table("LOGARITHM", "(2 artanh(s) / s - 2) / s^2, in powers of s^2, for s^2 < 0.0295", short, mp.mpf(0), most,
              lambda z: z / 2 + _LEAST),
        Table("POWER_LOGARITHM", "2 artanh(s) / (s log 2) less its first two terms, over s^4, in the same way",
              long, mp.mpf(0), most, lambda z: z**2 / 2 + _LEAST**2, 2.0**-10),
        Table("CUBE_ROOT", "m^(-1/3) for sqrt(1/8) <= m <= sqrt(8)", lambda m: 1 / mp.cbrt(m), root / 4, 2 * root,
              mp.cbrt, 1.0, (8, 6)),
    ]  # fmt: skip


def angles() -> list[Table]:
    quarter = (mp.pi / 4 * mp.mpf("1.012")) ** 2
    eighth = mp.tan(mp.pi / 8) ** 2 * mp.mpf("1.001")
    even = series(lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2, mp.mpf(1) / 24)
    return [
        cubic("SINE", "sin", "pi/4", mp.sin, -mp.mpf(1) / 6, quarter),
        Table("COSINE", "(cos(x) - 1 + x^2 / 2) / x^4, in powers of x^2, for |x| <= pi/4", even, mp.mpf(0), quarter,
              lambda z: z**2 + _LEAST),
        cubic("ARCTANGENT", "arctan", "tan(pi/8)", mp.atan, -mp.mpf(1) / 3, eighth),
        cubic("ARCSINE", "arcsin", "1/2", mp.asin, mp.mpf(1) / 6, mp.mpf("0.2505")),
    ]  # fmt: skip


def error_functions() -> list[Table]:
    near = series(lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1, 2 / mp.sqrt(mp.pi) - 1)

    def scaled_tail(t: Any) -> Any:
        x = 3 * (1 + t) / (1 - t)
        return mp.erfc(x) * mp.exp(x**2) * (x + 3)

    return [
        Table("ERROR_FUNCTION", "erf(x) / x - 1, in powers of x^2, for |x| <= 1", near, mp.mpf(0), mp.mpf(1),
              lambda z: 1),
        Table("ERROR_TAIL", "-log(1 - erf(x)) for 1 <= x, as far as erf(x) is not yet 1",
              lambda x: -mp.log(mp.erfc(x)), mp.mpf("0.999"), mp.mpf("5.96"), mp.erfc),
        Table("SCALED_TAIL", "(1 - erf(x)) exp(x^2) (x + 3), in powers of (x - 3) / (x + 3), for 0.8 <= x < 28",
              scaled_tail, mp.mpf("-0.579"), mp.mpf("0.803"), lambda t: 1 / scaled_tail(t)),
    ]  # fmt: skip


def text() -> str:
    mp.dps = 50
    return (
        HEAD
        + "\n".join(written(each) for each in [*exponentials(), *logarithms(), *angles(), *error_functions()])
        + "\n"
    )


def main() -> int:
    made = text()
    if "--check" in sys.argv:
        same = made == PLACE.read_text()
        print("the coefficients are those of this tool" if same else "the coefficients are others")
        return 0 if same else 1
    PLACE.write_text(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
