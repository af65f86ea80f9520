"""The command line: words in, worked gradients out; exit code 0 when it worked and 2 when the input was at fault.

One idea: a command only reads its words and prints; everything it knows comes from the verbs of `chainrule`. NumPy and
the engine are imported inside the commands, so that asking for help is immediate.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

_AT = 'a value, as "x=-2, y=5" or W=[[1,2],[3,4]] or f=sigmoid, or a file data.npz or data.json; may be repeated'
PAGES, CODES = ("text", "markdown", "latex", "html", "json"), ("numpy", "jax", "torch")
REPORTS = ("text", "markdown", "html", "json", "github", "sarif", "junit", "csv")
VERDICTS = ("definition", "right", "rounded", "convention", "follows", "wrong", "unchecked")
_SHAPES = 'shapes instead of values, as "W: m n, x: n": the working is then in symbols'


class Door(click.Group):
    """Turns the package's own errors into a message and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            sys.exit(0)
        except Exception as problem:
            from ..errors import ChainruleError

            if not isinstance(problem, ChainruleError):
                raise
            click.echo(f"error: {problem}", err=True)
            ctx.exit(2)


def inputs(command: Callable[..., Any]) -> Callable[..., Any]:
    """The words every command takes."""
    for option in (
        click.option("--shapes", metavar="TEXT", help=_SHAPES),
        click.option("--at", multiple=True, metavar="VALUES", help=_AT),
        click.argument("target", metavar="TARGET"),
    ):
        command = option(command)
    return command


def point(command: Callable[..., Any]) -> Callable[..., Any]:
    """The words of the commands that ask about a function at a point."""
    for option in (
        click.option("--shapes", metavar="TEXT", help='draw arguments of these shapes, as "W: 3 4, x: 4"'),
        click.option("--at", multiple=True, metavar="VALUES", help=_AT),
        click.option("--args", "written", metavar="LITERALS", help='the arguments in order, as "[1.0, 2.0], 3.0"'),
        click.argument("target", metavar="FILE.PY:FUNCTION"),
    ):
        command = option(command)
    return command


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="chainrule")
def main() -> None:
    """Gradients that show their work.

    TARGET is a formula in plain text or LaTeX, a Python expression in NumPy, or file.py:function.
    """


@main.command()
@inputs
@click.option(
    "--wrt", metavar="SYMBOLS", help="the symbols asked about, as W,b or W2[1,2] (indices from 1); default: all"
)
@click.option(
    "--detail", type=click.Choice(["steps", "statements", "functions", "result"]), default="steps", show_default=True
)
@click.option("--format", "form", type=click.Choice(["text", "markdown", "latex", "html", "json"]), default="text")
@click.option("--digits", type=click.IntRange(1, 17), default=6, show_default=True, help="significant digits")
@click.option("--call", "called", multiple=True, metavar="NAMES", help='a name for a gradient, as "delta_2=dL/dz_2"')
@click.option("--check-order", metavar="SYMBOLS", help="judge a topological order that somebody wrote, as x,y,z,q,f")
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="write to a file instead of the terminal")
def explain(
    target: str, at: Sequence[str], shapes: str | None, wrt: str | None, detail: str, form: str, digits: int,
    called: Sequence[str], check_order: str | None, output: str | None,
) -> None:  # fmt: skip
    """Show the forward pass, the order, and every backward step with numbers beside symbols."""
    from . import asking

    with asking.quietly():
        worked = asking.explain(target, at, shapes, wrt, detail, called)
    if check_order is not None:
        verdict = asking.judge(worked, check_order)
        click.echo(verdict.text())
        sys.exit(0 if verdict.right else 1)
    send(asking.render(worked, form, digits), output)


@main.command()
@inputs
@click.option("--wrt", metavar="SYMBOLS", help="the symbols asked about; default: all")
@click.option("--jvp", metavar="VALUES", help='the directional derivative J v, v as "x=[1,2]"')
@click.option("--vjp", metavar="VALUE", help='J^T u for an output gradient u, as "[1,-1]"')
@click.option("--jacobian", is_flag=True, help="all derivatives of all entries of the output")
@click.option("--hessian", is_flag=True, help="the second derivatives")
@click.option("--hvp", metavar="VALUES", help='the Hessian times a direction v, as "x=[1,2]"')
@click.option("--check", is_flag=True, help="compare with finite differences")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--digits", type=click.IntRange(1, 17), default=6, show_default=True)
def grad(
    target: str, at: Sequence[str], shapes: str | None, wrt: str | None, jvp: str | None, vjp: str | None,
    jacobian: bool, hessian: bool, hvp: str | None, check: bool, form: str, digits: int,
) -> None:  # fmt: skip
    """Print the value and the gradient, or a Jacobian, Hessian or directional derivative."""
    from . import asking, deriving

    question = deriving.Question(wrt, jvp, vjp, jacobian, hessian, hvp, check)
    with asking.quietly():
        found = deriving.answer(target, at, shapes, question, form, digits)
    send(found, None)


@main.command()
@inputs
@click.option("--wrt", metavar="NAMES", help="what to differentiate by, as W,b or params.W1; default: all inputs")
@click.option("--order", type=int, default=1, show_default=True, help="2 for the Hessian, 3 and more in index form")
@click.option(
    "--layout", type=click.Choice(["denominator", "numerator", "mixed"]), default="denominator", show_default=True
)
@click.option("--form", type=click.Choice(["both", "index", "matrix"]), default="both", show_default=True)
@click.option("--inline", is_flag=True, help="write every step out instead of naming it")
@click.option("--symmetric", metavar="NAMES", help="matrices with A^T = A")
@click.option("--positive", metavar="NAMES", help="arrays of positive entries")
@click.option("--signs", metavar="NAMES", help="arrays of entries 1 and -1")
@click.option("--probabilities", metavar="NAMES", help="arrays that sum to 1 along their last axis")
@click.option("--to", type=click.Choice(PAGES + CODES), default="text", show_default=True, help="a page, or code")
@click.option("--call", "called", multiple=True, metavar="NAMES", help='a name for a gradient, as "delta_2=dL/dz_2"')
@click.option("--digits", type=click.IntRange(1, 17), default=6, show_default=True, help="significant digits")
@click.option("--check/--no-check", default=True, show_default=True, help="compare with the engine at random points")
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="write to a file instead of the terminal")
def derive(
    target: str,
    at: Sequence[str],
    shapes: str | None,
    output: str | None,
    to: str,
    form: str,
    digits: int,
    **asked: Any,
) -> None:
    """Print the derivative as a formula, in index form and in matrix form, with every step.

    For a function, --shapes gives every argument, and arrays inside an argument by their path: "params.W1: h d, x: d".
    """
    from . import asking, formulas

    with asking.quietly():
        found = formulas.derive(target, at, shapes, asked)
        written = formulas.render(found, to, form, digits)
    send(written, output)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", "form", type=click.Choice(REPORTS), help="default: what the name of the output says, or text")
@click.option("--strict", is_flag=True, help="statements that could not be checked count as wrong")
@click.option("--all", "everything", is_flag=True, help="list every statement, not findings alone")
@click.option(
    "--only", multiple=True, type=click.Choice(VERDICTS), help="list these verdicts alone, as text; may be repeated"
)
@click.option("--output", "-o", type=click.Path(), help="write to a file instead of the terminal")
@click.option("--jobs", type=click.IntRange(1, 64), help="processes for many documents; default: one a processor")
@click.option("--limit", type=click.FloatRange(1), default=60, show_default=True, help="seconds for one of many")
@click.option("--resume", is_flag=True, help="go on with an interrupted run that writes to the same output")
@click.option("--against", metavar="NAME", help="the forward function of a backward function file.py:name")
@click.option("--at", multiple=True, metavar="VALUES", help="with --against: arguments, as X=[[1,2],[3,4]]")
@click.pass_context
def check(
    ctx: click.Context, /, files: tuple[str, ...], against: str | None, at: tuple[str, ...], **asked: Any
) -> None:
    """Judge every statement of written derivations: Markdown, LaTeX, notebooks, text, or folders of them.

    A FILE - is standard input. Exit codes: 0 nothing is wrong, 1 something is, 2 a document could not be checked.
    """
    from .checking import asked as words

    try:
        ctx.exit(words.run(files, against, at, asked))
    except KeyboardInterrupt:
        ctx.exit(130)


@main.command()
@point
@click.option("--order", type=click.IntRange(1, 5), default=1, show_default=True, help="2 for second derivatives too")
@click.option("--modes", type=click.Choice(["both", "forward", "reverse"]), default="both", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="of the arguments and directions that are drawn")
@click.option("--plot", type=click.Path(dir_okay=False), help="draw the error against the step, as SVG")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="write to a file instead of the terminal")
@click.pass_context
def gradcheck(
    ctx: click.Context, /, target: str, written: str | None, at: tuple[str, ...], shapes: str | None, **asked: Any
) -> None:
    """Compare the derivatives of a function with differences, and say what is wrong with them.

    Without arguments the file's own example() gives them. Exit codes: 0 all agree, 1 a bug, 2 not decided.
    """
    from . import gradients

    ctx.exit(gradients.run(target, written, at, shapes, asked))


@main.command()
@point
@click.pass_context
def why_nan(ctx: click.Context, /, target: str, written: str | None, at: tuple[str, ...], shapes: str | None) -> None:
    """Name the first step that is not finite. Exit codes: 0 there is none, 1 there is one."""
    from . import gradients

    ctx.exit(gradients.explain_nan(target, written, at, shapes))


@main.command()
@point
@click.option("--wrt", metavar="NAME", help="the input asked about, as W or params.W; default: all")
@click.option("--flow", is_flag=True, help="print the table of |local| and |downstream| for each layer too")
@click.pass_context
def why_zero(
    ctx: click.Context, /, target: str, written: str | None, at: tuple[str, ...], shapes: str | None,
    wrt: str | None, flow: bool,
) -> None:  # fmt: skip
    """Name the first factor that makes a gradient zero. Exit codes: 0 nothing is zero, 1 something is."""
    from . import gradients

    ctx.exit(gradients.explain_zero(target, written, at, shapes, wrt, flow))


@main.command()
@inputs
@click.option("--of", "what", type=click.Choice(["value", "gradient", "both"]), default="both", show_default=True)
@click.option(
    "--to",
    type=click.Choice(["numpy", "llvm", "c"]),
    default="numpy",
    show_default=True,
    help="the language; llvm and c are what runs when the function is compiled",
)
@click.option("--laws", is_flag=True, help="which laws make it cheaper before it is compiled, and the code they leave")
def source(target: str, at: Sequence[str], shapes: str | None, what: str, to: str, laws: bool) -> None:
    """Print the code that computes the value and the gradient."""
    from . import asking

    if laws and to != "numpy":
        raise click.UsageError(f"given --laws with --to {to}; expected one of them: --laws prints NumPy code")
    if laws:
        send(asking.laws(target, at, shapes, what), None)
        return
    send(asking.source(target, at, shapes, what, to), None)


@main.command()
def info() -> None:
    """Print the version, what runs compiled functions and why, and every function the engine can differentiate."""
    from . import asking

    send(asking.vocabulary(), None)


def send(text: str, output: str | None) -> None:
    """Print, or write to a file."""
    if output is None:
        click.echo(text)
        return
    try:
        with open(output, "w", encoding="utf-8") as file:
            file.write(text if text.endswith("\n") else text + "\n")
    except OSError as problem:
        raise click.ClickException(f"{output} cannot be written: {problem.strerror}") from None


if __name__ == "__main__":
    main()
