"""A difference between two sides in, a reason to doubt that it is the author's mistake out.

One idea: a false alarm is worse than a miss. What nothing explains is a mistake only where the computation behind both
sides is surely the author's own.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import ChainruleError
from ..notation.meaning import Call, Choice, Comparison, Literal, everything
from .bench import STYLES, Bench
from .compare import all_same
from .model import members_in, names_in

_KINKED = frozenset({"relu", "max", "min", "maximum", "minimum", "abs", "bars", "sign", "leaky_relu", "heaviside"})


def doubt(bench: Bench, anchor: int, place: int) -> str:
    """Why a difference that nothing explains may come from reading the page wrongly; empty where nothing speaks so."""
    left, right = (closure(bench, bench.names_of(each)) for each in (anchor, place))
    inputs = {each.text for each in bench.model.inputs} - bench.model.sizes
    outside = sorted((right - left) & inputs)
    if outside:
        return f"nothing in the document says how the left side depends on {outside[0]}"
    broken = sorted((left | right) & set(bench.model.problems))
    return f"the definition of {broken[0]} was not understood" if broken else ""


def apart(bench: Bench, anchor: int) -> str:
    """Why nothing can be said of a derivative by a name that, as far as the page was understood, plays no part in what
    is differentiated; empty where there is none."""
    for atom in bench.model.atoms.inside(bench.meanings[anchor]):
        if atom.joined is None and atom.of_name is not None:
            found = [each.text for each in atom.wrt if each.text not in closure(bench, [atom.of_name])]
            if found and _vanishes(bench, anchor):
                return f"nothing in the document says how {atom.of_name} depends on {found[0]}"
    return ""


def _vanishes(bench: Bench, place: int) -> bool:
    """Whether a side is 0 everywhere: a name may play a part under another name, as q does in (x + y) z."""
    try:
        return not any(each is not None and each.any() for each in bench.values(place, STYLES[0], bench.points()))
    except ChainruleError:
        return True


def closure(bench: Bench, names: Iterable[str]) -> set[str]:
    """Names, and all that their definitions use."""
    bodies = {each.symbol.text: each.body for each in bench.model.forward}
    found, pending = set[str](), list(names)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        if name in bodies:
            pending += [each.symbol.text for each in names_in(bodies[name])]
            pending += members_in(bodies[name], bench.model)
        elif name in bench.model.derived:
            pending += bench.names_in(bench.model.derived[name])
        elif bench.model.open_loss is not None and name == bench.model.open_loss.text:
            pending += bench.model.ends()
    return found


def holds_in_own_numbers(bench: Bench, anchor: int, place: int) -> bool:
    """Whether two sides agree at the document's own numbers, where the page speaks of these and of functions with
    kinks: `\\partial h/\\partial x = z` for h = max(x, y) z is true where x is the larger."""
    numeric = any(side.numeric for side in bench.claim.sides)
    own = bench.session.own_point(bench.claim.number)
    if own is None or not numeric or bench.unknown() or not kinked(bench):
        return False
    for style in STYLES[:6]:
        try:
            if all_same(bench.values(anchor, style, [own]), bench.values(place, style, [own])):
                return True
        except ChainruleError:
            continue
    return False


def holds_where_zero(bench: Bench, anchor: int, place: int) -> tuple[str, ...]:
    """The inputs that the document sets to 0, `h_0 = 0`, if two sides agree wherever these are 0; else none."""
    names = sorted(_zeros(bench) & (closure(bench, bench.names_of(anchor)) | closure(bench, bench.names_of(place))))
    if not names or bench.unknown():
        return ()
    points = bench.session.points_with(bench.claim.number, dict.fromkeys(names, 0.0))
    for style in STYLES[:6]:
        try:
            if all_same(bench.values(anchor, style, points), bench.values(place, style, points)):
                return tuple(names)
        except ChainruleError:
            continue
    return ()


def _zeros(bench: Bench) -> set[str]:
    """Inputs that are 0 in the document, however the subscript is spelled, and states before the first step of which it
    says nothing."""
    inputs = {each.text.replace("_", ""): each.text for each in bench.model.inputs}
    found = {  # the state before the first step, where the page never speaks of it
        each.text for each in bench.model.inputs
        if each.subscript == "0" and each.text not in bench.session.written and bench.session.counted.letters
    }  # fmt: skip
    for name, value in bench.model.data.items():
        if name.replace("_", "") in inputs and all(
            float(each.value) == 0 for each in everything(value) if isinstance(each, Literal)
        ):
            found.add(inputs[name.replace("_", "")])
    return found


def kinked(bench: Bench) -> bool:
    """Whether a function with a kink stands in the definitions."""
    return any(
        isinstance(each, Choice | Comparison) or (isinstance(each, Call) and each.function in _KINKED)
        or getattr(each, "kind", "") in ("max", "min")
        for definition in bench.model.forward for each in everything(definition.body)
    )  # fmt: skip
