"""Licensing in a browser: the exporter's portal, the officer's desk, denials, what is due, statistics, records.

Pages decide nothing: they show what the service's desk says (:mod:`enduse.interfaces.licensing.desk`) and send what a
person typed as the command that it is. What an exporter reads is made of the exporter's view and of nothing else.
"""
