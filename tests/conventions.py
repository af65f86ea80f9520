"""The conventions of docs/use/conventions.md: rows of its tables in, what each library says of them out.

One idea: a row is an expression in NumPy's names and a point, so three libraries can be asked the same question.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

PAGE = Path(__file__).resolve().parents[1] / "docs" / "use" / "conventions.md"


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    expression: str
    point: str
    value: str
    gradient: str
    why: str
    jax: str
    torch: str

    def __str__(self) -> str:
        return f"{self.expression} at {self.point}"

    @property
    def x(self) -> Any:
        """The point as a float or an array."""
        found = numbers(self.point)
        return found if isinstance(found, float) else np.array(found)


def rows() -> Iterator[Row]:
    """The lines of all tables whose first cell is code."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").replace("\\|", "\0").split("|")]
        if line.startswith("| `") and len(cells) == 7:
            yield Row(*(cell.replace("\0", "|") for cell in cells))


def numbers(text: str) -> Any:
    """`[0, inf, 1/3]` as numbers: a float, or nested lists of floats."""
    return _number(ast.parse(text.strip(), mode="eval").body)


def _number(node: ast.expr) -> Any:
    match node:
        case ast.List(elts=elements):
            return [_number(each) for each in elements]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_number(operand)
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            return _number(left) / _number(right)
        case ast.Constant(value=value):
            return float(value)
        case ast.Name(id=("inf" | "nan") as name):
            return float(name)
    raise ValueError(ast.unparse(node))


def function_of(expression: str, np: Any, fn: Any) -> Callable[[Any], Any]:
    """The expression as a function of x, in the names of one library."""
    code = compile(expression, expression, "eval")
    return lambda x: eval(code, {"np": np, "fn": fn, "x": x})


def ours(row: Row) -> tuple[Any, Any]:
    """(value, gradient) by chainrule."""
    import chainrule
    from chainrule import ops

    names = ("relu", "leaky_relu", "sigmoid", "softplus", "logsumexp", "softmax", "log_softmax", "stop_gradient")
    fn = SimpleNamespace(**{name: getattr(chainrule, name) for name in names}, xlogy=ops.xlogy)
    return chainrule.value_and_grad(function_of(row.expression, np, fn))(row.x)  # type: ignore[no-any-return]


def jaxs(row: Row) -> Any:
    """The gradient by JAX, in float64."""
    import jax
    import jax.numpy as jnp
    from jax.scipy.special import logsumexp, xlogy

    jax.config.update("jax_enable_x64", True)
    fn = SimpleNamespace(
        relu=jax.nn.relu, leaky_relu=jax.nn.leaky_relu, sigmoid=jax.nn.sigmoid, softplus=jax.nn.softplus,
        logsumexp=logsumexp, softmax=jax.nn.softmax, log_softmax=jax.nn.log_softmax, xlogy=xlogy,
        stop_gradient=jax.lax.stop_gradient,
    )  # fmt: skip
    return np.asarray(jax.grad(function_of(row.expression, jnp, fn))(jnp.asarray(row.x, float)))


def torchs(row: Row) -> Any:
    """The gradient by torch, in float64."""
    import torch

    x = torch.tensor(row.x, dtype=torch.float64, requires_grad=True)
    try:
        function_of(row.expression, torch_names(torch), torch_functions(torch))(x).backward()
    except RuntimeError:  # nothing that requires a gradient: torch says so
        return None
    return None if x.grad is None else x.grad.numpy()


_SAME = (
    "abs", "sqrt", "log", "log1p", "exp", "sign", "floor", "round", "sum", "prod", "cos", "sin", "arcsin", "clip",
    "nan_to_num", "arcsinh", "max", "min", "argmax", "int64", "linalg",
)  # fmt: skip
_OF_TWO = ("maximum", "minimum", "hypot", "arctan2", "logaddexp")


def torch_names(torch: Any) -> SimpleNamespace:
    """NumPy's names for torch's functions."""

    def tensor(value: Any) -> Any:
        return value if torch.is_tensor(value) else torch.tensor(value, dtype=torch.float64)

    found = {name: getattr(torch, name) for name in _SAME}
    found |= {name: (lambda a, b, name=name: getattr(torch, name)(tensor(a), tensor(b))) for name in _OF_TWO}
    return SimpleNamespace(
        **found, cbrt=lambda x: torch.pow(x, 1 / 3), mod=torch.remainder, inf=np.inf,
        where=lambda c, a, b: torch.where(c, tensor(a), tensor(b)), var=lambda x: torch.var(x, correction=0),
        std=lambda x: torch.std(x, correction=0), cumprod=lambda x: torch.cumprod(x, 0),
        sort=lambda x: torch.sort(x, stable=True)[0], median=lambda x: torch.quantile(x, 0.5),
        astype=lambda x, dtype: x.to(dtype),
    )  # fmt: skip


def torch_functions(torch: Any) -> SimpleNamespace:
    """The functions that are not NumPy's."""
    f = torch.nn.functional
    return SimpleNamespace(
        relu=torch.relu, leaky_relu=f.leaky_relu, sigmoid=torch.sigmoid, softplus=f.softplus, xlogy=torch.xlogy,
        logsumexp=lambda x: torch.logsumexp(x, 0), softmax=lambda x: torch.softmax(x, 0),
        log_softmax=lambda x: torch.log_softmax(x, 0), stop_gradient=lambda x: x.detach(),
    )  # fmt: skip
