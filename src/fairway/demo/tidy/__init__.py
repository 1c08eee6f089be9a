"""The tidy-ups: one module per product, each a pure function from the raw files to a typed table.

`PRODUCTS` maps `<domain>.<table>`, the name a product has in queries, to its tidy function.
"""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from fairway.demo.tidy import (
    acs_2019_person_sample,
    apprenticeship_starts,
    jobcentres,
    local_authorities,
    payrolled_employees,
    redundancy_notices,
    universal_credit_households,
)

Tidy = Callable[[Path], pa.Table]

PRODUCTS: dict[str, Tidy] = {
    "beis.redundancy_notices": redundancy_notices.tidy,
    "dfe.apprenticeship_starts": apprenticeship_starts.tidy,
    "dwp.jobcentres": jobcentres.tidy,
    "dwp.universal_credit_households": universal_credit_households.tidy,
    "hmrc.payrolled_employees": payrolled_employees.tidy,
    "ons.acs_2019_person_sample": acs_2019_person_sample.tidy,
    "ons.local_authorities": local_authorities.tidy,
}
