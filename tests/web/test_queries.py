"""Using data in place, on the page: rows, files, charts, and what is refused."""

import io
import re
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.waiting import until
from tests.web.reading import errors, heading, text, title

from fairway.nouns.events import EventFilter

SQL = "SELECT region, weeks FROM dwp.claims ORDER BY weeks"
SUMS = "SELECT region, sum(weeks) AS weeks FROM dwp.claims GROUP BY region ORDER BY region"


def asked(sql=SQL, **more):
    return {"sql": sql, "purpose": "policy-analysis", "agreement": "", **more}


@pytest.fixture
def analyst(signed_in):
    return signed_in("dfe-analyst")


def actions(department):
    found = department.platform.ledger.find(EventFilter(limit=500))
    return [e.event.action for e in found if e.event.action.startswith("query.")]


def test_the_form_begins_with_what_may_be_queried(analyst, ids):
    body = analyst.get(f"/query?product=dwp.claims&agreement={ids['active']}").content.decode()
    assert "SELECT region,\n       weeks\nFROM dwp.claims\nLIMIT 100" in body
    assert re.search(r'value="policy-analysis" selected', body)
    assert re.search(rf'value="{ids["active"]}" selected', body)
    open_one = analyst.get("/query?product=dwp.regions").content.decode()
    assert "FROM dwp.regions" in open_one


def test_the_form_can_begin_with_an_earlier_query_of_ones_own(analyst, signed_in, department):
    analyst.post("/query", asked(SUMS))
    found = department.platform.ledger.find(EventFilter(action="query.completed", limit=1))
    again = f"/query?again={found[0].event.query_id}"
    body = analyst.get(again).content.decode()
    assert "sum(weeks) AS weeks FROM dwp.claims" in body
    assert re.search(r'value="policy-analysis" selected', body)
    assert signed_in("dwp-owner").get(again).status_code == 404


def test_the_first_rows_are_shown_and_it_says_so(analyst):
    page = analyst.post("/query", asked())
    assert page.status_code == 200
    assert heading(page) == "Result"
    said = text(page)
    assert "These are the first 200 of 240 rows." in said
    assert page.content.decode().count("<tr") == 201
    assert re.search(r"Agreement AG-\w+ covers dwp.claims", said)
    assert re.search(r"on the record as Q-\w+", said)
    assert said.count("counts as another use") == 2


def test_a_small_result_is_shown_whole_with_its_gaps(analyst):
    page = analyst.post("/query", asked("SELECT * FROM dwp.regions"))
    assert "4 rows." in text(page)
    assert "no value" in text(page)
    assert "300000" in text(page)


def test_an_empty_result_says_so(analyst):
    said = text(analyst.post("/query", asked("SELECT region FROM dwp.claims WHERE weeks < 0")))
    assert "found no rows that you may see" in said


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        (asked(""), "sql", "Enter a query"),
        (asked(purpose=""), "purpose", "Select what you use the data for"),
        (asked("SELEC region"), "sql", "syntax"),
        (asked("SELECT health FROM dwp.claims"), "sql", "does not cover column health"),
        (asked("SELECT * FROM dwp.nothing"), "sql", "There is no data product"),
        (asked("SELECT * FROM read_csv('/etc/passwd')"), "sql", ""),
        (asked(purpose="debt-recovery"), "purpose", "not for debt-recovery"),
        (asked(agreement="AG-none"), "agreement", "You have no agreement AG-none"),
    ],
)
def test_what_is_refused_says_why_and_keeps_the_query(analyst, typed, field, message):
    page = analyst.post("/query", typed)
    assert page.status_code == 422
    assert title(page).startswith("Error: ")
    assert message.casefold() in errors(page)[field].casefold()
    from html import escape

    assert escape(typed["sql"], quote=True).replace("&#x27;", "&#39;") in page.content.decode()


def test_a_refusal_names_no_command(analyst):
    page = analyst.post("/query", asked("SELECT health FROM dwp.claims"))
    assert "fairway request" not in text(page)
    assert "Take the column out of the query" in text(page)


def test_each_file_holds_every_row_and_is_a_use_of_its_own(analyst, department):
    before = actions(department).count("query.completed")
    csv = analyst.post("/query/download", asked(format="csv"))
    assert csv["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="fairway-Q-\w+\.csv"', csv["Content-Disposition"])
    lines = csv.getvalue().decode().splitlines()
    assert len(lines) == 241
    parquet = analyst.post("/query/download", asked(format="parquet"))
    assert pq.read_table(io.BytesIO(parquet.getvalue())).num_rows == 240
    arrow = analyst.post("/query/download", asked(format="arrow"))
    with pa.ipc.open_stream(arrow.getvalue()) as reader:
        assert reader.read_all().num_rows == 240
    assert actions(department).count("query.completed") == before + 3


def test_a_file_of_no_known_kind(analyst, department):
    page = analyst.post("/query/download", asked(format="exe"))
    assert page.status_code == 422
    assert "Select the kind of file" in errors(page)["sql"]
    assert actions(department) == []


def test_a_reader_who_leaves_stops_the_work(analyst, department):
    response = analyst.post("/query/download", asked(format="csv"))
    response.close()
    assert actions(department)[0] in {"query.completed", "query.stopped"}


def chart_of(page):
    body = page.content.decode()
    return body[body.index("<svg") : body.index("</svg>")]


def test_a_chart_is_drawn_with_words_and_numbers(analyst):
    page = analyst.post("/query/chart", asked(SUMS, kind="bar", x="0", y="1"))
    assert page.status_code == 200
    assert heading(page) == "Chart"
    svg = chart_of(page)
    assert 'role="img"' in svg
    assert 'aria-labelledby="chart-title chart-description"' in svg
    assert '<title id="chart-title">weeks by region</title>' in svg
    assert "Bar chart of 4 numbers. The lowest is" in svg
    assert "Arial" in svg
    assert "style=" not in svg
    assert "The numbers of the chart" in text(page)


def test_lines_are_told_apart_by_more_than_colour(analyst):
    sql = "SELECT weeks, region, count(*) AS people FROM dwp.claims GROUP BY ALL ORDER BY ALL"
    page = analyst.post("/query/chart", asked(sql, kind="line", x="0", y="2", series="1"))
    dashes = set(re.findall(r'stroke-dasharray="([^"]+)"', chart_of(page)))
    assert len(dashes) >= 4


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"kind": "pie", "x": "0", "y": "1"}, "chart-kind"),
        ({"kind": "bar", "x": "9", "y": "1"}, "chart-x"),
        ({"kind": "bar", "x": "0", "y": ""}, "chart-y"),
        ({"kind": "bar", "x": "0", "y": "0"}, "chart-y"),
        ({"kind": "bar", "x": "0", "y": "1", "series": "1"}, "chart-series"),
    ],
)
def test_a_chart_that_cannot_be_drawn_says_at_which_field(analyst, wanted, field):
    page = analyst.post("/query/chart", asked(**wanted))
    assert page.status_code == 422
    assert field in errors(page)
    assert heading(page) == "Result"


def test_a_refused_query_draws_and_downloads_nothing(analyst):
    for address in ("/query/chart", "/query/download"):
        page = analyst.post(address, asked("SELECT health FROM dwp.claims", format="csv"))
        assert page.status_code == 422
        assert heading(page) == "Query data"


def test_a_query_that_runs_is_listed_and_stopped_by_a_button(analyst, signed_in, department):
    said = []
    endless = (
        "SELECT count(*) AS n FROM dwp.regions, range(1000000) a, range(1000000) b"
        " WHERE a.range * b.range = 7"
    )
    work = threading.Thread(
        target=lambda: said.append(signed_in("dfe-analyst").post("/query", asked(endless)))
    )
    assert "None of your queries runs now." in text(analyst.get("/query/running"))
    work.start()
    found = until(lambda: re.findall(r"Stop query (Q-\w+)", text(analyst.get("/query/running"))))
    until(lambda: "query.granted" in actions(department)[:2])  # it stands in the line before that
    assert "range(1000000)" in text(analyst.get("/query/running"))
    assert "None of your queries runs" in text(signed_in("dwp-owner").get("/query/running"))
    gone = analyst.post(f"/query/running/{found[0]}/stop")
    assert (gone.status_code, gone["Location"]) == (302, "/query/running")
    work.join(120)
    assert "The query was cancelled." in text(said[0])
    assert actions(department)[:2] == ["query.stopped", "query.cancelled"]
    assert analyst.post(f"/query/running/{found[0]}/stop").status_code == 302
