"""Whole texts: what is asked for in, imports, definitions and functions in the way of a library out.

One idea: each library has its own way to say that a function has this derivative: a second function, a rule by
jax.custom_vjp, a torch.autograd.Function.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from ...ir.printing import wrapped
from .naming import Naming
from .sizes import read_letters
from .units import Emission, Lines, Unit, function, imports, indented


def written(emission: Emission, comment: Sequence[str]) -> str:
    """Everything, from the comment to the last function."""
    forward = emission.forward()
    if emission.gradient is None:
        functions = [function(emission.naming.function, forward.body.parameters, forward.inside())]
    else:
        functions = WAYS[emission.dialect.name](emission, forward)
    blocks = [*emission.definitions(), *functions]
    code = "\n\n\n".join("\n".join(line for each in lines for line in wrapped(each)) for lines in blocks)
    notes = [f"# {line}".rstrip() for each in comment for line in each.splitlines() or [""]]
    head = "\n".join([*notes, *imports(emission.dialect, code)])
    return head + "\n\n\n" * bool(head) + code + "\n"


def unpacked(names: Sequence[str], value: str) -> Lines:
    """The statement that takes a tuple apart; none for an empty one."""
    if not names:
        return []
    return [f"({names[0]},) = {value}" if len(names) == 1 else f"{', '.join(names)} = {value}"]


def packed(names: Sequence[str]) -> str:
    """Names as a tuple."""
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def numpy_gradient(emission: Emission, forward: Unit) -> list[Lines]:
    """A second function, of the same inputs and the gradient of the output."""
    naming, backward = emission.naming, emission.backward(keeps_output=False)
    parameters = [*forward.body.parameters, naming.seed]
    return [
        function(naming.function, forward.body.parameters, forward.inside()),
        function(naming.claim(f"{naming.function}_gradient"), parameters, backward.inside()),
    ]


def jax_gradient(emission: Emission, forward: Unit) -> list[Lines]:
    """A rule by jax.custom_vjp. Sizes must not be traced, so arrays are kept for their shapes."""
    naming, backward = emission.naming, emission.backward(keeps_output=True)
    mentioned = emission.kept(backward)
    reading = backward.reading()
    shapes = [each for each in backward.body.parameters if any(f" {each}.shape" in line for line in reading)]
    kept = [each for each in backward.body.parameters if each in {*mentioned, *shapes} and each != naming.seed]
    ahead, back = naming.claim(f"{naming.function}_forward"), naming.claim(f"{naming.function}_backward")
    arguments = ", ".join(forward.body.parameters)
    inside_back = [*unpacked(kept, "saved"), *reading, *backward.lines, f"return {packed(backward.results)}"]
    inside = [f"{naming.output} = {naming.function}({arguments})", f"return {naming.output}, {packed(kept)}"]
    return [
        ["@jax.custom_vjp", *function(naming.function, forward.body.parameters, forward.inside())],
        function(ahead, forward.body.parameters, inside),
        function(back, ["saved", naming.seed], inside_back),
        [f"{naming.function}.defvjp({ahead}, {back})"],
    ]


def torch_gradient(emission: Emission, forward: Unit) -> list[Lines]:
    """A torch.autograd.Function. It keeps inputs and the output alone: what is made of these has derivatives itself."""
    naming, backward = emission.naming, emission.backward(keeps_output=True)
    name, parameters = class_name(naming), forward.body.parameters
    kept = emission.kept(backward)
    near, far = near_and_far(backward, {*kept, naming.seed})
    definition = [
        f"class {name}(torch.autograd.Function):",
        "    @staticmethod",
        *indented(function("forward", ["ctx", *parameters], torch_forward(naming, forward, kept, far))),
        "",
        "    @staticmethod",
        *indented(function("backward", ["ctx", naming.seed], torch_backward(backward, kept, near, far))),
    ]
    return [definition, function(naming.function, parameters, [f"return {name}.apply({', '.join(parameters)})"])]


def near_and_far(backward: Unit, readable: set[str]) -> tuple[list[str], list[str]]:
    """The letters that the backward pass reads from its own arrays, and those that are kept for it."""
    places, letters = backward.body.places, backward.body.letters
    near = [each for each in letters if places.get(each, "").partition(".")[0] in readable]
    return near, [each for each in letters if each not in near]


def torch_forward(naming: Naming, forward: Unit, kept: Sequence[str], far: Sequence[str]) -> Lines:
    """The forward pass, which keeps what the backward pass needs."""
    letters = tuple(dict.fromkeys([*forward.body.letters, *far]))
    steps = [*(ast.unparse(each) for each in read_letters(letters, forward.body.places)), *forward.lines]
    if forward.results[0] != naming.output:
        steps.append(f"{naming.output} = {forward.results[0]}")
    steps += [f"ctx.save_for_backward({', '.join(kept)})"] * bool(kept)
    steps += [f"ctx.sizes = {packed(far)}"] * bool(far)
    return [*steps, f"return {naming.output}"]


def torch_backward(backward: Unit, kept: Sequence[str], near: Sequence[str], far: Sequence[str]) -> Lines:
    """The backward pass: one gradient for each input."""
    steps = [*unpacked(kept, "ctx.saved_tensors"), *unpacked(far, "ctx.sizes")]
    steps += [ast.unparse(each) for each in read_letters(near, backward.body.places)]
    return [*steps, *backward.lines, backward.returning()]


def class_name(naming: Naming) -> str:
    """The name of the function with a capital letter."""
    capital = naming.function[:1].upper() + naming.function[1:]
    return naming.claim(f"{capital}Function" if capital == naming.function else capital)


Way = Callable[[Emission, Unit], list[Lines]]
WAYS: Mapping[str, Way] = {"numpy": numpy_gradient, "jax": jax_gradient, "torch": torch_gradient}
