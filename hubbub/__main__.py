"""`python -m hubbub` and the `hubbub` script."""

import sys


def main() -> None:
    """Run the command line; exit with its code."""
    from hubbub.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
