"""HTML and SVG from Python: text is always escaped, only elements are not."""

from html import escape

Value = str | float | bool | None


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(name: str, *children: str, **attributes: Value) -> Markup:
    """The element `name`; children that are no Markup are escaped.

    In attribute names a trailing underscore is dropped and the others become hyphens (`class_`,
    `stroke_width`); None and False leave an attribute out, True gives it no value.
    """
    inside = joined(*children)
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_text(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{name}{given}>{inside}</{name}>")


def joined(*children: str) -> Markup:
    """The children one after the other."""
    return Markup("".join(c if isinstance(c, Markup) else escape(c, quote=False) for c in children))


def number(value: float, digits: int = 1) -> str:
    """A coordinate, as short as it can be."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text(value: Value) -> str:
    return escape(number(value, 3) if isinstance(value, float) else str(value), quote=True)
