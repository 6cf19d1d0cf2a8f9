"""Readers that corrupt nothing: YAML, CSV, XLSX and Parquet come back as text, exactly as written."""
