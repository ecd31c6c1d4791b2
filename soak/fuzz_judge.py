"""How does reading a spoilt file end: read, refused with a sentence, or in something that went through?"""

from __future__ import annotations

import hashlib
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from leadscape.core.errors import LeadscapeError

from soak.mutation import mutate

if TYPE_CHECKING:
    from soak.readers import Reader

LONGEST: Final = 20
"""Seconds that one file of a few kilobytes may take."""
READ: Final = "read"
REFUSED: Final = "refused"


class TooLong(Exception):
    """One file took longer than :data:`LONGEST`."""


def spoilt(reader: Reader, number: int, bases: Path) -> tuple[bytes, Path]:
    """The spoilt file of this number, the same on every machine, and the right file that it was made from."""
    seed = int.from_bytes(hashlib.sha256(f"{reader.name}:{number}".encode()).digest()[:8], "big")
    random = Random(seed)
    name, kind, _ = random.choices(reader.files, [share for _, _, share in reader.files])[0]
    return mutate((bases / name).read_bytes(), kind, random), Path(name)


def judge(read: Callable[[Path], Any], path: Path) -> str:
    """:data:`READ`, :data:`REFUSED`, or what went through and where."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST)
    try:
        read(path)
    except LeadscapeError as error:
        return REFUSED if all((error.what, error.why, error.next_step)) else "a sentence without its parts"
    except (KeyboardInterrupt, SystemExit):
        raise
    # A panic of a library written in Rust is no Exception.
    except BaseException as error:
        return _place(error)
    finally:
        signal.alarm(0)
    return READ


def _too_long(*_: object) -> None:
    raise TooLong(f"longer than {LONGEST} s")


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/leadscape/" in frame.filename] or frames
    last = ours[-1]
    said = str(error).splitlines()[0][:100] if str(error) else ""
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno} ({said})"
