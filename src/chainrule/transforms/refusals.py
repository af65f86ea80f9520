"""What recording cannot follow: an attempt to cut the derivative in, an error that teaches out.

One idea: never zeros, never a detached value. Whatever would silently lose a derivative says so, on the user's own line,
with what to write instead.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any, NoReturn

from ..errors import BranchError, EscapeError, MutationError, TraceError
from ..ir.library import reference
from ..ir.node import Node, concrete, is_abstract
from ..ir.surface import REFUSALS, TABLE

_TAKE_OUT = "if you want the plain number, and no derivative through it, say so: chainrule.value(x)"


def described(node: Any) -> str:
    """What a recorded value is, for a message."""
    return f"a recorded value of type {node.type}"


def taken_out(how: str, remedy: str) -> Any:
    """A refusal of a conversion to a plain number."""

    def refuse(node: Node, *_: Any) -> Any:
        if how in ("int()", "an index") and node.type.dtype.kind in "iub" and not is_abstract(node):
            return concrete(node)  # a whole number carries no derivative, so nothing is lost
        raise EscapeError(
            given=f"{how} of {described(node)}",
            expected="operations that can be recorded: this one would cut the derivative without a word",
            remedy=f"{remedy}; {_TAKE_OUT}",
        )

    return refuse


def refuse_bool(node: Node) -> bool:
    """`if x:` works on a known number; otherwise it says why not."""
    if is_abstract(node):
        raise BranchError(
            given=f"a branch on {described(node)} under jit",
            expected="a condition that does not depend on values: the function is recorded once, for all values",
            remedy="choose with np.where(condition, a, b); or make the argument static (static_argnums=...); "
            "or leave jit out, since grad alone allows `if`",
        )
    if node.size != 1:
        raise BranchError(
            given=f"the truth of {described(node)}: ambiguous, it has {node.size} entries",
            expected="one true or false",
            remedy="write (x > 0).any() or (x > 0).all(), or choose entry by entry with np.where(x > 0, a, b)",
        )
    return bool(concrete(node))


def refuse_array(node: Node) -> NoReturn:
    raise EscapeError(
        given=f"{described(node)} put into a plain NumPy array (np.array, np.asarray, or a[...] = x)",
        expected="functions that can be recorded",
        remedy=f"join recorded values with np.stack([a, b]) or np.concatenate; {_TAKE_OUT}",
    )


def refuse_nested(container: Any) -> None:
    """Lists that hold recorded values are not arrays."""
    pending = [container]
    while pending:
        for each in pending.pop():
            if type(each) is Node:
                refuse_array(each)
            if isinstance(each, (list, tuple)):
                pending.append(each)


def refuse_setitem(node: Node) -> NoReturn:
    raise MutationError(
        given=f"an assignment into {described(node)}",
        expected="values that do not change",
        remedy="build the new array: np.where(mask, new, x), or np.concatenate([x[:i], new, x[i + 1:]])",
    )


def refuse_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """The calls of a ufunc that are not plain: reductions that have a name, and what cannot be recorded."""
    name = f"numpy.{ufunc.__name__}"
    if keywords.get("out") is not None:
        raise MutationError(
            given=f"{name} with out=, or an in-place operator, writing a recorded value into an array",
            expected="values that do not change",
            remedy="write a = a + b instead of a += b, and leave out= away",
        )
    reductions = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}
    if method == "reduce" and ufunc.__name__ in reductions:
        return call_function(reductions[ufunc.__name__], inputs, {"axis": 0, **keywords})
    given = f"{name}.{method}" if method != "__call__" else name
    if ufunc.__name__ in TABLE and method == "__call__":
        given += f" with {', '.join(keywords)}="
    raise TraceError(
        given=f"{given} on a recorded value",
        expected="a function the engine has a derivative for",
        remedy="write it with functions from `chainrule info`, or declare its derivative with chainrule.custom_vjp",
    )


def refuse_function(function: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """NumPy's other functions: those we have, by name; the rest refused."""
    passive = PASSIVE.get(function.__name__)
    if passive is not None:
        return passive(*args, **keywords)
    if function.__name__ in TABLE:
        return call_function(function.__name__, args, keywords)
    raise TraceError(
        given=f"{function.__module__}.{function.__name__} on a recorded value",
        expected="a function the engine has a derivative for",
        remedy="write it with functions from `chainrule info`, or declare its derivative with chainrule.custom_vjp",
    )


@cache
def accepted_names(function: Any) -> frozenset[str]:
    """The parameters a function of ours takes."""
    return frozenset(inspect.signature(function).parameters)


def call_function(name: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """Call our function of this name with NumPy's arguments, refusing those it does not know."""
    function = TABLE[name]
    nothing = reference()._NoValue
    given = {key: each for key, each in keywords.items() if each is not None and each is not nothing}
    given.update({key: None for key in ("axis",) if key in keywords and keywords[key] is None})
    unknown = set(given) - accepted_names(function)
    if unknown:
        raise TraceError(
            given=f"numpy.{name} with {', '.join(f'{key}=' for key in sorted(unknown))} on a recorded value",
            expected=f"only {', '.join(sorted(accepted_names(function)))}",
            remedy="leave it away, or write the step out",
        )
    return function(*args, **given)


# Functions that only ask about shapes, or make new arrays: no derivative passes through them.
def zeros_like(x: Any, dtype: Any = None, **_: Any) -> Any:
    return reference().zeros(x.shape, dtype or x.dtype)


def ones_like(x: Any, dtype: Any = None, **_: Any) -> Any:
    return reference().ones(x.shape, dtype or x.dtype)


def full_like(x: Any, fill_value: Any, dtype: Any = None, **_: Any) -> Any:
    return TABLE["broadcast_to"](fill_value, x.shape) if type(fill_value) is Node else reference().full(
        x.shape, fill_value, dtype or x.dtype
    )


def shape(x: Any) -> tuple[int, ...]:
    return tuple(x.shape)


def ndim(x: Any) -> int:
    return len(x.shape)


def size(x: Any, axis: int | None = None) -> int:
    return int(x.size) if axis is None else int(x.shape[axis])


def result_type(*args: Any) -> Any:
    return reference().result_type(*[each.dtype if type(each) is Node else each for each in args])


def compare_values(name: str) -> Any:
    """np.allclose and its kind look at values and answer yes or no."""

    def compare(*args: Any, **keywords: Any) -> Any:
        plain = [concrete_or_refuse(each) if type(each) is Node else each for each in args]
        return getattr(reference(), name)(*plain, **keywords)

    return compare


def concrete_or_refuse(node: Node) -> Any:
    """The value of a node. Raises BranchError under jit, where there is none."""
    if is_abstract(node):
        raise BranchError(
            given=f"the value of {described(node)} under jit",
            expected="a value that is known: under jit the function is recorded once, for all values",
            remedy="leave jit out, or move this line outside the jitted function",
        )
    return concrete(node)


PASSIVE: dict[str, Any] = {
    "zeros_like": zeros_like, "ones_like": ones_like, "full_like": full_like, "empty_like": zeros_like,
    "shape": shape, "ndim": ndim, "size": size, "result_type": result_type,
    **{name: compare_values(name) for name in ("allclose", "isclose", "array_equal", "array_repr", "array_str")},
}  # fmt: skip


def show(node: Node) -> str:
    """A recorded value as it is printed: its number while that is known."""
    return f"<recorded {node.type}>" if is_abstract(node) else str(concrete(node))


def show_fully(node: Node) -> str:
    """A recorded value as the prompt shows it."""
    return f"<recorded {node.type}>" if is_abstract(node) else f"<recorded {node.type}: {concrete(node)}>"


def show_as(node: Node, specification: str) -> str:
    """f"{x:.3f}" of a known number."""
    return show(node) if is_abstract(node) else format(concrete(node), specification)


def refuse_escaped(op_name: str) -> NoReturn:
    raise EscapeError(
        given=f"{op_name} of a recorded value after its recording has ended",
        expected="recorded values only inside the function that is being differentiated",
        remedy="return the value from the function (has_aux=True passes extra results out), or use chainrule.value",
    )


REFUSALS.update(
    {
        "float": taken_out("float()", "use NumPy's functions instead of math's, and arrays instead of floats"),
        "int": taken_out("int()", "use np.floor if the step is meant, or keep the number recorded"),
        "index": taken_out("an index", "index with whole numbers that are not differentiated"),
        "complex": taken_out("complex()", "keep real and imaginary part as two arrays"),
        "item": taken_out(".item()", "keep the array of one entry"),
        "tolist": taken_out(".tolist()", "iterate over the recorded array itself"),
        "bool": refuse_bool,
        "array": refuse_array,
        "nested": refuse_nested,
        "setitem": refuse_setitem,
        "ufunc": refuse_ufunc,
        "function": refuse_function,
        "repr": show_fully,
        "str": show,
        "format": show_as,
        "escaped": refuse_escaped,
    }
)
