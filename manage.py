#!/usr/bin/env python
"""The door for commands: `python manage.py help`."""

import os
import sys

REFUSED = 3


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    if any(word != word.encode(errors="replace").decode() for word in sys.argv):
        sys.exit("An argument of this command is not text in UTF-8.")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as refusal:
        refuse(str(refusal))
    except Exception as surprise:  # what the machine refuses is a sentence; everything else goes on as it came
        from config import faults

        sentence = faults.sentence_of(surprise)
        if sentence is None:
            raise
        refuse(sentence)


def refuse(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(REFUSED)


if __name__ == "__main__":
    main()
