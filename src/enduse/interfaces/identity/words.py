"""What templates write in words."""

from __future__ import annotations

from markupsafe import Markup


def moment(text: object) -> Markup:
    """A moment of the record, to the minute, in coordinated universal time."""
    stated = str(text)
    plain = f"{stated[:10]} {stated[11:16]} UTC" if stated[10:11] == "T" else stated
    return Markup('<time datetime="{}">{}</time>').format(stated, plain)
