"""What ``collect`` says about score sheets, code by code, as ``guidepress explain`` prints it."""

from pipeline.diagnostics import Rule

RULES: tuple[Rule, ...] = (
    Rule("K901", "sheet cannot be read", "A file is damaged, cut off, locked with a password, or no PDF. Ask for it anew."),
    Rule("K902", "no score sheet", "A PDF has no form, or its form does not say that it is a score sheet of this press."),
    Rule("K903", "sheet of another book", "Sheets are collected for one book at a time."),
    Rule("K904", "sheet of another version", "The questions of another version may differ, and what ratings of them mean."),
    Rule("K905", "sheet of another plan", "Sheets are collected for one plan at a time: each has a role of its own."),
    Rule("K906", "no such form", "The plan has no form of the name that the sheet bears."),
    Rule("K907", "form was made again", "The sheet is of a form as it was before its questions were changed."),
    Rule("K908", "unknown field", "A sheet has a field that the one handed out has not."),
    Rule("K909", "missing field", "A sheet lacks a field of the one that was handed out."),
    Rule("K910", "foreign field", "A field has another kind, other states, or another place than when it was handed out."),
    Rule("K911", "value outside of the scale", "A field holds what it cannot hold, or shows another choice than it holds."),
    Rule("K912", "sheet of nobody", "Without a candidate's code and an interviewer's name, a rating belongs to nobody."),
    Rule("K913", "two sheets of an interviewer", "An interviewer rates a candidate once. Nothing tells which sheet counts."),
    Rule("K914", "two forms for a candidate", "A candidate is asked one form; the sheets at hand are of several."),
    Rule("K915", "rating is missing", "A question, a competency, or the recommendation was left out. The rest is collected."),
    Rule("K916", "sheet has changed", "A sheet is locked when it is first collected: no rating follows a debrief."),
    Rule("K917", "sheet was saved again", "The file has changed since it was collected; what it says has not."),
    Rule("K918", "no room in the consensus form", "The form has no fields for so many interviewers, or these questions."),
    Rule("K919", "may be scored after the debrief", "The interviewer has not ticked that nobody was talked to before scoring."),
    Rule("K920", "folder is taken", "Ratings are written into a folder of their own, and only of one plan."),
    Rule("K921", "consensus form is filled in", "Somebody has written into a consensus form since it was made. It is kept."),
)
