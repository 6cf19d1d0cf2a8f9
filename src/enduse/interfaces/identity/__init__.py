"""Who asks, and what they may do: accounts, sessions, keys, the policies of access and the guard of every route."""
