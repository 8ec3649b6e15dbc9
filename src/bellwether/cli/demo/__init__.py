"""`bellwether demo`: over a hundred URLs tracked for 30 simulated days, in half a minute."""

from bellwether.cli.demo.command import register

__all__ = ["register"]
