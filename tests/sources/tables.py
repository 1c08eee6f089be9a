"""Delta tables for tests, some with what the writer at hand does not write.

`log` writes a table's first commit by hand, from the protocol's own words
(https://github.com/delta-io/delta/blob/master/PROTOCOL.md): deletion vectors and column mapping.
"""

import json
import struct

import pyarrow.parquet as pq
import pyroaring

_Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"


def _base85(raw):
    found = []
    for start in range(0, len(raw), 4):
        number = int.from_bytes(raw[start : start + 4], "big")
        found.append("".join(_Z85[number // 85**power % 85] for power in (4, 3, 2, 1, 0)))
    return "".join(found)


def deletion_vector(places):
    """Rows that no longer count, as a vector that stands in the log itself."""
    body = struct.pack("<i", 1681511377) + pyroaring.BitMap64(places).serialize()
    body += b"\0" * (-len(body) % 4)
    return {
        "storageType": "i",
        "pathOrInlineDv": _base85(body),
        "sizeInBytes": len(body),
        "cardinality": len(places),
    }


def field(name, kind, number, physical):
    mapping = {"delta.columnMapping.id": number, "delta.columnMapping.physicalName": physical}
    return {"name": name, "type": kind, "nullable": True, "metadata": mapping}


def log(folder, fields, files, *, mode="name", partitions=(), features=None):
    """Write a table: `files` are (name, Arrow table, partition values, deleted rows)."""
    features = features or ["columnMapping", "deletionVectors"]
    (folder / "_delta_log").mkdir(parents=True)
    actions = [
        {
            "protocol": {
                "minReaderVersion": 3,
                "minWriterVersion": 7,
                "readerFeatures": features,
                "writerFeatures": features,
            }
        },
        {
            "metaData": {
                "id": "5fba94ed-9794-4965-ba6e-6ee3c0d22af9",
                "format": {"provider": "parquet", "options": {}},
                "schemaString": json.dumps({"type": "struct", "fields": fields}),
                "partitionColumns": list(partitions),
                "configuration": {
                    "delta.columnMapping.mode": mode,
                    "delta.enableDeletionVectors": "true",
                },
                "createdTime": 1,
            }
        },
    ]
    for name, table, values, deleted in files:
        pq.write_table(table, folder / name)
        add = {
            "path": name,
            "partitionValues": values,
            "size": (folder / name).stat().st_size,
            "modificationTime": 1,
            "dataChange": True,
            "stats": json.dumps({"numRecords": table.num_rows, "tightBounds": not deleted}),
        }
        if deleted:
            add["deletionVector"] = deletion_vector(deleted)
        actions.append({"add": add})
    text = "\n".join(json.dumps(action) for action in actions)
    (folder / "_delta_log" / f"{0:020}.json").write_text(text)


# ------------------------------------------------------------------ Iceberg


def iceberg_catalog(**properties):
    """A catalogue in memory for the real writer, which needs one; the tables lie in directories.

    `properties` say how it reaches those that lie elsewhere."""
    from pyiceberg.catalog import MetastoreCatalog
    from pyiceberg.catalog.noop import NoopCatalog
    from pyiceberg.table import CommitTableResponse, Table

    class InMemory(MetastoreCatalog, NoopCatalog):
        def __init__(self):
            super().__init__("memory", **properties)
            self.held = {}

        def create_table(self, identifier, schema, location=None, **more):
            staged = self._create_staged_table(("n", identifier), schema, str(location), **more)
            self._keep(staged)
            return self.held[identifier]

        def load_table(self, identifier):
            return self.held[identifier[-1]]

        def commit_table(self, table, requirements, updates):
            current = self.load_table(table.name())
            staged = self._update_and_stage_table(current, table.name(), requirements, updates)
            self._keep(staged)
            return CommitTableResponse(
                metadata=staged.metadata, metadata_location=staged.metadata_location
            )

        def _keep(self, staged):
            self._write_metadata(staged.metadata, staged.io, staged.metadata_location)
            name = staged.name()[-1]
            self.held[name] = Table(
                ("n", name), staged.metadata, staged.metadata_location, staged.io, self
            )

    return InMemory()
