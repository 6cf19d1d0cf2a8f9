"""The programme: how a member keeps the Code of Conduct, from recorded evidence, and the register of initiatives.

Pure: evidence and rows are given. What gathers them from cases and letters is in :mod:`enduse.interfaces.programme`.
"""
