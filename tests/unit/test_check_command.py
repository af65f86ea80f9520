"""`chainrule check` as its users meet it: exit codes, formats, folders, interrupts, and files that are none."""

import functools
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from unit.checked import PAGE, judge, judged_or_worse

import chainrule
from chainrule.apps import checking
from chainrule.apps.checking import asked, many, one, parts, workers
from chainrule.apps.cli import REPORTS, VERDICTS, main
from chainrule.checker.results import Verdict
from chainrule.errors import DomainError
from chainrule.renderers.checks import formats, html
from chainrule.renderers.checks.records import record, unread

GOOD = "nothing to see"


@pytest.fixture(autouse=True)
def judged_by_hand(monkeypatch):
    """The command with a judge that knows one page; other processes get it through the argument `check`."""
    monkeypatch.setattr(one, "check_document", judge)
    monkeypatch.setattr(workers, "records", functools.partial(workers.records, check=judged_or_worse))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "good.md").write_text(GOOD, encoding="utf-8")
    return tmp_path


def run(*words, **more):
    return CliRunner().invoke(main, ["check", *words], **more)


def fill(folder, *names, content=PAGE):
    for name in names:
        path = folder / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def files_of(report):
    return [each["file"].replace(os.sep, "/") for each in json.loads(report)["documents"]]


# One page ------------------------------------------------------------------------------------------------------------
def test_exit_codes(folder):
    assert run("good.md").exit_code == 0
    assert run("bad.md").exit_code == 1
    assert run("good.md", "bad.md").exit_code == 1
    assert run("none.md", "bad.md").exit_code == 2
    assert run("good.md", "--format", "nonsense").exit_code == 2


def test_strict_counts_what_was_not_checked(folder, monkeypatch):
    def unchecked(document):
        found = judge(document)
        left = [each for each in found.findings if each.verdict is Verdict.UNCHECKED]
        return type(found)(document, tuple(left))

    monkeypatch.setattr(one, "check_document", unchecked)
    assert run("bad.md").exit_code == 0
    assert run("bad.md", "--strict").exit_code == 1


def test_a_finding_is_shown_with_its_place(folder):
    output = run("bad.md").output
    assert "bad.md:6:3: wrong: the function for its derivative (M1)" in output
    assert "\x1b" not in output
    assert "Others" not in output
    assert "Others" in run("bad.md", "--all").output
    assert "bad.md:6:3" not in run("bad.md", "--only", "follows").output


def test_standard_input(folder):
    result = run("-", input=PAGE)
    assert result.exit_code == 1
    assert json.loads(run("-", "--format", "json", input=PAGE).output)["documents"][0]["file"] == "-"
    assert run("-", "-", input=PAGE).exit_code == 2
    assert "no text" in run("-", input=b"\0\1\2").output


@pytest.mark.parametrize("form", [form for form in REPORTS if form != "html"])
def test_every_format(folder, form, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    printed = run("bad.md", "--format", form)
    assert printed.exit_code == 1
    written = run("bad.md", "--format", form, "-o", "report")
    assert (folder / "report").read_text(encoding="utf-8") == printed.output
    assert "1 statement is wrong" in written.stderr


@pytest.mark.parametrize(("name", "begins"), [("r.json", "{"), ("r.csv", "file,"), ("r.xml", "<?xml"), ("r.md", "# ")])
def test_the_name_of_the_output_says_the_format(folder, name, begins):
    run("bad.md", "-o", name)
    assert (folder / name).read_text(encoding="utf-8").startswith(begins)


def test_the_names_of_formats_and_verdicts_are_known_without_the_checker():
    assert formats.FORMATS == REPORTS
    assert tuple(each.value for each in Verdict) == VERDICTS


def test_a_page_of_html_goes_where_it_belongs(folder, monkeypatch):
    monkeypatch.setattr(html, "write_pages", _titled)
    assert run("bad.md", "good.md", "--format", "html").output == "<p>bad.md</p><p>good.md</p>\n"
    assert run("bad.md", "-o", "one.html").exit_code == 1
    assert (folder / "one.html").read_text(encoding="utf-8") == "<p>bad.md</p>\n"
    (folder / "pages").mkdir()
    assert run("bad.md", "none.md", "good.md", "-o", "pages", "--format", "html").exit_code == 2
    assert sorted(each.name for each in (folder / "pages").iterdir()) == ["bad.md.html", "good.md.html"]


def _titled(judged):
    return "".join(f"<p>{each.file}</p>" for each in judged)


# Files that are none -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 \0", "a PDF"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x89PNG\r\n", "a picture"),
        (b"abc\0\0def", "no text"),
        (b"x" * 20_000_001, "larger than 20 MB"),
    ],
)
def test_what_is_no_page_is_told_and_the_rest_is_checked(folder, content, said):
    (folder / "odd.md").write_bytes(content)
    result = run("odd.md", "bad.md")
    assert result.exit_code == 2
    assert f"odd.md: not checked: {said}" in " ".join(result.output.split()) or said in result.output
    assert "bad.md:6:3: wrong" in result.output
    assert "Traceback" not in result.output


def test_a_broken_notebook_is_no_clean_page(folder):
    for number, content in enumerate(('{"cells": 3}', "not json")):
        (folder / f"{number}.ipynb").write_text(content)
        result = run(f"{number}.ipynb")
        assert result.exit_code == 2
        assert "this is no notebook that can be read" in result.output


def test_utf_16_is_text(folder):
    (folder / "wide.md").write_text(GOOD, encoding="utf-16")
    assert run("wide.md").exit_code == 0


def test_a_fault_of_our_own_costs_one_document(folder, monkeypatch):
    def failing(document):
        if document.file == "bad.md":
            raise RecursionError("too deep")
        return judge(document)

    monkeypatch.setattr(one, "check_document", failing)
    result = run("bad.md", "good.md")
    assert result.exit_code == 2
    assert "bad.md: not checked: the check itself failed with RecursionError: too deep" in result.output
    assert "Traceback" not in result.output


def test_a_report_that_cannot_be_written(folder):
    result = run("bad.md", "-o", "no/such/folder.json")
    assert result.exit_code == 2
    assert "a file that can be written" in result.output
    assert run("bad.md", "--resume").exit_code == 2


# Folders -------------------------------------------------------------------------------------------------------------
def test_documents_of_a_folder(folder):
    fill(folder, "b.tex", "a/z.md", "a/n.ipynb", "c.txt", "d.png", ".hidden/h.md", ".h.md", content=GOOD)
    (folder / "class" / "out.md").symlink_to(folder / "bad.md")
    (folder / "class" / "link").symlink_to(folder, target_is_directory=True)
    result = run("class", "--jobs", "2", "--format", "json", "-o", "r.json")
    assert result.exit_code == 0, result.output
    found = files_of((folder / "r.json").read_text(encoding="utf-8"))
    assert found == ["class/a/n.ipynb", "class/a/z.md", "class/b.tex", "class/c.txt"]


def test_a_folder_with_nothing_is_refused(folder):
    (folder / "empty").mkdir()
    result = run("empty")
    assert result.exit_code == 2
    assert "the folder empty, in which no document lies" in result.output


def test_the_order_does_not_depend_on_the_processes(folder):
    fill(folder, *(f"{number}.md" for number in range(7)))
    first = run("class", "--jobs", "3", "--format", "csv").stdout
    assert first == run("class", "--jobs", "1", "--format", "csv").stdout
    assert [line.split(",")[0] for line in first.splitlines()[1::6]] == [f"class/{number}.md" for number in range(7)]


def test_a_process_that_dies_or_hangs_costs_one_document(folder):
    fill(folder, "a.md", "dies.md", "hangs.md", "z.md")
    result = run("class", "--jobs", "2", "--limit", "3", "-o", "r.json")
    assert result.exit_code == 2
    report = json.loads((folder / "r.json").read_text(encoding="utf-8"))
    problems = [each["problem"] for each in report["documents"]]
    assert [bool(each) for each in problems] == [False, True, True, False]
    assert "died" in problems[1]
    assert "3 seconds" in problems[2]
    assert report["mistakes"][0] == {
        "mistake": "M1", "meaning": "the function for its derivative", "statements": 2, "documents": 2,
    }  # fmt: skip
    assert "Most often wrong" in result.stderr
    assert not (folder / "r.json.parts.jsonl").exists()


def test_an_interrupted_run_goes_on(folder, monkeypatch):
    fill(folder, *(f"{number}.md" for number in range(4)))
    whole = run("class", "--jobs", "1", "-o", "whole.json")
    assert whole.exit_code == 1
    asked_for: list[str] = []

    def some(files, jobs, limit):
        for number, file in enumerate(files):
            if number == 2 and not asked_for:
                raise KeyboardInterrupt
            yield judged_or_worse(file)

    monkeypatch.setattr(workers, "records", some)
    stopped = run("class", "-o", "r.json")
    assert stopped.exit_code == 130
    assert "2 of 4 documents were finished" in stopped.stderr
    assert "--resume" in stopped.stderr
    with (folder / "r.json.parts.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"file": "class/2.md", "stamp": "cut o')
    (folder / "class" / "0.md").write_text(GOOD, encoding="utf-8")

    def rest(files, jobs, limit):
        asked_for.extend(files)
        yield from map(judged_or_worse, files)

    monkeypatch.setattr(workers, "records", rest)
    assert run("class", "-o", "r.json", "--resume").exit_code == 1
    assert [os.path.basename(file) for file in asked_for] == ["0.md", "2.md", "3.md"]
    (folder / "class" / "0.md").write_text(PAGE, encoding="utf-8")
    run("class", "-o", "again.json", "--jobs", "1")
    assert (folder / "again.json").read_text(encoding="utf-8") == (folder / "whole.json").read_text(encoding="utf-8")


def test_parts_hold_on_to_what_was_finished(tmp_path):
    file = tmp_path / "a.md"
    file.write_text(PAGE, encoding="utf-8")
    output, name = str(tmp_path / "r.csv"), str(file)
    with parts.Parts(output, False) as written:
        written.add(name, judged_or_worse(name))
        written.add("gone.md", unread("gone.md", "why"))
    again = parts.Parts(output, True)
    assert again.finished([name, "gone.md"]) == {name: judged_or_worse(name)}
    assert again.finished([]) == {}
    assert parts.Parts(output, False).finished([name]) == {}
    again.path.write_text("[]\n", encoding="utf-8")
    assert parts.Parts(output, True).finished([name]) == {}


def test_a_bar_is_for_terminals(capsys):
    with many._bar(3) as step:
        step()
    assert capsys.readouterr().err == ""


# Functions, Python, start-up ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("words", [["a.py:f"], ["a.md", "--against", "f"], ["a.py:f", "b.md", "--against", "f"]])
def test_a_function_is_checked_against_another(folder, words):
    result = run(*words)
    assert result.exit_code == 2
    assert "backward.py:function --against forward" in result.output


def test_a_backward_function_is_handed_on(monkeypatch):
    seen = []

    class Backward:
        @staticmethod
        def run(target, against, options):
            seen.append((target, against, options))
            return 1

    monkeypatch.setitem(sys.modules, "chainrule.apps.backward", Backward)
    monkeypatch.setattr(chainrule.apps, "backward", Backward, raising=False)
    assert run("m.py:back", "--against", "loss", "--at", "x=1").exit_code == 1
    assert seen == [("m.py:back", "loss", {"at": ("x=1",), "format": "text", "output": None})]


def test_colour_is_for_terminals(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert asked.in_colour()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not asked.in_colour()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not asked.in_colour()


@pytest.mark.parametrize(("terminal", "used"), [("20", 50), ("80", 80), ("300", 120)])
def test_reports_are_as_wide_as_reads_well(monkeypatch, terminal, used):
    monkeypatch.setenv("COLUMNS", terminal)
    assert asked.columns(None) == used
    assert asked.columns("file") == 100


def test_a_check_from_python(tmp_path, monkeypatch):
    import chainrule.checks as checks

    monkeypatch.setattr(checks, "check_document", judge)
    file = tmp_path / "a.md"
    file.write_text(PAGE, encoding="utf-8")
    for given in (PAGE, PAGE.encode(), file, str(file)):
        assert [each.line for each in record(chainrule.check(given).checked).statements if each.accused] == [6, 8]
    assert chainrule.check("no mathematics\nhere").ok
    with pytest.raises(DomainError, match="check the name"):
        chainrule.check("misspelt.md")


def test_what_is_loaded(tmp_path):
    """Help loads no checker, and no report but the one asked for is loaded."""
    code = "import sys; from chainrule.apps import cli; print(*[m for m in sys.modules if 'check' in m])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
    code = (
        "import sys; import chainrule.renderers.checks.formats, chainrule.apps.checking.report; "
        "print(*[m for m in ('rich', 'multiprocessing', 'concurrent.futures', 'xml', 'csv', 'numpy', "
        "'chainrule.renderers.checks.sarif', 'chainrule.apps.checking.many') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() in ("", "numpy")
    assert checking.__doc__
