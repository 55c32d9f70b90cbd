from pathlib import Path

import pytest

from web.assets import accepts_gzip, find_static, load


def test_what_is_part_of_the_page(page_folder: Path) -> None:
    assert set(load(page_folder)) == {"/", "/js/main.js", "/tiny.css", "/mark.svg"}


def test_a_checkout_has_its_page() -> None:
    assert find_static().name == "static"
    assert "/" in load(find_static())


def test_forms_of_a_file(page_folder: Path) -> None:
    files = load(page_folder)
    assert files["/"].content_type == "text/html; charset=utf-8"
    assert files["/js/main.js"].content_type == "text/javascript; charset=utf-8"
    assert files["/js/main.js"].packed is not None
    assert files["/tiny.css"].packed is None
    assert files["/tiny.css"].etag != files["/mark.svg"].etag
    assert load(page_folder) == files


@pytest.mark.parametrize(
    "header", ["gzip", "gzip, deflate, br, zstd", "GZIP;q=0.5", "*", "br, *;q=0.1"]
)
def test_gzip_is_welcome(header: str) -> None:
    assert accepts_gzip(header)


@pytest.mark.parametrize(
    "header", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "xgzip"]
)
def test_gzip_is_not_wanted(header: str) -> None:
    assert not accepts_gzip(header)
