"""Designations in a browser: the register of evidence with its graph, nominations, votes, listings and petitions.

Pages decide nothing: they show what the service's desk says (:mod:`enduse.interfaces.designations.desk`) and send
what a person typed as the command that it is.
"""
