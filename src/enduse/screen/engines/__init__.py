"""Engines: ways to run the one batch function over many batches, on all cores or on a cluster, in order."""
