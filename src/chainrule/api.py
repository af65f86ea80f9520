"""The public verbs: functions in, derivatives, explanations and compiled functions out.

One idea: JAX's names, argument order and return shapes, on plain NumPy code. Everything else is in the floors below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from . import tree
from .derivation.explain import explain_entry, explain_graph
from .derivation.formulas.closed import derive_graph
from .derivation.formulas.properties import properties, require_values
from .derivation.lines import Derivation
from .derivation.question import check_called, read_layout, read_questions, read_variables, split_symbols
from .derivation.reasons.doors import why_nan, why_zero
from .errors import BoundsError, UnknownNameError, did_you_mean
from .executors.listing import source
from .executors.staged import jit
from .formulas import compared, counts_from_zero, formulas_of, require_variables
from .ir.graph import Graph
from .ir.recording import open_recording
from .notation import parse
from .notation.recorded import record_formula, record_function
from .renderers.formulas import Formulas
from .renderers.page import DETAILS, Explanation, explanation
from .transforms import differentiate, jacobians
from .transforms.check import check_grads
from .transforms.custom import custom_jvp, custom_vjp
from .transforms.differentiate import Argnums
from .transforms.observe import observe
from .transforms.places import differentiable_places, with_floats
from .transforms.trace import Recording
from .transforms.trace import plain as value

__all__ = [
    "Explanation",
    "Formulas",
    "check_grads",
    "custom_jvp",
    "custom_vjp",
    "derive",
    "explain",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jit",
    "jvp",
    "parse",
    "source",
    "value",
    "value_and_grad",
    "vjp",
    "why_nan",
    "why_zero",
]


def grad(
    fun: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    conjugate: bool = False,
    allow_int: bool = False,
) -> Callable[..., Any]:
    """The gradient of a function that returns one number, by reverse mode.

    `argnums` says which positional arguments to differentiate (one number: the gradient of that argument; several: a
    tuple). Arguments may be nested dicts, lists, tuples, named tuples and dataclasses; the gradient has the same
    containers, and every array in it the shape and dtype of its argument. With `has_aux`, fun returns (value, aux) and
    the result is (gradient, aux). The gradient by a complex z = a + bi is dL/da + i dL/db, the direction in which L
    rises fastest, as in PyTorch; with `conjugate` it is dL/da - i dL/db, as in JAX. Whole numbers and truth values are
    refused; with `allow_int` they stay plain numbers, and their gradients are zeros of float64.

    Raises GradientError for an output that is not one real number, DTypeError for arguments that are not floats or
    complex, BoundsError for an argnum beyond the arguments.

    >>> import numpy as np
    >>> grad(lambda x: x**2 + 3 * x)(2.0)
    7.0
    >>> grad(lambda w, x: np.sum(np.tanh(w * x)), argnums=(0, 1))(0.0, np.array([1.0, 2.0]))
    (3.0, array([0., 0.]))
    """

    @wraps(fun, assigned=("__module__", "__name__", "__qualname__", "__doc__"), updated=())
    def gradient(*args: Any, **keywords: Any) -> Any:
        _, aux, found = differentiate.value_and_gradient(fun, args, keywords, argnums, has_aux, conjugate, allow_int)
        return (found, aux) if has_aux else found

    return gradient


def value_and_grad(
    fun: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    conjugate: bool = False,
    allow_int: bool = False,
) -> Callable[..., Any]:
    """The value and the gradient, from one run. With `has_aux`, ((value, aux), gradient). Arguments as in `grad`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    @wraps(fun, assigned=("__module__", "__name__", "__qualname__", "__doc__"), updated=())
    def both(*args: Any, **keywords: Any) -> Any:
        found_value, aux, found = differentiate.value_and_gradient(
            fun, args, keywords, argnums, has_aux, conjugate, allow_int
        )
        return ((found_value, aux), found) if has_aux else (found_value, found)

    return both


def vjp(fun: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The outputs of fun and its pullback: a function from gradients of the outputs to gradients of the inputs.

    Returns (outputs, pullback), or (outputs, pullback, aux) with `has_aux`. The pullback returns a tuple, one entry for
    each primal. For y = f(x) with Jacobian J it computes J^T u; of complex numbers conj(J)^T u, as `grad` does.

    >>> import numpy as np
    >>> W = np.array([[0.1, 0.5], [-0.3, 0.8]])
    >>> q, pullback = vjp(lambda x: W @ x, np.array([1.0, 2.0]))
    >>> pullback(np.array([1.0, -1.0]))
    (array([ 0.4, -0.3]),)
    """
    outputs, pull, aux = differentiate.pullback(fun, primals, has_aux)
    return (outputs, pull, aux) if has_aux else (outputs, pull)


def jvp(fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> Any:
    """The outputs of fun and how they move when the primals move by the tangents: J v, by forward mode.

    Returns (outputs, tangents), or (outputs, tangents, aux) with `has_aux`: then fun returns (outputs, aux).

    >>> import numpy as np
    >>> W = np.array([[0.1, 0.5], [-0.3, 0.8]])
    >>> jvp(lambda x: W @ x, (np.array([0.0, 0.0]),), (np.array([1.0, 2.0]),))[1]
    array([1.1, 1.3])
    """
    outputs, moved, aux = differentiate.pushforward_with_aux(fun, primals, tangents, has_aux)
    return (outputs, moved, aux) if has_aux else (outputs, moved)


def jacrev(fun: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The Jacobian by reverse mode, one walk for each entry of the output: for few outputs.

    For an output of shape o and an argument of shape i the Jacobian has shape o + i (numerator layout).

    >>> import numpy as np
    >>> jacrev(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """

    def rows(*args: Any) -> Any:
        return jacobians.jacobian_by_rows(fun, args, argnums)

    return rows


def jacfwd(fun: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The Jacobian by forward mode, one walk for each entry of the inputs: for few inputs. Shapes as in `jacrev`.

    >>> import numpy as np
    >>> jacfwd(lambda t: np.stack([np.cos(t), np.sin(t)]))(0.0)
    array([-0.,  1.])
    """

    def columns(*args: Any) -> Any:
        return jacobians.jacobian_by_columns(fun, args, argnums)

    return columns


jacobian = jacrev


def hessian(fun: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The matrix of second derivatives of a function that returns one number: forward over reverse mode.

    >>> import numpy as np
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 3.0]))
    array([[6., 2.],
           [2., 0.]])
    """
    return jacfwd(jacrev(fun, argnums), argnums)


def hvp(fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of fun times a direction, at the cost of a few gradients: no Hessian is built.

    `primals` and `tangents` are tuples as in `jvp`; the result is a tuple when there are several primals.

    >>> import numpy as np
    >>> hvp(lambda x: np.sum(x**3), (np.array([1.0, 2.0]),), (np.array([1.0, 1.0]),))
    array([ 6., 12.])
    """
    places: Argnums = 0 if len(primals) == 1 else tuple(range(len(primals)))
    return jvp(grad(fun, places), primals, tangents)[1]


def explain(
    fun: Callable[..., Any] | str,
    argnums: Argnums | None = None,
    *,
    wrt: str | Sequence[str] | None = None,
    detail: str = "steps",
    called: Mapping[str, str] | None = None,
    shapes: str | None = None,
) -> Callable[..., Explanation]:
    """The worked gradient of a function or of a written formula: call the result with the arguments.

    `fun` is a Python function that returns one number, or text as `parse` reads it (then values go in by name or in
    order, and with `shapes` alone the working is in symbols). `wrt` names the symbols asked about, `W[0,1]` one entry
    of an array (counted from 0, as Python does); `detail` is "steps", "statements", "functions" or "result"; `called`
    gives gradients names of your own, such as {"z_1": "delta_1"}. Explaining changes no gradient.

    >>> worked = explain(lambda x, y, z: (x + y) * z)(-2.0, 5.0, -4.0)
    >>> worked.gradients
    {'x': -4.0, 'y': -4.0, 'z': 3.0}
    >>> worked.order
    ['x', 'y', 'z', 'q', 'f']
    """

    def explained(*args: Any, **keywords: Any) -> Explanation:
        if isinstance(fun, str):
            return _explain_text(fun, args, keywords, wrt, detail, called, shapes)
        args = with_floats(args)
        places = differentiable_places(args)
        chosen = places if argnums is None else differentiate.chosen_arguments(argnums, len(args))
        recording, graph = observe(fun, args, keywords, sorted({*places, *chosen}))
        asked = wrt or chosen_symbols(graph, recording, sorted({*places, *chosen}), chosen)
        return explain_recorded(graph, asked, detail, called, first_index=0)

    return explained


def derive(
    fun: Callable[..., Any] | str,
    wrt: str | Sequence[str] | None = None,
    *,
    shapes: str | Mapping[str, Any] | None = None,
    order: int = 1,
    layout: str = "denominator",
    inline: bool = False,
    symmetric: str | Sequence[str] = (),
    positive: str | Sequence[str] = (),
    signs: str | Sequence[str] = (),
    probabilities: str | Sequence[str] = (),
    called: Mapping[str, str] | None = None,
    values: Mapping[str, Any] | str | Sequence[str] | None = None,
    check: bool = True,
) -> Formulas:
    """The derivative as a formula: of a written formula or a Python function, in index form and in matrix form.

    `wrt` names the inputs or steps to differentiate by (all inputs if None), `params.W1` an array inside an argument.
    `shapes` gives sizes as letters or numbers, "W: m n, x: n" or {"W": ("m", "n")}; for a function every argument needs
    one, or a value. `order` 2 is the Hessian. `layout` is "denominator" (a gradient has the shape of its variable),
    "numerator" (rows follow the output) or "mixed". `inline` writes all steps out. `symmetric` names matrices with
    A^T = A, `positive` arrays of positive entries, `signs` arrays of entries 1 and -1, `probabilities` arrays that
    sum to 1 along their last axis. `called` gives gradients names,
    {"z_1": "delta_1"}. With `values` numbers stand beside the symbols. Unless `check` is off, every formula has been
    compared with the engine at random points.

    Raises UnknownNameError for a name or a layout that is not there and for an argument without a shape, GradientError
    for an order below 1 and for higher orders of an output that is not one number, and what `parse` or the function
    raises.

    Layouts are those of Magnus and Neudecker, Matrix Differential Calculus (1988): numerator is theirs.

    >>> d = derive("f = ||W x||^2", wrt="W", shapes="W: m n, x: n")
    >>> d.matrix(), d.inlined(), d.index()
    ('2 q x^T', '2 W x x^T', '2 q_i x_j')
    >>> import numpy as np
    >>> def energy(A, x):
    ...     return x @ A @ x
    >>> derive(energy, wrt="x", shapes={"A": ("n", "n"), "x": "n"}, symmetric="A").formula()
    '2 A x'
    """
    arranged = read_layout(layout)
    recorded = record_formula(fun, shapes, values) if isinstance(fun, str) else record_function(fun, shapes, values)
    graph, places = recorded.graph, recorded.places
    require_variables(graph, names_in(wrt))
    with open_recording():
        check_called(graph, called or {})
        declared = (symmetric, positive, signs, probabilities)
        known = properties(
            *(
                read_variables(graph, names_in(names), places, "a declaration about") if names else ()
                for names in declared
            )
        )
        derived = derive_graph(
            graph, read_variables(graph, names_in(wrt), places), order=order, layout=arranged, inline=inline,
            called=called, sizes=recorded.sizes, known=known, first_index=0 if counts_from_zero(fun, recorded) else 1,
        )  # fmt: skip
    by_name = {name: node for node, name in graph.names.items()}
    given = {by_name[name]: value for name, value in recorded.values.items() if name in by_name}
    require_values(known, given, graph.names)
    return formulas_of(derived, recorded, known, compared(derived, known) if check else "")


def names_in(names: str | Sequence[str] | None) -> list[str]:
    """Names as they may be given: "W, b" or ["W", "b"]."""
    return split_symbols(names) if isinstance(names, str) else list(names or ())


def explain_recorded(
    graph: Graph,
    wrt: str | Sequence[str] | None,
    detail: str,
    called: Mapping[str, str] | None,
    *,
    first_index: int,
    sizes: Mapping[int, str] | None = None,
    readings: Sequence[str] = (),
) -> Explanation:
    """The worked gradient of a graph that has run. One question about an entry gets the working of that entry."""
    asked = split_symbols(wrt) if isinstance(wrt, str) else list(wrt or ())
    if detail not in DETAILS:
        raise UnknownNameError(
            given=f"detail={detail!r}", expected=f"one of {', '.join(DETAILS)}", remedy=did_you_mean(detail, DETAILS)
        )
    with open_recording():
        check_called(graph, called or {})
        questions = read_questions(graph, asked, first_index)
        single = [question for question in questions if question.at is not None]
        if single:
            found = [explain_entry(graph, each.node, each.at, called=called) for each in single if each.at is not None]
            whole = [question.node for question in questions if question.at is None]
            found += [explain_graph(graph, whole, called=called, detail=detail, sizes=sizes)] if whole else []
            return explanation(found[0], readings, found[1:], detail)
        nodes = [question.node for question in questions]

    def again(level: str) -> Derivation:
        with open_recording():
            return explain_graph(graph, nodes, called=called, detail=level, sizes=sizes)

    return explanation(again(detail), readings, (), detail, again)


def chosen_symbols(graph: Graph, recording: Recording, places: Sequence[int], chosen: Sequence[int]) -> list[str]:
    """The symbols of the arguments asked about: every argument of floats is a step with a name, asked about or not."""
    paths = tree.paths(recording.structure)
    nodes = [node for node, path in zip(recording.variables, paths, strict=True) if places[int(str(path[0]))] in chosen]
    return [graph.names[node] for node in nodes]


def _explain_text(
    text: str, args: tuple[Any, ...], keywords: dict[str, Any], wrt: str | Sequence[str] | None, detail: str,
    called: Mapping[str, str] | None, shapes: str | None,
) -> Explanation:  # fmt: skip
    """A written formula with values by name or in the order of its inputs; without values the working is in symbols."""
    values = dict(keywords)
    if args:
        names = parse(text, shapes=shapes).inputs
        if len(args) > len(names):
            raise BoundsError(
                given=f"{len(args)} values for a formula with {len(names)} inputs",
                expected=f"at most one for each of {', '.join(names)}",
                remedy="give values by name: explain(text)(x=1.0)",
            )
        values.update(zip(names, args, strict=False))
    parsed = parse(text, shapes=shapes, values=values or None)
    readings = [str(reading) for reading in parsed.readings]
    return explain_recorded(parsed.graph, wrt, detail, called, first_index=0, sizes=parsed.sizes, readings=readings)
