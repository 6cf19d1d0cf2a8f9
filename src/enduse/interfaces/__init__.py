"""Ways in and out: the command line, transaction files, documents. They decide nothing."""
