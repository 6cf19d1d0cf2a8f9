"""``python -m enduse`` is the command line."""

from enduse.interfaces.cli.main import run

run()
