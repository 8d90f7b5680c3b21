import pytest

from pipeline.press.weasyprint70 import BookFetcher

RESOURCES = {"figure/a b.svg": b"<svg/>", "font/A.ttf": b"\0\1\0\0", "secret.txt": b"no"}


def test_a_resource_is_served_by_its_name_with_its_type():
    answer = BookFetcher(RESOURCES).fetch("guidepress:figure/a%20b.svg")
    assert (answer.read(), answer.content_type) == (b"<svg/>", "image/svg+xml")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname",
        "FILE:///etc/hostname",
        "file://evil.example/x.svg",
        "http://127.0.0.1:9/x.svg",
        "https://example.org/x.svg",
        "ftp://127.0.0.1/x.svg",
        "data:image/svg+xml,<svg/>",
        "guidepress:figure/absent.svg",
        "guidepress:../figure/a%20b.svg",
        "guidepress:secret.txt",
        "figure/a b.svg",
    ],
)
def test_every_other_address_is_refused(url):
    with pytest.raises(ValueError, match=r"guidepress: resources|no resource named"):
        BookFetcher(RESOURCES).fetch(url)
