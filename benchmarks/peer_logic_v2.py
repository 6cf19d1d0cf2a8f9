"""The peer ``logic-v2`` of nomenklatura, driven over standard input and output from an environment of its own.

Reads JSON lines ``{"schema": ..., "name1": ..., "name2": ...}``, writes one score a line, and at the end the CPU
seconds that scoring took. Run by ``benchmarks/screening.py`` with the interpreter that ``ENDUSE_PEER_PYTHON`` names.
"""

from __future__ import annotations

import json
import sys
import time

from followthemoney.proxy import EntityProxy  # type: ignore[import-not-found]
from nomenklatura.matching import get_algorithm  # type: ignore[import-not-found]


def main() -> None:
    """Score every line."""
    algorithm = get_algorithm("logic-v2")
    config = algorithm.default_config()
    spent = 0.0
    for line in sys.stdin:
        asked = json.loads(line)
        one, other = (
            EntityProxy.from_dict(
                {"id": str(number), "schema": asked["schema"], "properties": {"name": [asked[f"name{number}"]]}}
            )
            for number in (1, 2)
        )
        start = time.process_time()
        score = algorithm.compare(one, other, config).score
        spent += time.process_time() - start
        print(score)
    print(json.dumps({"cpu_seconds": spent}))


if __name__ == "__main__":
    main()
