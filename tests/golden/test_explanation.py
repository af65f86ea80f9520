"""The explanation as an object and as JSON: its fields, its types, and that it changes no gradient."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from golden.networks import NETWORKS, Names, squared_norm, worked

import chainrule
from chainrule import ops
from chainrule.errors import ChainruleError, UnknownNameError
from chainrule.ir.node import Node
from chainrule.renderers.page import Explanation, explanation

NUMBER = (int, float, str)
SCHEMA: dict[str, dict[str, tuple[type, ...]]] = {
    "forward": {
        "symbol": (str,), "expression": (str, type(None)), "latex": (str,), "op": (str,), "shape": (list,),
        "value": (*NUMBER, list, type(None)),
    },
    "backward": {
        "symbol": (str,), "gradient": (str,), "latex": (str,), "terms": (list,), "expression": (str,),
        "closed": (str, type(None)), "value": (*NUMBER, list, type(None)), "examples": (list,),
        "jacobians": (str,),
    },
    "terms": {
        "via": (str,), "role": (str,), "upstream": (*NUMBER, list, type(None)), "local": (*NUMBER, list, type(None)),
        "expression": (str,), "latex": (str,), "value": (*NUMBER, list, type(None)), "upstream_symbol": (str,),
        "local_symbol": (str, type(None)), "operand": (str,), "through": (list,), "reason": (str,), "index": (list,),
    },
    "paths": {"nodes": (list,), "factors": (list,), "symbols": (list,), "value": (*NUMBER, list, type(None))},
    "examples": {"example": (int,), "value": (*NUMBER, list)},
}  # fmt: skip
TOP = ["version", "output", "forward", "order", "backward", "gradients", "paths", "path_counts", "notes"]


def follows(record: dict[str, Any], kind: str) -> None:
    assert set(record) == set(SCHEMA[kind]), kind
    for key, types in SCHEMA[kind].items():
        assert isinstance(record[key], types), (kind, key, record[key])


@pytest.mark.parametrize("name", NETWORKS)
def test_json_has_the_documented_keys(name: str) -> None:
    found = json.loads(json.dumps(explanation(NETWORKS[name]()).to_dict(), allow_nan=False))
    assert list(found) == TOP
    assert found["version"] == 1
    assert found["order"] == [row["symbol"] for row in found["forward"]]
    for row in found["forward"]:
        follows(row, "forward")
    for entry in found["backward"]:
        follows(entry, "backward")
        for term in entry["terms"]:
            follows(term, "terms")
        for share in entry["examples"]:
            follows(share, "examples")
    for symbol, paths in found["paths"].items():
        assert len(paths) <= found["path_counts"][symbol]
        for path in paths:
            follows(path, "paths")


def test_numbers_that_json_does_not_have() -> None:
    def overflowing(names: Names) -> tuple[list[Node], Node]:
        x = names.variable("x", 0)
        with np.errstate(all="ignore"):
            return [x], names.of("y", ops.log(x) * 0)

    found = explanation(worked(overflowing)).to_dict()
    values = {row["symbol"]: row["value"] for row in found["forward"]}
    assert values == {"x": 0.0, "q": "-Infinity", "y": "NaN"}
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_records_by_attribute_and_by_item() -> None:
    found = explanation(NETWORKS["gates"]())
    row, entry = found.forward[3], found.backward[-1]
    assert (row.symbol, row["expression"], row.op, row["shape"], row.value) == ("q", "x + y", "add", (), 3.0)
    assert dict(row)["latex"] == "q = x + y"
    assert (entry.symbol, entry["gradient"], entry.closed) == ("x", "df/dx", "z")
    (term,) = entry.terms
    assert (term.via, term["role"], term.upstream, term["local"], term.value) == ("q", "copies", -4.0, 1.0, -4.0)
    with pytest.raises(KeyError):
        row["nothing"]
    with pytest.raises(AttributeError):
        row.symbol = "p"  # type: ignore[misc]


def test_gradients_are_floats_and_arrays() -> None:
    found = explanation(worked(squared_norm))
    assert type(found.forward[-1].value) is float
    assert found.gradients["W"].shape == (2, 2)
    assert type(explanation(NETWORKS["gates"]()).gradients["x"]) is float


@pytest.mark.parametrize("point", [(0.3, -1.7, 2.0), (1e-8, 3.0, -0.1), (-2.5, 0.0, 1e3)])
def test_explaining_changes_no_gradient(point: tuple[float, float, float]) -> None:
    def network(w: Any, x: Any, b: Any) -> Any:
        h = np.tanh(w * x + b)
        return np.sum(h * h) + np.exp(-h) / 3

    exact = chainrule.grad(network, argnums=(0, 1, 2))(*point)
    for detail in ("steps", "statements", "result"):
        found = chainrule.explain(network, detail=detail)(*point).gradients
        assert np.array(list(found.values())).tobytes() == np.array(exact).tobytes()


def test_explaining_changes_no_gradient_of_arrays() -> None:
    generator = np.random.default_rng(1)
    W, x = generator.normal(size=(3, 4)), generator.normal(size=4)

    def network(W: Any, x: Any) -> Any:
        return np.sum(np.tanh(W @ x) ** 2) / 7

    exact = chainrule.grad(network, argnums=(0, 1))(W, x)
    found = chainrule.explain(network)(W, x).gradients
    assert [each.tobytes() for each in found.values()] == [each.tobytes() for each in exact]


def test_digits_and_details() -> None:
    found = explanation(NETWORKS["sigmoid"](), detail="statements")
    assert "0.243708" in found.text()
    assert "0.24371" in found.text(digits=5)
    assert "Backward" not in found.text(detail="result")
    assert "ds/dx = W^T (u ⊙ h ⊙ (1 - h)) = [0.173415, -0.275597]" in found.text(detail="result")
    with pytest.raises(ChainruleError, match="explain again"):
        found.text(detail="steps")
    with pytest.raises(UnknownNameError, match="did you mean statements"):
        found.text(detail="statement")


def test_the_working_is_made_again_at_another_detail() -> None:
    found = chainrule.explain(lambda x, y, z: (x + y) * z, detail="result")(1.0, 2.0, 3.0)
    assert "Forward" not in str(found)
    assert "df/dq" in found.text(detail="steps")


def test_paths_of_an_unknown_symbol() -> None:
    with pytest.raises(UnknownNameError, match="did you mean w_0"):
        explanation(NETWORKS["skip"]()).paths("w0")


def test_notebooks_show_it() -> None:
    found = explanation(NETWORKS["gates"]())
    assert found._repr_html_() == found.html()
    assert found._repr_markdown_() == found.markdown()
    assert str(found) == found.text()
    assert len(repr(found)) < 200


def test_further_questions_share_the_forward_pass() -> None:
    first, second = NETWORKS["weight_212"](), NETWORKS["weight_131"]()
    found = explanation(first, ["reading t^1 as an index"], [second])
    assert isinstance(found, Explanation)
    assert list(found.gradients) == ["W_2[1,2]", "W_1[3,1]"]
    assert found.text().count("Forward\n") == 1
    assert found.notes[0] == "reading t^1 as an index"
    assert len({entry.symbol for entry in found.backward}) == len(found.backward)
