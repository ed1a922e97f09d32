"""`python -m app` is the command `epigraf`."""

from app.cli import main

# Worker processes import this module again under another name when they are spawned.
if __name__ == "__main__":
    raise SystemExit(main())
