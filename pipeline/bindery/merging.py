"""Keep one of equal images and forms."""

import hashlib
import re

from .parsing import REFERENCE, Objects

DRAWN = re.compile(rb"/XObject <<([^>]*)>>")


def drawn(objects: Objects, resources: int) -> dict[int, str]:
    """Return the images and forms that the resources of pages name, with a digest of each and of all it refers to."""
    found = DRAWN.search(objects.bodies[resources])
    return {int(number): fingerprint(objects, int(number)) for number in REFERENCE.findall(found[1])} if found else {}


def fingerprint(objects: Objects, number: int) -> str:
    """Digest an object and all it refers to: the same for equal ones, whatever their numbers."""
    total = hashlib.sha256()
    if number in objects.streams:
        body, data = objects.streams[number]
        total.update(data)
    else:
        body = objects.bodies[number]
    total.update(REFERENCE.sub(lambda found: fingerprint(objects, int(found[1])).encode(), body))
    return total.hexdigest()
