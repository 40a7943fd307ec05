"""What comes out of the import routes."""

from libs.http.fields import Id, Integer, Schema, Text, Timestamp
from libs.http.paging import page_schema


class ImportSchema(Schema):
    """How far an import has come; once done, the last four counts sum to `rows`."""

    id = Id("imp", required=True)
    state = Text(required=True, metadata={"description": "waiting, working or done"})
    format = Text(required=True)
    rows = Integer(required=True)
    created = Integer(required=True)
    updated = Integer(required=True)
    unchanged = Integer(required=True)
    failed = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
    finished_at = Timestamp(required=True, allow_none=True)


class RowErrorSchema(Schema):
    """One thing wrong with one row; rows count from 1, without the header."""

    row = Integer(required=True)
    column = Text(required=True, metadata={"description": "empty: the row as a whole"})
    reason = Text(required=True)


ImportPageSchema = page_schema(ImportSchema)
RowErrorPageSchema = page_schema(RowErrorSchema)
