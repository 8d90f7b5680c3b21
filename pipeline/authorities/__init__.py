"""Ask the authorities of the field about every file of a release: veraPDF, EPUBCheck, Ace, and qpdf.

verify(standing, ...)      a Report: what each of them, and preflight, has against each file
AUTHORITIES                who is asked about what
"""

from pipeline.authorities.faults import RULES
from pipeline.authorities.records import Authority, Finding, Report, Reported, Row
from pipeline.authorities.verifying import AUTHORITIES, PREFLIGHT, check_tools, verify

__all__ = ["AUTHORITIES", "PREFLIGHT", "RULES", "Authority", "Finding", "Report", "Reported", "Row", "check_tools", "verify"]
