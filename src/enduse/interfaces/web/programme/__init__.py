"""The programme in a browser: register, scorecards, consultations, transparency report, the coalition's law."""
