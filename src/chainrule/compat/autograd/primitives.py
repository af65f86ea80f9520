"""Functions with rules of the user's own, as autograd declares them: `primitive`, `defvjp`, `defjvp` and their kin.

One idea: a primitive is an op whose rules are looked up when they are needed, by the place of the argument. One mode is
enough: the other is the first, run on a variable and differentiated by it, because a rule is linear in what it is
given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce, update_wrapper
from itertools import count
from typing import Any, final

import numpy

from ... import tree
from ...errors import GradientError
from ...ir.node import Node, concrete, is_abstract
from ...ir.op import Complexes, Custom, Op
from ...transforms.calls import HOLE, Call, name_of, own
from ...transforms.custom import made_op, opaque_op
from ...transforms.differentiate import pullback
from .spaces import conjugate, vspace

Maker = Callable[..., Callable[[Any], Any]]

# The rules of each primitive, under autograd's names: (argnums, ans, args, kwargs) -> (g -> gs), and
# (argnums, gs, ans, args, kwargs) -> tangent.
primitive_vjps: dict[Any, Callable[..., Callable[[Any], Iterable[Any]]]] = {}
primitive_jvps: dict[Any, Callable[..., Any]] = {}


class UndefinedRuleError(GradientError, NotImplementedError):
    """A primitive differentiated by an argument that no rule was given for."""


@final
class Primitive:
    """A function that is one step of a computation. Made by `primitive`; give it rules with `defvjp` and `defjvp`."""

    nondiff_argnums: tuple[int, ...] = ()
    rules = None  # the engine's own custom rules: a primitive's are looked up by argument instead

    def __init__(self, raw: Callable[..., Any]) -> None:
        update_wrapper(self, raw)
        self.raw = raw
        self.fun = self.on_packed
        self.op: Op = replace(made_op(raw, Custom(pulled, pushed)), complexes=Complexes.OWN)
        self.opaque: Op = opaque_op(raw)
        self.untraced = False
        self.makers: dict[int, Maker | None] = {}

    def on_packed(self, *packed: Any) -> Any:
        """The function on plain values; its keywords come last, in a dict."""
        *args, keywords = packed
        return self.raw(*args, **keywords)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        leaves, structure = tree.flatten([*args, keywords])
        if self.untraced or not any(type(leaf) is Node for leaf in leaves):
            return (
                self.raw(*plain_values(args), **plain_values(keywords))
                if self.untraced
                else self.raw(*args, **keywords)
            )
        inputs = [leaf for leaf in leaves if type(leaf) is Node]
        kept = tuple(HOLE if type(leaf) is Node else own(leaf) for leaf in leaves)
        call = Call(self, structure, kept)
        return call.unpack(self.op(*inputs, call=call))

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else lambda *args, **keywords: self(instance, *args, **keywords)

    # autograd's first way of declaring rules, one argument at a time ------------------------------------------------
    def defvjp(self, rule: Callable[..., Any], argnum: int = 0) -> None:
        """`rule(g, ans, vs, gvs, *args, **kwargs)` is the gradient of one argument."""

        def maker(ans: Any, *args: Any, **keywords: Any) -> Callable[[Any], Any]:
            return lambda g: rule(g, ans, vspace(args[argnum]), vspace(g), *args, **keywords)

        self.defgrad(maker, argnum)

    def defvjp_is_zero(self, argnums: Iterable[int] = (0,)) -> None:
        """No gradient goes to these arguments."""
        for argnum in argnums:
            self.defgrad(None, argnum)

    def defgrad(self, maker: Maker | None, argnum: int = 0) -> None:
        """`maker(ans, *args, **kwargs)` returns the function from g to the gradient of one argument."""
        self.makers[argnum] = maker
        defvjp(self, *self.makers.values(), argnums=list(self.makers))


def primitive(raw: Callable[..., Any]) -> Primitive:
    """Make a function one step: it is run on plain values, and differentiated by the rules given with `defvjp`.

    >>> @primitive
    ... def double(x):
    ...     return 2 * x
    >>> defvjp(double, lambda ans, x: lambda g: 2 * g)
    >>> from .operators import grad
    >>> float(grad(double)(1.0))
    2.0
    """
    return Primitive(raw)


def notrace_primitive(raw: Callable[..., Any]) -> Primitive:
    """A function that is run on plain values and that no derivative passes through."""
    made = Primitive(raw)
    made.untraced = True
    return made


def register_notrace(trace_type: Any, fun: Primitive) -> None:
    """Let no derivative pass through a primitive. `trace_type` is accepted and not looked at: both modes agree."""
    fun.untraced = True


def plain_values(container: Any) -> Any:
    """The numbers behind recorded values."""
    leaves, structure = tree.flatten(container)
    return tree.unflatten(structure, [value_of(leaf) for leaf in leaves])


def value_of(leaf: Any) -> Any:
    """The number behind one recorded value; anything else as it is."""
    return concrete(leaf) if type(leaf) is Node and not is_abstract(leaf) else leaf


# Declaring -----------------------------------------------------------------------------------------------------------
def defvjp_argnums(fun: Primitive, vjpmaker: Callable[..., Any]) -> None:
    """`vjpmaker(argnums, ans, args, kwargs)` returns a function from g to one gradient for each argnum."""
    primitive_vjps[fun] = vjpmaker


def defvjp_argnum(fun: Primitive, vjpmaker: Callable[..., Any]) -> None:
    """`vjpmaker(argnum, ans, args, kwargs)` returns the function from g to the gradient of that argument."""

    def by_argnums(argnums: Sequence[int], *rest: Any) -> Callable[[Any], Iterator[Any]]:
        found = [vjpmaker(argnum, *rest) for argnum in argnums]
        return lambda g: (vjp(g) for vjp in found)

    defvjp_argnums(fun, by_argnums)


def defvjp(fun: Primitive, *vjpmakers: Maker | None, argnums: Iterable[int] | None = None) -> None:
    """Each `vjpmaker(ans, *args, **kwargs)` returns the function from g to the gradient of one argument; None: zero."""
    makers = dict(zip(count() if argnums is None else argnums, vjpmakers, strict=False))

    def by_argnum(argnum: int, ans: Any, args: Sequence[Any], keywords: dict[str, Any]) -> Callable[[Any], Any]:
        if argnum not in makers:
            raise undefined(fun, argnum, "VJP", "defvjp")
        maker = makers[argnum]
        return (lambda g: vspace(args[argnum]).zeros()) if maker is None else maker(ans, *args, **keywords)

    defvjp_argnum(fun, by_argnum)


def defjvp_argnums(fun: Primitive, jvpmaker: Callable[..., Any]) -> None:
    """`jvpmaker(argnums, gs, ans, args, kwargs)` returns how the output moves when those arguments move by gs."""
    primitive_jvps[fun] = jvpmaker


def defjvp_argnum(fun: Primitive, jvpmaker: Callable[..., Any]) -> None:
    """`jvpmaker(argnum, g, ans, args, kwargs)` returns how the output moves when that argument moves by g."""

    def by_argnums(argnums: Sequence[int], gs: Sequence[Any], ans: Any, *rest: Any) -> Any:
        moved = [jvpmaker(argnum, g, ans, *rest) for argnum, g in zip(argnums, gs, strict=True)]
        return reduce(vspace(ans).add, moved)

    defjvp_argnums(fun, by_argnums)


def defjvp(fun: Primitive, *jvpfuns: Callable[..., Any] | str | None, argnums: Iterable[int] | None = None) -> None:
    """Each `jvpfun(g, ans, *args, **kwargs)` returns how the output moves by one argument; None: not at all.

    "same" says that the function is linear in that argument, and is therefore its own derivative.
    """
    known = dict(zip(count() if argnums is None else argnums, jvpfuns, strict=False))

    def by_argnum(argnum: int, g: Any, ans: Any, args: Sequence[Any], keywords: dict[str, Any]) -> Any:
        if argnum not in known:
            raise undefined(fun, argnum, "JVP", "defjvp")
        jvpfun = known[argnum]
        if jvpfun is None:
            return vspace(ans).zeros()
        if isinstance(jvpfun, str):
            return fun(*replaced(args, argnum, g), **keywords)
        return jvpfun(g, ans, *args, **keywords)

    defjvp_argnum(fun, by_argnum)


def def_linear(fun: Primitive) -> None:
    """Say that a function is linear in each of its arguments."""
    defjvp_argnum(fun, lambda argnum, g, ans, args, keywords: fun(*replaced(args, argnum, g), **keywords))


def replaced(args: Sequence[Any], place: int, value: Any) -> tuple[Any, ...]:
    """The arguments with another value at one place."""
    return (*args[:place], value, *args[place + 1 :])


def undefined(fun: Primitive, argnum: int, rule: str, how: str) -> UndefinedRuleError:
    """The error for a rule that is not there."""
    name = name_of(fun.raw)
    return UndefinedRuleError(
        given=f"{rule} of {name} wrt argnum {argnum} not defined",
        where=name,
        expected="a rule for each argument that is differentiated",
        remedy=f"declare it: {how}({name}, ..., argnums=({argnum},))",
    )


# What the op runs ----------------------------------------------------------------------------------------------------
class Sent(Sequence[Any]):
    """The gradients of the inputs, each argument's computed when it is first asked for: a rule that is not wanted may
    be missing.
    """

    def __init__(self, places: Sequence[int], gradients_of: Callable[[int], Sequence[Any]]) -> None:
        self.places, self.gradients_of = places, gradients_of
        self.known: dict[int, Sequence[Any]] = {}

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, slot: Any) -> Any:
        place = self.places[slot]
        if place not in self.known:
            self.known[place] = self.gradients_of(place)
        return self.known[place][slot - self.places.index(place)]


def input_places(call: Call) -> list[int]:
    """For each input of the op, the argument it stands in."""
    paths = tree.paths(call.structure)
    return [int(str(path[0])) for path, leaf in zip(paths, call.leaves, strict=True) if leaf is HOLE]


def moving_leaves(call: Call, place: int) -> list[int]:
    """Which leaves of an argument are inputs."""
    own_leaves = [leaf for path, leaf in zip(tree.paths(call.structure), call.leaves, strict=True) if path[0] == place]
    return [number for number, leaf in enumerate(own_leaves) if leaf is HOLE]


def pulled(g: Any, y: Any, *inputs: Any, call: Call) -> Any:
    """The rule of reverse mode, as the engine calls it."""
    fun = call.function
    assert isinstance(fun, Primitive)
    *args, keywords = call.arguments(inputs)
    ans, upstream = call.unpack(y), conjugate(call.unpack(g))  # autograd hands on the conjugate

    def gradients_of(place: int) -> list[Any]:
        if place >= len(args):
            raise undefined(fun, place, "VJP", "pass the value by position: a keyword has no rule, defvjp")
        found = by_vjp(fun, place, upstream, ans, args, keywords)
        leaves = tree.flatten(conjugate(found))[0]
        return [leaves[number] for number in moving_leaves(call, place)]

    return Sent(input_places(call), gradients_of)


def by_vjp(fun: Primitive, place: int, g: Any, ans: Any, args: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """The gradient of one argument: by its rule, or by running the rule of forward mode the other way round."""
    if fun in primitive_vjps:
        (found,) = primitive_vjps[fun]((place,), ans, tuple(args), keywords)(g)
        return found
    if fun not in primitive_jvps:
        raise undefined(fun, place, "VJP", "defvjp")
    jvp, zero = primitive_jvps[fun], vspace(args[place]).zeros()
    return pullback(lambda move: jvp((place,), (move,), ans, tuple(args), keywords), (zero,), False)[1](g)[0]


def pushed(tangents: tuple[Any, ...], y: Any, *inputs: Any, call: Call) -> Any:
    """The rule of forward mode, as the engine calls it."""
    fun = call.function
    assert isinstance(fun, Primitive)
    *args, keywords = call.arguments(inputs)
    ans = call.unpack(y)
    places = input_places(call)
    moved = sorted({place for place, tangent in zip(places, tangents, strict=True) if tangent is not None})
    moves = call.arguments(
        [zero_tangent(each) if move is None else move for each, move in zip(inputs, tangents, strict=True)]
    )
    gs = [with_zeros(args[place], moves[place], moving_leaves(call, place)) for place in moved]
    return repacked(by_jvp(fun, moved, gs, ans, args, keywords), y)


def by_jvp(
    fun: Primitive, places: Sequence[int], gs: Sequence[Any], ans: Any, args: Sequence[Any], keywords: dict[str, Any]
) -> Any:
    """How the output moves: by the rule, or by running the rule of reverse mode the other way round."""
    if fun in primitive_jvps:
        return primitive_jvps[fun](tuple(places), list(gs), ans, tuple(args), keywords)
    if fun not in primitive_vjps:
        raise undefined(fun, places[0], "JVP", "defjvp")
    vjp = primitive_vjps[fun](tuple(places), ans, tuple(args), keywords)
    return pullback(lambda g: list(vjp(g)), (vspace(ans).zeros(),), False)[1](list(gs))[0]


def zero_tangent(node: Any) -> Any:
    return numpy.zeros(node.shape, node.dtype)[()]


def with_zeros(argument: Any, moves: Any, moving: Sequence[int]) -> Any:
    """The tangents of an argument's leaves, zero where a leaf is not an input."""
    leaves, structure = tree.flatten(argument)
    moved = tree.flatten(moves)[0]
    filled = [moved[slot] if slot in moving else zero_tangent(numpy.asarray(leaf)) for slot, leaf in enumerate(leaves)]
    return tree.unflatten(structure, filled)


def repacked(moved: Any, y: Any) -> Any:
    """The leaves of a tangent end to end, as the op's output holds them."""
    leaves = tree.flatten(moved)[0]
    if len(leaves) == 1:
        return leaves[0]
    return numpy.concatenate([numpy.reshape(leaf, (-1,)) for leaf in leaves])
