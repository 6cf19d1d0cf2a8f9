"""What others sent is read whole or refused: whatever is believed can be written again."""

from __future__ import annotations

import pytest

from enduse.exchange.strict import read_json
from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput

ESCAPED = rb"\ud800"


@pytest.mark.parametrize(
    "blob",
    [
        b'"' + ESCAPED + b'"',
        b'{"a": [{"b": "x' + ESCAPED + b'"}]}',
        b'{"' + ESCAPED + b'": 1}',
        rb'"\udc00\ud800"',
        '"\ud800"'.encode("utf-8", "surrogatepass"),
        '"\ud800"'.encode("utf-16-le", "surrogatepass"),
    ],
)
def test_half_a_character_that_nobody_can_write_again_is_refused(blob: bytes) -> None:
    with pytest.raises(BadInput, match="half a character"):
        read_json(blob, "letter")


@pytest.mark.parametrize("blob", [rb'"\ud83d\ude00"', '"\U0001f600"'.encode(), b'{"a": ["\\u0000", "\xc3\xa9"]}'])
def test_whole_characters_are_read_however_they_are_written(blob: bytes) -> None:
    assert canonical_json(read_json(blob, "letter"))
