"""The tables of tools/identities in, docs/learn/identities.md and a page for each of its sections out.

One idea: every formula on these pages is what `chainrule.derive` prints today; nothing is typed by hand but the
question and the textbook's answer, and the tests compare both. Run it again when a formula changes, and read the
difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from identity_table import Form, Identity, Section, command, derive, form, formula, remaining, sections, written_out

DOCS = Path(__file__).resolve().parent.parent / "docs" / "learn"
INDEX = DOCS / "identities.md"
FOLDER = DOCS / "identities"

OPENING = """# {count} identities of matrix calculus, derived

For whoever looks up a derivative, or wonders whether to trust one. Each row is a question, the answer that
`chainrule derive` gives today, and the answer of a textbook. The number of a row leads to its working, with every step.

```console
$ chainrule derive "f = tr(A X^-1 B)" --wrt X --shapes "A: m n, X: n n, B: n m" --form matrix
...
  df/dX = -X^-T A^T B^T X^-T
...
```

How far to trust this page. For every row, at random points where each letter of the shapes is another size:

- the derived formula, the textbook's form and the engine's gradient are equal to nine digits (of the convolution, whose
  form in the book has an index of its own, only the first and the last are compared);
- the engine's gradient agrees with central differences;
- the printed text of every matrix form was read back by `chainrule.parse` and is worth the same. Where a function is
  not specified, f is the sine and g the hyperbolic tangent meanwhile.

These are tests of the repository (`tests/identities`), and this page is written by `python tools/write_identities.py`;
a test compares it too. Vectors are columns, `⊙` is the product entry by entry, `𝟏` a vector of ones, `I` an identity.
A gradient has the shape of its variable unless the row says otherwise. Of a symmetric matrix the entries are varied one
by one, and A^T is written as A.

Sources: K. B. Petersen and M. S. Pedersen, *The Matrix Cookbook* (15 November 2012), by equation number; J. R. Magnus
and H. Neudecker, *Matrix Differential Calculus with Applications in Statistics and Econometrics*; T. Parr and J.
Howard, *The Matrix Calculus You Need For Deep Learning* (2018); S. Laue, M. Mitterreiter and J. Giesen, *Computing
Higher Order Derivatives of Matrix and Tensor Expressions* (2018); M. Giles, *An extended collection of matrix
derivative results for forward and reverse mode automatic differentiation* (2008); S. Boyd and L. Vandenberghe, *Convex
Optimization* (2004);
C. M. Bishop, *Pattern Recognition and Machine Learning* (2006). "Form" compares the two formulas as they are written:
{same} are the same as in the book, {order} the same in another order, {other} are equal but written otherwise."""


def main() -> None:
    """Write all pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, page in pages().items():
        path.write_text(page, encoding="utf-8")


def pages() -> dict[Path, str]:
    """Every page by its path."""
    numbers = numbered(sections())
    found = {FOLDER / f"{section.slug}.md": section_page(section, numbers) for section in sections()}
    return {INDEX: index_page(numbers), **found}


def numbered(groups: Sequence[Section]) -> dict[Identity, int]:
    """The number of each identity, counted through the document."""
    return {each: place for place, each in enumerate((each for group in groups for each in group.identities), 1)}


def index_page(numbers: dict[Identity, int]) -> str:
    """The table of all identities."""
    counts = Counter(form(each) for each in numbers)
    opening = OPENING.format(
        count=len(numbers), same=counts[Form.SAME], order=counts[Form.ORDER], other=counts[Form.OTHER]
    )
    return "\n\n".join([opening, contents(), *(table(section, numbers) for section in sections())]) + "\n"


def contents() -> str:
    """Links to the sections of the table."""
    return "\n".join(f"- [{section.title}](#{section.slug}) ({len(section.identities)})" for section in sections())


def table(section: Section, numbers: dict[Identity, int]) -> str:
    """The table of one section."""
    rows = [row(each, section.slug, numbers[each]) for each in section.identities]
    head = ["| | function | derivative by | derived | textbook | form | source |", "|---|---|---|---|---|---|---|"]
    return "\n".join([f'<a id="{section.slug}"></a>', "", f"## {section.title}", "", *head, *rows])


def row(identity: Identity, slug: str, number: int) -> str:
    """One row: the number is a link to the working."""
    cells = [
        f"[{number}](identities/{slug}.md#{identity.key})", code(identity.statement), question(identity),
        answer(identity), code(identity.form), form(identity).value, identity.source,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def answer(identity: Identity) -> str:
    """The derived formula, written out, with what its names stand for."""
    found = " = ".join(map(code, dict.fromkeys([formula(identity), written_out(identity)])))
    names = [code(f"{name} = {meaning}") for name, meaning in remaining(identity).items()]
    return f"{found} with {', '.join(names)}" if names else found


def question(identity: Identity) -> str:
    """What is asked: the variables, and what is said about order, layout and the inputs."""
    said = [f"{' and '.join(map(code, identity.variables))}" + (", twice" if is_twice(identity) else "")]
    if identity.layout != "denominator":
        said.append(f"{identity.layout} layout")
    for option, word in (("symmetric", "symmetric"), ("positive", "positive"), ("signs", "of 1 and -1")):
        if names := getattr(identity, option):
            said.append(f"{code(names)} {word}")
    if identity.sums_to_one:
        said.append(f"the book has sum({identity.sums_to_one}) = 1")
    return "; ".join(said)


def is_twice(identity: Identity) -> bool:
    """Whether a second derivative is by one variable."""
    return identity.order == 2 and len(identity.variables) == 1


def code(text: str) -> str:
    """Text as code in the cell of a table."""
    return "`" + text.replace("|", "\\|") + "`"


# The pages of the sections --------------------------------------------------------------------------------------------
def section_page(section: Section, numbers: dict[Identity, int]) -> str:
    """The workings of one section."""
    parts = [f"# {section.title}: the workings", f"Back to [the table](../identities.md#{section.slug})."]
    return "\n\n".join([*parts, *(working(each, numbers[each]) for each in section.identities)]) + "\n"


def working(identity: Identity, number: int) -> str:
    """The question, both answers, and the page of `chainrule derive` folded away."""
    return "\n".join([
        f'<a id="{identity.key}"></a>', "", f"## {number}. `{identity.statement}`, by {question(identity)}", "",
        f"- derived: {answer(identity)}", f"- textbook: `{identity.form}`, {identity.source}", "",
        "```sh", command(identity), "```", "",
        "<details><summary>Every step</summary>", "",
        "```text", derive(identity).text().rstrip(), "```", "", "</details>",
    ])  # fmt: skip


if __name__ == "__main__":
    main()
