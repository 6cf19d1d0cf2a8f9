"""The peer ``logic-v2`` of nomenklatura, driven over standard input and output from an environment of its own.

Reads JSON lines ``{"schema": ..., "name1": ..., "name2": ...}``, writes one score a line, and at the end the CPU
seconds that scoring took. Run by ``benchmarks/screening.py`` with the interpreter that ``ENDUSE_PEER_PYTHON`` names.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from followthemoney.proxy import EntityProxy  # type: ignore[import-not-found]
from nomenklatura.matching import get_algorithm  # type: ignore[import-not-found]


def main() -> None:
    """Score every line."""
    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()

    def entity(key: str, schema: str, name: str) -> Any:
        return EntityProxy.from_dict({"id": key, "schema": schema, "properties": {"name": [name]}})

    # The first comparison loads tables: it is not timed.
    algorithm.compare(entity("left", "Person", "One Example"), entity("right", "Person", "Another Example"), config)
    spent = 0.0
    for number, line in enumerate(sys.stdin):
        asked = json.loads(line)
        # The peer remembers entities by their ids: every one needs its own.
        one = entity(f"left-{number}", asked["schema"], asked["name1"])
        other = entity(f"right-{number}", asked["schema"], asked["name2"])
        start = time.process_time()
        score = algorithm.compare(one, other, config).score
        spent += time.process_time() - start
        print(score)
    print(json.dumps({"cpu_seconds": spent}))


if __name__ == "__main__":
    main()
