"""A machine that has nothing but a minimal Debian makes the same files, byte for byte."""

from __future__ import annotations

import re
import subprocess

import pytest
from buildwork import ROOT


@pytest.mark.soak
def test_a_fresh_debian_root_gives_the_same_bytes() -> None:
    done = subprocess.run([ROOT / "tests/soak/fresh_root.sh"], capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr
    counts = re.findall(r"(?m)^fresh root: Python 3\.\d+\.\d+: (\d+) files$", done.stderr)
    assert len(counts) == 2
    assert int(counts[0]) == int(counts[1]) >= 10
    assert done.stderr.rstrip().endswith("fresh root: the same bytes")
