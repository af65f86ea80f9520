"""Random formulas: a seed in, one JSON line for each part out, with what was wrong first.

One idea: what is derived in symbols is compared with numbers that were come by otherwise: sums in index notation with
`np.einsum`, derivatives of random programs with the engine's own on arrays.
"""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from random_formulas import Array, Pool, Program, disguised, random_letters, random_program, random_term, worth

from chainrule import api
from chainrule.derivation.formulas.agreement import agreement, difference
from chainrule.derivation.formulas.closed import derive_graph
from chainrule.derivation.formulas.compact import compile_form
from chainrule.derivation.formulas.evaluation import Evaluation
from chainrule.derivation.formulas.forms import Form
from chainrule.derivation.formulas.gathering import gather
from chainrule.derivation.formulas.keys import canonical, collected
from chainrule.derivation.formulas.properties import Properties
from chainrule.derivation.formulas.reduction import Residue, reduce_term
from chainrule.derivation.formulas.results import Answer, Derived
from chainrule.derivation.formulas.spoken import Manner, speak_terms
from chainrule.derivation.formulas.terms import Letter, Term, simplified
from chainrule.errors import DomainError, TraceError
from chainrule.ir.graph import Graph, topological_order
from chainrule.ir.node import Node
from chainrule.ir.recording import open_recording
from chainrule.notation.recorded import record_function
from chainrule.ops.sources import input_op
from chainrule.renderers.formulas import Formulas

TERM_TOLERANCE = 1e-9
PROGRAM_TOLERANCE = 1e-7
_FREE = "ijmn"


@dataclass(slots=True)
class Tally:
    """What was found in one part."""

    part: str
    count: int = 0
    found: Counter[str] = field(default_factory=Counter)
    declined: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")

    def line(self, shown: int) -> str:
        """The part as a line of JSON."""
        each = 1000 * self.seconds / max(self.count, 1)
        return json.dumps({
            "part": self.part, "count": self.count, **self.found, "declined": dict(self.declined.most_common(8)),
            "wrong": len(self.wrong), "first_wrong": self.wrong[:shown], "ms_each": round(each, 3),
            "slowest_ms": round(1000 * self.slowest[0], 1), "slowest": self.slowest[1] if shown else "",
        })  # fmt: skip

    def timed(self, seconds: float, what: str) -> None:
        """Note how long one took."""
        self.seconds += seconds
        if seconds > self.slowest[0]:
            self.slowest = seconds, what


# Terms ---------------------------------------------------------------------------------------------------------------
def fuzz_terms(count: int, seed: int, most_factors: int = 9) -> Tally:
    """Random sums in index notation, reduced, spoken and compiled, against their definition."""
    tally = Tally("terms")
    with open_recording():
        for number in range(count):
            try:
                check_terms(np.random.default_rng([seed, number]), most_factors, tally)
            except Exception:
                tally.wrong.append(f"term {number}: {traceback.format_exc(limit=-3)}")
    return tally


def check_terms(random: np.random.Generator, most_factors: int, tally: Tally) -> None:
    """One sum of 1 to 3 terms with 0 to 4 free letters."""
    pool = Pool(random)
    free = random_letters(random, 4)[: int(random.choice(5, p=[0.2, 0.3, 0.3, 0.1, 0.1]))]
    count = int(random.choice([1, 1, 2, 3]))
    raw = tuple(random_term(pool, free, most_factors, int(random.choice([2, 2, 2, 3]))) for _ in range(count))
    expected = sum(worth(term, free, pool.values) for term in raw)
    started = perf_counter()
    terms = collected([each for each in map(simplified, raw) if each is not None], free, pool.symmetric)
    residues = [reduce_term(term, pool.known) for term in terms]
    reduced = tuple(each for each in residues if isinstance(each, Residue))
    matrix = gather(reduced, free, pool.known) if len(reduced) == len(residues) and len(free) <= 2 else None
    tally.timed(perf_counter() - started, describe(raw, free))
    tally.count += 1
    form = Form(tuple(free), raw, terms, reduced if len(reduced) == len(residues) else None, "", (), pool.known)
    tally.found["matrix"] += matrix is not None
    tally.declined.update(each for each in residues if isinstance(each, str))
    for name, value in term_forms(form, matrix, pool, tally):
        if difference(value, expected) > TERM_TOLERANCE:
            tally.wrong.append(f"{name}: {describe(raw, free)}")


def term_forms(form: Form, matrix: Node | None, pool: Pool, tally: Tally) -> Iterator[tuple[str, Array]]:
    """Each form of a sum by name, with its value."""
    at = Evaluation(dict(pool.values))
    free = form.free
    yield "simplified", sum((worth(term, free, pool.values) for term in form.terms), np.zeros(_shape(free)))
    if matrix is not None:
        yield "matrix", at.plain(matrix)
    order = [free[place] for place in pool.random.permutation(len(free))]
    runs = compile_form(form, order)
    tally.found["compiled"] += runs is not None
    if runs is not None:
        yield "compiled", np.transpose(at.plain(runs), [order.index(letter) for letter in free])
    names = dict(zip(free, _FREE, strict=False))
    spoken = speak_terms(form.terms, names, Manner(frozenset(pool.values)))
    try:
        value = at.indexed(spoken, [names[letter] for letter in free], _shape(free))
    except TraceError:  # a letter of which no entry says how far it runs
        return
    tally.found["spoken"] += 1
    yield "spoken", value


def _shape(letters: Sequence[Letter]) -> tuple[int, ...]:
    return tuple(letter.size for letter in letters)


def describe(terms: Sequence[Term], free: Sequence[Letter]) -> str:
    """Terms in a line each: `2 sum_bc W[a,b] W[c,b]^2 1{...}`."""
    letters = {letter: f"{chr(97 + place % 26)}{letter.size}" for place, letter in enumerate(
        dict.fromkeys([*free, *(each for term in terms for each in _letters(term))])
    )}  # fmt: skip
    lines = []
    for term in terms:
        entries = []
        for factor in term.factors:
            at = ",".join(letters[one] for one in factor.at)
            entries.append(f"A{factor.what.serial}[{at}]^{factor.power:g}")
        for each in term.relations:
            weights = " ".join(f"{weight:+d}{letters[one]}" for one, weight in each.weights)
            entries.append(f"1{{{weights} {each.offset:+d}}}")
        sums = " ".join(sorted(letters[each] for each in term.sums))
        lines.append(f"{term.number:g} {term.sizes} sum {sums}: {' '.join(entries)}")
    return f"free {' '.join(letters[each] for each in free)} | " + " | ".join(lines)


def _letters(term: Term) -> list[Letter]:
    found = [*(letter for each in term.factors for letter in each.at), *term.sums]
    return [*found, *(letter for each in term.relations for letter in each.letters)]


# Keys ----------------------------------------------------------------------------------------------------------------
def fuzz_keys(count: int, seed: int) -> Tally:
    """A term has one key whatever its letters are called, and terms that differ have different keys."""
    tally = Tally("keys")
    group = 25
    with open_recording():
        for number in range(-(-count // group)):
            check_keys(np.random.default_rng([seed, number]), group, tally)
    return tally


def check_keys(random: np.random.Generator, count: int, tally: Tally) -> None:
    """A group of terms over the same few arrays, so that some are the same."""
    pool = Pool(random)
    free = random_letters(random, 2)
    symmetric = frozenset(node.serial for node in pool.symmetric)
    seen: dict[object, tuple[Array, str]] = {}
    for _ in range(count):
        term = simplified(random_term(pool, free, 4))
        if term is None:
            continue
        symmetric = frozenset(node.serial for node in pool.symmetric)
        started = perf_counter()
        key = canonical(term, free, symmetric)
        said = describe([term], free)
        tally.timed(perf_counter() - started, said)
        tally.count += 1
        if canonical(disguised(term, random), free, symmetric) != key:
            tally.wrong.append(f"another key under other names: {said}")
        value = worth(term, free, pool.values) / term.number
        if key in seen:
            tally.found["shared"] += 1
            if difference(value, seen[key][0]) > TERM_TOLERANCE:
                tally.wrong.append(f"one key: {said} and {seen[key][1]}")
        elif any(one.shape == value.shape and difference(value, one) < 1e-13 for one, _ in seen.values()):
            tally.found["equal_apart"] += 1
        seen.setdefault(key, (value, said))


# Programs ------------------------------------------------------------------------------------------------------------
def fuzz_programs(count: int, seed: int, kind: str, most_lines: int = 15, limit: float = 0.3) -> Tally:
    """Random programs: `gradient` and `hessian` of one number, `jacobian` of an array."""
    tally = Tally(kind)
    for number in range(count):
        random = np.random.default_rng([seed, number, len(kind)])
        program = random_program(random, most_lines if kind != "hessian" else most_lines // 2, kind != "jacobian")
        label = f"{kind} {number}: {program}"
        try:
            check_program(program, kind, random, tally, label)
        except Exception:
            tally.wrong.append(f"{label}\n{traceback.format_exc(limit=-4)}")
    return tally


def check_program(program: Program, kind: str, random: np.random.Generator, tally: Tally, label: str) -> None:
    """One program: every form of every answer against the engine."""
    function, values = program.function, list(program.values.values())
    graph = api.jit(function).graph(*values)
    if random.random() < 0.7:
        ends = {*graph.inputs, *graph.outputs}
        graph = Graph(graph.inputs, graph.outputs, {node: name for node, name in graph.names.items() if node in ends})
    try:
        expected = engine(function, values, kind)
    except DomainError:  # the inverse of a singular matrix
        return
    if not all(np.isfinite(each).all() and np.abs(each).max(initial=0) < 1e6 for each in expected):
        return
    inline = random.random() < 0.2 and "max" not in program.source  # which entry is the largest is up to rounding
    started = perf_counter()
    with open_recording():
        derived = derive_graph(graph, graph.inputs, order=2 if kind == "hessian" else 1, inline=inline)
    tally.timed(perf_counter() - started, label)
    tally.count += 1
    page = Formulas(derived, {})
    if not page.text() or not page.latex():
        tally.wrong.append(f"nothing is printed: {label}")
    at = Evaluation(dict(zip(graph.inputs, values, strict=True)))
    for node in derived.names:
        if not node.inputs and node not in at.values:
            at.values[node] = random.normal(size=node.shape)
    with open_recording():
        for name, value, wanted in program_forms(derived, expected, at, tally):
            if np.shape(value) == np.shape(wanted) and not np.isfinite(value).all():
                tally.found["undefined"] += 1  # 0/0 where the engine has a convention
            elif difference(value, wanted) > PROGRAM_TOLERANCE:
                tally.wrong.append(f"{name} off by {difference(value, wanted):.1e}: {label}")


def engine(function: Callable[..., Any], values: Sequence[Array], kind: str) -> list[Array]:
    """The engine's own derivatives, output axes first; of second order those of each pair of arguments."""
    places = range(len(values))
    if kind == "hessian":
        gradient = api.grad(function, argnums=tuple(places))
        found = []
        for row in places:
            rows = api.jacobian(lambda *args, row=row: gradient(*args)[row], argnums=tuple(places))(*values)
            found += [np.asarray(rows[column]) for column in places[row:]]
        return found
    whole = api.jacobian(function, argnums=tuple(places))(*values)
    return [np.asarray(each) for each in whole]


def program_forms(
    derived: Derived, expected: Sequence[Array], at: Evaluation, tally: Tally
) -> Iterator[tuple[str, Array, Array]]:
    """Each form of each answer by name: its value and what it should be."""
    for definition in derived.upstream:
        yield definition.symbol, at.plain(definition.expression), at.plain(definition.node)
    for answer, wanted in zip(derived.answers, expected, strict=True):
        tally.found["answers"] += 1
        tally.declined.update([answer.why] if answer.why else [])
        if answer.compiled is not None:
            tally.found["compiled"] += 1
            yield f"{answer.label} compiled", at.plain(answer.compiled), wanted
        yield from _written(derived, answer, wanted, at, tally)


def _written(
    derived: Derived, answer: Answer, wanted: Array, at: Evaluation, tally: Tally
) -> Iterator[tuple[str, Array, Array]]:
    top = derived.graph.outputs[0]
    arranged = wanted.T if top.ndim == 1 and wanted.ndim == 2 else wanted
    for name, form in (("matrix", answer.matrix), ("inlined", answer.inlined)):
        if form is not None:
            tally.found[name] += 1
            yield f"{answer.label} {name}", at.plain(form), arranged
    if answer.index is not None and len(answer.at) == wanted.ndim and not _hangs_on_rounding(answer.index):
        yield from _spoken(answer, wanted, at, tally)
    if answer.as_product is not None:
        tally.found["product"] += 1
        inputs = set(derived.graph.inputs)
        seeds = [node for node in topological_order([answer.as_product]) if node.op is input_op and node not in inputs]
        found = np.tensordot(at.values[seeds[0]], wanted, seeds[0].ndim) if seeds else np.zeros(answer.as_product.shape)
        yield f"{answer.label} product", at.plain(answer.as_product), found


def _hangs_on_rounding(index: Node) -> bool:
    """Whether it asks if an entry that is computed anew is the largest."""
    return any(node.op.name in ("chosen", "max", "min") for node in topological_order([index]))


def _spoken(answer: Answer, wanted: Array, at: Evaluation, tally: Tally) -> Iterator[tuple[str, Array, Array]]:
    assert answer.index is not None
    try:
        value = at.indexed(answer.index, answer.at, wanted.shape)
    except TraceError:  # a letter of which no entry says how far it runs
        tally.found["no_length"] += 1
        return
    tally.found["index"] += 1
    yield f"{answer.label} index", value, wanted


# Sizes as letters ----------------------------------------------------------------------------------------------------
CONDITIONED = 1e-5  # where a matrix is inverted the engine itself is off by as much


def fuzz_letters(count: int, seed: int, most_lines: int = 8) -> Tally:
    """Random programs on arrays of any size: what is derived once is compared at several sizes."""
    tally = Tally("letters")
    for number in range(count):
        random = np.random.default_rng([seed, number, 7])
        order = int(random.integers(1, 3))
        program = random_program(random, most_lines // order, order == 2 or random.random() < 0.5, letters=True)
        label = f"letters {number}: order {order} of {program.shapes}\n{program.source}"
        try:
            check_letters(program, order, random, tally, label)
        except DomainError:  # a matrix of some size is singular
            continue
        except Exception:
            tally.wrong.append(f"{label}\n{traceback.format_exc(limit=-4)}")
    return tally


def check_letters(program: Program, order: int, random: np.random.Generator, tally: Tally, label: str) -> None:
    """One program, some of its matrices declared symmetric and some arguments positive."""
    recorded = record_function(program.function, program.shapes, None)
    graph = recorded.graph
    if order == 2 and graph.outputs[0].ndim:
        return
    square = [node for node in graph.inputs if node.ndim == 2 and node.shape[0] == node.shape[1]]
    symmetric = frozenset(node for node in square if random.random() < 0.4)
    positive = frozenset(node for node in graph.inputs if node not in symmetric and random.random() < 0.2)
    known = Properties(symmetric, positive)
    started = perf_counter()
    with open_recording():
        derived = derive_graph(graph, graph.inputs, order=order, known=known, sizes=recorded.sizes)
        tally.timed(perf_counter() - started, label)
        tally.count += 1
        found = agreement(derived, 2, seed=int(random.integers(1000)), known=known)
    tally.found["matrix"] += sum(answer.matrix is not None for answer in derived.answers)
    tally.declined.update(answer.why for answer in derived.answers if answer.why)
    if found.points and not found.holds and CONDITIONED < found.worst < np.inf:
        tally.wrong.append(f"{found.sentence}: {label}")


# The command ---------------------------------------------------------------------------------------------------------
def main(words: Sequence[str] | None = None) -> int:
    """Run every part; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--terms", type=int, default=2000)
    parser.add_argument("--programs", type=int, default=300, help="of each kind: gradients, Hessians, Jacobians")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lines", type=int, default=15, help="the most ops in a program")
    parser.add_argument("--show", type=int, default=3, help="how many wrong ones to print of each part")
    chosen = parser.parse_args(words)
    bad = 0
    parts = [fuzz_terms(chosen.terms, chosen.seed), fuzz_keys(chosen.terms, chosen.seed)] if chosen.terms else []
    for tally in parts:
        print(tally.line(chosen.show), flush=True)
        bad += len(tally.wrong)
    for kind in ("gradient", "hessian", "jacobian", "letters") if chosen.programs else ():
        if kind == "letters":
            tally = fuzz_letters(chosen.programs, chosen.seed)
        else:
            tally = fuzz_programs(chosen.programs, chosen.seed, kind, chosen.lines)
        print(tally.line(chosen.show), flush=True)
        bad += len(tally.wrong)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
