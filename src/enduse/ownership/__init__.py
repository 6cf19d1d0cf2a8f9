"""Who owns and controls whom, and the percentage rules of each list."""
