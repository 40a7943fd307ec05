"""Imports: every row ends as created, updated, unchanged or failed, however dirty the file."""

import pytest
from sqlalchemy import text

from libs.db.transaction import reading, transaction
from services.catalog.commands import imports
from services.catalog.queries.cards import Tag
from services.catalog.queries.taxonomy import list_categories
from services.catalog.tests.imports import (
    HEADER,
    accept,
    counts,
    csv,
    errors,
    json_lines,
    run,
    state,
    work,
)
from services.catalog.tests.shop import Shop

FULL = (
    "sku,name,slug,description,category,brand,price,currency,options,product,"
    "tax_category,weight_g,barcode"
)


def test_a_full_row_becomes_a_product(shop: Shop) -> None:
    row = (
        "M-1,Blue Mug,the-mug,<b>Nice</b>,Home > Kitchen > Mugs,Acme,19.9,EUR,"
        "color=blue;size=L,mugs,reduced,300,4006381333931"
    )

    done = run(csv(row, header=FULL))

    assert counts(done) == {"rows": 1, "created": 1}
    assert (done.state, done.finished_at is not None) == ("done", True)
    (fact,) = shop.facts()
    card = shop.card(fact.product_id)
    assert (card.slug, card.name, card.description) == ("the-mug", "Blue Mug", "<b>Nice</b>")
    assert card.category == Tag("mugs", "Mugs")
    assert card.brand == Tag("acme", "Acme")
    assert (card.price.amount, card.price.currency, card.tax_category) == (1990, "EUR", "reduced")
    (variant,) = card.variants
    assert variant.options == {"color": "blue", "size": "L"}
    assert (variant.weight_g, variant.barcode) == (300, "4006381333931")


def test_rows_of_one_product_key_are_its_variants(shop: Shop) -> None:
    header = f"{HEADER},product,options"

    done = run(
        csv("A,Mug,1,EUR,mug,size=S", "B,Mug,2,EUR,mug,size=L", "C,Cup,3,EUR,,", header=header)
    )

    assert counts(done) == {"rows": 3, "created": 3}
    assert sorted(len(fact.variants) for fact in shop.facts()) == [1, 2]


def test_the_same_file_again_changes_nothing(shop: Shop) -> None:
    file = csv("A,Mug,1.50,EUR,Home > Mugs", "B,Cup,2,EUR,Home", header=f"{HEADER},category")
    run(file)

    done = run(file)

    assert counts(done) == {"rows": 2, "unchanged": 2}
    assert len(shop.facts()) == 2


def test_a_changed_row_is_an_update_with_a_new_version(shop: Shop) -> None:
    run(csv("A,Mug,1,EUR", "B,Cup,2,EUR"))

    done = run(csv("A,Mug,3,EUR", "B,Cup,2,EUR"))

    assert counts(done) == {"rows": 2, "updated": 1, "unchanged": 1}
    assert [fact.version for fact in shop.facts()] == [1, 1, 2]
    assert shop.facts()[-1].variants[0].prices[0].amount_minor == 300


def test_a_column_the_file_lacks_leaves_things_as_they_are(shop: Shop) -> None:
    run(csv("A,Mug,1,EUR,Fine,500", header=f"{HEADER},description,weight_g"))

    run(csv("A,Mug,2,EUR"))

    card = shop.card(shop.facts()[0].product_id)
    assert (card.description, card.variants[0].weight_g) == ("Fine", 500)


def test_an_empty_cell_clears_what_can_be_empty(shop: Shop) -> None:
    header = f"{HEADER},description,category,brand,barcode"
    run(csv("A,Mug,1,EUR,Fine,Home,Acme,123", header=header))

    run(csv("A,Mug,1,EUR,,,,", header=header))

    card = shop.card(shop.facts()[0].product_id)
    assert (card.description, card.category, card.brand) == ("", None, None)
    assert card.variants[0].barcode is None


def test_a_sku_may_come_once_for_each_currency(shop: Shop) -> None:
    done = run(csv("A,Mug,10,EUR", "A,Mug,12,USD", "A,Mug,1500,JPY"))

    assert counts(done) == {"rows": 3, "created": 1, "updated": 2}
    (variant,) = shop.card(shop.facts()[0].product_id).variants
    assert variant.prices == [("EUR", 1000), ("USD", 1200), ("JPY", 1500)]


def test_the_later_of_two_rows_wins(shop: Shop) -> None:
    done = run(csv("A,Mug,1,EUR", "A,Cup,2,EUR"))

    assert counts(done) == {"rows": 2, "created": 1, "updated": 1}
    assert shop.names() == ["Cup"]


def test_categories_of_a_path_are_made_once(shop: Shop) -> None:
    header = f"{HEADER},category"

    run(
        csv(
            "A,M,1,EUR,Home > Mugs",
            "B,C,1,EUR,Home > Cups",
            "C,D,1,EUR,Garden > Mugs",
            header=header,
        )
    )

    with reading() as session:
        tree = [(c.path, c.slug) for c in list_categories(session, cursor=None, limit=100).items]
    assert tree == [
        ("Home > Cups", "cups"),
        ("Garden", "garden"),
        ("Home", "home"),
        ("Home > Mugs", "home-mugs"),
        ("Garden > Mugs", "mugs"),
    ]


def test_equal_names_get_slugs_of_their_own(shop: Shop) -> None:
    run(csv("A,Mug,1,EUR", "B,Mug,1,EUR", "C,Mug,1,EUR"))
    run(csv("D,Mug,1,EUR"))

    assert [fact.slug for fact in shop.facts()] == ["mug", "mug-b", "mug-c", "mug-d"]


def test_a_byte_order_mark_crlf_and_blank_lines_are_no_dirt(shop: Shop) -> None:
    done = run(b"\xef\xbb\xbfSKU, Name ,price,currency\r\n\r\nA,Mug,1,EUR\r\n\r\n")

    assert counts(done) == {"rows": 1, "created": 1}


def test_json_lines_are_read_with_their_types(shop: Shop) -> None:
    row = {"sku": "A", "name": "Mug", "price": "1.50", "currency": "EUR", "brand": None}

    done = run(json_lines(row | {"options": {"color": "blue"}, "weight_g": 5}), "ndjson")

    assert counts(done) == {"rows": 1, "created": 1}
    (variant,) = shop.card(shop.facts()[0].product_id).variants
    assert (variant.options, variant.weight_g) == ({"color": "blue"}, 5)


def test_a_sku_of_another_product_key_is_refused(shop: Shop) -> None:
    header = f"{HEADER},product"
    run(csv("A,Mug,1,EUR,mugs", header=header))

    done = run(csv("A,Mug,1,EUR,cups", header=header))

    assert errors(done) == [(1, "product", "is another than the SKU has already")]
    assert len(shop.facts()) == 1


def test_two_variants_with_equal_options_are_not_both_taken(shop: Shop) -> None:
    done = run(csv("A,Mug,1,EUR,mug", "B,Mug,1,EUR,mug", header=f"{HEADER},product"))

    assert counts(done) == {"rows": 2, "created": 1, "failed": 1}
    assert errors(done) == [(2, "options", "are those of A, of the same product")]


def test_a_product_named_like_an_address_gets_another_slug(shop: Shop) -> None:
    run(csv("A,Search,1,EUR"))

    assert shop.facts()[0].slug == "search-a"


def test_a_slug_of_another_product_is_refused(shop: Shop) -> None:
    shop.add("Taken")

    done = run(
        csv("A,Mug,1,EUR,taken", "B,Cup,1,EUR,free", "C,Jar,1,EUR,free", header=f"{HEADER},slug")
    )

    assert [(row, column) for row, column, _ in errors(done)] == [(1, "slug"), (3, "slug")]


def test_a_deleted_product_is_not_changed_by_an_import(shop: Shop) -> None:
    product_id = shop.add("Mug")
    shop.delete(product_id)

    done = run(csv("MUG,Mug,1,EUR"))

    assert errors(done)[0][:2] == (1, "sku")
    assert shop.card(product_id).version == 2


def test_an_import_updates_what_the_admin_made(shop: Shop) -> None:
    product_id = shop.add("Mug")

    done = run(csv("MUG,Cup,2,EUR"))

    assert counts(done) == {"rows": 1, "updated": 1}
    assert (shop.card(product_id).name, shop.card(product_id).version) == ("Cup", 2)


def die_before_commit() -> None:
    """Work a chunk as a process does that is killed right before its commit."""
    with transaction() as session:
        imports.work_next_chunk(session)
        raise KeyboardInterrupt


def test_a_killed_import_goes_on_at_the_chunk_that_was_not_committed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "CHUNK_ROWS", 2)
    import_id = accept(csv(*(f"S{n},Product {n},1,EUR" for n in range(5))))
    with transaction() as session:
        imports.work_next_chunk(session)
    with pytest.raises(KeyboardInterrupt):
        die_before_commit()

    halfway = counts(state(import_id))
    work(import_id)

    assert halfway == {"rows": 5, "created": 2}
    assert counts(state(import_id)) == {"rows": 5, "created": 5}
    assert [fact.version for fact in shop.facts()] == [1] * 5


def test_an_import_nobody_works_on_is_handed_out_again(shop: Shop) -> None:
    import_id = accept(csv("A,Mug,1,EUR"))
    with transaction() as session:
        early = imports.resume_imports(session)
        session.execute(text("UPDATE product_import SET due_at = now()"))

    with transaction() as session:
        late = imports.resume_imports(session)
    work(import_id)
    with transaction() as session:
        session.execute(text("UPDATE product_import SET due_at = now()"))
        after = imports.resume_imports(session)

    assert (early, late, after) == (0, 1, 0)


def test_while_one_worker_has_a_chunk_another_one_leaves(shop: Shop) -> None:
    import_id = accept(csv("A,Mug,1,EUR"))

    with transaction() as session:
        assert imports.work_next_chunk(session)
        work(import_id)

    assert counts(state(import_id)) == {"rows": 1, "created": 1}


def test_a_row_the_database_refuses_does_not_sink_its_neighbors(shop: Shop) -> None:
    with transaction() as session:
        session.execute(text("ALTER TABLE variant ADD CHECK (sku <> 'BAD')"))

    done = run(csv("A,Mug,1,EUR", "BAD,Cup,1,EUR", "C,Jar,1,EUR"))

    assert counts(done) == {"rows": 3, "created": 2, "failed": 1}
    assert errors(done)[0][0] == 2


def test_a_file_of_only_bad_lines_is_done_at_once(shop: Shop) -> None:
    import_id = accept(csv("A", "B"))

    assert counts(state(import_id)) == {"rows": 2, "failed": 2}
    assert state(import_id).state == "done"


def test_the_planner_learns_of_what_came_in(shop: Shop) -> None:
    run(csv(*(f"S{n},Product {n},1,EUR" for n in range(30))))

    with reading() as session:
        known = session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'listing'"))

    assert known == 30
