"""The command line: thin, it decides nothing."""
