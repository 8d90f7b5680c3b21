"""Score sheets are collected exactly as they were filled in; what is not one, or not as it was, is refused by name."""

from __future__ import annotations

import io
import json
import random
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import pikepdf
import pikepdf.form
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String
from sheetwork import (
    IDENTITY,
    assert_exact,
    blank,
    by_pdfium,
    consensus,
    expected,
    face,
    filled_in,
    laid_out,
    link,
    rows,
    take,
    thirty,
    values_of,
)  # fmt: skip

from pipeline.diagnostics import BookError, ToolError
from pipeline.kit import forms
from pipeline.kit import sheets as kit_sheets
from pipeline.kit.collect import Collected, collect
from pipeline.kit.forms import terminals
from pipeline.kit.ratings import Agreement, agreement, candidates, file_names, weighted_kappa
from pipeline.kit.sheets import RULES, Sheet


def write(path: Path, **changes: str) -> Path:
    """Write a sheet filled in, with changes by the names of fields (two underscores stand for a period)."""
    values = filled_in(0) | {name.replace("__", "."): value for name, value in changes.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(forms.fill(blank(), values))
    return path


def said(collected: Collected, severity: str = "error") -> list[str]:
    return [f"{d.code} {Path(d.place.path).name}: {d.message}" for d in collected.diagnostics if d.severity == severity]


# Thirty sheets


@pytest.mark.parametrize(("fill", "start"), [(forms.fill, 0), (by_pdfium, 10)], ids=["pikepdf", "pdfium"])
def test_ten_sheets_of_an_engine_are_collected_exactly(tmp_path: Path, fill: Any, start: int) -> None:
    thirty(tmp_path / "in", fill, start=start)
    assert_exact(take(tmp_path / "out", tmp_path / "in"), tmp_path / "out", range(start, start + 10))


def test_what_a_program_sets_without_this_press_is_collected(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(blank())) as document:
        form = pikepdf.form.Form(document)
        for name, value in filled_in(7).items():
            field = form[name]
            if isinstance(field, pikepdf.form.CheckboxField):
                field.checked = value == "yes"
            elif isinstance(field, pikepdf.form.RadioButtonGroup):
                field.value = Name(f"/{value}")
            else:
                field.value = value
        document.save(tmp_path / "a.pdf")
    assert_exact(take(tmp_path / "out", tmp_path / "a.pdf"), tmp_path / "out", range(7, 8))


# What is no sheet, or not as it was


def anew(**identity: str) -> Callable[[bytes], bytes]:
    """The same sheet, made for something else."""
    return lambda _: forms.fill(blank(**identity), filled_in(0))


def changed(change: Callable[[pikepdf.Pdf], None]) -> Callable[[bytes], bytes]:
    """A sheet into which somebody has put a hand."""

    def apply(pdf: bytes) -> bytes:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            change(document)
            target = io.BytesIO()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of widgets that belong to no form any more
                document.save(target)
            return target.getvalue()

    return apply


def named(document: pikepdf.Pdf, name: str) -> Any:
    return dict(terminals(document))[name]


def to_add(document: pikepdf.Pdf) -> None:
    field = Dictionary(FT=Name.Tx, T=String("verdict"), Type=Name.Annot, Subtype=Name.Widget, Rect=Array([9, 9, 99, 29]), F=4)
    document.Root.AcroForm.Fields.append(document.make_indirect(field))


def to_remove(document: pikepdf.Pdf) -> None:
    fields = document.Root.AcroForm.Fields
    document.Root.AcroForm.Fields = Array([field for field in fields if str(field.T) != "date"])


def to_another_kind(document: pikepdf.Pdf) -> None:
    field = named(document, "q.K3.rating")
    field.FT, field.V, field.Ff = Name.Tx, String("5"), 0


def to_handmade(document: pikepdf.Pdf) -> None:
    named(document, "q.K12.evidence").Rect = Array([20, 20, 200, 60])


def to_six(document: pikepdf.Pdf) -> None:
    named(document, "q.K3.rating").V = Name("/6")


def to_show_another(document: pikepdf.Pdf) -> None:
    named(document, "q.K3.rating").V = Name("/5")


def to_twins(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm.Fields.append(document.make_indirect(Dictionary(FT=Name.Tx, T=String("date"), V=String("x"))))


def to_ring(document: pikepdf.Pdf) -> None:
    named(document, "q.K3.rating").Parent.Kids.append(named(document, "q.K3.rating").Parent)


def to_number(document: pikepdf.Pdf) -> None:
    named(document, "q.K3.evidence").V = 5


def without_form(document: pikepdf.Pdf) -> None:
    del document.Root.AcroForm


def locked(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        target = io.BytesIO()
        document.save(target, encryption=pikepdf.Encryption(user="secret", owner="secret"))
        return target.getvalue()


def handmade(_: bytes) -> bytes:
    """A form that has the names of a sheet's fields, and says it is one, but was made by somebody else."""
    names = [("text", "candidate"), ("text", "interviewer"), ("area", "q.K3.evidence"), ("text", "q.K3.rating")]
    body = "".join(f"<p>{link(kind, name, name)}</p>" for kind, name in names)
    pdf = forms.fillable(laid_out(body), IDENTITY, face())
    return forms.fill(pdf, {"candidate": "C-01", "interviewer": "Ann", "q.K3.rating": "5"})


def without(name: str) -> Callable[[bytes], bytes]:
    """A sheet in which a field holds nothing but a space."""
    return lambda pdf: forms.fill(pdf, {name: " "})


REFUSED = [
    (lambda pdf: b"", "K901 sheet.pdf: not collected: the file is damaged, or no PDF"),
    (lambda pdf: b"Dear sir or madam", "K901 sheet.pdf: not collected: the file is damaged, or no PDF"),
    (lambda pdf: pdf[: len(pdf) // 2], "K901 sheet.pdf: not collected: the file is damaged, or no PDF"),
    (lambda pdf: pdf[:-400], "K901 sheet.pdf: not collected: the file is damaged, or no PDF"),
    (locked, "K901 sheet.pdf: not collected: the file is locked with a password"),
    (changed(to_twins), "K901 sheet.pdf: not collected: two fields have the name 'date'"),
    (changed(to_ring), "K901 sheet.pdf: not collected: the form has more fields than any sheet"),
    (changed(to_number), "K901 sheet.pdf: not collected: the value of 'q.K3.evidence' is no text"),
    (changed(without_form), "K902 sheet.pdf: not collected: there is no form in the file"),
    (lambda pdf: consensus(), "K902 sheet.pdf: not a score sheet: it is a 'consensus'"),
    (anew(book="other"), "K903 sheet.pdf: guidepress.book: of another book, 'other' in place of 'bank'"),
    (anew(version="1.1.0"), "K904 sheet.pdf: guidepress.version: of another version, '1.1.0' in place of '1.2.0'"),
    (anew(plan="mle-senior"), "K905 sheet.pdf: guidepress.plan: of another plan, 'mle-senior' in place of 'mle-mid'"),
    (anew(form="C"), "K906 sheet.pdf: guidepress.form: the plan has no form 'C'"),
    (anew(form="B"), "K908 sheet.pdf: q.K3.rating: no field of the sheet that was handed out"),
    (anew(digest="d0"), "K907 sheet.pdf: guidepress.digest: form 'A' was made again since this sheet"),
    (changed(to_add), "K908 sheet.pdf: verdict: no field of the sheet that was handed out"),
    (changed(to_remove), "K909 sheet.pdf: date: the field is missing"),
    (changed(to_another_kind), "K910 sheet.pdf: q.K3.rating: was handed out as radio buttons, and is a line of text"),
    (changed(to_handmade), "K910 sheet.pdf: q.K12.evidence: not the field that was handed out, but one made by hand or moved"),
    (handmade, "K909 sheet.pdf: q.K12.rating: the field is missing"),
    (handmade, "K910 sheet.pdf: q.K3.rating: was handed out as radio buttons, and is a line of text"),
    (changed(to_six), "K911 sheet.pdf: q.K3.rating: '6' is no value of this field"),
    (changed(to_show_another), "K911 sheet.pdf: q.K3.rating: shows '1' and holds '5'"),
    (without("candidate"), "K912 sheet.pdf: candidate: left empty, so that the sheet belongs to nobody"),
    (without("interviewer"), "K912 sheet.pdf: interviewer: left empty, so that the sheet belongs to nobody"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_a_sheet_is_refused_by_file_and_field_and_the_others_are_collected(tmp_path: Path, change: Any, message: str) -> None:
    good = write(tmp_path / "good.pdf", interviewer="Ben")
    bad = tmp_path / "sheet.pdf"
    bad.write_bytes(change(forms.fill(blank(), filled_in(0))))
    collected = take(tmp_path / "out", good, bad)
    assert message in said(collected) and collected.refused
    assert {Path(d.place.path).name for d in collected.diagnostics} == {"sheet.pdf"}
    assert [sheet.interviewer for sheet in collected.sheets] == ["Ben"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert said(take(tmp_path / "out", tmp_path / "gone.pdf")) == ["K901 gone.pdf: not collected: no such file"]


def test_what_is_missing_is_reported_by_file_and_field_and_the_rest_is_collected(tmp_path: Path) -> None:
    changes = {"q.K3.rating": "", "c.coding.rating": "", "recommendation": "", "scored_before": ""}
    collected = take(tmp_path / "out", write(tmp_path / "a.pdf", **changes))
    assert said(collected) == [] and said(collected, "warning") == [
        "K915 a.pdf: c.coding.rating: no rating",
        "K915 a.pdf: q.K3.rating: no rating",
        "K915 a.pdf: recommendation: none",
        "K919 a.pdf: scored_before: not ticked, so that it may have been scored after the debrief",
    ]
    assert [row["rating"] for row in rows(tmp_path / "out")] == ["", "3", "5"]


def test_two_sheets_of_an_interviewer_for_a_candidate_are_refused_both(tmp_path: Path) -> None:
    one, two = write(tmp_path / "1.pdf"), write(tmp_path / "2.pdf", interviewer="zoë  MÜLLER", q__K3__rating="5")
    collected = take(tmp_path / "out", one, two, write(tmp_path / "3.pdf", interviewer="Ben"))
    assert [line.split(":")[0] for line in said(collected)] == ["K913 1.pdf", "K913 2.pdf"]
    assert [sheet.interviewer for sheet in collected.sheets] == ["Ben"]


def test_a_copy_of_a_sheet_counts_once(tmp_path: Path) -> None:
    collected = take(tmp_path / "out", write(tmp_path / "1.pdf"), write(tmp_path / "copy.pdf"), tmp_path / "1.pdf")
    assert len(collected.sheets) == 1 and not collected.refused
    assert [line.split(":")[0] for line in said(collected, "note")] == ["K913 copy.pdf"]


def test_sheets_of_two_forms_for_a_candidate_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "b.pdf"
    values = {"candidate": "c-01", "interviewer": "Ben"}
    other.write_bytes(forms.fill(blank("B", questions=("K5", "K6")), values))
    collected = take(tmp_path / "out", write(tmp_path / "a.pdf"), other)
    assert [line.split(":")[0] for line in said(collected)] == ["K914 a.pdf", "K914 b.pdf"] and collected.sheets == ()


def test_no_damage_to_a_file_is_more_than_a_diagnostic() -> None:
    draw, known = random.Random(3), expected()
    sound = forms.fill(blank(), filled_in(3))
    with pikepdf.open(io.BytesIO(sound)) as document:
        target = io.BytesIO()
        document.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, qdf=True)
    for n in range(300):
        data = bytearray(target.getvalue() if n % 2 else sound)
        for _ in range(draw.choice((1, 3, 30))):
            entry = draw.choice((b"/FT", b"/Kids", b"/Parent", b"/AP", b"/V ", b"/Rect", b"/T ", b"/Ff", b"/Annots"))
            at = max(data.find(entry, draw.randrange(len(data))), 0) + draw.randrange(12)
            data[at : at + draw.choice((1, 1, 9))] = bytes([draw.choice(b"0123456789<>[]()/ RntANf-\xff\0")])
        read = kit_sheets.read("sheet.pdf", bytes(data), known)
        assert read.sheet or any(fault.severity == "error" for fault in read.faults)


# What was collected first


def test_a_sheet_that_has_changed_is_reported_and_what_was_collected_first_is_kept(tmp_path: Path) -> None:
    sheet, out = write(tmp_path / "a.pdf"), tmp_path / "out"
    take(out, sheet)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    write(sheet, q__K3__rating="5", q__K12__evidence="Better than that")
    collected = take(out, sheet)
    (message,) = said(collected)
    assert message.startswith("K916 a.pdf: the sheet of 'Zoë Müller' for candidate 'C-01' has changed since it was collected")
    assert message.endswith("q.K3.rating, q.K12.evidence")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before and collected.new == 0


def test_an_unchanged_sheet_is_taken_again_in_silence(tmp_path: Path) -> None:
    sheet, out = write(tmp_path / "a.pdf"), tmp_path / "out"
    take(out, sheet)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    collected = take(out, sheet)
    assert (collected.diagnostics, collected.new, len(collected.sheets)) == ((), 0, 1)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_sheet_that_was_only_saved_again_is_a_note(tmp_path: Path) -> None:
    sheet, out = write(tmp_path / "a.pdf"), tmp_path / "out"
    take(out, sheet)
    document = pypdfium2.PdfDocument(sheet.read_bytes())
    document.save(sheet)
    document.close()
    collected = take(out, sheet)
    assert not collected.refused and said(collected, "note")[0].startswith("K917 a.pdf")


def test_a_sheet_cannot_be_given_to_another_candidate_under_its_name(tmp_path: Path) -> None:
    sheet, out = write(tmp_path / "a.pdf"), tmp_path / "out"
    take(out, sheet)
    collected = take(out, write(sheet, candidate="C-99"))
    assert "K916" in said(collected)[0] and said(collected)[0].endswith(": candidate")
    assert [one.candidate for one in collected.sheets] == ["C-01"]


def test_later_sheets_join_those_collected_before(tmp_path: Path) -> None:
    out = tmp_path / "out"
    take(out, write(tmp_path / "a.pdf"))
    collected = take(out, write(tmp_path / "b.pdf", interviewer="Ben", q__K3__rating="4"))
    assert (collected.new, len(collected.sheets), len(rows(out))) == (1, 2, 6)
    read = values_of((out / "consensus-C-01.pdf").read_bytes())
    assert [read[f"i.{n}.name"] for n in (1, 2)] == ["Ben", "Zoë Müller"]


def test_a_folder_of_another_plan_or_with_other_things_is_left_alone(tmp_path: Path) -> None:
    sheet, out = write(tmp_path / "a.pdf"), tmp_path / "out"
    take(out, sheet)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(BookError, match="what was collected before is of another plan"):
        take(out, sheet, plan="other")
    (out / "notes.txt").write_text("mine")
    with pytest.raises(BookError, match=r"it holds 'notes\.txt'"):
        take(out, sheet)
    (out / "notes.txt").unlink()
    (out / "ratings.json").write_text("{")
    with pytest.raises(BookError, match="cannot be read"):
        take(out, sheet)
    (out / "ratings.json").write_bytes(before["ratings.json"])
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_consensus_form_that_was_filled_in_is_kept(tmp_path: Path) -> None:
    out, name = tmp_path / "out", "consensus-C-01.pdf"
    take(out, write(tmp_path / "a.pdf"))
    agreed = forms.fill((out / name).read_bytes(), {"reason": "Agreed on 3"})
    (out / name).write_bytes(agreed)
    for _ in range(2):
        collected = take(out, write(tmp_path / "b.pdf", interviewer="Ben"))
        assert (out / name).read_bytes() == agreed
        (message,) = said(collected, "warning")
        assert message == f"K921 {name}: this consensus form has been filled in since, and is kept as it is"


# All or nothing


def test_nothing_is_written_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    take(out, write(tmp_path / "a.pdf"))
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(ToolError, match=r"nothing is written into .*: No space left on device"):
        take(out, write(tmp_path / "b.pdf", interviewer="Ben"))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "b.pdf", "out"]


def test_what_a_killed_run_has_left_is_mended(tmp_path: Path) -> None:
    out = tmp_path / "out"
    take(out, write(tmp_path / "a.pdf"))
    out.rename(tmp_path / ".out.old")
    (tmp_path / ".out.new").mkdir()
    (tmp_path / ".out.new" / "half").touch()
    assert len(take(out, write(tmp_path / "b.pdf", interviewer="Ben")).sheets) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pdf", "b.pdf", "out"]


def test_the_same_sheets_give_the_same_bytes(tmp_path: Path) -> None:
    sheets = [write(tmp_path / "in" / f"{n}.pdf", interviewer=f"Person {n}") for n in range(3)]
    for name, order in (("one", sheets), ("two", sheets[::-1])):
        take(tmp_path / name, *order)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


# Words are data


@pytest.mark.parametrize("text", ["=1+1", "+41 44", "-5", "@SUM(A1)", " =1", "\t=1", "＝1", "=cmd|' /C calc'!A0", "\n=1"])
def test_a_cell_is_no_formula(tmp_path: Path, text: str) -> None:
    take(tmp_path / "out", write(tmp_path / "a.pdf", candidate="=1+1", interviewer="@Ann", q__K3__evidence=text))
    row = rows(tmp_path / "out")[0]
    assert (row["candidate"], row["interviewer"], row["evidence"]) == ("'=1+1", "'@Ann", f"'{text}")
    kept = json.loads((tmp_path / "out/ratings.json").read_text("utf-8"))["sheets"][0]
    assert (kept["candidate"], kept["evidence"]["K3"]) == ("=1+1", text)


def test_candidates_names_are_no_paths(tmp_path: Path) -> None:
    codes = ["../../etc/passwd", "C:\\x", "con", "a/b", "a-b", "A-B", "Zoë", ".", "-", "x" * 300, "\x00\n", "a\u202eb"]
    sheets = [write(tmp_path / "in" / f"{n}.pdf", candidate=code) for n, code in enumerate(codes)]
    take(tmp_path / "out", *sheets)
    found = {path.name for path in (tmp_path / "out").rglob("*")}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]
    forms_written = {name for name in found if name.startswith("consensus-")}
    refused = {"a-b", "A-B", "\x00\n"}  # two spellings of one code, and one that is no code
    assert len({name.casefold() for name in forms_written}) == len(codes) - len(refused)
    assert all(len(name) < 80 and name.isascii() for name in forms_written)


def test_names_of_files_tell_candidates_apart() -> None:
    def sheet(code: str) -> Sheet:
        return Sheet("f", "0", "A", code, "Ann", "", {}, {}, {}, "", True)

    names = file_names(candidates([sheet("C-1"), sheet("C/1"), sheet("Zoë"), sheet("C 1")]))
    assert names["C-1"].startswith("consensus-C-1-") and len(set(names.values())) == 4
    assert file_names(candidates([sheet("C-1")])) == {"C-1": "consensus-C-1.pdf"}


# The consensus form, and figures


def test_a_consensus_form_has_ratings_side_by_side_and_says_what_is_apart(tmp_path: Path) -> None:
    out = tmp_path / "out"
    sheets = [
        write(tmp_path / "a.pdf", interviewer="Ann", q__K3__rating="5", q__K12__rating="3", c__coding__rating="1"),
        write(tmp_path / "b.pdf", interviewer="Ben", q__K3__rating="3", q__K12__rating="4", c__coding__rating=""),
        write(tmp_path / "c.pdf", interviewer="Cem", q__K3__rating="4", q__K12__rating="4", c__coding__rating="3"),
    ]
    take(out, *sheets)
    read = values_of((out / "consensus-C-01.pdf").read_bytes())
    assert read["candidate"] == "C-01"
    assert [read[f"i.{n}.name"] for n in (1, 2, 3)] == ["Ann", "Ben", "Cem"]
    assert [read[f"i.{n}.q.K3.rating"] for n in (1, 2, 3)] == ["5", "3", "4"]
    assert [read[f"i.{n}.c.coding.rating"] for n in (1, 2, 3)] == ["1", "", "3"]
    assert [read[f"{part}.apart"] for part in ("q.K3", "q.K12", "c.coding", "c.statistics")] == ["yes", "", "yes", ""]
    assert read["sum"] == read["i.1.sum"] == ""


def test_ratings_are_added_up_only_where_the_role_says_so(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ratings = {"c__statistics__rating": "4", "c__coding__rating": "3", "c__communication__rating": "5"}
    one = write(tmp_path / "a.pdf", interviewer="Ann", **ratings)
    sheets = [one, write(tmp_path / "b.pdf", interviewer="Ben", **ratings | {"c__coding__rating": ""})]
    take(out, *sheets, aggregation="sum")
    read = values_of((out / "consensus-C-01.pdf").read_bytes())
    assert (read["i.1.sum"], read["i.2.sum"], read["sum"]) == ("16", "", "16")
    told = json.loads((out / "ratings.json").read_text("utf-8"))["candidates"][0]
    assert told["sums"] == [16, None] and told["sum"] == 16
    assert told["rated"]["c.coding"] == {"ratings": [3, None], "apart": 0, "must_pass": True}


def test_a_consensus_form_without_room_is_named(tmp_path: Path) -> None:
    sheets = [write(tmp_path / "in" / f"{n}.pdf", interviewer=f"Person {n}") for n in range(4)]
    collected = take(tmp_path / "out", *sheets)
    missing = "i.4.name: the consensus form has no such field, and 6 more are missing"
    assert said(collected) == [f"K918 consensus-C-01.pdf: {missing}"]


def test_each_form_may_have_a_consensus_form_of_its_own(tmp_path: Path) -> None:
    collected = collect([write(tmp_path / "a.pdf")], expected(), tmp_path / "out", {"A": consensus(2), "B": b""})
    read = values_of((tmp_path / "out/consensus-C-01.pdf").read_bytes())
    assert not collected.refused and "i.2.name" in read and "i.3.name" not in read


def test_agreement_is_a_table_of_figures(tmp_path: Path) -> None:
    ratings = [("4", "4", "5"), ("2", "3", "2"), ("1", "1", "1"), ("5", "3", "4")]
    sheets = [
        write(tmp_path / "in" / f"{n}{who}.pdf", candidate=f"C-{n}", interviewer=f"Person {who}", q__K3__rating=rating)
        for n, of_one in enumerate(ratings)
        for who, rating in enumerate(of_one)
    ]
    take(tmp_path / "out", *sheets)
    table = {(row["kind"], row["name"]): row for row in rows(tmp_path / "out", "agreement.csv")}
    assert [name for _, name in table] == ["K3", "K12", "K41", "K5", "K6", "statistics", "coding", "communication"]
    row = table["question", "K3"]
    figures = {"n": "12", "candidates": "4", "pairs": "12", "mean": "2.917", "percent_agreement": "41.667"}
    assert {name: row[name] for name in figures} == figures
    assert 0.6 < float(row["weighted_kappa"]) < 0.95
    never_asked = table["question", "K5"]
    assert never_asked["n"] == "0" and never_asked["mean"] == never_asked["weighted_kappa"] == ""


def test_kappa_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    draw = random.Random(7)
    pairs = [(one := draw.randint(1, 5), min(5, max(1, one + draw.choice((-1, 0, 0, 1, 2))))) for _ in range(60)]
    both = [*pairs, *((two, one) for one, two in pairs)]
    wanted = metrics.cohen_kappa_score(*zip(*both, strict=True), weights="quadratic", labels=[1, 2, 3, 4, 5])
    assert weighted_kappa(pairs, 5) == pytest.approx(wanted)


def test_figures_are_left_out_where_they_would_say_nothing() -> None:
    nothing, same = agreement([[], []], 5), agreement([[3, 3]] * 12, 5)
    assert nothing == Agreement(0, 0, 0, None, None, None, None)
    assert (same.pairs, same.percent_agreement, same.spread, same.weighted_kappa) == (12, 100, 0, None)
    assert agreement([[3, 4]] * 9, 5).weighted_kappa is None and agreement([[3, 4]] * 10, 5).weighted_kappa is not None
    assert agreement([[1, 2, 3]], 5).mean == fmean((1, 2, 3))


def test_every_diagnostic_has_a_code_and_a_rule() -> None:
    assert [rule.code for rule in RULES] == [f"K{n}" for n in range(901, 922)]
    assert all(rule.title and rule.text for rule in RULES)
