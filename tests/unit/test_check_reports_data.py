"""Reports for programs: JSON by its schema, SARIF, JUnit, annotations and tables, with hostile content inside."""

import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from unit.checked import HOSTILE, clean, hostile, page

from chainrule.checker.results import MISTAKES
from chainrule.renderers.checks import data, formats, github, groups, junit, sarif, table
from chainrule.renderers.checks.records import record, unread
from chainrule.renderers.checks.text import Look
from chainrule.renderers.checks.words import sound

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/use/check.schema.json").read_text(encoding="utf-8"))
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}


def fits(value, schema, where="$"):
    """The part of JSON Schema that our schema uses."""
    if "$ref" in schema:
        return fits(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], where)
    if "anyOf" in schema:
        return fits(
            value, next(each for each in schema["anyOf"] if (each.get("type") == "null") == (value is None)), where
        )
    if "const" in schema:
        assert value == schema["const"], where
    if "enum" in schema:
        assert value in schema["enum"], where
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    assert not kinds or any(isinstance(value, TYPES[kind]) for kind in kinds), (where, value)
    if "minimum" in schema:
        assert value >= schema["minimum"], where
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        assert set(schema.get("required", ())) <= set(value), where
        for key, each in value.items():
            assert key in known or others is not False, f"{where}.{key}"
            fits(each, known.get(key, others if isinstance(others, dict) else {}), f"{where}.{key}")
    if isinstance(value, list):
        for number, each in enumerate(value):
            fits(each, schema.get("items", {}), f"{where}[{number}]")
    return None


def every():
    return [record(page()), record(clean()), record(page("week 2/b.md")), record(hostile()), unread("x.pdf", "a PDF")]


def written(form, records=None, **more):
    return formats.write(records or every(), form, Look(), **more)


# JSON ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("grouped", [False, True])
def test_json_fits_its_schema(grouped):
    found = json.loads(written("json", grouped=grouped))
    fits(found, SCHEMA)
    assert ("mistakes" in found) is grouped


def test_json_holds_every_statement():
    (document,) = data.to_dict([record(page())])["documents"]
    wrong = document["statements"][3]
    assert (wrong["line"], wrong["column"], wrong["offset"], wrong["end"]) == (6, 3, 160, 199)
    assert wrong["diagnosis"]["mistake"] == "M1"
    assert [each["mistake"] for each in wrong["diagnosis"]["candidates"]] == ["M1", "M9"]
    assert wrong["witness"] == {"at": {"z_0": "1.3", "w_0": "-0.7"}, "written": "1.3", "right": "1", "entry": ""}
    assert document["statements"][4]["follows"] == [6]
    assert document["statements"][0]["diagnosis"] is None
    assert document["summary"]["wrong"] == 1
    assert document["repairs"][0]["lines"] == [6, 8]
    assert document["problem"] is None
    assert data.to_dict([unread("x", "why")])["documents"][0]["problem"] == "why"


def test_records_wait_unchanged():
    for each in every():
        line = json.dumps(data.stored(each))
        assert data.restored(json.loads(line)) == each


def test_mistakes_are_grouped_by_left_side():
    found = groups.group(every())
    assert [(each.mistake, each.statements, each.documents) for each in found.mistakes] == [("M1", 2, 2), ("M5", 1, 1)]
    (often,) = found.statements
    assert often.latex == r"\frac{\partial h_0}{\partial z_0}"
    assert (often.documents, often.file, often.line) == (2, "notes.md", 6)


# GitHub --------------------------------------------------------------------------------------------------------------
COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def test_annotations_stand_at_their_lines():
    first, second, last = written("github", [record(page())]).splitlines()
    level, properties, message = COMMAND.fullmatch(first).groups()
    assert level == "error"
    assert properties == "file=notes.md,line=6,col=3,endColumn=41,title=wrong%3A the function for its derivative (M1)"
    assert message.startswith("reason: the two sides differ where z_0 < 0%0Amistake: h_0 was")
    assert second.startswith("::warning file=notes.md,line=8,endLine=10,title=follows from the slip in line 6::")
    assert last == "1 statement is wrong, and 1 follows from earlier slips. 1 statement could not be checked."


def test_annotations_when_strict():
    assert "::error file=notes.md,line=12," in github.write([record(page())], strict=True)
    assert "line=12" not in github.write([record(page())])


def test_no_text_is_a_command_of_its_own():
    lines = written("github", strict=True).splitlines()[:-1]
    for line in lines:
        properties = COMMAND.fullmatch(line)[2]
        assert all(pair.count("=") == 1 or pair.startswith("title=") for pair in properties.split(","))
        assert "%0A," not in line.replace("%250A", "")


# SARIF ---------------------------------------------------------------------------------------------------------------
def test_sarif_names_rules_and_regions():
    found = json.loads(written("sarif"))
    assert found["version"] == "2.1.0"
    (run,) = found["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules[:24] == list(MISTAKES)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])
    wrong, follows, unchecked = run["results"][:3]
    assert (wrong["ruleId"], wrong["level"]) == ("M1", "error")
    assert wrong["locations"][0]["physicalLocation"]["region"]["endColumn"] == 42
    assert (follows["ruleId"], follows["relatedLocations"][0]["physicalLocation"]["region"]) == (
        "follows", {"startLine": 6},
    )  # fmt: skip
    assert (unchecked["ruleId"], unchecked["level"]) == ("unchecked", "note")
    (failed,) = run["invocations"][0]["toolExecutionNotifications"]
    assert failed["message"]["text"] == "a PDF"


def test_sarif_when_strict():
    results = sarif.to_dict([record(page())], strict=True)["runs"][0]["results"]
    assert [each["level"] for each in results] == ["error", "warning", "warning"]


def test_addresses_are_addresses():
    places = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in json.loads(written("sarif"))["runs"][0]["results"]
    ]
    assert "week%202/b.md" in places
    assert all(re.fullmatch(r"[A-Za-z0-9_.~/%-]+", each) for each in places)


# JUnit ---------------------------------------------------------------------------------------------------------------
def test_junit_counts_what_it_holds():
    root = ElementTree.fromstring(written("junit"))
    for suite in root:
        for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(kind)) == len(suite.findall(f"testcase/{tag}"))
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
    assert [suite.get("name") for suite in root[:2]] == ["notes.md", "good.md"]
    failure = root[0].find("testcase/failure")
    assert failure.get("type") == "M1"
    assert "witness: at z_0 = 1.3, w_0 = -0.7: written 1.3, right 1" in failure.text
    assert int(root.get("failures")) == sum(int(suite.get("failures")) for suite in root)


def test_junit_when_strict():
    strict = ElementTree.fromstring(junit.write([record(page())], strict=True))
    assert (strict.get("failures"), strict.get("skipped")) == ("3", "0")


# CSV -----------------------------------------------------------------------------------------------------------------
def test_a_row_for_each_statement():
    rows = list(csv.DictReader(io.StringIO(written("csv", [record(page()), unread("x.pdf", "a PDF")]))))
    assert len(rows) == 7
    assert (rows[3]["verdict"], rows[3]["mistake"]) == ("wrong", "M1")
    assert rows[3]["expected_latex"].endswith(r"\mathbf{1}\{z_0 > 0\}")
    assert (rows[6]["file"], rows[6]["verdict"], rows[6]["problem"]) == ("x.pdf", "", "a PDF")


def test_no_cell_is_a_formula():
    rows = list(csv.reader(io.StringIO(sound(table.write(every())))))
    assert {len(row) for row in rows} == {len(table.HEADER)}
    for row in rows:
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert all(letter.isprintable() for letter in cell)
    assert any(cell.startswith("'=cmd") for row in rows for cell in row)
    assert HOSTILE.startswith("=")
