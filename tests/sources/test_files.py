"""Files: found below the roots and nowhere else, described as they are, errors that say where."""

import datetime
import decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fairway.nouns.errors import BadInput, FairwayError, Refused, Unavailable
from fairway.nouns.products import LogicalType, Source
from fairway.nouns.versions import Version
from fairway.sources.files import FileSources
from fairway.sources.places import Places

CANARY = "CANARY-7731"


@pytest.fixture
def root(tmp_path):
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.fixture
def sources(root):
    files = FileSources([root])
    return Places({("local", "parquet"): files, ("local", "csv"): files})


def table(**columns):
    return pa.table(columns or {"a": [1, 2]})


def local(path, form="parquet"):
    return Source("local", form, path)


def described(sources, path, form="parquet"):
    found = sources.describe(sources.resolve(local(path, form), "c.yaml"), "c.yaml")
    return {field.name: field.type for field in found}


def refusal(sources, source):
    with pytest.raises(FairwayError) as caught:
        sources.describe(sources.resolve(source, "c.yaml"), "c.yaml")
    assert caught.value.file == "c.yaml"
    assert caught.value.remedy
    assert CANARY not in str(caught.value)
    assert "/data" not in str(caught.value)
    return caught.value


def test_parquet_types(sources, root):
    pq.write_table(
        table(
            text=["x"],
            small=pa.array([1], pa.int8()),
            whole=pa.array([1], pa.int64()),
            past=pa.array([1], pa.uint64()),
            real=pa.array([1.5], pa.float32()),
            money=pa.array([decimal.Decimal("1.50")], pa.decimal128(9, 2)),
            flag=[True],
            day=[datetime.date(2024, 1, 1)],
            at=pa.array([0], pa.timestamp("us")),
            zoned=pa.array([0], pa.timestamp("ms", "UTC")),
            group=pa.array(["x"]).dictionary_encode(),
            many=[[1, 2]],
            raw=[b"x"],
        ),
        root / "a.parquet",
    )
    assert described(sources, "a.parquet") == {
        "text": LogicalType.STRING,
        "small": LogicalType.INTEGER,
        "whole": LogicalType.INTEGER,
        "past": None,
        "real": LogicalType.NUMBER,
        "money": LogicalType.NUMBER,
        "flag": LogicalType.BOOLEAN,
        "day": LogicalType.DATE,
        "at": LogicalType.TIMESTAMP,
        "zoned": LogicalType.TIMESTAMP,
        "group": LogicalType.STRING,
        "many": None,
        "raw": None,
    }


def test_csv_types(sources, root):
    (root / "a.csv").write_text(
        "\ufeffcode;n;x;flag;day;at;name;none\n"
        "001;1;1;true;2024-01-31;2024-01-31 09:30:00;é;\n"
        '002;-2;1.5;FALSE;2024-02-29;2024-01-31T09:30:00.5;"a;b";\n'
        ";;;;;;;\n"
    )
    assert described(sources, "a.csv", "csv") == {
        "code": LogicalType.STRING,
        "n": LogicalType.INTEGER,
        "x": LogicalType.NUMBER,
        "flag": LogicalType.BOOLEAN,
        "day": LogicalType.DATE,
        "at": LogicalType.TIMESTAMP,
        "name": LogicalType.STRING,
        "none": LogicalType.STRING,
    }


def test_csv_says_in_which_row_a_value_does_not_fit(sources, root):
    rows = "".join(f"{i}\n" for i in range(20))
    (root / "a.csv").write_text(f"n\n{rows}{CANARY}\n{rows}")
    (field,) = sources.describe(sources.resolve(local("a.csv", "csv"), ""), "")
    assert field.type is LogicalType.STRING
    assert field.native_type == "text (in row 21 it is not integer)"


@pytest.mark.parametrize(
    "path", ["many", "many/*.parquet", "many/**/*.parquet", "ma?y/[ab].parquet"]
)
def test_directories_and_globs(sources, root, path):
    (root / "many").mkdir()
    pq.write_table(table(), root / "many" / "b.parquet")
    pq.write_table(table(), root / "many" / "a.parquet")
    located = sources.locate(sources.resolve(local(path), ""))
    assert [f.rpartition("/")[2] for f in located.files] == ["a.parquet", "b.parquet"]


def test_the_second_root_is_looked_in_too(root, tmp_path):
    (tmp_path / "more").mkdir()
    pq.write_table(table(), tmp_path / "more" / "a.parquet")
    both = FileSources([root, tmp_path / "more"])
    assert described(both, "a.parquet") == {"a": LogicalType.INTEGER}


@pytest.mark.parametrize(
    "path",
    [
        "../secret.parquet",
        "../*.parquet",
        "x/../../secret.parquet",
        "*/../../secret.parquet",
        "/etc/passwd",
        "link.parquet",
        "linked",
        "linked/*.parquet",
        "l*.parquet",
    ],
)
def test_nothing_outside_the_roots(sources, root, tmp_path, path):
    (tmp_path / "outside").mkdir()
    for place in (tmp_path, tmp_path / "outside"):
        pq.write_table(table(), place / "secret.parquet")
    (root / "x").mkdir()
    (root / "link.parquet").symlink_to(tmp_path / "secret.parquet")
    (root / "linked").symlink_to(tmp_path / "outside")
    error = refusal(sources, local(path))
    assert isinstance(error, Refused)
    assert (error.code, error.field) == ("source.outside_roots", "servers[0].path")


def test_a_link_that_turns_outside_after_publishing_is_refused_on_use(sources, root, tmp_path):
    pq.write_table(table(), root / "real.parquet")
    pq.write_table(table(), tmp_path / "secret.parquet")
    (root / "a.parquet").symlink_to(root / "real.parquet")
    source = local(str(root / "a.parquet"))
    assert sources.locate(source).files == (str(root / "real.parquet"),)
    (root / "a.parquet").unlink()
    (root / "a.parquet").symlink_to(tmp_path / "secret.parquet")
    with pytest.raises(Refused):
        sources.locate(source)


@pytest.mark.parametrize(
    ("source", "code", "field"),
    [
        (Source("s3", "parquet", "x"), "source.unknown_kind", "servers[0].type"),
        (local("x", "xlsx"), "source.unknown_format", "servers[0].format"),
        (local(" "), "source.no_path", "servers[0].path"),
        (local("a\0b"), "source.no_path", "servers[0].path"),
    ],
)
def test_bad_sources(sources, source, code, field):
    error = refusal(sources, source)
    assert isinstance(error, BadInput)
    assert (error.code, error.field) == (code, field)


def test_missing(sources, root):
    (root / "nothing").mkdir()
    (root / "loop.parquet").symlink_to(root / "loop.parquet")
    for path in ("no.parquet", "nothing", "nothing/*.parquet", "no/*.parquet", "loop.parquet"):
        assert refusal(sources, local(path)).code in {"source.unreachable"}


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "source.empty", None),
        (b"\n", "source.empty", None),
        (b"a,b\n1,2\n" + CANARY.encode() + b"\n3,4\n", "source.unreadable", 3),
        (b"a,b\n1," + CANARY.encode() + b"\xff\n", "source.unreadable", 2),
        (b"a\xff,b\n", "source.unreadable", 1),
        (b"a,A\n1,2\n", "source.unreadable", 1),
        (b"a,\n1,2\n", "source.unreadable", 1),
    ],
)
def test_damaged_csv(sources, root, content, code, line):
    (root / "a.csv").write_bytes(content)
    error = refusal(sources, local("a.csv", "csv"))
    assert isinstance(error, Unavailable)
    assert error.code == code
    assert (f"line {line} " in error.message) == (line is not None)


@pytest.mark.parametrize("cut", [4, 200, -10])
def test_damaged_parquet(sources, root, cut):
    pq.write_table(table(a=[CANARY] * 100), root / "a.parquet")
    whole = (root / "a.parquet").read_bytes()
    (root / "a.parquet").write_bytes(whole[:cut])
    assert refusal(sources, local("a.parquet")).code == "source.unreadable"


def test_files_that_differ(sources, root):
    pq.write_table(table(), root / "a.parquet")
    pq.write_table(table(b=[1]), root / "b.parquet")
    (root / "a.csv").write_text("a\n1\n")
    (root / "b.csv").write_text("b\n1\n")
    assert refusal(sources, local("*.parquet")).code == "source.uneven"
    assert refusal(sources, local("*.csv", "csv")).code == "source.uneven"


def test_delimited_text_is_readable_as_text_and_nothing_as_anything(tmp_path):
    (tmp_path / "codes.csv").write_text("code,empty\n7,\n42,\n")
    files = FileSources([tmp_path])
    source = files.resolve(Source("local", "csv", "codes.csv"), "c.yaml")
    code, empty = files.describe(source, "c.yaml")
    assert code.type is LogicalType.INTEGER
    assert code.readable_as >= {LogicalType.STRING, LogicalType.INTEGER, LogicalType.NUMBER}
    assert LogicalType.DATE not in code.readable_as
    assert empty.readable_as == set(LogicalType)


# ------------------------------------------------------------------ partitions


def partitioned(root, form="parquet"):
    for year, region, people in (("2023", "Wales", 1), ("2024", "Yorkshire%2FHumber", 20),
                                 ("2024", "__HIVE_DEFAULT_PARTITION__", 300)):  # fmt: skip
        folder = root / "stays" / f"year={year}" / f"region={region}"
        folder.mkdir(parents=True)
        if form == "csv":
            (folder / "part.csv").write_text(f"people\n{people}\n")
        else:
            pq.write_table(table(people=[people]), folder / "part.parquet")


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("path", ["stays", "stays/year=*/*/*"])
def test_directories_named_as_columns_are_partitions(sources, root, form, path):
    partitioned(root, form)
    assert described(sources, path, form) == {
        "people": LogicalType.INTEGER,
        "year": LogicalType.INTEGER,
        "region": LogicalType.STRING,
    }
    located = sources.locate(sources.resolve(local(path, form), "c.yaml"))
    assert {dict(part.constants)["region"] for part in located.parts} == {
        "Wales",
        "Yorkshire/Humber",
        None,
    }


def test_a_column_in_the_files_is_read_from_the_files(sources, root):
    folder = root / "stays" / "year=1066"
    folder.mkdir(parents=True)
    pq.write_table(table(year=[2024]), folder / "part.parquet")
    assert described(sources, "stays") == {"year": LogicalType.INTEGER}
    assert sources.locate(sources.resolve(local("stays"), "c.yaml")).parts == ()


def test_a_partition_of_codes_is_text(sources, root):
    for code in ("01", "02"):
        (root / "p" / f"code={code}").mkdir(parents=True)
        pq.write_table(table(x=[1]), root / "p" / f"code={code}" / "a.parquet")
    assert described(sources, "p")["code"] is LogicalType.STRING


def test_files_outside_the_partitions_are_refused(sources, root):
    partitioned(root)
    pq.write_table(table(people=[1]), root / "stays" / "stray.parquet")
    assert refusal(sources, local("stays")).code == "source.uneven"


def test_files_keep_no_earlier_versions(sources, root):
    pq.write_table(table(), root / "a.parquet")
    source = sources.resolve(local("a.parquet"), "c.yaml")
    assert sources.pin(source, None) == source
    with pytest.raises(BadInput, match="no earlier versions"):
        sources.pin(source, Version(1))
