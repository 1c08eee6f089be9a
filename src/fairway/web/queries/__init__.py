"""Using data in place: query, download, chart."""
