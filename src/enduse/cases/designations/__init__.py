"""Designations: from evidence of abuse to a listing, and off again.

    service.py      read this first: what can be done, by whom, over a log of events
    evidence.py     the register: incidents, who sold what to whom, what was done with it, graded sources, links
    voting.py       a vote counted by a rule that is data
    designation.py  the fold of a designation's events: nomination, votes, listing, petitions, removal
    decide.py       a command: its events, or a refusal that names everything in the way
    listing.py      what a designation lists, day by day, as a listed party
    telling.py      whom a publication tells, and whom before it
    publication.py  an edition of the authority's list: FollowTheMoney, the consolidated list's columns, a notice

Events, log, clocks and refusals are those of licensing; what authorities prescribe is ``data/designations.yaml``.
"""
