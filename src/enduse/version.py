"""The version of the engine; it is part of every judgement."""

__version__ = "0.1.0"
