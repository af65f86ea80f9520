"""What is given with `--at` in, a table of arrays out: `x=-2, y=[1 2]`, `f=sigmoid`, or a file of arrays.

One idea: a value is read by the same grammar as a formula, with no names in it. Nothing is evaluated as Python, and no
pickled object is ever loaded.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..errors import ChainruleError, LimitError, ParseError, TextSpan
from ..ir.library import reference
from . import limits
from .functions import function_named
from .grammar import read_statement
from .lower import constant
from .meaning import Meaning
from .names import Scope
from .resolve import resolve
from .surface import Name, Surface
from .symbols import Symbol, read_symbol
from .tokens import tokenise

Values: TypeAlias = str | Sequence[str] | Mapping[str, Any]
_FILES = (".npz", ".npy", ".json")
_OPEN, _CLOSE = "([{", ")]}"
_DEEPEST_LIST = 32
_PART = re.compile(r"[A-Za-z_]\w*(\.\w+)+")
_LIST_WITHOUT_BRACKETS = re.compile(r"[-+]?[\d.][\d.eE+-]*(\s+[-+]?[\d.][\d.eE+-]*)+")


@dataclass(slots=True, eq=False)
class Given(Mapping[str, Any]):
    """What was given: a table of arrays and numbers, and of names of functions.

    Kept apart inside: where each stood, and which came from a file and need not be used.
    """

    arrays: dict[str, Any] = field(default_factory=dict)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    places: dict[str, TextSpan] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)

    def __getitem__(self, name: str) -> Any:
        return self.arrays[name] if name in self.arrays else self.functions[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self.arrays, *self.functions))

    def __len__(self) -> int:
        return len(self.arrays) + len(self.functions)


def read_values(values: Values | None) -> Given:
    """Everything that was given, later entries before earlier ones. Raises ParseError and LimitError with the place."""
    found = Given()
    if isinstance(values, Given):
        return values
    if isinstance(values, Mapping):
        for name, value in values.items():
            span = TextSpan(str(name), 0, max(1, len(str(name))))
            _add(found, str(name), value, span)
        return found
    texts = [values] if isinstance(values, str) else list(values or ())
    for text in texts:
        limits.refuse_longer(text, limits.INPUT, "values")
        for start, stop in _items(text):
            _read_item(found, text, start, stop)
    return found


def read_value(text: str) -> Any:
    """One number or array without a name: `[1, 2]`, `-0.5`, `[1 2; 3 4]`."""
    limits.refuse_longer(text, limits.INPUT, "a value")
    span = TextSpan(text, 0, max(1, len(text)))
    if not text.strip():
        raise ParseError(given="no value", where=span, expected="a number or a list such as [1, 2]")
    return as_array(_evaluate(_Written(text.strip(), _trimmed(text, 0, len(text)))), "the value", span)


def _items(text: str) -> Iterator[tuple[int, int]]:
    """Where the items are that commas, semicolons and lines separate outside brackets."""
    depth, start = 0, 0
    for place, letter in enumerate(text):
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if letter in ",;\n" and depth <= 0:
            yield start, place
            start = place + 1
    yield start, len(text)


def _read_item(found: Given, text: str, start: int, stop: int) -> None:
    item = text[start:stop]
    if not item.strip():
        return
    span = _trimmed(text, start, stop)
    name, equals, written = item.partition("=")
    if item.strip().lower().endswith(_FILES):
        return _read_file(found, name.strip() if equals else "", (written if equals else item).strip(), span)
    if not equals:
        raise ParseError(given=f"'{item.strip()[:40]}'", where=span, expected="a name, = and a value, such as x=-2",
                         remedy="put a vector in brackets: x=[1, 2]")  # fmt: skip
    if not written.strip():
        raise ParseError(given=f"no value for {name.strip()}", where=span, expected=f"a value: {name.strip()}=3",
                         remedy="write the value, or leave the name out")  # fmt: skip
    place = _trimmed(text, start + len(name) + 1, stop)
    _refuse_no_name(name, span)
    _add(found, name.strip(), _Written(written.strip(), place), span)


def _refuse_no_name(name: str, span: TextSpan) -> None:
    if not name.strip():
        raise ParseError(given="a value without a name", where=span, expected="a name before =")


def _trimmed(text: str, start: int, stop: int) -> TextSpan:
    item = text[start:stop]
    begin = start + len(item) - len(item.lstrip())
    return TextSpan(text, begin, max(begin + 1, start + len(item.rstrip())))


@dataclass(frozen=True, slots=True)
class _Written:
    """A value as text, and where it stands."""

    text: str
    span: TextSpan


def _add(found: Given, name: str, value: Any, span: TextSpan) -> None:
    symbol = _symbol(name, span)
    if isinstance(value, str):
        value = _Written(value, TextSpan(value, 0, max(1, len(value))))
    if isinstance(value, _Written):
        if (function := function_named(value.text)) is not None or value.text == "sigma":
            found.functions[symbol.text] = function or "sigmoid"
            found.places[symbol.text] = span
            return
        value = _evaluate(value)
    found.arrays[symbol.text] = as_array(value, symbol.text, span)
    found.symbols[symbol.text] = symbol
    found.places[symbol.text] = span


def _symbol(name: str, span: TextSpan) -> Symbol:
    """The name of a value; `params.W` is a part of an argument of a function."""
    if _PART.fullmatch(name):
        return Symbol(name)
    try:
        return read_symbol(name)
    except ParseError as problem:
        raise ParseError(given=f"'{name}'", where=span, expected=problem.expected, remedy=problem.remedy) from None


def _evaluate(value: _Written) -> Any:
    """The number or array that a text says."""
    listed = _as_list(value.text)
    if listed is not None:
        return listed
    text, span = value.text, value.span
    if _LIST_WITHOUT_BRACKETS.fullmatch(text):
        raise ParseError(
            given=f"several numbers, {text[:40]}", where=span, expected="one number, or a list in brackets",
            remedy=f"write [{', '.join(text.split())[:40]}]",
        )  # fmt: skip
    try:
        latex = "\\" in text
        node = read_statement(text, tokenise(text, latex)[:-1], latex)
        _refuse_names(node)
        meaning: Meaning = resolve(node, Scope(resolve, {}, {}, {}, latex=latex))
        return constant(meaning)
    except ChainruleError as problem:
        place = problem.place
        if isinstance(place, TextSpan) and place.text == text:
            place = TextSpan(span.text, span.start + place.start, span.start + place.stop)
        if isinstance(problem, LimitError):
            raise LimitError(
                problem.given, where=place or span, expected=problem.expected, remedy=problem.remedy
            ) from None
        raise ParseError(
            given=problem.given,
            where=place if isinstance(place, TextSpan) else span,
            expected="a number, a list such as [1, 2], a matrix such as [[1, 2], [3, 4]] or a file",
            remedy=problem.remedy,
        ) from None


def _refuse_names(node: Surface) -> None:
    if isinstance(node, Name) and node.base not in ("inf", "nan", "pi", "e", "infinity"):
        raise ParseError(given=f"the word {node.base}", where=node.span, expected="a number",
                         remedy="give numbers only, or the name of a function")  # fmt: skip


def _as_list(text: str) -> Any:
    """A list in the spelling that Python and JSON share; None when it is not one."""
    if not text.startswith("[") or "\\" in text:
        return None
    depth = deepest = 0
    for letter in text:
        depth += (letter == "[") - (letter == "]")
        deepest = max(deepest, depth)
    if deepest > _DEEPEST_LIST:
        return None  # the grammar refuses it, with the place
    try:
        return json.loads(text)
    except ValueError:
        return None


def as_array(value: Any, name: str, span: TextSpan) -> Any:
    """A value as a float64 array or number. Raises ParseError when it is not made of numbers."""
    numpy = reference()
    try:
        array = numpy.array(value, dtype="float64")
    except (ValueError, TypeError):
        raise ParseError(given=f"a value of {name} that is not made of numbers", where=span,
                         expected="numbers, and rows of one length") from None  # fmt: skip
    if array.size > limits.ENTRIES:
        raise LimitError(given=f"{array.size:,} entries", where=span, expected=f"at most {limits.ENTRIES:,}")
    if not array.size:
        raise ParseError(given=f"an empty array for {name}", where=span, expected="at least one number")
    return array if array.ndim else array[()]


# Files ------------------------------------------
def _read_file(found: Given, name: str, path: str, span: TextSpan) -> None:
    size = _size_of(path, span)
    if size > limits.FILE:
        raise LimitError(
            given=f"the file {path} of {size:,} bytes", where=span, expected=f"at most {limits.FILE:,} bytes"
        )
    loaded = _load_json(path, span) if path.lower().endswith(".json") else _load_arrays(path, span)
    if isinstance(loaded, Mapping) and not name:
        for key in sorted(loaded):
            _add(found, str(key), loaded[key], span)
            found.optional.add(_symbol(str(key), span).text)
        return
    if not name or isinstance(loaded, Mapping):
        form = "name=file for one array" if not isinstance(loaded, Mapping) else "the file alone: its arrays have names"
        raise ParseError(given=f"the file {path}", where=span, expected=form)
    _add(found, name, loaded, span)


def _size_of(path: str, span: TextSpan) -> int:
    """The size of a file, for an archive that of its contents."""
    try:
        if path.lower().endswith(".npz"):
            with zipfile.ZipFile(path) as archive:
                return sum(each.file_size for each in archive.infolist())
        return os.path.getsize(path)
    except (OSError, ValueError, zipfile.BadZipFile) as problem:
        missing = isinstance(problem, FileNotFoundError)
        raise ParseError(given=f"the file {path}, which {'is not there' if missing else 'cannot be read'}", where=span,
                         expected="a file that NumPy or a JSON writer has made") from None  # fmt: skip


def _load_json(path: str, span: TextSpan) -> Any:
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError, RecursionError):
        raise ParseError(
            given=f"the file {path}, which is not JSON",
            where=span,
            expected="JSON: names with numbers or lists",
            remedy='write {"x": [1, 2], "y": 3}',
        ) from None


def _load_arrays(path: str, span: TextSpan) -> Any:
    try:
        loaded = reference().load(path, allow_pickle=False)
        if not path.lower().endswith(".npz"):
            return loaded
        with loaded:
            return {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        raise ParseError(given=f"the file {path}, which holds no plain arrays", where=span,
                         expected="arrays of numbers, saved by np.savez or np.save") from None  # fmt: skip
