"""What the lists say of a transaction's parties: one library over the embedded data and the user's snapshots."""
