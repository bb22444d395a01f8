"""CSV that no spreadsheet takes for a program."""

import csv

import pytest

from station.hub.spreadsheet import csv_of


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(data.decode("utf-8-sig").splitlines()))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "＝1",
        "-gym",
        '=HYPERLINK("http://x")',
    ],
)
def test_text_that_could_be_a_formula_is_text(text: str) -> None:
    data = csv_of(["name"], [[text]])
    assert next(csv.reader([data.decode("utf-8-sig").split("\r\n", 1)[1]]))[0].startswith("'")


def test_numbers_stay_numbers_what_is_missing_is_empty_and_commas_stay_inside() -> None:
    data = csv_of(["a", "b", "c", "d", "e"], [[-3.5, None, "x, y", True, "Rücken"]])
    assert read(data) == [["a", "b", "c", "d", "e"], ["-3.5", "", "x, y", "yes", "Rücken"]]
    assert data.startswith(b"\xef\xbb\xbf")
