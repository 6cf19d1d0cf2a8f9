"""The API of the product itself, under /v1: what it keeps, and everything that it can be asked."""
