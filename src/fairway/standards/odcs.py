"""Open Data Contract Standard 3.x, in and out (https://bitol-io.github.io/open-data-contract-standard).

What Fairway acts on is read into a `Contract`; the whole document is kept beside it, so that every
field, known or not, comes out again. The standard's own library checks the shape of what it knows.

`problems` is the verdict of the official JSON Schema of the version that a contract names.
Publishing asks for more: one table, with an owner, from a source that the node can read.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pydantic
from open_data_contract_standard.model import OpenDataContractStandard

from fairway.nouns.errors import BadInput
from fairway.nouns.products import (
    STORES,
    AccessClass,
    Classification,
    Column,
    Contract,
    LogicalType,
    Marking,
    Source,
    Visibility,
)
from fairway.standards import documents
from fairway.standards.documents import Document

_TABLE = re.compile(r"[a-z][a-z0-9_]{0,62}")
_COLUMN = re.compile(r'[^\x00-\x1f\x7f"]{1,128}')
_OWNER_ROLES = frozenset({"owner", "data owner", "dataowner", "data_owner", "data-owner"})
_SCHEMAS = {
    "v3.0.0": ("fairway.standards", "schemas/odcs-v3.0.1.json"),
    "v3.0.1": ("fairway.standards", "schemas/odcs-v3.0.1.json"),
    "v3.0.2": ("fairway.standards", "schemas/odcs-v3.0.2.json"),
    "v3.1.0": ("fairway.standards", "schemas/odcs-v3.1.0.json"),
}
"""Where the schema of each version is; any other is held against the newest."""

_NEWEST = ("open_data_contract_standard", "schema.json")
_KNOWN = frozenset(f.alias or name for name, f in OpenDataContractStandard.model_fields.items())


class OdcsContracts:
    """The port `Contracts` for ODCS 3.x."""

    def read(self, text: str, file: str) -> Contract:
        """Read a contract. Raises `BadInput` naming file, field and line."""
        document = documents.read(text, file)
        _check_kind(document)
        _check_shape(document)
        schema = _only_schema(document)
        access = _access(document)
        return Contract(
            id=_text(document, "id"),
            version=_text(document, "version"),
            domain=_text(document, "domain"),
            table=_table(document, schema),
            title=_optional(document, "name")
            or _optional(document, "dataProduct")
            or _table(document, schema),
            description=_description(document, schema),
            owner=_owner(document),
            access=access,
            columns=_columns(document, schema, access),
            source=_source(document),
            tags=tuple(str(t) for t in document.content.get("tags") or ()),
            licence=_custom(document.content, "licence") or "",
            attribution=_custom(document.content, "attribution") or "",
            earlier_versions=_earlier_versions(document),
            marking=_marking(document),
            visibility=_visibility(document),
            document=document.content,
        )

    def write(self, contract: Contract) -> str:
        """Write a contract with every field that was read."""
        return documents.write(contract.document)


def problems(document: Document) -> tuple[BadInput, ...]:
    """Return each place where a contract breaks the schema of its version; none if it is valid."""
    from fairway.standards import json_schemas  # deferred: its library can take seconds

    named = _SCHEMAS.get(str(document.content.get("apiVersion")), _NEWEST)
    found = json_schemas.violations(json_schemas.schema(*named), document.content)
    return tuple(
        document.problem(
            "contract.against_standard",
            f"The standard's schema says: {reason}.",
            field=field,
            remedy="See the field in the Open Data Contract Standard.",
        )
        for field, reason in found
    )


def _check_kind(document: Document) -> None:
    kind = document.content.get("kind")
    if kind != "DataContract":
        raise document.problem(
            "contract.wrong_kind",
            f"kind is '{str(kind)[:40]}', not 'DataContract'.",
            field="kind",
            remedy="Write kind: DataContract.",
        )
    version = str(document.content.get("apiVersion", ""))
    if not version.startswith("v3."):
        raise document.problem(
            "contract.wrong_standard",
            f"apiVersion is '{version[:40]}'; Fairway reads the standard's versions v3.x.",
            field="apiVersion",
            remedy="Write apiVersion: v3.2.0.",
        )


def _check_shape(document: Document) -> None:
    """Let the standard's library check the fields it knows; the others are kept unread."""
    known = {k: v for k, v in document.content.items() if k in _KNOWN}
    try:
        OpenDataContractStandard.model_validate(known)
    except pydantic.ValidationError as error:
        first = min(error.errors(), key=lambda e: len(e["loc"]))
        raise document.problem(
            "contract.malformed",
            f"This does not follow the standard: {first['msg'].lower()}.",
            field=_path(first["loc"]),
            remedy="See the field in the Open Data Contract Standard 3.2.",
        ) from None


def _path(location: tuple[int | str, ...]) -> str:
    """Return a pydantic location as a field path; names of unions' members are left out."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part.isidentifier() and not part[0].isupper():
            path += f".{part}" if path else part
    return path


def _text(document: Document, field: str) -> str:
    value = _optional(document, field)
    if not value:
        raise document.problem(
            "contract.field_missing", f"'{field}' is missing.", field=field, remedy="Add it."
        )
    return value


def _optional(document: Document, field: str) -> str:
    value = document.content.get(field)
    return "" if value is None else str(value).strip()


def _only_schema(document: Document) -> Mapping[str, Any]:
    schema = document.content.get("schema") or []
    if len(schema) != 1:
        raise document.problem(
            "contract.one_table",
            f"The contract describes {len(schema)} tables; a product of Fairway is one.",
            field="schema",
            remedy="Write one contract for each table.",
        )
    first: Mapping[str, Any] = schema[0]
    return first


def _table(document: Document, schema: Mapping[str, Any]) -> str:
    name = str(schema.get("name") or "")
    if not _TABLE.fullmatch(name):
        raise document.problem(
            "contract.bad_name",
            f"'{name[:63]}' cannot name a table.",
            field="schema[0].name",
            remedy="Begin with a small letter, then use small letters, digits and underscores.",
        )
    return name


def _description(document: Document, schema: Mapping[str, Any]) -> str:
    about = document.content.get("description") or {}
    parts = [about.get(k) for k in ("purpose", "usage", "limitations")]
    return "\n\n".join(str(p).strip() for p in (*parts, schema.get("description")) if p)


def _members(document: Document) -> Iterator[Mapping[str, Any]]:
    team = document.content.get("team") or []
    yield from (team.get("members") or []) if isinstance(team, dict) else team


def _owner(document: Document) -> str:
    for member in _members(document):
        role = str(member.get("role") or "").casefold()
        if role in _OWNER_ROLES and member.get("username") and not member.get("dateOut"):
            return str(member["username"])
    raise document.problem(
        "contract.owner_missing",
        "The team has no member in the role 'data owner'.",
        field="team.members",
        remedy="Add one, with username and role: data owner.",
    )


def _custom(holder: Mapping[str, Any], name: str) -> str | None:
    for entry in holder.get("customProperties") or ():
        if entry.get("property") == name and entry.get("value") is not None:
            return str(entry["value"])
    return None


def _earlier_versions(document: Document) -> bool:
    """Return whether earlier states of the data may be read; a contract that does not say: no."""
    written = (_custom(document.content, "earlierVersions") or "refused").casefold()
    if written in {"allowed", "refused"}:
        return written == "allowed"
    raise document.problem(
        "contract.unknown_earlier_versions",
        f"earlierVersions is '{written[:40]}'; it can be allowed or refused.",
        field="customProperties",
        remedy="Write allowed or refused.",
    )


def _access(document: Document) -> AccessClass:
    """Return the access class; a contract that does not say is restricted."""
    written = _custom(document.content, "accessClass")
    if written is None:
        return AccessClass.RESTRICTED
    try:
        return AccessClass(written.casefold())
    except ValueError:
        raise document.problem(
            "contract.unknown_access_class",
            f"accessClass is '{written[:40]}'; it can be open or restricted.",
            field="customProperties",
            remedy="Write open or restricted.",
        ) from None


def _marking(document: Document) -> Marking:
    """Return the protective marking; a contract that does not say is OFFICIAL."""
    written = _custom(document.content, "marking")
    if written is None:
        return Marking.OFFICIAL
    try:
        return Marking(written.upper())
    except ValueError:
        raise document.problem(
            "contract.unknown_marking",
            f"marking is '{written[:40]}'; it can be {' or '.join(Marking)}.",
            field="customProperties",
            remedy="Data that is marked higher has no place on this node.",
        ) from None


def _visibility(document: Document) -> Visibility:
    """Return who may know of the product; where nothing is said, everyone at this node."""
    written = _custom(document.content, "visibility")
    if written is None:
        return Visibility.EVERYONE
    try:
        return Visibility(written.casefold())
    except ValueError:
        raise document.problem(
            "contract.unknown_visibility",
            f"visibility is '{written[:40]}'; it can be domain, everyone or partners.",
            field="customProperties",
            remedy="Write domain, everyone or partners.",
        ) from None


def _columns(
    document: Document, schema: Mapping[str, Any], access: AccessClass
) -> tuple[Column, ...]:
    columns: list[Column] = []
    for position, written in enumerate(schema.get("properties") or ()):
        column = _column(document, written, f"schema[0].properties[{position}]", access)
        if any(c.name.casefold() == column.name.casefold() for c in columns):
            raise document.problem(
                "contract.column_twice",
                f"Column '{column.name}' stands twice; names compare without regard to case.",
                field=f"schema[0].properties[{position}].name",
                remedy="Rename one of them.",
            )
        columns.append(column)
    if not columns:
        raise document.problem(
            "contract.no_columns",
            "The contract describes no columns.",
            field="schema[0].properties",
            remedy="Add a property for each column to be offered.",
        )
    return tuple(columns)


def _column(
    document: Document, written: Mapping[str, Any], field: str, access: AccessClass
) -> Column:
    name = str(written.get("name") or "")
    if not _COLUMN.fullmatch(name) or name != name.strip():
        raise document.problem(
            "contract.bad_name",
            f"'{name[:63]}' cannot name a column.",
            field=f"{field}.name",
            remedy="Use 1 to 128 characters, no quotation marks, no space at the ends.",
        )
    return Column(
        name=name,
        type=_type(document, written.get("logicalType"), name, field),
        description=str(written.get("description") or written.get("businessName") or "").strip(),
        classification=_classification(document, written.get("classification"), field, access),
        required=written.get("required") is True,
    )


def _type(document: Document, written: object, name: str, field: str) -> LogicalType:
    try:
        return LogicalType(str(written))
    except ValueError:
        raise document.problem(
            "contract.unsupported_type" if written else "contract.field_missing",
            f"Column '{name}' has logicalType '{written}'."
            if written
            else f"Column '{name}' has no logicalType.",
            field=f"{field}.logicalType",
            remedy=f"Use one of: {', '.join(LogicalType)}.",
        ) from None


def _classification(
    document: Document, written: object, field: str, access: AccessClass
) -> Classification:
    """Return a column's classification.

    Where a restricted product does not say, the column counts as personal: silence about people's
    data is no statement that there is none. An open product states it by being open.
    """
    if written in (None, ""):
        return Classification.NONE if access is AccessClass.OPEN else Classification.PERSONAL
    try:
        return Classification(str(written).casefold().replace("_", " "))
    except ValueError:
        raise document.problem(
            "contract.unknown_classification",
            f"classification is '{str(written)[:40]}'.",
            field=f"{field}.classification",
            remedy=f"Use one of: {', '.join(Classification)}.",
        ) from None


def _source(document: Document) -> Source:
    servers = document.content.get("servers") or []
    if not servers:
        raise document.problem(
            "contract.server_missing",
            "The contract does not say where the data lies.",
            field="servers",
            remedy="Add a server with type, format and path.",
        )
    server: Mapping[str, Any] = servers[0]
    for key in ("path", "format"):
        if server.get("type") == "local" and not server.get(key):
            raise document.problem(
                "contract.field_missing",
                f"The server has no {key}.",
                field=f"servers[0].{key}",
                remedy="Add it.",
            )
    if server.get("type") in {"postgres", "postgresql"}:
        # The node knows the server by its name, and its address and password from its own secrets.
        schema = str(server.get("schema") or "public")
        table = str((document.content.get("schema") or [{}])[0].get("physicalName") or "")
        table = table or str((document.content.get("schema") or [{}])[0].get("name") or "")
        return Source("postgres", "table", f"{server.get('server') or ''}/{schema}.{table}")
    kind = str(server.get("type") or "")
    location = str(server.get("path") or server.get("location") or "")
    if kind in STORES:  # known to the node by their names too
        location = f"{server.get('server') or ''}/{location}"
    return Source(kind, str(server.get("format") or "").casefold(), location)
