"""An export-control programme as software: the public Python interface, small on purpose.

``import enduse`` is cheap: heavy parts load when a function is first called.
"""

from __future__ import annotations

__version__ = "0.1.0"
