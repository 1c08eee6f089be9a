"""What the documents' commands run in."""

import os
import sys
from pathlib import Path

import pytest


@pytest.fixture
def environment(tmp_path):
    """This environment with Fairway's own commands, and without what would lead them elsewhere."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("FAIRWAY_")}
    programs = Path(sys.executable).parent
    return {
        **own,
        "PATH": f"{programs}{os.pathsep}{own['PATH']}",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "COLUMNS": "200",
    }
