"""The generated pages of docs/ are what the code says."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table

from tools.docs.__main__ import FOLDER, pages, stale, write
from tools.docs.erd import diagram


def test_no_page_has_drifted_from_the_code():
    assert stale(FOLDER) == [], "run `make docs`"


def test_a_changed_page_and_one_of_a_service_that_is_gone_are_reported(tmp_path):
    write(tmp_path)
    (tmp_path / "settings.md").write_text("other")
    (tmp_path / "erd" / "gone.md").write_text("old")

    reported = stale(tmp_path)
    write(tmp_path)

    assert reported == ["erd/gone.md", "settings.md"]
    assert stale(tmp_path) == []


def test_a_diagram_has_tables_keys_and_relations():
    metadata = MetaData()
    Table("book", metadata, Column("id", Integer, primary_key=True))
    Table(
        "page",
        metadata,
        Column("book_id", ForeignKey("book.id"), primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("text", String, nullable=True),
    )

    lines = [line.strip() for line in diagram(metadata).splitlines()]

    assert "integer id PK" in lines
    assert "integer book_id PK, FK" in lines
    assert 'varchar text "may be null"' in lines
    assert "book ||--o{ page : book_id" in lines


def test_every_setting_stands_in_the_reference():
    assert "`ARGOSY_DATABASE_POOL_SIZE`" in pages()["settings.md"]
