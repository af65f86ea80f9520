"""Mutants of the right statements of the notes: one plausible mistake each, made in the text of the document.

In: notes whose truth scripts judge statements right. Out: documents with one line changed, the label of the mistake
(M1 to M24) and whether the numbers say that the changed statement is wrong. One idea, the twin edit: a side of an
equation and the expression in the truth script that computes it are written factor by factor in the same order, so the
same edit is made in both, and the script is run with its side changed. Where an edit has no twin the mutant is
"unverified"; where the twin shows that the statement is still right, there is no mutant.

`python tests/notes/mutants.py [NAME ...] [--write FOLDER] [--verified]` counts them, or writes them as scored pairs.
"""

from __future__ import annotations

import argparse
import ast
import collections
import importlib.util
import itertools
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
POINTS = 3
Edit = tuple[str, str, str | None]  # label, the side in LaTeX, the side in Python (none: no twin is known)


def load(path: Path) -> ModuleType:
    if path.stem in sys.modules:
        return sys.modules[path.stem]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Mutant:
    """A changed document. `status`: verified (the numbers say wrong) or unverified (they could not be asked)."""

    note: str
    number: int
    mistake: str
    text: str
    line: int
    before: str
    after: str
    status: str


# Edits of one side. Each yields the side with one mistake, and its twin.


def ordinals(label: str, latex: str, code: str, ours: tuple[str, str], twin: tuple[str, str]) -> Iterator[Edit]:
    """Replace the k-th match in both texts; without as many matches in the code as in the text there is no twin."""
    left = list(re.finditer(ours[0], latex))
    right = list(re.finditer(twin[0], code))
    for k, match in enumerate(left):
        changed = latex[: match.start()] + match.expand(ours[1]) + latex[match.end() :]
        other = right[k] if len(left) == len(right) else None
        yield label, changed, code[: other.start()] + other.expand(twin[1]) + code[other.end() :] if other else None


NAME = r"(\\?[A-Za-z]+(?:_\{?\w+\}?|\^\{?[\[(]\w+[\])]\}?)*)"
CODE = r"(v\.\w+)"
# label, pattern and replacement in LaTeX, pattern and replacement in the script
PAIRS = [
    ("M1", r"f'\(", r"f(", r"\bfp\(", "f("),
    ("M1", NAME + r"\s*(?:\\odot)?\s*\(1-\1\)", r"\1", CODE + r" \* \(1 - \1\)", r"\1"),
    ("M1", r"\(1-" + NAME + r"(?:\^2|\\odot \1)\)", r"\1", r"\(1 - " + CODE + r"\*\*2\)", r"\1"),
    ("M2", r"(?:\\odot)?\s*\(1-" + NAME + r"(?:\^2|\\odot \1)\)", "", r" \* \(1 - " + CODE + r"\*\*2\)", ""),
    ("M2", r"\\odot\s*" + NAME + r"\\odot\s*\(1-\1\)", "", r" \* " + CODE + r" \* \(1 - \1\)", ""),
    ("M2", r"\s*\\odot\s*\\mathbb 1\[[^\]]*\]", "", r" \* \(v\.\w+ > 0\)", ""),
    ("M5", r"\^\{?(?:T|\\top)\}?", "", r"\.T\b", ""),
    ("M7", r"\\(?:mathrm|operatorname)\{diag\}\(((?:[^()]|\([^()]*\))*)\)", r"(\1)", r"np\.diag\((\w+)\)", r"\1"),
    ("M8", r"_(?:1(?!\d)|\{1\})", "_2", r"(v\.\w+?|G\('\w+?)1\b", r"\g<1>2"),
    ("M8", r"_(?:2(?!\d)|\{2\})", "_1", r"(v\.\w+?|G\('\w+?)2\b", r"\g<1>1"),
    ("M10", r"(?<![\\A-Za-z_{^])x(?![A-Za-z])", "w", r"\bv\.x\b", "v.w"),
    ("M10", r"(?<![\\A-Za-z_{^])W(?![A-Za-z])", "V", r"\bv\.W\b", "v.V"),
    ("M19", r"(?<!delta)_\{([a-z])([a-z])\}", r"_{\2\1}", r"$^", ""),
    ("M20", r"(?<![A-Za-z\\])I(?![A-Za-z_])", "1", r"np\.eye\(\d\)", "1.0"),
    ("M22", r"\^2(?!\d)", "", r"\*\* ?2\b", ""),
    ("M22", r"\^\{-3/2\}", "^{-1/2}", r"-1\.5", "-0.5"),
    ("M23", r"\\frac\{\\partial L\}\{\\partial [^}]*\}(?=\s*[\\(A-Za-z])", "", r"\bG\('\w+'\) \* ", ""),
    ("M24", r"\\sum_\{?\w+\}?(?:\^\{?\w+\}?)?", "", r"np\.sum\(((?:[^()]|\([^()]*\))*?)(?:, axis=\d)?\)", r"(\1)"),
]


def by_pairs(latex: str, code: str, names: set[str]) -> Iterator[Edit]:
    for label, pattern, replacement, twin, other in PAIRS:
        if label == "M10" and replacement not in names:
            continue
        yield from ordinals(label, latex, code, (pattern, replacement), (twin, other))


def depth_zero(latex: str, signs: str) -> list[int]:
    """Where one of the signs stands outside every bracket."""
    depth, found = 0, []
    for place, character in enumerate(latex):
        if character in "{([":
            depth += 1
        elif character in "})]":
            depth -= 1
        elif depth == 0 and character in signs:
            found.append(place)
    return found


def summands(latex: str) -> list[str]:
    """A side as summands with their signs."""
    cuts = [place for place in depth_zero(latex, "+-") if latex[:place].strip()]
    bounds = [0, *cuts, len(latex)]
    return [latex[a:b] for a, b in itertools.pairwise(bounds)]


def added(code: str) -> list[str]:
    """An expression as summands with their signs."""

    def walk(node: ast.expr, sign: str) -> list[str]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            other = sign if isinstance(node.op, ast.Add) else {"+": "-", "-": "+"}[sign]
            return walk(node.left, sign) + walk(node.right, other)
        return [f"{sign} ({ast.unparse(node)})"]

    return walk(ast.parse(code, mode="eval").body, "+")


def by_summands(latex: str, code: str) -> Iterator[Edit]:
    """M3: a summand lost. M14: its sign changed. M17: it is counted twice."""
    parts, twins = summands(latex), added(code)
    paired = len(parts) == len(twins)
    flip = {"+": "-", "-": "+"}
    for k in range(len(parts) if len(parts) > 1 else 0):
        rest = "".join(parts[:k] + parts[k + 1 :]).strip().removeprefix("+")
        yield "M3", rest, " ".join(twins[:k] + twins[k + 1 :]) if paired else None
        if k:
            turned = [*parts[:k], flip[parts[k][0]] + parts[k][1:], *parts[k + 1 :]]
            other = [*twins[:k], flip[twins[k][0]] + twins[k][1:], *twins[k + 1 :]] if paired else []
            yield "M14", "".join(turned), " ".join(other) if paired else None
    if len(parts) > 1 and parts[-1][0] in flip:
        yield "M17", latex + parts[-1], " ".join([*twins, twins[-1]]) if paired else None


FACTORS = [(r"2", "({}) / 2"), (r"\\t?frac12", "({}) * 2"), (r"\\t?frac\{1\}\{2\}", "({}) * 2")]


def by_factors(latex: str, code: str) -> Iterator[Edit]:
    """M12: a leading factor lost. M13: a factor too many. M14: all signs. M15: plus for times."""
    single = len(summands(latex)) == 1
    for pattern, twin in FACTORS:
        match = re.match(rf"\s*-?\s*{pattern}(?=\s*[\\(A-Za-z])", latex)
        if match and single:
            sign = "-" if "-" in match[0] else ""
            yield "M12", sign + latex[match.end() :], twin.format(code)
    whole = latex if single and "-" not in latex[:2] else rf"\left({latex}\right)"
    yield "M13", rf"\frac12 {whole}", f"({code}) / 2"
    yield "M14", f"-{whole}" if "-" not in latex.strip()[:1] or not single else latex.replace("-", "", 1), f"-({code})"
    times = re.search(r"\\cdot|\\times", latex)
    product = ast.parse(code, mode="eval").body
    if times and single and isinstance(product, ast.BinOp) and isinstance(product.op, ast.Mult):
        twin = f"{ast.unparse(product.left)} + {ast.unparse(product.right)}"
        yield "M15", latex[: times.start()] + "+" + latex[times.end() :], twin


def by_numbers(latex: str, code: str) -> Iterator[Edit]:
    """M16: a digit, a sign or the decimal point of a written result."""
    if not code.startswith("page.R("):
        return
    for k, match in enumerate(re.finditer(r"-?\d+(?:\.\d+)?", latex)):
        number = match[0]
        digit = number[-1]
        turned = number.removeprefix("-") if "-" in number else f"-{number}"
        for wrong in (number[:-1] + str((int(digit) + 4) % 10), turned):
            words = ast.literal_eval(code[7:-1]).split()
            if k < len(words) and words[k] == number and float(number):
                words[k] = wrong
                changed = latex[: match.start()] + wrong + latex[match.end() :]
                yield "M16", changed, f'page.R("{" ".join(words)}")'


def by_order(latex: str, code: str) -> Iterator[Edit]:
    """M6: two factors exchanged; M5: an outer product transposed."""
    factor = r"(\\frac\{\\partial \w+\}\{\\partial [^}]*\}|[A-Z](?:_\w)?|\\delta_\w|\([^()]*\))(\^\{?(?:T|\\top)\}?)?"
    match = re.fullmatch(rf"\s*{factor}\s*(?:\\,)?\s*{factor}\s*", latex)
    product = re.fullmatch(r"np\.dot\(((?:[^(),]|\([^()]*\))*), ((?:[^(),]|\([^()]*\))*)\)", code)
    if match and product:
        changed = f"{match[3]}{match[4] or ''} {match[1]}{match[2] or ''}"
        yield "M6", changed, f"lambda: np.dot({product[2]}, {product[1]})"
    outer = re.fullmatch(r"(.+?)\s*(?:\\,)?\s*([a-z](?:_\w)?)\^\{?(?:T|\\top)\}?", latex)
    twin = re.fullmatch(r"np\.outer\((.+), (v\.\w+)\)", code)
    if outer and twin:
        yield "M5", f"{outer[2]}\\left({outer[1]}\\right)^T", f"np.outer({twin[2]}, {twin[1]})"


def by_left(left: str, latex: str, code: str, names: set[str]) -> Iterator[Edit]:
    """M11: the differentiated factor kept. M21: the result labelled as the variable."""
    match = re.match(r"\s*\\frac\{\\partial (\w+)\}\{\\partial (\w(?:_\w)?)\}\s*$", left)
    name = match[2].replace("_", "") if match else ""
    if match and name in names:
        yield (
            "M11",
            f"{match[2]}\\,{latex}" if len(summands(latex)) == 1 else f"{match[2]}\\left({latex}\\right)",
            (f"v.{name} * ({code})"),
        )
        yield "M21", f"{latex}={match[2]}", f"{code}, v.{name}"


def by_activation(latex: str, code: str, pairs: dict[str, str]) -> Iterator[Edit]:
    """M9: the pre-activation where the activation belongs."""
    for after, before in pairs.items():
        pattern = rf"(?<![\\A-Za-z_{{]){re.escape(after)}(?![A-Za-z_^'])"
        ours, theirs = plain(after), plain(before)
        twin = (rf"\bv\.{ours}\b", f"v.{theirs}")
        yield from ordinals("M9", latex, code, (pattern, before.replace("\\", "\\\\")), twin)


def plain(name: str) -> str:
    return re.sub(r"[\\_{}^()\[\]]", "", name)


def activations(text: str) -> dict[str, str]:
    """Which name is an activation of which, as the note defines them."""
    functions = r"(?:\\tanh|\\sigma|\\mathrm\{ReLU\}|\\max)"
    found = re.findall(rf"(\w(?:_\w)?)\s*=\s*{functions}\((?:0,)?\s*(?:\\,)?(\w(?:_\w)?)\)", text)
    return dict(found)


# The equations of a note, their sides, and the questions to the script.


@dataclass
class Script:
    """A truth script taken apart: its head, and the arguments of each `page.right(number, ...)`."""

    source: str
    head: str
    sides: dict[int, list[str]]


def take_apart(path: Path) -> Script:
    source = path.read_text(encoding="utf-8")
    function = next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == "statements")
    sides, dropped = {}, set()
    for node in function.body:
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if ast.unparse(call.func.value) == "page":
            dropped.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            if call.func.attr == "right" and isinstance(call.args[0], ast.Constant):
                sides[int(str(call.args[0].value))] = [ast.unparse(argument) for argument in call.args[1:]]
    head = "\n".join(line for k, line in enumerate(source.split("\n"), 1) if k not in dropped)
    return Script(source, head, sides)


def worlds(script: Script) -> list[tuple[Any, dict[str, Any]]]:
    """The names inside `statements` at several points, so that sides can be evaluated one by one."""
    statements = load(HERE / "truths" / "statements.py")
    found = []
    for seed in range(POINTS):
        space: dict[str, Any] = {}
        exec(compile(script.head.rstrip() + "\n    return locals()\n", "script", "exec"), space)
        page = statements.Page(np.random.default_rng(2000 + seed))
        inner = space["statements"](page)
        found.append((page, space | {"page": page} | inner))
    return found


def breaks(points: list[tuple[Any, dict[str, Any]]], sides: list[str]) -> str:
    """Do the sides differ at one point at least? verified, equal, or unverified if they cannot be evaluated."""
    statements = load(HERE / "truths" / "statements.py")
    answer = "equal"
    for _, space in points:
        try:
            values = eval(f"[{', '.join(sides)}]", space)
            if statements.chain(values)[1]:
                answer = "verified"
        except ValueError:
            return "verified"  # the shapes do not fit
        except (AttributeError, NameError, SyntaxError, TypeError, ArithmeticError):
            return "unverified"
    return answer


MAKERS: tuple[Callable[[str, str], Iterator[Edit]], ...] = (by_order, by_summands, by_factors)


def edits(left: str, latex: str, code: str, note: str, names: set[str]) -> Iterator[Edit]:
    yield from by_numbers(latex, code)
    if code.startswith("page.R("):
        return
    for make in MAKERS:
        yield from make(latex, code)
    yield from by_pairs(latex, code, names)
    yield from by_left(left, latex, code, names)
    yield from by_activation(latex, code, activations(note))


def typed(latex: str) -> str:
    """An edit as it is typed outside LaTeX."""
    for sign, word in ((r"\frac12 ", "0.5 * "), (r"\left", ""), (r"\right", ""), (r"\,", " * ")):
        latex = latex.replace(sign, word)
    return latex


def split_sides(latex: str) -> list[tuple[int, int]]:
    """The sides of an equation as spans, cut at the relations outside brackets."""
    cuts = depth_zero(latex, "=")
    bounds = [-1, *cuts, len(latex)]
    return [(a + 1, b) for a, b in itertools.pairwise(bounds)]


def mutants(name: str) -> Iterator[Mutant]:
    """The mutants of every right statement of a note that is one equation with one value for each of its sides."""
    truth = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    text = (HERE / truth["doc"]).read_text(encoding="utf-8")
    script = take_apart(HERE / "truths" / f"{name}.py")
    points = worlds(script)
    names = set(points[0][1]["v"].values) if "v" in points[0][1] else set()
    for equation in truth["equations"]:
        latex, number = equation["latex"], equation["n"]
        sides, spans = script.sides.get(number, []), split_sides(latex)
        start = text.find(latex, equation["offset"])
        if equation["verdict"] != "ok" or len(sides) != len(spans) or not 0 <= start - equation["offset"] < 8:
            continue
        if any(word in latex for word in ("&", r"\approx", r"\quad", r"\qquad", r"\leftarrow")):
            continue
        for k in range(1, len(spans)):
            a, b = spans[k]
            for mistake, after, twin in edits(latex[: spans[0][1]], latex[a:b].strip(), sides[k], text, names):
                if text[equation["offset"]] not in "$\\":
                    after = typed(after)
                status = breaks(points, [*sides[:k], twin, *sides[k + 1 :]]) if twin else "unverified"
                if status != "equal" and after.strip():
                    changed = latex[:a] + (" " + after if latex[a:b].startswith(" ") else after) + latex[b:]
                    whole = text[:start] + changed + text[start + len(latex) :]
                    line = text.count("\n", 0, start) + 1
                    yield Mutant(name, number, mistake, whole, line, latex, changed, status)


def write(mutant: Mutant, index: int, folder: Path) -> None:
    """A mutant as a pair: the document, and the truth about its one changed statement alone."""
    truth = json.loads((HERE / f"{mutant.note}.json").read_text(encoding="utf-8"))
    equation = next(e for e in truth["equations"] if e["n"] == mutant.number)
    changed = equation | {"latex": mutant.after, "verdict": "wrong", "correct_latex": mutant.before}
    changed |= {"kind": mutant.mistake, "mistake": mutant.mistake, "why": f"{mutant.mistake}, {mutant.status}"}
    stem = f"{mutant.note}_{index:03d}_{mutant.mistake}"
    suffix = Path(truth["doc"]).suffix
    pair = {"id": stem, "topic": truth["topic"], "doc": stem + suffix, "line": mutant.line, "equations": [changed]}
    (folder / (stem + suffix)).write_text(mutant.text, encoding="utf-8")
    (folder / f"{stem}.json").write_text(json.dumps(pair, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description="mutants of the right statements of the notes")
    parser.add_argument("names", nargs="*", help="notes without suffix; all of them if none is given")
    parser.add_argument("--write", type=Path, help="a folder that receives the mutants as documents with verdicts")
    parser.add_argument("--verified", action="store_true", help="only those that the numbers say are wrong")
    parser.add_argument("--show", action="store_true", help="print every changed statement")
    options = parser.parse_args()
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    for name in options.names or sorted(path.stem for path in HERE.glob("*.json")):
        for index, mutant in enumerate(mutants(name)):
            if options.verified and mutant.status != "verified":
                continue
            counts[mutant.mistake, mutant.status] += 1
            if options.show:
                print(f"{name}:{mutant.line} {mutant.mistake} {mutant.status}: {mutant.before}  ->  {mutant.after}")
            if options.write:
                options.write.mkdir(parents=True, exist_ok=True)
                write(mutant, index, options.write)
    for label in sorted({m for m, _ in counts}, key=len):
        print(label, *(f"{status} {counts[label, status]}" for status in ("verified", "unverified")))
    print("mutants", sum(counts.values()), "verified", sum(n for (_, s), n in counts.items() if s == "verified"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
