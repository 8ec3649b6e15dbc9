"""`bellwether demo`: over a hundred URLs tracked for 30 simulated days, in under a minute."""

from bellwether.cli.demo.command import register

__all__ = ["register"]
