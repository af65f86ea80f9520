"""What recording cannot follow: an attempt to cut the derivative in, an error that teaches out.

One idea: never zeros, never a detached value. Whatever would silently lose a derivative says so, on the user's own
line, with what to write instead.
"""

from __future__ import annotations

import re
import sys
from types import FrameType
from typing import Any, NoReturn

from ..errors import (
    BranchError,
    EscapeError,
    MutationError,
    TraceError,
    UnknownAttributeError,
    did_you_mean,
    is_user_file,
    user_frame,
)  # fmt: skip
from ..ir.graph import topological_order
from ..ir.library import reference
from ..ir.node import Node, concrete, is_abstract
from ..ir.recording import STATE
from ..ir.surface import REFUSALS, TABLE
from ..ops import linalg, special
from ..ops.sources import input_op

_TAKE_OUT = "if you want the plain number, and no derivative through it, say so: chainrule.value(x)"


def described(node: Any) -> str:
    """What a recorded value is, for a message."""
    return f"a recorded value of type {node.type}"


def taken_out(how: str, remedy: str) -> Any:
    """A refusal of a conversion to a plain number."""

    def refuse(node: Node, *_: Any) -> Any:
        if how in ("int()", "an index") and node.type.dtype.kind in "iub" and not is_abstract(node):
            return concrete(node)  # a whole number carries no derivative, so nothing is lost
        if how in ("int()", "an index") and node.type.dtype.kind in "iub":
            raise BranchError(
                given=f"{how} of {described(node)} {STATE.doing}",
                expected="a whole number that is known while the function is recorded, once for all values",
                remedy="make the argument static: jit(f, static_argnums=...), or static_argnames=..."
                if STATE.doing == "under jit"
                else "take the number from a shape, or let the function use it from outside",
            )
        raise EscapeError(
            given=f"{how} of {described(node)}",
            expected="operations that can be recorded: a plain number is detached, and the derivative through it lost",
            remedy=f"{in_numpy() or remedy}; {_TAKE_OUT}",
        )

    return refuse


def in_numpy() -> str:
    """What to write instead, where the line shows who asks for a number: a function of math, or a plain array."""
    line = user_frame()
    source = "" if line is None else line.source
    found = re.search(r"\bmath\.(\w+)", source)
    if found and found[1] in TABLE:
        return f"write np.{found[1]} instead of math.{found[1]}"
    filled = re.match(r"[\w.]+\[.*\]\s*=[^=]|[\w.]+\.fill\(", source)
    return "a plain array cannot hold it: collect the entries in a list and join them with np.stack" if filled else ""


def refuse_bool(node: Node) -> bool:
    """`if x:` works on a known number; otherwise it says why not."""
    if is_abstract(node):
        raise BranchError(
            given=f"a branch on {described(node)} {STATE.doing}",
            expected="a condition that does not depend on values: the function is recorded once, for all values",
            remedy="choose with np.where(condition, a, b), or chainrule.cond(condition, f, g, x)"
            + (
                "; or make the argument static (static_argnums=...); or leave jit out, since grad alone allows `if`"
                if STATE.doing == "under jit"
                else "; repeat with chainrule.while_loop or fori_loop"
            ),
        )
    if node.size != 1:
        raise BranchError(
            given=f"the truth of {described(node)}: ambiguous, it has {node.size} entries",
            expected="one true or false",
            remedy="write (x > 0).any() or (x > 0).all(), or choose entry by entry with np.where(x > 0, a, b)",
        )
    return bool(concrete(node))


_DETACHING = "dot|searchsorted|choose|take|compress|repeat"


def array_method() -> tuple[str, str] | None:
    """The plain array and its method that the line hands a recorded value to: W.dot(x)."""
    line = user_frame()
    found = (
        None
        if line is None
        else re.search(r"([\w.]+(?:\[[^\]]*\])?)\.(dot|searchsorted|choose|take|compress|repeat)\(", line.source)
    )
    return None if found is None or found[1] in ("np", "numpy", "chainrule.numpy") else (found[1], found[2])


def refuse_array(node: Node) -> NoReturn:
    scipy = asking_scipy()
    if scipy:
        theirs, ours = scipy
        raise EscapeError(
            given=f"{described(node)} given to {theirs}, which makes plain arrays of its arguments",
            expected="functions that can be recorded",
            remedy=f"write {ours} instead, which takes the same arguments",
        )
    method = array_method()
    if method:
        raise EscapeError(
            given=f"{described(node)} given to {method[0]}.{method[1]}, a method of a plain array that would detach it",
            expected="functions that can be recorded",
            remedy=f"write np.{method[1]}({method[0]}, ...)"
            + (f", or {method[0]} @ ..." if method[1] == "dot" else ""),
        )
    raise EscapeError(
        given=f"{described(node)} put into a plain NumPy array (np.array, np.asarray, or a[...] = x)",
        expected="functions that can be recorded",
        remedy=f"{plain_maker()}join recorded values with np.stack([a, b]) or np.concatenate; look up rows "
        f"of a plain table with chainrule.ops.at(table)[k].get(), or give the table as an argument; {_TAKE_OUT}",
    )


_MAKERS = {
    r"np\.full\(": "write np.full_like(a, x), or np.broadcast_to(x, shape)",
    r"np\.arange\(": "write x * np.arange(n), or np.linspace(0.0, x, n)",
    r"np\.(?:vectorize|frompyfunc|fromiter)\b": "chainrule.vmap(f) calls f for each entry",
    r"\bnp\.(?:float|int|complex|longdouble)\d*\(": "write x.astype(np.float32), or leave the conversion away",
    r"\b(?:np\.random|rng)\.\w+\(": "draw numbers that do not depend on x, then shift and scale them: x + s * noise",
    r"np\.[rc]_\[": "write np.concatenate, or np.column_stack",
    r"np\.(?:asarray|asanyarray|ascontiguousarray|asfortranarray|require)\(": "leave it away: x is an array already",
    r"np\.(?:fill_diagonal|put|place|putmask)\(": "write chainrule.ops.at(a)[key].set(x), which gives a new array",
}


def plain_maker() -> str:
    """What to write instead of a function of NumPy's that makes plain arrays, where the line shows it."""
    line = user_frame()
    for pattern, remedy in _MAKERS.items():
        if line is not None and re.search(pattern, line.source):
            return f"{remedy}; "
    return ""


_SCIPY = {"scipy.special": (special, "chainrule.special"), "scipy.linalg": (linalg, "chainrule.numpy.linalg")}


def asking_scipy() -> tuple[str, str] | None:
    """The function of SciPy that asks for a plain array, and ours of its name, if there is one."""
    frame: FrameType | None = sys._getframe(1)
    found = None
    while frame is not None and not is_user_file(frame.f_code.co_filename):
        name, asking = frame.f_code.co_name, frame.f_globals.get("__name__", "")
        for room, (functions, ours) in _SCIPY.items():
            if asking.startswith(room) and hasattr(functions, name):
                found = (f"{room}.{name}", f"{ours}.{name}")
        frame = frame.f_back
    return found


def refuse_dlpack(node: Node) -> NoReturn:
    raise EscapeError(
        given=f"{described(node)} exported through DLPack",
        expected="functions that can be recorded: another library's would cut the derivative",
        remedy=f"give it the result of the whole function, a NumPy array; {_TAKE_OUT}",
    )


def refuse_device(node: Node, device: Any) -> NoReturn:
    raise TraceError(given=f"the device {device!r} for {described(node)}", expected="'cpu'",
                     remedy="leave the transfer out")  # fmt: skip


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
        remedy="build the new array: x = x.at[place].set(new), or np.where(mask, new, x)",
    )


def concrete_or_refuse(node: Node) -> Any:
    """The value of a node. Raises BranchError under jit, where there is none."""
    if is_abstract(node):
        raise BranchError(
            given=f"the value of {described(node)} {STATE.doing}",
            expected=f"a value that is known: {STATE.doing} the function is recorded once, for all values",
            remedy="leave jit out, or move this line outside the jitted function"
            if STATE.doing == "under jit"
            else "return it, and look at it outside; chainrule.stop_gradient(x) cuts the derivative alone",
        )
    return concrete(node)


def show(node: Node) -> str:
    """A recorded value as it is printed: its number while that is known."""
    return f"<recorded {node.type}>" if is_abstract(node) else str(concrete(node))


def show_fully(node: Node) -> str:
    """A recorded value as the prompt shows it."""
    return f"<recorded {node.type}>" if is_abstract(node) else f"<recorded {node.type}: {concrete(node)}>"


def show_as(node: Node, specification: str) -> str:
    """f"{x:.3f}" of a known number."""
    return show(node) if is_abstract(node) else format(concrete(node), specification)


def refuse_unsized(node: Node) -> NoReturn:
    raise TraceError(
        given=f"the length of {described(node)}, or a walk through it",
        expected="an array with at least one axis: a single number has no entries",
        remedy="use the number itself, or make it an array with np.reshape(x, (1,))",
    )


def refuse_attribute(node: Node, name: str) -> NoReturn:
    known = {each for each in dir(Node) if not each.startswith("_")}
    if name in TABLE:
        remedy = f"write {'np' if hasattr(reference(), name) else 'chainrule.special'}.{name}(x)"
    else:
        remedy = did_you_mean(name, known) or "chainrule.value(x) is the plain array, without a derivative"
    what = "the method" if callable(getattr(reference().ndarray, name, None)) else "the attribute"
    raise UnknownAttributeError(
        given=f"{what} .{name} of {described(node)}",
        expected="attributes and methods of an array that can be recorded",
        remedy=remedy,
    )


_INSTEAD = {
    "sort": "np.sort(x) gives a sorted array",
    "partition": "np.partition(x, kth) gives a new array",
    "fill": "np.full_like(x, value) gives a new array",
    "put": "x.at[places].set(values) gives a new array",
    "resize": "np.resize(x, shape) gives a new array",
}


def refuse_in_place(node: Node, name: str) -> NoReturn:
    raise MutationError(
        given=f"the method .{name} of {described(node)}, which would change it",
        expected="values that do not change",
        remedy=_INSTEAD.get(name, "write the new value out, or take the number out with chainrule.value(x)"),
    )


def refuse_pickle(node: Node) -> NoReturn:
    raise EscapeError(
        given=f"pickling of {described(node)}",
        expected="recorded values only inside the function that is being differentiated: a copy would be a constant",
        remedy=f"do the work in this process; {_TAKE_OUT}",
    )


def refuse_escaped(op_name: str) -> NoReturn:
    raise EscapeError(
        given=f"{op_name} of a recorded value after its recording has ended",
        expected="recorded values only inside the function that is being differentiated",
        remedy="return the value from the function (has_aux=True passes extra results out), or use chainrule.value; "
        "give it to a function with a custom rule as an argument",
    )


def refuse_older(node: Node, op_name: str) -> None:
    """A value kept from a recording that has ended, used in another: its derivative would be lost without a word."""
    while node.op.lazy:
        node = node.inputs[0]
    known = not node.inputs and node.op is not input_op  # a number, met again and again
    if not known and any(each.op is input_op for each in topological_order([node])):
        refuse_escaped(op_name)


REFUSALS.update(
    {
        "float": taken_out(
            "float()", "use NumPy's functions instead of math's, and build arrays with np.stack instead of a[i] = x"
        ),
        "int": taken_out("int()", "use np.floor if the step is meant, or keep the number recorded"),
        "index": taken_out("an index", "index with whole numbers that are not differentiated"),
        "complex": taken_out("complex()", "build a complex number as a + 1j * b"),
        "item": taken_out(".item()", "keep the array of one entry"),
        "tolist": taken_out(".tolist()", "iterate over the recorded array itself"),
        "bool": refuse_bool,
        "array": refuse_array,
        "dlpack": refuse_dlpack,
        "device": refuse_device,
        "nested": refuse_nested,
        "setitem": refuse_setitem,
        "in_place": refuse_in_place,
        "repr": show_fully,
        "str": show,
        "format": show_as,
        "escaped": refuse_escaped,
        "older": refuse_older,
        "unsized": refuse_unsized,
        "attribute": refuse_attribute,
        "pickle": refuse_pickle,
    }
)
