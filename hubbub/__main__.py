"""The entry point of `python -m hubbub` and of the `hubbub` script. Knows no command."""

import sys


def main() -> None:
    """Run the command line; exit with its code."""
    from hubbub.standard import secure_descriptors, secure_streams

    secure_descriptors()
    secure_streams()
    from hubbub.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
