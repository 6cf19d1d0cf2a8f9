"""The programme over the store: evidence that cases and letters are, evidence that people record, and the register."""
