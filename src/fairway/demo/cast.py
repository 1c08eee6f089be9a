"""Who takes part in the demo: departments, their domains, and accounts named for their roles."""

from dataclasses import dataclass

ORGANISATIONS = {
    "dwp": "Department for Work and Pensions",
    "dfe": "Department for Education",
    "hmrc": "HM Revenue and Customs",
    "beis": "Department for Business, Energy and Industrial Strategy",
    "ons": "Office for National Statistics",
}
"""The publishers of the demo's files by the id of their domain, as they were called then."""

DOMAINS = {
    "dwp": "Work and pensions",
    "dfe": "Education and skills",
    "hmrc": "Tax and earnings",
    "beis": "Business and employment",
    "ons": "Official statistics",
}

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Account:
    """An account and the role that it is appointed to; at the hub where `domain` is `hub`."""

    id: str
    name: str
    domain: str
    role: str

    @property
    def appointed_in(self) -> str | None:
        """The domain of the appointment, None at the hub."""
        return None if self.domain == "hub" else self.domain


ACCOUNTS = (
    *(Account(f"{d}-owner", f"Data owner, {d.upper()}", d, "data owner") for d in DOMAINS),
    Account("dwp-steward", "Data steward, DWP", "dwp", "data steward"),
    Account("dwp-analyst", "Analyst, DWP", "dwp", "analyst"),
    Account("dfe-analyst", "Analyst, DfE", "dfe", "analyst"),
    Account("auditor", "Auditor", "hub", "auditor"),
    Account("governance-manager", "Governance manager", "hub", "governance manager"),
    Account("data-protection-officer", "Data protection officer", "hub", "data protection officer"),
)
"""Roles, and never people: nobody is invented. The administrator comes with the node itself."""
