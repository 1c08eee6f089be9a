"""What the codes of the American Community Survey extract mean.

Source: data dictionary of the NIST Diverse Communities Data Excerpts, in its words. `N` is not
applicable throughout; who that is differs by column and is said in the contract.
"""

NOT_APPLICABLE = "Not applicable"

YES_NO = {"1": "Yes", "2": "No", "N": NOT_APPLICABLE}

LABELS: dict[str, dict[str, str]] = {
    "SEX": {"1": "Male", "2": "Female"},
    "MSP": {
        "1": "Now married, spouse present",
        "2": "Now married, spouse absent",
        "3": "Widowed",
        "4": "Divorced",
        "5": "Separated",
        "6": "Never married",
        "N": NOT_APPLICABLE,
    },
    "HISP": {
        "0": "Not Spanish/Hispanic/Latino",
        "1": "Mexican",
        "2": "Puerto Rican",
        "3": "Cuban",
        "4": "All other Spanish/Hispanic/Latino",
    },
    "RAC1P": {
        "1": "White alone",
        "2": "Black or African American alone",
        "3": "American Indian alone",
        "4": "Alaska Native alone",
        "5": "American Indian and Alaska Native tribes specified; or American Indian or Alaska "
        "Native, not specified and no other races",
        "6": "Asian alone",
        "7": "Native Hawaiian and Other Pacific Islander alone",
        "8": "Some Other Race alone",
        "9": "Two or More Races",
    },
    "HOUSING_TYPE": {
        "1": "Housing Unit",
        "2": "Institutional Group Quarters",
        "3": "Non-institutional Group Quarters",
    },
    "OWN_RENT": {"0": "Group quarters", "1": "Own housing unit", "2": "Rent housing unit"},
    "INDP_CAT": {
        "0": "Agriculture, Forestry, Fishing and Hunting",
        "1": "Mining, Quarrying, and Oil and Gas Extraction",
        "2": "Utilities",
        "3": "Construction",
        "4": "Manufacturing",
        "5": "Wholesale Trade",
        "6": "Retail Trade",
        "7": "Transportation and Warehousing",
        "8": "Information",
        "9": "Finance, Insurance, Real Estate",
        "10": "Professional, Scientific and Technical Services",
        "11": "Educational Services",
        "12": "Health Care",
        "13": "Social Assistance",
        "14": "Arts, Entertainment, Accommodation, Food Services and Recreation",
        "15": "Other Services",
        "16": "Government, Public Administration",
        "17": "Military",
        "18": "Unemployed",
        "N": NOT_APPLICABLE,
    },
    "EDU": {
        "1": "No schooling completed",
        "2": "Nursery school, Preschool, or Kindergarten",
        "3": "Grade 4 to grade 8",
        "4": "Grade 9 to grade 12, no diploma",
        "5": "High School diploma",
        "6": "GED",
        "7": "Some College, no degree",
        "8": "Associate degree",
        "9": "Bachelors degree",
        "10": "Masters degree",
        "11": "Professional degree",
        "12": "Doctorate degree",
        "N": NOT_APPLICABLE,
    },
    "DVET": {
        "1": "0 percent",
        "2": "10 or 20 percent",
        "3": "30 or 40 percent",
        "4": "50 or 60 percent",
        "5": "70, 80, 90 or 100 percent",
        "6": "Not reported",
        "N": NOT_APPLICABLE,
    },
    "DREM": YES_NO,
    "DPHY": YES_NO,
    "DEYE": YES_NO,
    "DEAR": YES_NO,
}
