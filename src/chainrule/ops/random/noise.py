"""Noise without parameters: a key in, an array of random numbers out.

One idea: everything that is drawn begins with noise that no parameter touches. Parameters shape it afterwards, by ops
that have derivatives, and so a sample has the derivative of its own path.
"""

from __future__ import annotations

from typing import Any

from ...ir.library import Array, Library, reference
from ...ir.node import Node
from ...ir.notation import Form, Notation
from ...ir.op import Domain, Flat, Role, Sample
from ...ir.types import ArrayType, array_type
from ..batches import as_it_is
from ..declare import op
from .keys import KEYS, for_each_key, philox, require_key

KINDS = ("uniform", "open", "normal", "exponential", "integers")
_BITS = {8: 53, 4: 24, 2: 11}  # of the fraction of a float with so many bytes


def noise_type(
    key: ArrayType, *, kind: str, shape: tuple[int, ...], dtype: str, low: int = 0, high: int = 1
) -> ArrayType:
    require_key(key, f"random {kind} numbers")
    return array_type((*key.shape[:-1], *shape), reference().dtype(dtype))


def noise_notation(node: Node) -> Notation:
    settings = node.settings
    spelled = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    written = f"{settings['kind']} noise".replace("open noise", "uniform noise")
    return Notation(
        Form(written), Form(rf"\text{{{{{written}}}}}"), Form(f"chainrule.ops.random.noise({{0}}, {escaped(spelled)})")
    )


def escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _sample(kind: str, **more: Any) -> Sample:
    return Sample(((2,),), tuple({"kind": kind, "shape": (2, 3), "dtype": "float64", **more}.items()), KEYS)


@op(
    "noise", Flat("noise does not depend on any parameter: what it is shaped by does"), noise_notation, Role.SOURCE,
    type_rule=noise_type, batch=as_it_is,
    domain=Domain((
        *(_sample(kind) for kind in KINDS[:-1]), _sample("integers", dtype="int64", low=-3, high=4),
        Sample(((2, 2),), (("kind", "normal"), ("shape", (3,)), ("dtype", "float32")), KEYS),
    )),
)  # fmt: skip
def noise(
    xp: Library, key: Array, *, kind: str, shape: tuple[int, ...], dtype: str, low: int = 0, high: int = 1
) -> Array:
    """Random numbers of a kind: uniform on [0, 1), open on (0, 1), standard normal, standard exponential, or integers
    from `low` to `high` - 1; `shape` for each key. Derivative 0.
    """

    def make(row: Array) -> Array:
        generator = xp.random.Generator(philox(xp, row))
        if kind == "integers":
            return xp.asarray(generator.integers(low, high, shape, dtype="int64"), dtype)
        return xp.asarray(_floats(xp, generator, kind, shape, xp.dtype(dtype)), dtype)

    return for_each_key(xp, key, make)


def _floats(xp: Library, generator: Any, kind: str, shape: tuple[int, ...], dtype: Any) -> Array:
    if kind in ("uniform", "open"):  # whole multiples of a step that the dtype holds: no rounding ever gives 1
        bits = 8 if dtype.name == "bfloat16" else _BITS[dtype.itemsize]
        steps = generator.integers(0, 2**bits, shape, dtype="uint64")
        return (steps | 1 if kind == "open" else steps) * 0.5**bits
    wide = "float64" if dtype.itemsize == 8 else "float32"
    drawn: Array = getattr(generator, f"standard_{kind}")(shape, dtype=wide)
    return drawn
