"""Data: a derivation in, records out, and records as JSON.

One idea: the JSON is the records, field by field, so there is one list of keys. Numbers that JSON does not have are
strings: "NaN", "Infinity" and "-Infinity".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ..derivation.lines import Derivation, Line, Path, Row, Term
from .formula import Pen
from .numbers import as_number, is_array, write_number
from .records import BackwardEntry, BackwardTerm, ExampleShare, ForwardRow, GradientPath, Record
from .styles import LATEX, TEXT
from .working import Share, Working, pen_for, work_out

VERSION = 1


def plain(value: Any) -> Any:
    """A number as a Python float, or complex where it has an imaginary part; an array as it is."""
    return value if value is None or is_array(value) else as_number(value)


def pens(derivation: Derivation, digits: int) -> tuple[Pen, Pen]:
    """The pens for plain text and for LaTeX."""
    return pen_for(derivation, TEXT, digits), pen_for(derivation, LATEX, digits)


def shape_of(shape: tuple[int, ...], derivation: Derivation) -> tuple[int | str, ...]:
    """A shape, with the letters of its sizes in symbolic working."""
    return tuple(derivation.sizes.get(size, size) for size in shape)


def forward_rows(derivation: Derivation, digits: int) -> list[ForwardRow]:
    """The forward pass."""
    text, latex = pens(derivation, digits)
    return [_row(derivation, row, text, latex) for row in derivation.rows]


def _row(derivation: Derivation, row: Row, text: Pen, latex: Pen) -> ForwardRow:
    if row.expression is None:
        right = latex.value(row.value)
        expression = None
    else:
        expression, right = text.write(row.expression), latex.write(row.expression)
    equation = f"{latex.style.name(row.symbol)} = {right}" if right else latex.style.name(row.symbol)
    return ForwardRow(row.symbol, expression, equation, row.op, shape_of(row.shape, derivation), plain(row.value))


def backward_entries(derivation: Derivation, digits: int) -> list[BackwardEntry]:
    """The backward pass, output first."""
    text, latex = pens(derivation, digits)
    return [_entry(derivation, line, text, latex) for line in derivation.lines]


def _entry(derivation: Derivation, line: Line, text: Pen, latex: Pen) -> BackwardEntry:
    worked, typeset = work_out(derivation, line, text), work_out(derivation, line, latex)
    terms = tuple(
        _term(derivation, term, share, typeset.shares[place].symbols, text)
        for place, (term, share) in enumerate(zip(line.terms, worked.shares, strict=True))
    )
    equation = f"{typeset.gradient} = {whole(typeset, derivation.output)}"
    return BackwardEntry(
        line.symbol, derivation.names[line.gradient], equation, terms, whole(worked, derivation.output),
        None if line.closed is None else text.write(line.closed), plain(line.value),
        tuple(ExampleShare(each.number, plain(each.value)) for each in line.examples), worked.jacobians,
    )  # fmt: skip


def whole(working: Working, output: str) -> str:
    """The right side of a line: the sum of its terms, 1 for the output itself, 0 for what nothing depends on."""
    return " + ".join(share.symbols for share in working.shares) or ("1" if working.symbol == output else "0")


def _term(derivation: Derivation, term: Term, share: Share, latex: str, text: Pen) -> BackwardTerm:
    return BackwardTerm(
        term.via, term.role.name.lower(), plain(term.upstream_value), plain(term.local_value), share.symbols, latex,
        plain(term.value), derivation.names[term.upstream], None if term.local is None else text.write(term.local),
        term.operand, term.through, share.reason, share.indices,
    )  # fmt: skip


def gradient_paths(derivation: Derivation, symbol: str, digits: int) -> list[GradientPath]:
    """The listed paths to a symbol."""
    text = pen_for(derivation, TEXT, digits)
    return [_path(path, text) for path in derivation.all_paths[symbol].listed]


def _path(path: Path, text: Pen) -> GradientPath:
    symbols = tuple(None if symbol is None else text.write(symbol) for symbol in path.symbols)
    return GradientPath(path.nodes, tuple(plain(factor) for factor in path.factors), symbols, plain(path.value))


def unique_entries(derivations: Sequence[Derivation], digits: int) -> list[BackwardEntry]:
    """The backward pass of several questions: a step that they share stands once."""
    found: dict[str, BackwardEntry] = {}
    for derivation in derivations:
        for entry in backward_entries(derivation, digits):
            found.setdefault(entry.symbol, entry)
    return list(found.values())


def to_dict(derivations: Sequence[Derivation], notes: Sequence[str], digits: int) -> dict[str, Any]:
    """Everything as dicts, lists, strings and numbers: what `json.dumps` takes. docs/use/json.md explains the keys."""
    first = derivations[0]
    return {
        "version": VERSION,
        "output": first.output,
        "forward": [jsonable(row) for row in forward_rows(first, digits)],
        "order": [row.symbol for row in first.rows],
        "backward": [jsonable(entry) for entry in unique_entries(derivations, digits)],
        "gradients": {symbol: jsonable(value) for each in derivations for symbol, value in each.gradients.items()},
        "paths": {
            symbol: [jsonable(path) for path in gradient_paths(each, symbol, digits)]
            for each in derivations
            for symbol in each.all_paths
        },
        "path_counts": {symbol: found.count for each in derivations for symbol, found in each.all_paths.items()},
        "notes": list(notes),
    }


def jsonable(value: Any) -> Any:
    """A value in JSON's own types."""
    if isinstance(value, Record):
        return {key: jsonable(value[key]) for key in value}
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (list, tuple)):
        return [jsonable(each) for each in value]
    if is_array(value):
        return jsonable(value.tolist())
    number = as_number(value)
    if isinstance(number, complex):
        return write_number(number, 17)
    return (
        number if math.isfinite(number) else "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
    )
