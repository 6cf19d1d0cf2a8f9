"""The HTTP interface in the shapes of yente, so that a program written for it runs against the lists held here."""
