"""A process that ``leadscape serve`` started ends with it, even when it was killed and could not say so."""

from __future__ import annotations

import os
import signal
import threading
import time


def end_with_parent() -> None:
    """Watch the process that started this one, if that was ``leadscape serve``."""
    parent = os.getppid()
    if os.environ.get("LEADSCAPE_SERVED_BY") != str(parent):
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
