"""What the press is installed from: by digest, from wheels, under licenses that go with its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from buildwork import ROOT

LOCKS = ("requirements-pip.lock", "requirements.lock", "requirements-languages.lock")
NOTICE = (ROOT / "NOTICE").read_text()
COMPATIBLE = re.compile(
    r"MIT(-0|-CMU)?( License)?|(BSD-[23]-Clause|0BSD|BSD License)|Zlib|CC0-1\.0|Apache-2\.0|Apache(?: Software)? License(?: 2\.0)?"
    r"|MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)|PSF-2\.0|Zope Public License|OFL-1\.1|dependency licenses"
    r"|GNU Affero General Public License v3 or later \(AGPLv3\+\)|GNU (?:Lesser )?General Public License v2 or later \(L?GPLv2\+\)"
)
"""Licenses whose works may be part of one under AGPL-3.0-or-later: https://www.gnu.org/licenses/license-list.html .

"dependency licenses" are those of PDFium in pypdfium2, which its wheel lists: BSD, Apache, MIT, zlib, FreeType, ICU.
"""


def locked(*names: str) -> dict[str, str]:
    pins = (
        re.findall(r"(?m)^([\w.-]+)==([\w.]+)(?! ; platform_python_implementation != 'CPython')", (ROOT / name).read_text())
        for name in names
    )
    return {package: number for found in pins for package, number in found}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_license_goes_with_that_of_the_press() -> None:
    wanted = {plain(name) for name in locked(*LOCKS)} - {"brotlicffi"}
    tool = [Path(sys.executable).parent / "pip-licenses", "--from", "mixed", "--format", "json", "--with-system", "--packages"]
    done = subprocess.run([*tool, *sorted(wanted)], capture_output=True, text=True, timeout=120, check=True)
    found = {plain(row["Name"]): row["License"] for row in json.loads(done.stdout)}
    assert wanted - found.keys() <= {"brotlicffi"}
    clauses = {name: re.split(r"; | AND | OR |, ", license) for name, license in found.items()}
    # Of several that are offered, one is enough.
    offers = {"pyphen": any, "packaging": any}
    assert [name for name, each in clauses.items() if not offers.get(name, all)(COMPATIBLE.fullmatch(clause) for clause in each)] == []


def test_the_locks_of_guides_and_of_languages_agree() -> None:
    guides, languages = locked("requirements.lock"), locked("requirements-languages.lock")
    assert {name: languages[name] for name in guides.keys() & languages.keys()} == {n: guides[n] for n in guides.keys() & languages.keys()}


def test_a_license_that_does_not_go_with_it_is_noticed() -> None:
    assert not any(map(COMPATIBLE.fullmatch, ("GPL-2.0-only", "SSPL-1.0", "Proprietary", "CC-BY-NC-4.0", "UNKNOWN", "MIT-like")))


def test_the_notice_names_every_package_that_is_installed() -> None:
    said = {plain(word.strip("(),")) for word in NOTICE.split()}
    assert {plain(name) for name in locked(*LOCKS)} - said == set()


def test_packages_are_installed_by_digest_and_from_wheels_alone() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(r"(?m)^LOCKED := .* --require-hashes --only-binary :all: -r$", makefile)
    installs = re.findall(r"(?m)^\t@.*(?:pip install|\$\(LOCKED\)).*$", makefile)
    assert len(installs) > 5
    assert [line for line in installs if "$(LOCKED)" not in line and "--no-deps --no-build-isolation --editable ." not in line] == []
    planned = subprocess.run(
        ["make", "-n", "-B", ".venv/guides.stamp"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert re.findall(r"-r (requirements\S*)", planned) == list(LOCKS[:2])
