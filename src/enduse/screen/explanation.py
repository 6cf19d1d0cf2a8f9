"""What every word of two names contributed to their score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enduse.model.match import ScorePart
from enduse.screen.calibration import calibrated
from enduse.screen.normalise import Token

if TYPE_CHECKING:
    from enduse.screen.score import Alignment

_COMMON = "many bear names like these"


def parts_of(found: Alignment, score: float) -> list[ScorePart]:
    """What every word contributed; the contributions add up to the score."""
    parts = []
    matched = sum(weight * likeness for likeness, weight, *_ in found.pairs) / found.whole if found.whole else 0.0
    scale = calibrated(matched) / matched if matched else 0.0
    for likeness, weight, on_left, on_right, note in sorted(found.pairs, key=lambda item: item[2]):
        contribution = scale * weight * likeness / found.whole
        shown = " ".join(found.left[i].text for i in on_left), " ".join(found.right[j].text for j in on_right)
        parts.append(ScorePart("token", *shown, contribution, note or _describe(found.left[on_left[0]])))
    for side, words_of, taken in (
        ("missing", found.left, {i for pair in found.pairs for i in pair[2]}),
        ("extra", found.right, {j for pair in found.pairs for j in pair[3]}),
    ):
        for number, token in enumerate(words_of):
            if number not in taken:
                note = f"{_describe(token)}, weight {token.weight:.2f}: on this side only".lstrip(", ")
                shown = (token.text, "") if side == "missing" else ("", token.text)
                parts.append(ScorePart(side, *shown, 0.0, note))
    for note, kept in ((found.doubt, calibrated(found.raw)), (_COMMON if score < calibrated(found.raw) else "", score)):
        if note:
            lost = sum(part.contribution for part in parts) - kept
            parts.append(ScorePart("doubt", contribution=-lost, note=note))
    return parts


def _describe(token: Token) -> str:
    return "" if token.word_class == "plain" else token.word_class.replace("_", " ")
