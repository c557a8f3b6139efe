"""shipit's command line, which a test can kill at a write: see stopped.py."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
from stopped import start

if __name__ == "__main__":
    start()
