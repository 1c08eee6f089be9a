"""The question that the demo asks of five departments' data, and what its answer can bear.

Where do Universal Credit households, payrolled jobs, apprenticeships and redundancies move apart,
by region?
"""

TITLE = (
    "Where do Universal Credit households, payrolled jobs, apprenticeships and redundancies "
    "move apart, by region?"
)

ANSWERS = """\
One row per region of England and nation, those that compare most measures first, and of these the
widest apart first. Three measures move and are indices of a later period against an earlier one,
where 100 is no change: payrolled employees in December 2025 against December 2024, apprenticeship
starts of learners living there in academic year 2024/25 against 2023/24, and redundancies that
employers gave notice of in 2025 against 2024. `points_apart` is the largest less the smallest.
Universal Credit households are a level and not a movement: households in May 2025 for every 1,000
payrolled employees of the same month."""

LIMITS = """\
The file of Universal Credit households holds one month, so whether they rose or fell cannot be
said. The periods differ, as the column names say: academic years run from August to July.
Apprenticeships are England only, redundancy notices and Universal Credit are Great Britain only, so
Wales and Scotland compare two measures and Northern Ireland one: they come after the regions that
compare three and must not be ranked with them. Redundancy notices are proposals of 20 dismissals or
more, few and large, and move far more from year to year than jobs do, so they set `points_apart` in
most regions. A year with a confidential month has no sum. Households are provisional and
leave out those whose authority is unknown. Regions that move apart are a reason to look closer;
nothing here says why."""

SQL = """\
WITH universal_credit AS (
    SELECT place.region_code, sum(uc.households) AS households
    FROM dwp.universal_credit_households AS uc
    JOIN ons.local_authorities AS place
        ON place.local_authority_code = uc.local_authority_code
    WHERE uc.month = DATE '2025-05-01'
    GROUP BY place.region_code
),
jobs AS (
    SELECT
        region_code,
        sum(CASE WHEN month = DATE '2025-05-01' THEN payrolled_employees END) AS in_may_2025,
        sum(CASE WHEN month = DATE '2024-12-01' THEN payrolled_employees END) AS in_dec_2024,
        sum(CASE WHEN month = DATE '2025-12-01' THEN payrolled_employees END) AS in_dec_2025
    FROM hmrc.payrolled_employees
    WHERE industry_code = 'ALL'
    GROUP BY region_code
),
apprenticeships AS (
    SELECT
        place.region_code,
        sum(CASE WHEN aps.academic_year = '2023/24' THEN aps.starts END) AS in_2023_24,
        sum(CASE WHEN aps.academic_year = '2024/25' THEN aps.starts END) AS in_2024_25
    FROM dfe.apprenticeship_starts AS aps
    JOIN ons.local_authorities AS place
        ON place.local_authority_code = aps.home_local_authority_code
    WHERE aps.is_full_year
    GROUP BY place.region_code
),
notices_by_year AS (
    SELECT
        region_code,
        CASE WHEN month < DATE '2025-01-01' THEN 2024 ELSE 2025 END AS calendar_year,
        -- A confidential month is null: a sum without it would be too small, so there is none.
        CASE WHEN count(potential_redundancies) = 12 THEN sum(potential_redundancies) END AS notices
    FROM beis.redundancy_notices
    WHERE breakdown = 'region' AND month BETWEEN DATE '2024-01-01' AND DATE '2025-12-01'
    GROUP BY region_code, CASE WHEN month < DATE '2025-01-01' THEN 2024 ELSE 2025 END
),
notices AS (
    SELECT
        region_code,
        sum(CASE WHEN calendar_year = 2024 THEN notices END) AS in_2024,
        sum(CASE WHEN calendar_year = 2025 THEN notices END) AS in_2025
    FROM notices_by_year
    GROUP BY region_code
),
indices AS (
    SELECT
        place.region,
        round(1000.0 * universal_credit.households / jobs.in_may_2025, 1) AS uc_rate,
        round(100.0 * jobs.in_dec_2025 / jobs.in_dec_2024, 1) AS jobs_index,
        round(100.0 * apprenticeships.in_2024_25 / apprenticeships.in_2023_24, 1) AS starts_index,
        round(100.0 * notices.in_2025 / notices.in_2024, 1) AS notices_index
    FROM (SELECT DISTINCT region_code, region FROM ons.local_authorities) AS place
    LEFT JOIN universal_credit ON universal_credit.region_code = place.region_code
    LEFT JOIN jobs ON jobs.region_code = place.region_code
    LEFT JOIN apprenticeships ON apprenticeships.region_code = place.region_code
    LEFT JOIN notices ON notices.region_code = place.region_code
),
measured AS (
    SELECT
        *,
        CASE WHEN jobs_index IS NULL THEN 0 ELSE 1 END
            + CASE WHEN starts_index IS NULL THEN 0 ELSE 1 END
            + CASE WHEN notices_index IS NULL THEN 0 ELSE 1 END AS measures_compared
    FROM indices
)
SELECT
    region,
    uc_rate AS uc_households_per_1000_employees_may_2025,
    jobs_index AS jobs_dec_2025_where_dec_2024_is_100,
    starts_index AS apprenticeship_starts_2024_25_where_2023_24_is_100,
    notices_index AS redundancy_notices_2025_where_2024_is_100,
    CASE
        WHEN measures_compared > 1
        THEN round(
            greatest(jobs_index, starts_index, notices_index)
                - least(jobs_index, starts_index, notices_index),
            1
        )
    END AS points_apart,
    measures_compared
FROM measured
ORDER BY measures_compared DESC, points_apart DESC NULLS LAST, region
"""

NEEDS: dict[str, list[str]] = {
    "beis.redundancy_notices": ["month", "breakdown", "region_code", "potential_redundancies"],
    "dfe.apprenticeship_starts": [
        "academic_year",
        "is_full_year",
        "home_local_authority_code",
        "starts",
    ],
    "dwp.universal_credit_households": ["month", "local_authority_code", "households"],
    "hmrc.payrolled_employees": ["month", "region_code", "industry_code", "payrolled_employees"],
    "ons.local_authorities": ["local_authority_code", "region_code", "region"],
}
"""The columns that the question reads: what to ask for, and no more."""

CHART = ("region", "points_apart")
"""The columns that a chart of the answer sets against each other."""
