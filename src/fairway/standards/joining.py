"""The pages of an exported catalogue as one document of its format."""

import json
from collections.abc import Sequence
from typing import Any

_LISTS = {
    "dcat": ("dcat:dataset", "dcat:service"),
    "data.json": ("dataset",),
}


def joined(form: str, pages: Sequence[str]) -> str:
    """Return pages as one. Turtle may repeat its prefixes, YAML has several documents."""
    if len(pages) == 1 or form in ("dcat-turtle", "odps"):
        return "\n".join(pages)
    if form == "dcat-xml":
        head, _, _ = pages[0].rpartition("</rdf:RDF>")
        others = (page.partition("<rdf:RDF ")[2].partition(">")[2] for page in pages[1:])
        bodies = (page.rpartition("</rdf:RDF>")[0] for page in others)
        return "".join((head, *bodies, "</rdf:RDF>\n"))
    read = [json.loads(page) for page in pages]
    whole: Any
    if form == "ukgov":
        whole = [record for page in read for record in page]
    elif form == "ckan":
        results = [package for page in read for package in page["result"]["results"]]
        whole = {"success": True, "result": {"count": len(results), "results": results}}
    else:
        whole = read[0]
        for name in _LISTS[form]:
            whole[name] = [record for page in read for record in page.get(name, ())]
    return json.dumps(whole, ensure_ascii=False, indent=1)
