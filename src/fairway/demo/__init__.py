"""The demo: seven real products, made from files as official publishers published them.

`raw/` holds the files as published, with source and licence; `tidy/` turns each into a typed table;
`contracts/` offers them; `load.write` lays them down as Parquet; `question` asks them something.
"""
