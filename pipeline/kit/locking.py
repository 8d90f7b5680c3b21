"""Keep to what was collected first, and take no sheets together that contradict one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.kit.sheets import Read, Sheet, quoted


def locked(reads: Sequence[Read], first: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """Return the sheets collected before and those that are new and sound, in the order of their names.

    What was collected is kept: a sheet that has changed since is reported. Sheets that contradict one another, or what was
    collected before, are refused.
    """
    _keep_first(reads, first)
    _refuse_doubles(reads)
    _refuse_several_forms(reads, first)
    new = [read.sheet for read in reads if read.sheet]
    return tuple(sorted((*first, *new), key=lambda sheet: (sheet.key, sheet.file)))


def _keep_first(reads: Sequence[Read], first: Sequence[Sheet]) -> None:
    """Take away the sheets of those already collected, in silence where they are the same."""
    by_key, by_file = {sheet.key: sheet for sheet in first}, {sheet.file: sheet for sheet in first}
    for read in reads:
        kept = read.sheet and (by_key.get(read.sheet.key) or by_file.get(read.file))
        if not read.sheet or not kept:
            continue
        who = f"{quoted(kept.interviewer)} for candidate {quoted(kept.candidate)}"
        if read.sheet.content == kept.content:
            if read.sheet.sha256 != kept.sha256:
                read.say("K917", f"saved again since it was collected; the sheet of {who} says the same", severity="note")
        else:
            changed = ", ".join(_changed(read.sheet, kept))
            message = f"the sheet of {who} has changed since it was collected from {kept.file}: {changed}"
            read.say("K916", message, "nothing is taken of it; to take a correction, collect all sheets into a new folder")
        read.sheet = None


def _changed(now: Sheet, then: Sheet) -> list[str]:
    """Name the fields in which two sheets differ."""
    plain = {"candidate", "interviewer", "date", "recommendation", "scored_before"}
    names = [name for name in sorted(plain) if getattr(now, name) != getattr(then, name)]
    for prefix, suffix, one, two in (
        ("q", "rating", now.questions, then.questions),
        ("q", "evidence", now.evidence, then.evidence),
        ("c", "rating", now.competencies, then.competencies),
    ):
        names += [f"{prefix}.{key}.{suffix}" for key in sorted({*one, *two}) if one.get(key) != two.get(key)]
    return names or ["guidepress.form"]


def _refuse_doubles(reads: Sequence[Read]) -> None:
    """Refuse sheets of one interviewer for one candidate, as nothing tells which of them counts; of copies, take one."""
    by_key: dict[tuple[str, str], list[tuple[Read, Sheet]]] = defaultdict(list)
    for read in reads:
        if read.sheet:
            by_key[read.sheet.key].append((read, read.sheet))
    for same in by_key.values():
        (original, sheet), *others = same
        if all(other.content == sheet.content for _, other in others):
            for copy, _ in others:
                copy.say("K913", f"a copy of {original.file}", severity="note")
                copy.sheet = None
            continue
        for read, one in same:
            beside = ", ".join(other.file for other, _ in same if other is not read)
            who = f"{quoted(one.interviewer)} for candidate {quoted(one.candidate)}"
            read.say("K913", f"interviewer: one of several sheets of {who}, beside {beside}", "leave in the one that counts")
            read.sheet = None


def _refuse_several_forms(reads: Sequence[Read], first: Sequence[Sheet]) -> None:
    """Refuse sheets where those of a candidate are of several forms."""
    forms: dict[str, set[str]] = defaultdict(set)
    for sheet in (*first, *(read.sheet for read in reads if read.sheet)):
        forms[sheet.key[0]].add(sheet.form)
    for read in reads:
        if read.sheet and len(several := sorted(forms[read.sheet.key[0]])) > 1:
            message = f"guidepress.form: candidate {quoted(read.sheet.candidate)} has sheets of forms {' and '.join(several)}"
            read.say("K914", message, "find out which form was asked, and leave out the sheets of the other")
            read.sheet = None
