"""The terms that pages use and link to, each in plain words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A term, the anchor that pages link to, and what it means."""

    anchor: str
    name: str
    meaning: str


TERMS = (
    Term(
        "agreement",
        "Agreement",
        "What a data owner grants to one person: which columns and rows of a data product, how "
        "they are changed before they are shown, for which purpose, and from when until when. "
        "It begins as a request.",
    ),
    Term(
        "classification",
        "Classification",
        "What a column says about a living person. ‘Personal’ is about a person. ‘Special "
        "category’ is data that the law protects most, such as health or ethnic group. "
        "‘Identifier’ singles a person out, such as a reference number. Other columns are not "
        "about a person.",
    ),
    Term(
        "contract",
        "Contract",
        "The file that describes a data product: its columns, its owner, its terms and where it "
        "lies. It follows the Open Data Contract Standard.",
    ),
    Term(
        "data-owner",
        "Data owner",
        "The person appointed to answer for a domain’s data, and to decide who may use it.",
    ),
    Term(
        "data-product",
        "Data product",
        "Data that a domain offers to others, with a contract that says what it is. "
        "In a query it is named by its domain and table, with a dot between.",
    ),
    Term("domain", "Domain", "A business area inside an organisation that owns data."),
    Term(
        "guardrail",
        "Guardrail",
        "A rule of the hub that no data owner can override. For example, special category data "
        "needs a legal basis that covers it.",
    ),
    Term(
        "hub",
        "Hub",
        "The people and rules that all domains share: the list of purposes, the guardrails, the "
        "auditors and the governance managers.",
    ),
    Term(
        "legal-basis",
        "Legal basis",
        "The law that allows the use, for example section 35 of the Digital Economy Act 2017.",
    ),
    Term(
        "open",
        "Open",
        "A data product that everyone who is signed in may use, without an agreement. Its use is "
        "on the record all the same.",
    ),
    Term(
        "pseudonym",
        "Pseudonym",
        "A code that stands in place of a value. The same value has the same code all through one "
        "agreement, and another code in another agreement, so that the two cannot be joined.",
    ),
    Term(
        "purpose",
        "Purpose",
        "What data is used for, chosen from the hub’s list. Each use names one.",
    ),
    Term(
        "record",
        "Record",
        "The list of everything that was asked, decided and used. Each entry is sealed with the "
        "one before it, so a change to any of them shows.",
    ),
    Term(
        "restricted",
        "Restricted",
        "A data product that can be used under an agreement only.",
    ),
    Term(
        "row-scope",
        "Row scope",
        "A condition that says which rows are included, for example region = 'Wales'.",
    ),
    Term(
        "treatment",
        "Treatment",
        "What is done to a column’s values before anyone sees them, such as rounding them or "
        "replacing them with pseudonyms.",
    ),
)
"""In the order of the alphabet."""
