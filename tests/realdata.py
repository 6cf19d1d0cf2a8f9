"""Where the real list and regulation files are. They are not in the repository; tests that need them skip, loudly.

Mark such tests ``@pytest.mark.realdata`` and ask :func:`shared_data` for the folder, at module level or in a test.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

VARIABLE = "ENDUSE_SHARED"


class RealDataAbsentWarning(UserWarning):
    """Shown in pytest's summary, so that a run without the real files cannot be taken for a full one."""


def shared_data() -> Path:
    """The folder ``data`` inside ``$ENDUSE_SHARED``, else inside ``shared`` beside the repository checkout.

    Skips the test (or the module, when called while it is imported) where there is no such folder.
    """
    named = os.environ.get(VARIABLE)
    shared = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    folder = shared / "data"
    if not folder.is_dir():
        reason = f"NOT TESTED ON REAL DATA: no folder {folder}; set {VARIABLE} to the folder that holds data/"
        warnings.warn(reason, RealDataAbsentWarning, stacklevel=2)
        pytest.skip(reason, allow_module_level=True)
    return folder
