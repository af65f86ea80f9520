"""What to write instead where shapes do not fit: two shapes in, an expression that would fit out.

One idea: the user's own line is read for the names of the two operands, so that the remedy can be pasted; and a remedy
is only given if its shapes fit.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..errors import user_frame

Shape = tuple[int, ...]

_SIGNS: dict[str, type[ast.operator]] = {
    "matmul (@)": ast.MatMult, "add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "div": ast.Div,
    "variable_power": ast.Pow, "remainder": ast.Mod,
}  # fmt: skip
_CALLS: dict[str, tuple[str, ...]] = {
    "matmul (@)": ("matmul", "dot"), "add": ("add",), "sub": ("subtract",), "mul": ("multiply",),
    "div": ("divide", "true_divide"), "maximum": ("maximum",), "minimum": ("minimum",), "hypot": ("hypot",),
    "arctan2": ("arctan2",),
}  # fmt: skip
_LONGEST = 30


def operands(doing: str) -> tuple[str, str]:
    """What the user calls the two operands, where the line has one such operation and can be read; else x and y."""
    line = user_frame()
    found = [] if line is None else list(pairs_in(line.source, doing))
    return found[0] if len(found) == 1 else ("x", "y")


def pairs_in(source: str, doing: str) -> Iterator[tuple[str, str]]:
    """The pairs of operands of an operation in a line of Python."""
    sign, calls = _SIGNS.get(doing), _CALLS.get(doing, ())
    for node in ast.walk(parsed(source)):
        if sign is not None and isinstance(node, ast.BinOp) and isinstance(node.op, sign):
            yield written(node.left), written(node.right)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in calls:
            if len(node.args) == 2:
                yield written(node.args[0]), written(node.args[1])
            elif len(node.args) == 1 and doing == "matmul (@)":
                yield written(node.func.value), written(node.args[0])


def parsed(source: str) -> ast.AST:
    """A line as a tree, although it may be a piece of a statement; an empty tree where it cannot be read."""
    text = source.strip().removeprefix("return ").rstrip(",")
    for attempt in (text, f"{text} pass", f"({text})", f"{{{text}}}", f"f({text})", text.rstrip(")]}")):
        try:
            return ast.parse(attempt)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            continue
    return ast.Module(body=[], type_ignores=[])


def written(node: ast.expr) -> str:
    """An operand as it stands in front of `.T` or `[:, None]`; long ones are only called x."""
    text = ast.unparse(node)
    if len(text) > _LONGEST:
        return "(...)"
    return text if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)) else f"({text})"


# Products ------------------------------------------------------------------------------------------------------------
def matmul_remedy(a: Shape, b: Shape) -> str:
    """Which transposes, or which order, would fit."""
    left, right = operands("matmul (@)")
    fitting = [text for text, first, second in candidates(a, b, left, right) if fits(first, second)]
    if fitting:
        return f"did you mean {' or '.join(fitting[:2])}?"
    return f"no transpose of {a} and {b} fits: check where the two come from, or reshape one of them"


def candidates(a: Shape, b: Shape, left: str, right: str) -> Iterator[tuple[str, Shape, Shape]]:
    """The products that could have been meant, likeliest first."""
    turned_a, turned_b = turned(a), turned(b)
    if turned_a is not None:
        yield f"{flipped(left, a)} @ {right}", turned_a, b
    if turned_b is not None:
        yield f"{left} @ {flipped(right, b)}", a, turned_b
    yield f"{right} @ {left}", b, a
    if turned_a is not None and turned_b is not None:
        yield f"{flipped(left, a)} @ {flipped(right, b)}", turned_a, turned_b


def turned(shape: Shape) -> Shape | None:
    """The shape with its last two axes exchanged; None for a vector, which is its own transpose."""
    return None if len(shape) < 2 else (*shape[:-2], shape[-1], shape[-2])


def flipped(name: str, shape: Shape) -> str:
    return f"{name}.T" if len(shape) == 2 else f"np.swapaxes({name}, -1, -2)"


def fits(a: Shape, b: Shape) -> bool:
    """Whether a @ b is defined, but for the axes in front."""
    return a[-1] == (b[-2] if len(b) > 1 else b[0])


# Entry by entry ------------------------------------------------------------------------------------------------------
def broadcast_remedy(shapes: tuple[Shape, ...], doing: str) -> str:
    """Which new axis, or which transpose, would make two shapes fit; nothing where none does, or there are more."""
    if len(shapes) != 2:
        return ""
    a, b = shapes
    left, right = operands(doing)
    options = [(f"{right}.T", a, b[::-1]), (f"{left}.T", a[::-1], b)] if max(len(a), len(b)) > 1 else []
    if len(b) < len(a):
        options.insert(0, (f"{right}[{':' if len(b) == 1 else '...'}, None]", a, (*b, 1)))
    elif len(a) < len(b):
        options.insert(0, (f"{left}[{':' if len(a) == 1 else '...'}, None]", (*a, 1), b))
    fitting = [text for text, first, second in options if agree(first, second)]
    return f"did you mean {fitting[0]}?" if fitting else ""


def agree(a: Shape, b: Shape) -> bool:
    """Whether two shapes broadcast against each other."""
    return all(p == q or 1 in (p, q) for p, q in zip(reversed(a), reversed(b), strict=False))
