"""The catalogue of a node as its users see it: harvest, list, show."""

import gzip
from collections.abc import Iterator, Sequence
from typing import Any

from fairway.client.answers import Answer, Page
from fairway.client.governance import Governance
from fairway.client.transport import part


class Catalogue(Governance):
    """The entries of one node's catalogue, governed here or living elsewhere."""

    def harvest(
        self,
        catalogue: str | bytes,
        *,
        source: str,
        format: str = "",  # noqa: A002 - the word that users write
        organisation: str = "",
        licence: str = "",
        complete: bool = True,
    ) -> Answer:
        """Take over the records of a catalogue, given as its text or bytes.

        What did not change is passed over, and what a `complete` one no longer holds is withdrawn.
        `organisation` and `licence` are those of records that name none. The answer counts what
        was done; its `problems` say which records could not be used, and why.
        """
        given = catalogue.encode() if isinstance(catalogue, str) else catalogue
        params: dict[str, Any] = {
            "source": source,
            "format": format,
            "organisation": organisation,
            "licence": licence,
            "complete": complete,
        }
        packed = gzip.compress(given, 6, mtime=0)
        said = {"Content-Type": "application/octet-stream", "Content-Encoding": "gzip"}
        return self._answer("POST", "catalogue/harvests", params=params, content=packed, said=said)

    def search(
        self,
        words: str = "",
        *,
        facets: Sequence[str] = (),
        sort: str = "relevance",
        limit: int = 20,
        offset: int = 0,
    ) -> Answer:
        """Search everything in the catalogue; the answer has items, facets and did_you_mean.

        Words come in any order; `owner:`, `domain:`, `column:`, `tag:`, `kind:`, `licence:` and
        `format:` narrow, and so do `facets`, written `name:value`.
        """
        params: dict[str, Any] = {
            "q": words,
            "facet": list(facets),
            "sort": sort,
            "limit": limit,
            "offset": offset,
        }
        return self._answer("GET", "catalogue/search", params=params)

    def suggest(self, begun: str) -> list[str]:
        """Return titles in the catalogue that hold what was typed so far."""
        return list(self._transport.json("GET", "catalogue/suggestions", params={"q": begun}))

    def reindex(self) -> Answer:
        """Make the search index anew; the answer counts products and entries. Administrators."""
        return self._answer("POST", "catalogue/index")

    def glossary(self) -> Sequence[Answer]:
        """Return the hub's glossary: terms, and the other names that searches look for."""
        return self._answers("GET", "glossary")

    def set_glossary_term(self, term: str, names: Sequence[str]) -> Answer:
        """Let searches for a term look for other names too. For governance managers."""
        return self._answer("POST", "glossary", body={"term": term, "names": list(names)})

    def remove_glossary_term(self, term: str) -> None:
        """Take a term out of the glossary. For governance managers."""
        self._transport.json("DELETE", f"glossary/{part(term)}")

    def entries(
        self,
        *,
        kind: str = "",
        source: str = "",
        missing: str = "",
        order: str = "title",
        limit: int = 20,
        offset: int = 0,
    ) -> Page:
        """Return a page of the catalogue: governed products first, then what lives elsewhere.

        `missing` asks for those without description, licence or owner; `order` is by title, or
        best or worst quality first.
        """
        return self._page(
            "catalogue/entries",
            kind=kind,
            source=source,
            missing=missing,
            order=order,
            limit=limit,
            offset=offset,
        )

    def entry(self, entry: str) -> Answer:
        """Return everything about an entry, with its quality point by point."""
        return self._answer("GET", f"catalogue/entries/{part(entry)}")

    def coverage(self) -> Answer:
        """Return what entries lack, by source or domain, and the last harvest of each source."""
        return self._answer("GET", "catalogue/coverage")

    def quality(self, *, limit: int = 100, offset: int = 0) -> Page:
        """Return a page of the quality of every entry, the worst first."""
        return self._page("catalogue/quality", limit=limit, offset=offset)

    def export_catalogue(self, form: str = "dcat", *, source: str = "") -> Iterator[str]:
        """Yield the catalogue, a page of up to 1,000 entries at a time, in a standard's format."""
        offset, most = 0, 1000
        while True:
            params = {"format": form, "source": source, "limit": most, "offset": offset}
            text, headers = self._transport.page("catalogue/export", params)
            yield text
            offset += most
            if offset >= int(headers.get("Fairway-Total", "0")):
                return

    def withdraw(self, product: str, reason: str) -> Answer:
        """Withdraw a product: it is found, asked for and used no more. `stopped` are agreements."""
        return self._answer("POST", f"products/{part(product)}/withdraw", body={"reason": reason})

    def follow_catalogue(self, address: str, *, source: str, token: str = "") -> Answer:
        """Follow the catalogue of the node at an address; `token` is one of that node."""
        body = {"source": source, "address": address, "token": token}
        return self._answer("POST", "catalogue/follows", body=body)

    def followed_catalogues(self) -> list[dict[str, Any]]:
        """Return the catalogues that are followed, and how that goes."""
        return list(self._transport.json("GET", "catalogue/follows"))

    def unfollow_catalogue(self, source: str) -> Answer:
        """Follow a catalogue no more; its entries are withdrawn."""
        return self._answer("DELETE", f"catalogue/follows/{part(source)}")

    def give_feedback(self, entry: str, text: str) -> Answer:
        """Say something of an entry to its owner."""
        return self._answer(
            "POST", f"catalogue/entries/{part(entry)}/feedback", body={"text": text}
        )

    def feedback(self, entry: str = "") -> list[dict[str, Any]]:
        """Return feedback that one gave or answers for; with an entry, that on it."""
        path = f"catalogue/entries/{part(entry)}/feedback" if entry else "catalogue/feedback"
        return list(self._transport.json("GET", path))

    def answer_feedback(self, feedback: str, text: str) -> Answer:
        """Answer feedback on what one is owner or steward of."""
        return self._answer(
            "POST", f"catalogue/feedback/{part(feedback)}/answer", body={"text": text}
        )

    def close_feedback(self, feedback: str) -> Answer:
        """Close feedback that one gave, or answers for."""
        return self._answer("POST", f"catalogue/feedback/{part(feedback)}/close")
