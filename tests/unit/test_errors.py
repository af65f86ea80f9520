"""Errors teach: the pieces of a message, the user's own line, the caret under written text."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chainrule import errors
from chainrule.errors import (
    ChainruleError,
    CodeLine,
    ParseError,
    ShapeError,
    TextSpan,
    did_you_mean,
    is_user_file,
    user_frame,
)

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ChainruleError)]


def test_a_message_says_what_was_given_where_what_was_expected_and_what_to_try() -> None:
    error = ShapeError("shapes (3,) and (4,)", where="add", expected="shapes that agree", remedy="x[:3]")
    first, *others = error.what.splitlines()
    assert first == "given shapes (3,) and (4,)"
    assert [line.split(":")[0].strip() for line in others] == ["in", "at", "expected", "try"]
    assert others[0].endswith(" add")
    assert others[1].endswith('where="add", expected="shapes that agree", remedy="x[:3]")')
    assert str(error) == error.what


def test_pieces_that_are_not_known_are_left_out() -> None:
    error = ChainruleError("nothing", where=CodeLine("model.py", 7))
    assert error.what == "given nothing\n  at:       model.py:7"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_survives_pickling(kind: type[ChainruleError]) -> None:
    error = kind("this", where=TextSpan("a + b", 2, 3), expected="that", remedy="those")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert again.what == error.what


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("ShapeError", ValueError),
        ("StructureError", ValueError),
        ("TargetError", ValueError),
        ("BoundsError", IndexError),
        ("DTypeError", TypeError),
        ("DomainError", ValueError),
        ("GradientError", TypeError),
        ("EscapeError", TypeError),
        ("BranchError", TypeError),
        ("MutationError", TypeError),
        ("UnknownNameError", NameError),
        ("LimitError", ValueError),
        ("ParseError", ValueError),
    ],
)
def test_callers_can_catch_the_error_python_would_have_raised(name: str, builtin: type[Exception]) -> None:
    assert issubclass(getattr(errors, name), builtin)


def test_the_users_line_is_found_through_frames_that_are_not_the_users() -> None:
    place = json.loads("1", parse_int=lambda text: user_frame())
    assert place.function == "<lambda>"
    assert (place.file, place.source) == (__file__, 'place = json.loads("1", parse_int=lambda text: user_frame())')


def test_a_raised_error_names_the_line_that_called_the_package() -> None:
    from chainrule.tree import flatten, unflatten

    structure = flatten([0])[1]
    with pytest.raises(ChainruleError) as failure:
        unflatten(structure, [])
    assert failure.value.place is not None
    assert str(failure.value.place).endswith(": unflatten(structure, [])")


def test_a_line_is_shown_as_the_user_would_type_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "model.py"
    file.write_text("import numpy as np\n    z = W @ x  \n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert str(CodeLine(str(file), 2)) == "model.py:2: z = W @ x"
    assert str(CodeLine(str(file), 99)) == "model.py:99"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (errors.__file__, False),
        (os.__file__, False),
        (json.__file__, False),
        ("<frozen runpy>", False),
        (os.path.relpath(errors.__file__), False),
        ("<chainrule numpy f>", False),
        ("/env/lib/python3.12/site-packages/numpy/_core/fromnumeric.py", False),
        ("/env/lib/python3.12/site-packages/click/core.py", False),
        ("/env/bin/chainrule", False),
        ("/env/lib/python3.12/site-packages/theirs/model.py", True),
        (os.path.join(os.path.dirname(os.__file__), "site-packages", "theirs", "model.py"), True),
        ("/home/chainrule/model.py", True),
        ("<stdin>", True),
        ("<ipython-input-1>", True),
    ],
)
def test_whose_file_it_is(file: str, expected: bool) -> None:
    assert is_user_file(file) is expected


def test_the_caret_stands_under_the_place() -> None:
    text = "q = x + y\nf = (q * z"
    error = ParseError("a bracket that is not closed", where=TextSpan(text, 14, 15), expected="a closing bracket")
    assert (error.line, error.column) == (2, 5)
    assert error.what == "\n".join(
        [
            "given a bracket that is not closed",
            "  at:       line 2, column 5",
            "                f = (q * z",
            "                    ^",
            "  expected: a closing bracket",
        ]
    )


def test_a_long_line_is_cut_around_the_place() -> None:
    text = "x + " * 1000 + "?" + " + x" * 1000
    where = TextSpan(text, 4000, 4001)
    line, carets = where.excerpt().splitlines()
    assert len(line) < 100
    assert line[carets.index("^")] == "?"
    assert line.strip().startswith("... ")
    assert line.endswith(" ...")


@pytest.mark.parametrize("position", [0, 1, 79, 80, 81, 499, 500])
def test_the_caret_is_right_wherever_the_line_is_cut(position: int) -> None:
    text = "".join(chr(ord("a") + number % 26) for number in range(500))
    line, carets = TextSpan(text, position, position + 3).excerpt().splitlines()
    shown = (line + " ")[carets.index("^")]
    assert shown == (text[position] if position < len(text) else " ")


def test_the_end_of_the_text_can_be_pointed_at() -> None:
    where = TextSpan("f = (\n", 6, 6)
    assert (where.line, where.column) == (2, 1)
    assert where.excerpt().splitlines()[1].strip() == "^"


def test_hostile_text_cannot_drive_a_terminal() -> None:
    shown = TextSpan("a\x1b[31m\0\ud800\tb", 0, 1).excerpt()
    assert "\x1b" not in shown
    assert "\0" not in shown
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("name", "remedy"), [("sofmax", "did you mean softmax?"), ("tanhh", "did you mean tanh or tan?"), ("qqq", "")]
)
def test_misspelt_names_get_a_suggestion(name: str, remedy: str) -> None:
    assert did_you_mean(name, ["softmax", "tanh", "tan", "exp"]) == remedy


def test_the_low_floors_need_no_numpy() -> None:
    program = "import sys, chainrule.tree, chainrule.errors; sys.exit('numpy' in sys.modules)"
    ran: Any = subprocess.run([sys.executable, "-c", program], check=False)
    assert ran.returncode == 0
