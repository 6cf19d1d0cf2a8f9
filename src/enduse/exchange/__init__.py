"""The coalition: nodes that publish lists, tell, ask and answer each other, without a server in the middle.

    membership   who takes part, with which keys; signed by a quorum, each version after the other
    publication  lists and texts of one node, signed so that they cannot be forged, rolled back or frozen (TUF)
    notices      what one government tells another, typed; letters carry them, each in its place of a stream
    handling     who may hold, read and pass on what
    post         sends and takes letters over any transport, in order, once
    due          what a question's silence means, and when

Nothing here opens a socket or a database: transports and books are given (:mod:`enduse.interfaces.exchange`).
"""
