"""`chainrule check backward.py:function --against forward`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from chainrule.apps.backward import run
from chainrule.errors import UnknownNameError

FILE = """
import numpy as np

def forward(X, W):
    return np.tanh(X @ W)

def backward(dout, X, W):
    dZ = dout * (1 - np.tanh(X @ W))
    dX, dW = dZ @ W.T, X.T @ dZ
    return dX, dW

def good(dout, X, W):
    dZ = dout * (1 - np.tanh(X @ W) ** 2)
    dX, dW = dZ @ W.T, X.T @ dZ
    return dX, dW
"""
EXAMPLE = """
def example():
    generator = np.random.default_rng(0)
    return generator.normal(size=(4, 3)), generator.normal(size=(3, 2))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "layer.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_the_command_with_values(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ("X=[[0.5, -1.0, 0.3], [0.2, 0.9, -0.4]], W=[[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]]",)
    assert run(f"{file}:good", "forward", {"at": at}) == 0
    assert "2 gradients right" in capsys.readouterr().out
    assert run(f"{file}:backward", "forward", {"at": at}) == 1
    assert "tanh'(X W) is not 1 - tanh(X W) (M22)" in capsys.readouterr().out


def test_the_command_with_an_example_in_the_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UnknownNameError, match=r"no value for X, W[\s\S]*example\(\)"):
        run(f"{file}:good", "forward", {})
    file.write_text(FILE + EXAMPLE, encoding="utf-8")
    assert run(f"{file}:good", "forward", {"format": "json"}) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    other = file.with_name("other.py")
    other.write_text(FILE, encoding="utf-8")
    assert run(f"{other}:good", f"{file}:forward", {}) == 0
    output = file.with_name("report.txt")
    assert run(f"{file}:backward", "forward", {"output": str(output)}) == 1
    assert "2 of 2 gradients wrong" in output.read_text(encoding="utf-8")
    np.savez(file.with_name("data.npz"), X=np.ones((2, 3)) / 3, W=np.ones((3, 2)) / 2)
    assert run(f"{file}:good", "forward", {"at": (str(file.with_name("data.npz")),)}) == 0
    with pytest.raises(UnknownNameError, match="a value for Q"):
        run(f"{file}:good", "forward", {"at": ("Q=1",)})
    with pytest.raises(UnknownNameError, match="good"):
        run(f"{file}:godd", "forward", {})
