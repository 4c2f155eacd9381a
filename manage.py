#!/usr/bin/env python
"""The door for commands: `python manage.py help`."""

import os
import sys

REFUSED = 3


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Exception as surprise:  # what the machine refuses is a sentence; everything else goes on as it came
        from config import faults

        sentence = faults.sentence_of(surprise)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
