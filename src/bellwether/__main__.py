"""`python -m bellwether` is `bellwether`."""

from bellwether.cli.main import run

run()
