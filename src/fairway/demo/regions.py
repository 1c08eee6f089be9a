"""The twelve regions and nations of the United Kingdom, and how publishers spell them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """A region of England, or a nation.

    `code` is the GSS code. `nuts1` is the code of the same area in NUTS level 1 of 2016, which the
    PAYE RTI tables still use; ITL level 1 of 2021 has the same areas as TLC to TLN.
    """

    code: str
    name: str
    nuts1: str

    @property
    def nation(self) -> str:
        """The nation that the region lies in, or is."""
        return "England" if self.code.startswith("E") else self.name


REGIONS = (
    Region("E12000001", "North East", "UKC"),
    Region("E12000002", "North West", "UKD"),
    Region("E12000003", "Yorkshire and The Humber", "UKE"),
    Region("E12000004", "East Midlands", "UKF"),
    Region("E12000005", "West Midlands", "UKG"),
    Region("E12000006", "East of England", "UKH"),
    Region("E12000007", "London", "UKI"),
    Region("E12000008", "South East", "UKJ"),
    Region("E12000009", "South West", "UKK"),
    Region("W92000004", "Wales", "UKL"),
    Region("S92000003", "Scotland", "UKM"),
    Region("N92000002", "Northern Ireland", "UKN"),
)

_BY_CODE = {region.code: region for region in REGIONS}
_BY_NAME = {region.name.casefold(): region for region in REGIONS}
_BY_NAME["east"] = _BY_NAME["east of england"]  # as the PAYE RTI tables call it


def region_coded(code: str) -> Region | None:
    """Return the region with a GSS code, or None."""
    return _BY_CODE.get(code)


def region_named(name: str) -> Region:
    """Return the region with a name, in any capitals. Raises ValueError when there is none."""
    region = _BY_NAME.get(name.strip().casefold())
    if region is None:
        raise ValueError(f"not a region of the United Kingdom: {name!r}")
    return region
