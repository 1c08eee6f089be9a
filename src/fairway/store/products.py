"""Published products, every version kept."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from fairway.nouns.products import (
    AccessClass,
    Classification,
    Column,
    Contract,
    DataProduct,
    LogicalType,
    Marking,
    Source,
    Visibility,
)
from fairway.store.database import Prepared, Words, only, reads, writes
from fairway.store.encoding import dumps, loads


class ProductRecord(models.Model):
    """One version of a product. `terms` are the parts that Fairway acts on, `document` the whole
    contract as it was given, `source` where the node reads; all as JSON text."""

    number = models.BigAutoField(primary_key=True)
    product = Words()
    contract = Words()
    domain = Words()
    version = Words()
    current = models.BooleanField()
    withdrawn = models.BooleanField(default=False)
    terms = models.TextField()
    document = models.TextField()
    source = models.TextField()
    published_by = Words()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "store_product"
        constraints = (
            models.UniqueConstraint(
                fields=("product",), condition=models.Q(current=True), name="one_current_version"
            ),
        )
        indexes = (
            models.Index(fields=("product", "number"), name="product_versions"),
            models.Index(
                fields=("contract",), condition=models.Q(current=True), name="product_contract"
            ),
            models.Index(
                fields=("domain",), condition=models.Q(current=True), name="product_domain"
            ),
        )


class ProductStore:
    """`verbs.ports.Products` on Django's tables."""

    @reads
    def get(self, product: str) -> DataProduct | None:
        return only(_product(r) for r in _PRODUCT(product))

    @reads
    def several(self, products: Iterable[str]) -> Sequence[DataProduct]:
        return tuple(_product(r) for r in _CURRENT.filter(product__in=list(products)))

    @reads
    def versions(self, product: str) -> Sequence[DataProduct]:
        records = ProductRecord.objects.filter(product=product).order_by("-number")
        return tuple(_product(r) for r in records)

    @reads
    def by_contract(self, contract: str) -> DataProduct | None:
        records = _CURRENT.filter(contract=contract).order_by("-number")
        return only(_product(r) for r in records[:1])

    @reads
    def all(self, *, domain: str | None = None) -> Sequence[DataProduct]:
        records = _CURRENT.order_by("product")
        records = records.filter(withdrawn=False)
        wanted = records if domain is None else records.filter(domain=domain)
        return tuple(_product(r) for r in wanted)

    @writes
    def add(self, product: DataProduct) -> None:
        _CURRENT.filter(product=product.id).update(current=False)
        contract = product.contract
        ProductRecord(
            product=product.id,
            contract=contract.id,
            domain=contract.domain,
            version=contract.version,
            current=True,
            terms=dumps(_terms(contract)),
            document=dumps(contract.document),
            source=dumps(_place(product.source)),
            published_by=product.published_by,
            published_at=product.published_at,
        ).save(force_insert=True)

    @writes
    def withdraw(self, product: str) -> None:
        _CURRENT.filter(product=product).update(withdrawn=True)


_CURRENT = ProductRecord.objects.filter(current=True)
_PRODUCT = Prepared(lambda product: _CURRENT.filter(product=product))


def _product(record: ProductRecord) -> DataProduct:
    return DataProduct(
        id=record.product,
        contract=_contract(loads(record.terms), loads(record.document)),
        source=Source(**loads(record.source)),
        published_by=record.published_by,
        published_at=record.published_at,
        withdrawn=record.withdrawn,
    )


def _terms(contract: Contract) -> dict[str, Any]:
    return {
        "id": contract.id,
        "version": contract.version,
        "domain": contract.domain,
        "table": contract.table,
        "title": contract.title,
        "description": contract.description,
        "owner": contract.owner,
        "access": contract.access.value,
        "columns": [
            {
                "name": column.name,
                "type": column.type.value,
                "description": column.description,
                "classification": column.classification.value,
                "required": column.required,
            }
            for column in contract.columns
        ],
        "source": _place(contract.source),
        "tags": contract.tags,
        "licence": contract.licence,
        "attribution": contract.attribution,
        "earlier_versions": contract.earlier_versions,
        "marking": contract.marking.value,
        "visibility": contract.visibility.value,
    }


def _contract(terms: dict[str, Any], document: dict[str, Any]) -> Contract:
    columns = tuple(_column(column) for column in terms["columns"])
    return Contract(
        **terms
        | {
            "access": AccessClass(terms["access"]),
            "columns": columns,
            "source": Source(**terms["source"]),
            "tags": tuple(terms["tags"]),
            "marking": Marking(terms.get("marking", Marking.OFFICIAL)),
            "visibility": Visibility(terms.get("visibility", Visibility.EVERYONE)),
            "document": document,
        }
    )


def _column(column: dict[str, Any]) -> Column:
    return Column(
        **column
        | {
            "type": LogicalType(column["type"]),
            "classification": Classification(column["classification"]),
        }
    )


def _place(source: Source) -> dict[str, str]:
    return {"kind": source.kind, "format": source.format, "location": source.location}
