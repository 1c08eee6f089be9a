"""Extracts: the governed rows of one agreement, written as Parquet files and kept for a while."""
