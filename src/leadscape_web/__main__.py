"""Commands of whoever runs the service: ``python -m leadscape_web migrate`` is ``leadscape service migrate``."""

from __future__ import annotations

import sys

from leadscape.core.errors import LeadscapeError
from leadscape.core.exit_codes import exit_code
from leadscape_web.config.administration import run_command


def main() -> None:
    """Run one command and end with a documented exit code."""
    try:
        run_command(sys.argv[1:])
    except LeadscapeError as error:
        for sentence in (error.what, error.why, error.next_step):
            print(sentence, file=sys.stderr)
        sys.exit(exit_code(error))


if __name__ == "__main__":
    main()
