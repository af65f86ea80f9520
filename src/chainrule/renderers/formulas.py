"""Formulas: derived formulas in, the object that `chainrule.derive` returns out.

One idea: the formulas are expressions, so each is there as text, as LaTeX, as code and as a function, and every page is
written from the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..derivation.formulas.results import Answer, Definition, Derived
from ..errors import GradientError, UnknownNameError, did_you_mean
from .data import jsonable, plain
from .formula import Pen
from .numbers import DIGITS
from .records import Record
from .sheets import html, latex, markdown, numeric, pieces, text
from .sheets.pieces import FORMS, Sheet
from .styles import LATEX, TEXT, Style

VERSION = 1


@dataclass(frozen=True, slots=True, eq=False)
class FormulaStep(Record):
    """One line of the working of one derivative (`label`): `left = right`, and the rule that made it from the last.

    `left` is empty where the line goes on with the one before.
    """

    label: str
    rule: str
    left: str
    right: str


@dataclass(frozen=True, eq=False)
class Formulas:
    """Closed formulas for a derivative: in index form and in matrix form, with every step.

    Print it, or ask for `.text()`, `.markdown()`, `.latex()`, `.html()` or `.to_dict()`; a notebook shows it by itself.
    `formula`, `matrix` and `index` are single right-hand sides; `code` and `function` compute them. Where several
    variables were asked about, these take the name of one: `wrt="W"`, or `wrt="W,b"` for a mixed second derivative.
    """

    derived: Derived = field(repr=False)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)  # of the inputs by name; empty in symbols
    said: tuple[str, ...] = ()  # how written input was understood
    agreement: str = ""  # how the formulas were compared with the engine, as a sentence
    write_code: Callable[[str, str, Sequence[str]], str] | None = field(default=None, repr=False)
    compute: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = field(default=None, repr=False)

    # Single formulas ------------------------------------------------------------------------------------------------
    def formula(self, wrt: str | None = None) -> str:
        """The derivative on one line: its matrix form, else its index form, else its vector-Jacobian product.

        Raises GradientError when several were derived and none is named, UnknownNameError for one that was not.
        """
        return pieces.formula(self._answer(wrt), self._pen(TEXT))

    def matrix(self, wrt: str | None = None) -> str | None:
        """The matrix form, in the names of the page; None where there is none. Raises as `formula` does."""
        found = self._answer(wrt).matrix
        return None if found is None else self._pen(TEXT).write(found)

    def inlined(self, wrt: str | None = None) -> str | None:
        """The matrix form with the names of the page written out; None where there is none that says more."""
        return pieces.write_inlined(self._answer(wrt), self.derived, self._pen(TEXT))

    def index(self, wrt: str | None = None) -> str | None:
        """One entry of the derivative, in index form; None where an op on the way has none."""
        found = self._answer(wrt).index
        return None if found is None else self._pen(TEXT).write(found)

    @property
    def formulas(self) -> dict[str, str]:
        """Variable -> formula, for everything that was asked about."""
        return {name: self.formula(name) for name in self.variables}

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that the other questions take as `wrt`: of each derivative, its variables."""
        return tuple(key_of(answer) for answer in self.derived.answers)

    @property
    def steps(self) -> list[FormulaStep]:
        """The working in index form, line by line."""
        pen = self._pen(TEXT)
        return [
            FormulaStep(answer.label, step.rule, step.left, pen.write(step.expression))
            for answer in self.derived.answers
            for step in answer.steps
        ]

    @property
    def definitions(self) -> dict[str, str]:
        """Symbol -> what it stands for, for every name that the formulas use beside the inputs."""
        pen = self._pen(TEXT)
        return {each.symbol: pieces.write_definition(each, pen).right for each in self._definitions}

    # Pages ----------------------------------------------------------------------------------------------------------
    def text(self, form: str = "both", digits: int = DIGITS) -> str:
        """The page for a terminal. `form` is "both", "index" or "matrix"; what has no such form is given in the other.

        Raises UnknownNameError for another form.
        """
        return text.render(self._sheet(TEXT, form, digits), self.agreement, digits)

    def markdown(self, form: str = "both", digits: int = DIGITS) -> str:
        """The page as Markdown with LaTeX between dollars."""
        return markdown.render(self._sheet(LATEX, form, digits), self.agreement, digits)

    def latex(self, form: str = "both", digits: int = DIGITS) -> str:
        """The page as a LaTeX fragment that needs amsmath."""
        return latex.render(self._sheet(LATEX, form, digits), self.agreement, digits)

    def html(self, form: str = "both", digits: int = DIGITS) -> str:
        """The page as HTML that stands alone."""
        return html.render(self._sheet(LATEX, form, digits), self.agreement, digits)

    def to_dict(self, digits: int = DIGITS) -> dict[str, Any]:
        """The formulas as dicts, lists, strings and numbers, as docs/use/derive.md says."""
        plain_pen, latex_pen = self._pen(TEXT, digits), self._pen(LATEX, digits)
        return {
            "version": VERSION,
            "output": self.derived.output,
            "order": self.derived.order,
            "layout": pieces.layout_name(self.derived.layout),
            "definitions": [self._definition_data(each, plain_pen, latex_pen) for each in self._definitions],
            "derivatives": [self._answer_data(each, plain_pen, latex_pen) for each in self.derived.answers],
            "notes": list(dict.fromkeys([*self.derived.conventions, *self.derived.notes, *self.said])),
            "agreement": self.agreement,
        }

    # What computes them ---------------------------------------------------------------------------------------------
    def code(self, to: str = "numpy") -> str:
        """A function that computes the derivatives, as text that runs: for "numpy", "jax" or "torch".

        It takes the inputs in their order and returns one array, or a tuple of them. Raises UnknownNameError for
        another library, and for a function that was not specified.
        """
        if self.write_code is None:
            raise GradientError(
                given="code for formulas that were not derived by chainrule.derive",
                expected="formulas that know their graph", remedy="write chainrule.derive(...).code(to)",
            )  # fmt: skip
        answers, output, pen = self.derived.answers, self.derived.output, self._pen(TEXT)
        single = len(answers) == 1 and self.derived.order == 1
        name = f"d{output}_d{answers[0].variables[0]}" if single else f"{output}_derivatives"
        named = [f"{each.symbol} = {pieces.write_definition(each, pen).right}" for each in self.derived.upstream]
        return self.write_code(to, name, [*named, *(f"{each.label} = {pieces.formula(each, pen)}" for each in answers)])

    def function(self, **values: Any) -> Any:
        """The derivative at these values: an array for one variable, a dict of arrays for several.

        The values go in by the names of the page. Sizes may be any that fit together.
        Raises UnknownNameError for a name that the formulas do not have, or one that is missing.
        """
        if self.compute is None:
            raise GradientError(
                given="a function for formulas that were not derived by chainrule.derive",
                expected="formulas that know their graph", remedy="write chainrule.derive(...).function(...)",
            )  # fmt: skip
        self._check_names(values)
        found = dict(self.compute(values))
        return found if len(found) > 1 else next(iter(found.values()))

    def __str__(self) -> str:
        return self.text()

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def _repr_html_(self) -> str:
        return self.html()

    # Within ---------------------------------------------------------------------------------------------------------
    @property
    def _definitions(self) -> tuple[Definition, ...]:
        return (*self.derived.forward, *self.derived.upstream)

    def _pen(self, style: Style, digits: int = DIGITS) -> Pen:
        return pieces.pen_for(self.derived, style, digits)

    def _sheet(self, style: Style, form: str, digits: int) -> Sheet:
        if form not in FORMS:
            raise UnknownNameError(
                given=f"form={form!r}",
                expected=" or ".join(map(repr, FORMS)),
                remedy=did_you_mean(str(form), FORMS) or "leave it out for both",
            )
        return pieces.write_sheet(self.derived, self._pen(style, digits), form, self.values, self.said)

    def _answer(self, wrt: str | None) -> Answer:
        known = {key_of(answer): answer for answer in self.derived.answers}
        if wrt is None and len(known) > 1:
            raise GradientError(
                given=f"a question about one of {len(known)} derivatives", expected=f"one of {', '.join(known)}",
                remedy=f"say which: wrt={next(iter(known))!r}; .formulas has them all",
            )  # fmt: skip
        name = next(iter(known)) if wrt is None else ",".join(part.strip() for part in wrt.split(","))
        if name not in known:
            raise UnknownNameError(
                given=f"the derivative with respect to '{wrt}'", expected=f"one of {', '.join(known)}",
                remedy=did_you_mean(name, known) or "derive it too: name it in wrt",
            )  # fmt: skip
        return known[name]

    @cached_property
    def _inputs(self) -> dict[str, None]:
        """The names that `function` takes, in their order."""
        return dict.fromkeys(self.derived.graph.names.get(node, "") for node in self.derived.graph.inputs)

    def _check_names(self, values: Mapping[str, Any]) -> None:
        names = self._inputs
        if values.keys() == names.keys():
            return
        unknown, missing = (
            [each for each in values if each not in names],
            [each for each in names if each not in values],
        )
        if unknown or missing:
            raise UnknownNameError(
                given=f"a value for {', '.join(unknown)}" if unknown else f"no value for {', '.join(missing)}",
                expected=f"values for {', '.join(names)}",
                remedy=(did_you_mean(unknown[0], names) if unknown else "")
                or f"call it with {', '.join(names)} by name",
            )

    def _definition_data(self, definition: Definition, plain_pen: Pen, latex_pen: Pen) -> dict[str, Any]:
        written = pieces.write_definition(definition, plain_pen)
        typeset = pieces.write_definition(definition, latex_pen)
        return {
            "symbol": definition.symbol, "expression": written.right, "latex": f"{typeset.left} = {typeset.right}",
            "shape": self._shape(definition.node.shape),
        }  # fmt: skip

    def _answer_data(self, answer: Answer, plain_pen: Pen, latex_pen: Pen) -> dict[str, Any]:
        pens = {"text": plain_pen, "latex": latex_pen}
        found = {"matrix": answer.matrix, "index": answer.index, "product": answer.as_product}
        inlined = {key: pieces.write_inlined(answer, self.derived, pen) for key, pen in pens.items()}
        known = numeric.answer_values(answer, self.derived, plain_pen, self.values) if self.values else ()
        return {
            "label": answer.label, "variables": list(answer.variables), "shape": self._shape(answer.shape),
            "formula": pieces.formula(answer, plain_pen), "at": list(answer.at),
            **{
                name: None if node is None else {key: pen.write(node) for key, pen in pens.items()}
                for name, node in found.items()
            },
            "inlined": inlined if inlined["text"] else None,
            "steps": [
                {
                    "rule": step.rule, "left": step.left, "right": plain_pen.write(step.expression),
                    "latex": latex_pen.write(step.expression),
                }
                for step in answer.steps
            ],
            "why": answer.why, "value": jsonable(plain(known[0].value)) if known else None,
        }  # fmt: skip

    def _shape(self, shape: tuple[int, ...]) -> list[int | str]:
        return [self.derived.sizes.get(size, size) for size in shape]


def key_of(answer: Answer) -> str:
    """The variables of an answer as they are asked about: W, and W,b for a mixed derivative."""
    return answer.variables[0] if len(set(answer.variables)) == 1 else ",".join(answer.variables)
