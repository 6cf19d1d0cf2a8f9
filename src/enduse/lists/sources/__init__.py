"""One module per publisher; each says which document describes its format."""
