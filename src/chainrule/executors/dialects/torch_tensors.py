"""Tensors that PyTorch code makes: a number or a constructor of NumPy's as syntax in, torch's spelling out.

One idea: a new tensor takes its dtype and its device from an argument of the function, so that the code runs in the
precision, and on the device, of whoever calls it.
"""

from __future__ import annotations

import ast

from .pieces import arguments, called, fill, is_literal, path_of
from .respell import Writer


# Numbers where tensors are wanted -------------------------------------------------------------------------------------
def is_number(writer: Writer, expression: ast.expr) -> bool:
    """Whether an expression is a plain number: written out, or made of sizes."""
    names = {each.id for each in ast.walk(expression) if isinstance(each, ast.Name)}
    if names and names <= writer.numbers:
        return not any(isinstance(each, (ast.Call, ast.Subscript)) for each in ast.walk(expression))
    return is_literal(expression) or path_of(expression) in ("torch.inf", "torch.nan") or _is_negative(expression)


def _is_negative(expression: ast.expr) -> bool:
    return isinstance(expression, ast.UnaryOp) and path_of(expression.operand) == "torch.inf"


def tensor(writer: Writer, expression: ast.expr) -> ast.expr:
    """A plain number as a tensor; any other expression as it is."""
    if not is_number(writer, expression):
        return expression
    like = writer.likes.get("float64")
    if like is not None:
        return fill(f"{like}.new_tensor(SLOT0)", expression)
    return fill("torch.tensor(SLOT0, dtype=torch.float64)", expression)


# New tensors ----------------------------------------------------------------------------------------------------------
def dtype_code(writer: Writer, name: str) -> str:
    """A dtype: that of an argument where one has it, so that code runs in another precision too."""
    return f"{writer.likes[name]}.dtype" if name in writer.likes else f"torch.{name}"


def _where_and_what(writer: Writer, name: str) -> str:
    device = next(iter(writer.likes.values()), None)
    return f"dtype={dtype_code(writer, name)}" + (f", device={device}.device" if device else "")


def _dtype_name(given: dict[str, ast.expr], usual: str) -> str:
    dtype = given.get("dtype")
    return str(dtype.value) if isinstance(dtype, ast.Constant) else usual


def filled(writer: Writer, call: ast.Call, *, name: str) -> ast.expr:
    """zeros, ones and full."""
    given = arguments(call, "shape", *(["value"] if name == "full" else []), "dtype")
    shape = given["shape"]
    shape = shape if isinstance(shape, ast.Tuple) else ast.Tuple([shape])
    operands = [shape, given["value"]] if name == "full" else [shape]
    dtype = given.get("dtype")
    if dtype is not None and not isinstance(dtype, ast.Constant):
        return called(f"torch.{name}", *operands, dtype=dtype)
    kind = _dtype_name(given, _kind_of(given["value"]) if name == "full" else "float64")
    if kind in writer.likes:
        return called(f"{writer.likes[kind]}.new_{name}", *operands)
    slots = ", ".join(f"SLOT{place}" for place in range(len(operands)))
    return fill(f"torch.{name}({slots}, {_where_and_what(writer, kind)})", *operands)


def array(writer: Writer, call: ast.Call) -> ast.expr:
    """A tensor that is written out: floats in the dtype of the arguments, whole numbers and conditions in their own."""
    given = arguments(call, "values", "dtype")
    usual = _kind_of(given["values"])
    return fill(f"torch.tensor(SLOT0, {_where_and_what(writer, _dtype_name(given, usual))})", given["values"])


def _kind_of(values: ast.expr) -> str:
    found = {type(each.value) for each in ast.walk(values) if isinstance(each, ast.Constant)}
    if float in found or any(isinstance(each, (ast.Attribute, ast.Div, ast.Pow)) for each in ast.walk(values)):
        return "float64"
    return "bool" if found == {bool} else "int64"


def number(writer: Writer, call: ast.Call, *, name: str) -> ast.expr:
    """np.float32(0.5)."""
    return fill(f"torch.tensor(SLOT0, {_where_and_what(writer, name)})", call.args[0])


def eye(writer: Writer, call: ast.Call) -> ast.expr:
    return fill(f"torch.eye(SLOT0, {_where_and_what(writer, 'float64')})", *call.args)


def arange(writer: Writer, call: ast.Call) -> ast.expr:
    device = next(iter(writer.likes.values()), None)
    return fill(f"torch.arange(SLOT0, device={device}.device)" if device else "torch.arange(SLOT0)", *call.args)


def tri(writer: Writer, call: ast.Call) -> ast.expr:
    ones = filled(writer, called("np.ones", ast.Tuple(call.args[:2])), name="ones")
    return called("torch.tril", ones, *call.args[2:])


def asarray(writer: Writer, call: ast.Call) -> ast.expr:
    """A cast."""
    given = arguments(call, "x", "dtype")
    name = _dtype_name(given, "float64")
    if is_literal(given["x"]):
        return fill(f"torch.tensor(SLOT0, {_where_and_what(writer, name)})", given["x"])
    return fill(f"SLOT0.to({dtype_code(writer, name)})", given["x"])
