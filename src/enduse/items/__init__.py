"""Control lists: what a code means and what controls it, item search, tables from official markup."""
