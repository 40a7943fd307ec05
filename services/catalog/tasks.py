"""What catalog does with messages and by the clock."""

import psycopg2
from sqlalchemy import exc
from sqlalchemy.orm import Session

from libs.contracts.catalog import IndexProducts, WorkImage, WorkImports
from libs.contracts.inventory import StockChanged
from libs.contracts.reviews import RatingChanged
from libs.db.transaction import transaction
from libs.http.idempotency import purge_expired
from libs.messaging.tasks import Tasks
from services.catalog import metrics
from services.catalog.commands import (
    images,
    imports,
    price_lists,
    publish,
    ratings,
    search_feed,
    stock,
)
from services.catalog.media import work as image_work
from services.catalog.queries.imports import longest_rest
from services.catalog.queries.taxonomy import oldest_stale
from services.catalog.search import feed

tasks = Tasks("catalog")
_REFRESH_BATCH = 200
# What the rows themselves cause; everything else (no connection, a deadlock) passes with time.
_DATA_FAULTS = (
    *(exc.IntegrityError, exc.DataError),
    *(psycopg2.IntegrityError, psycopg2.DataError),
)


@tasks.fact(StockChanged)
def project_stock(session: Session, fact: StockChanged) -> None:
    """Lists and details show what inventory can promise."""
    stock.project_stock(session, fact.levels)


@tasks.fact(RatingChanged)
def project_rating(session: Session, fact: RatingChanged) -> None:
    """Lists and details show how customers rate a product."""
    ratings.project_rating(
        session, fact.product_id, count=fact.count, total=fact.sum, version=fact.version
    )


@tasks.job(WorkImports)
def work_imports(_job: WorkImports) -> None:
    """Work all chunks there are, of this import and of those that wait with it."""
    while _work_chunk():
        pass


@tasks.job(IndexProducts)
def index_products(job: IndexProducts) -> None:
    """Let searches learn of these products; what an index misses is handed out again later."""
    feed.learn(job.product_ids)


@tasks.job(WorkImage)
def work_image(job: WorkImage) -> None:
    """Make the files of an uploaded image, or remove those of a deleted one."""
    image_work.work(job.image_id)


@tasks.every(seconds=30)
def resume_images(session: Session) -> int:
    """An image whose worker died is handed out again; one that nobody uploaded goes."""
    return images.resume(session)


@tasks.every(seconds=1, when=search_feed.is_due)
def feed_searches(session: Session) -> int:
    """Hand what has changed to the jobs pool."""
    return search_feed.hand_out(session)


@tasks.every(seconds=5)
def resume_imports(session: Session) -> int:
    """An import whose worker died goes on where it stopped."""
    return imports.resume_imports(session)


@tasks.every(seconds=1)
def refresh_listings(session: Session) -> int:
    """Lists and searches learn of moved categories and renamed brands."""
    return publish.follow_taxonomy(session, _REFRESH_BATCH)


@tasks.every(seconds=1, when=price_lists.is_turning)
def turn_prices(session: Session) -> int:
    """Products get the prices of lists that begin, and lose those of lists that end."""
    return price_lists.turn_prices(session)


@tasks.every(seconds=15)
def measure_delays(session: Session) -> int:
    """Show whether imports move on and lists keep up."""
    metrics.set_ages(resting_import=longest_rest(session), stale_listing=oldest_stale(session))
    return 0


@tasks.every(seconds=600)
def purge_idempotency_keys(session: Session) -> int:
    """Forget the keys of requests that nobody repeats any more."""
    return purge_expired(session)


def _work_chunk() -> bool:
    try:
        with transaction() as session:
            number = imports.work_next_chunk(session)
    except _DATA_FAULTS:
        with transaction() as session:
            imports.isolate_next_chunk(session)
        return True
    if number.bit_count() == 1:  # 1, 2, 4, 8 ...: what came in has doubled
        with transaction() as session:
            imports.refresh_statistics(session)
    return number > 0
