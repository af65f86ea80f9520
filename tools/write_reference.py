"""The ops and the public functions in, the pages of docs/reference out.

One idea: nothing on these pages is typed by hand. The formula of an op is its notation, its derivative is what its own
rule returns on named stand-ins, and the rest is its docstring, so that a page cannot say what the engine does not do.
Run it again when an op changes, and read the difference; a test compares the pages.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from chainrule.ir.coercion import as_node
from chainrule.ir.library import reference
from chainrule.ir.node import Node
from chainrule.ir.op import Flat, Op, Sample
from chainrule.ir.recording import open_recording
from chainrule.ir.surface import TABLE
from chainrule.ir.types import ArrayType, array_type
from chainrule.ops import OPS, input_node
from chainrule.renderers.formula import LATEX, write
from chainrule.transforms.reverse import send
from chainrule.transforms.simplify import simplify

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"

OPENING = """# Reference

*For whoever wants to know exactly what a function does: its type, its formula, its derivative, its conventions.*

These pages are written by `python tools/write_reference.py` from the declarations of the ops and the docstrings of the
public functions; a test compares them. On the pages of ops, `g` is the gradient of the output, `y` the output itself,
and *receives* is what an input gets back: upstream times local, as the op's own rule says it.

## Functions

- [NumPy's functions](numpy-functions.md): what recorded values answer under the names of NumPy and SciPy
{namespaces}

## Ops

{modules}
"""

VOCABULARY = """`np.name(x)`, `np.linalg.name(x)` or `x.name()` with a recorded x ends here. Ufuncs and reductions that
are ops of their own stand on the pages of ops; a dot in a name says which room of NumPy it belongs to."""

NAMESPACES = {
    "chainrule": "derivatives, explanations, compiled functions, control flow",
    "chainrule.numpy": "arrays under the names of the Array API standard and of NumPy",
    "chainrule.numpy.linalg": "linear algebra",
    "chainrule.numpy.fft": "Fourier transforms",
    "chainrule.special": "special functions under SciPy's names",
    "chainrule.nn": "layers, activations, losses, initialisers",
    "chainrule.optimisers": "optimisers and learning-rate schedules",
    "chainrule.random": "random numbers by keys, distributions",
    "chainrule.tree": "nested containers: a function for every leaf, the leaves alone",
}


def main() -> None:
    """Write all pages, and remove those of modules that are gone; with --check, say which are not up to date."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = pages()
    if "--check" in sys.argv:
        sys.exit(", ".join(stale(written)) or 0)
    for path in FOLDER.glob("*.md"):
        if path not in written:
            path.unlink()
    for path, page in written.items():
        path.write_text(page, encoding="utf-8")


def stale(written: Mapping[Path, str]) -> list[str]:
    """The pages that are missing, left over, or say something else."""
    found = {path for path, page in written.items() if not path.exists() or path.read_text(encoding="utf-8") != page}
    return sorted(path.name for path in found | (set(FOLDER.glob("*.md")) - set(written)))


def pages() -> dict[Path, str]:
    """Every page by its path."""
    for name in NAMESPACES:  # names are loaded on first use, and an op is known when its module is
        public_names(import_module(name))
    modules = ops_by_module()
    found = {FOLDER / f"ops-{slug(name)}.md": ops_page(name, ops) for name, ops in modules.items()}
    for name in NAMESPACES:
        found[FOLDER / f"{name.replace('.', '-')}.md"] = namespace_page(name)
    found[FOLDER / "numpy-functions.md"] = vocabulary_page()
    found[FOLDER / "README.md"] = OPENING.format(
        namespaces="\n".join(f"- [{name}]({name.replace('.', '-')}.md): {said}" for name, said in NAMESPACES.items()),
        modules="\n".join(
            f"- [{slug(name).replace('-', ' ')}](ops-{slug(name)}.md): {', '.join(f'`{each.name}`' for each in ops)}"
            for name, ops in modules.items()
        ),
    )
    return found


# Ops -----------------------------------------------------------------------------------------------------------------
def ops_by_module() -> dict[str, list[Op]]:
    """The ops of the package, by the module that declares them."""
    found: dict[str, list[Op]] = {}
    for made in OPS.values():
        module = made.kernel.__module__
        if module.startswith("chainrule."):
            found.setdefault(module, []).append(made)
    return dict(sorted(found.items()))


def slug(module: str) -> str:
    """A module's name for a file: without the package, words apart by hyphens."""
    return module.removeprefix("chainrule.").removeprefix("ops.").replace(".", "-").replace("_", "-")


def ops_page(module: str, ops: Sequence[Op]) -> str:
    """The page of one module."""
    parts = [
        f"# Ops: {slug(module).replace('-', ' ')}",
        documented(import_module(module)),
        *[op_entry(each) for each in ops],
    ]
    return "\n\n".join(parts) + "\n"


def op_entry(made: Op) -> str:
    """What is said of one op."""
    lines = [f"## {made.name}", documented(made)]
    sample = next(iter(made.domain.samples), None)
    facts = [f"- Role: {made.role.value}."]
    if sample is not None:
        facts = [*typed(made, sample), *derivative(made, sample), *facts]
    if isinstance(made.derivative, Flat):
        facts.append(f"- No gradient passes: {made.derivative.reason}.")
    if made.domain.kink:
        facts.append(f"- Convention: {made.domain.kink}.")
    return "\n\n".join([*lines, "\n".join(facts)])


def typed(made: Op, sample: Sample) -> Iterator[str]:
    """The type of the op on its first sample."""
    types = sample_types(sample)
    params = "".join(f", {name}={value!r}" for name, value in sample.params)
    inside = ", ".join(str(each) for each in types)
    yield f"- Type: `{made.name}({inside}{params})` is `{made.type_rule(*types, **dict(sample.params))}`."


def sample_types(sample: Sample) -> list[ArrayType]:
    """The types of a sample's inputs, in double precision."""
    dtype = reference().dtype("float64")
    return [array_type(shape, dtype) for shape in sample.shapes]


def derivative(made: Op, sample: Sample) -> Iterator[str]:
    """The formula of the op, and what each input receives, in LaTeX."""
    names = operand_names(made, len(sample.shapes))
    with open_recording():
        inputs = [input_node(each.shape, each.dtype) for each in sample_types(sample)]
        written: dict[Node, str] = dict(zip(inputs, names, strict=True))
        try:
            output = made(*inputs, **dict(sample.params))
            yield f"- Formula: ${write(output, written, LATEX)}$."
            player, upstream = (input_node(output.shape, output.dtype) for _ in range(2))
            sent = send(made, output.params, upstream, player, inputs, range(len(inputs)))
            written |= {player: "y", upstream: "g"}
            for slot, expression in sent:
                short = simplify(as_node(expression), [*written])
                yield f"- ${names[slot]}$ receives ${write(short, written, LATEX)}$."
        except Exception as problem:  # a rule that needs numbers has no formula: the docstring says it in words
            del problem


def operand_names(made: Op, count: int) -> list[str]:
    """The names of the kernel's parameters, one letter each as far as possible."""
    parameters = list(inspect.signature(made.kernel).parameters.values())[1:]
    plain = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    if len(plain) >= count and len(set(plain)) == len(plain) and not {"y", "g"} & set(plain[:count]):
        return plain[:count]
    return ["x"] if count == 1 else [f"x_{slot + 1}" for slot in range(count)]


# Functions -----------------------------------------------------------------------------------------------------------
def namespace_page(name: str) -> str:
    """The page of one public namespace."""
    module = import_module(name)
    entries = [function_entry(each, getattr(module, each)) for each in public_names(module)]
    return "\n\n".join([f"# {name}", documented(module), *entries]) + "\n"


def vocabulary_page() -> str:
    """The functions that recorded values answer under NumPy's and SciPy's names, each once with all its names."""
    entries = [function_entry(", ".join(known), function) for function, known in vocabulary().items()]
    return "\n\n".join(["# NumPy's functions on recorded values", VOCABULARY, *sorted(entries)]) + "\n"


def vocabulary() -> dict[Callable[..., Any], list[str]]:
    """The functions of the vocabulary that are not ops, with their public names."""
    names: dict[Callable[..., Any], list[str]] = {}
    for name, function in sorted(TABLE.items()):
        ours = getattr(function, "__module__", "").startswith("chainrule.")
        if ours and name[0] != "_" and not isinstance(function, Op):
            names.setdefault(function, []).append(name)
    return names


def public_names(module: Any) -> list[str]:
    """The names that a namespace offers, without submodules."""
    offered = [each for each in sorted(getattr(module, "__all__", None) or dir(module)) if each[0] != "_"]
    return [each for each in offered if not inspect.ismodule(getattr(module, each)) and not _is_typing(module, each)]


def _is_typing(module: Any, name: str) -> bool:
    """Whether a name without a list of public ones is there for the module's own use."""
    return getattr(getattr(module, name), "__module__", "") in ("typing", "__future__")


def function_entry(name: str, value: Any) -> str:
    """What is said of one public name."""
    if isinstance(value, Op):
        return f"## {name}\n\nAn op: {value.doc.splitlines()[0] if value.doc else ''}"
    if not callable(value):
        return f"## {name}\n\nThe constant `{value!r}`."
    if (getattr(value, "__module__", None) or "numpy").partition(".")[0] in ("numpy", "scipy"):
        return f"## {name}\n\nNumPy's own, of plain arrays."
    return f"## {name}{signature(value)}\n\n{documented(value)}"


def documented(value: Any) -> str:
    """A docstring, with its examples set as code."""
    paragraphs = ((value.doc if isinstance(value, Op) else inspect.getdoc(value)) or "").split("\n\n")
    return "\n\n".join(f"```pycon\n{each}\n```" if each.startswith(">>>") else each for each in paragraphs)


def signature(value: Callable[..., Any]) -> str:
    """The parameters of a function, without types."""
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    bare = [each.replace(annotation=each.empty) for each in found.parameters.values()]
    return re.sub(r" at 0x[0-9a-f]+", "", str(found.replace(parameters=bare, return_annotation=found.empty)))


def undescribed(namespaces: Mapping[str, str] = NAMESPACES) -> list[str]:
    """The public names without a docstring."""
    found = [known[0] for function, known in vocabulary().items() if not inspect.getdoc(function)]
    for name in namespaces:
        module = import_module(name)
        for each in public_names(module):
            value = getattr(module, each)
            if callable(value) and not (isinstance(value, Op) and value.doc) and not inspect.getdoc(value):
                found.append(f"{name}.{each}")
    return found


if __name__ == "__main__":
    main()
