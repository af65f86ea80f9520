"""`chainrule gradcheck`: what it prints, what it returns, and how it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chainrule.apps.cli import main

PROGRAM = '''
import numpy as np
import chainrule


@chainrule.custom_vjp
def square(x):
    """The square, with a rule that forgets the 2."""
    return x * x


square.defvjp(lambda x: (x * x, x), lambda x, g: (g * x,))


def loss(W, x):
    return np.sum(square(W @ x))


def energy(W, x):
    return np.sum(np.tanh(W @ x) ** 2)


def corner(x):
    return np.sum(chainrule.relu(x))


def nested(params, x):
    return np.sum(np.tanh(params["W"] @ x + params["b"]))


def fails(x):
    raise KeyError("no such thing")


if __name__ == "__main__":
    raise SystemExit("run as a program")
'''


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return str(path)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["gradcheck", *words])


def test_a_right_function(program: str) -> None:
    found = run(f"{program}:energy", "--args", "[[0.1, 0.5], [-0.3, 0.8]], [1, 2]", "--order", "2")
    assert found.exit_code == 0, found.output
    assert found.output.startswith("PASS: the derivatives of energy")
    assert "derivative 2" in found.output


def test_a_wrong_rule_is_named(program: str, tmp_path: Path) -> None:
    plot = tmp_path / "error.svg"
    found = run(f"{program}:loss", "--shapes", "W: 3 4, x: 4", "--plot", str(plot))
    assert found.exit_code == 1
    assert "of W (argument 0), ratio 0.5: a factor 2" in found.output
    assert plot.read_text(encoding="utf-8").startswith("<svg")


def test_a_kink_is_not_decided(program: str) -> None:
    found = run(f"{program}:corner", "--at", "x=[0, 1]")
    assert found.exit_code == 2
    assert "not differentiable here: relu at 0" in found.output


def test_containers_and_json(program: str) -> None:
    written = '{"W": [[0.1, 0.2], [0.3, -0.4]], "b": [0, 1]}, [1, 2]'
    found = run(f"{program}:nested", "--args", written, "--format", "json", "--modes", "reverse")
    assert found.exit_code == 0, found.output
    data = json.loads(found.output)
    assert data["ok"] is True
    assert {each["called"] for each in data["arguments"]} == {"params['W']", "params['b']", "x"}


def test_the_file_may_give_the_arguments(program: str) -> None:
    path = Path(program)
    path.write_text(PROGRAM + "\n\ndef example():\n    return np.eye(2), np.ones(2)\n", encoding="utf-8")
    assert run(f"{program}:energy").exit_code == 0
    assert run(f"{program}:loss").exit_code == 1


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("energy", "--args", "__import__('os').system('true')"), "not Python literals"),
        (("energy", "--args", "[1, 2"), "not Python literals"),
        (("energy", "--args", "[[1, 2], [3]], [1]"), "rows of one length"),
        (("energy", "--args", "[1, 2]"), "missing 1 required positional argument"),
        (("energy",), "no value for W, x"),
        (("energy", "--shapes", "W: 2 2, y: 2"), "a value for y"),
        (("energy", "--shapes", "W: 99999 99999, x: 99999"), "at most 10000000 entries"),
        (("energy", "--shapes", "W 2 2"), "names with sizes"),
        (("nothing", "--args", "1"), "one of its functions"),
        (("fails", "--args", "1.0"), "KeyError"),
        (("corner", "--args", "'text'"), "text"),
    ],
)
def test_refusals(program: str, words: tuple[str, ...], named: str) -> None:
    found = run(f"{program}:{words[0]}", *words[1:])
    assert found.exit_code == 2, found.output
    assert named in found.output
    assert "Traceback" not in found.output


def test_why_nan_and_why_zero(program: str) -> None:
    path = Path(program)
    path.write_text(PROGRAM + "\n\ndef root(x):\n    return np.sqrt(x - 1)\n", encoding="utf-8")
    found = CliRunner().invoke(main, ["why-nan", f"{program}:root", "--args", "0.5"])
    assert found.exit_code == 1
    assert "np.sqrt(x - 1)" in found.output
    assert "program.py" in found.output
    assert CliRunner().invoke(main, ["why-nan", f"{program}:root", "--args", "2"]).exit_code == 0
    found = CliRunner().invoke(main, ["why-zero", f"{program}:corner", "--args", "[-1, 2]", "--flow"])
    assert found.exit_code == 1
    assert "first killed by chainrule.relu(x)" in found.output
    assert "|downstream|" in found.output
    assert CliRunner().invoke(main, ["why-zero", f"{program}:corner", "--args", "[1, 2]"]).exit_code == 0
    assert CliRunner().invoke(main, ["why-zero", f"{program}:fails", "--args", "1.0"]).exit_code == 2
