"""Declaring a special function: a kernel of SciPy's and its derivative in, an op out.

One idea: the numbers are SciPy's, computed in the dtype that comes in; the derivatives are ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import DTypeError, GradientError
from ...ir.library import Array, Library, reference, science
from ...ir.notation import call
from ...ir.op import Domain, Elementwise, Op, Role, Sample
from ...ir.precision import INEXACT, result_type
from ..declare import Interval, floating_type, op

Slope = Callable[..., Any]


def special(
    *slopes: Slope,
    interval: tuple[Interval, ...],
    latex: str | None = None,
    code: str | None = None,
    singular: bool = True,
    kink: str | None = None,
    is_kink: Callable[..., Any] | None = None,
    params: tuple[tuple[str, Any], ...] = (),
) -> Callable[[Callable[..., Any]], Op]:
    """Declare a function of `chainrule.special`, entry by entry, from one slope `(y, *inputs)` for each input."""
    samples = tuple(Sample((shape,) * len(slopes), params, interval) for shape in ((3,), ()))

    def declare(kernel: Callable[..., Any]) -> Op:
        name = kernel.__name__.removesuffix("_op")
        settings = "".join(f", {key}={{{key}}}" for key, _ in params)
        notation = with_settings(
            call(name, len(slopes), latex=latex), code or f"chainrule.special.{name}", len(slopes), settings
        )
        return op(
            name, Elementwise(slopes, singular), notation, Role.SCALES, type_rule=floating_type,
            domain=Domain(samples, kink, is_kink), elementwise=True,
        )(kernel)  # fmt: skip

    return declare


def with_settings(notation: Any, code: str, count: int, settings: str) -> Any:
    """The same notation, with our own code and the parameters of the op in it."""
    slots = ", ".join(f"{{{slot}}}" for slot in range(count))
    form = type(notation.code)(f"{code}({slots}{settings})")
    return type(notation)(notation.text, notation.latex, form)


def float_type_of(*inputs: Any) -> Any:
    """The dtype that a function of these has: their own, or the float that holds whole numbers."""
    found = result_type(*inputs)
    return found if found.kind in INEXACT else reference().result_type(found, "float16")


def computed(xp: Library, name: str, *inputs: Array) -> Array:
    """SciPy's function of this name, in the dtype of the inputs: float16 is computed in float32."""
    dtype = float_type_of(*inputs)
    wide = dtype if dtype.itemsize > 2 else xp.float32
    try:
        value = getattr(science("special"), name)(*[xp.asarray(each, wide) for each in inputs])
    except TypeError as problem:
        raise DTypeError(
            given=f"numbers of dtype {dtype}", where=f"special.{name}", expected="real numbers",
            remedy="take np.real, np.imag or np.abs of them first",
        ) from problem  # fmt: skip
    return xp.asarray(value, dtype)[()]


def refused(name: str, variable: str, why: str) -> Slope:
    """In the place of a slope that is not known: it says so when somebody asks for it."""

    def slope(y: Any, *inputs: Any) -> Any:
        raise GradientError(
            given=f"the derivative of {name} with respect to {variable}",
            expected=f"derivatives with respect to the other inputs: {why}",
            remedy=f"keep {variable} out of argnums, or detach it with chainrule.stop_gradient",
        )

    slope.refused = True  # type: ignore[attr-defined]
    slope.__name__ = f"no_slope_by_{variable}"
    return slope
