"""Bellwether: a self-hosted server that tracks social creators, their posts and their audiences."""

__version__ = "0.1.0"
