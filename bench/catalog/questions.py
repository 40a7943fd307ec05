"""What shoppers ask of a catalog of made-up articles: the same in every run."""

from collections.abc import Callable
from random import Random
from urllib.parse import quote_plus

from tools.seed.goods import Article, article

_PATH = "/api/v1/products"
_SORTS = ("name", "-name", "price", "-price", "created_at", "-created_at")


class Questions:
    """Made from the articles of the smaller catalog, so that both catalogs have an answer."""

    def __init__(self, articles: int) -> None:
        self._articles = articles
        self._chance = Random(7)  # noqa: S311  the same questions in every run

    def kinds(self) -> dict[str, Callable[[], str]]:
        """What can be asked, by name."""
        return {
            "list": self.list,
            "filter": self.filter,
            "search": self.search,
            "detail": self.detail,
        }

    def list(self) -> str:
        """A page of the shop or of a category, in any order."""
        category = self._any().category[self._chance.randrange(2)]
        shelf = f"&category={category.lower().replace(' ', '-')}" if self._coin() else ""
        return f"{_PATH}?sort={self._chance.choice(_SORTS)}{shelf}"

    def filter(self) -> str:
        """By price, brand or stock, alone or together."""
        one = self._any()
        ways = (
            f"filter[price][gte]={one.cents}&filter[price][lte]={one.cents + 2_000}",
            f"brand={one.brand.lower().replace(' ', '-')}",
            f"category={one.category[1].lower().replace(' ', '-')}&filter[price][lte]={one.cents}",
            f"in_stock=true&filter[price][gte]={one.cents}&sort=price",
        )
        return f"{_PATH}?{self._chance.choice(ways)}"

    def search(self) -> str:
        """A name, a beginning, or a slip of the pen."""
        quality, material, thing, number = self._any().name.split(" ")
        slip = self._chance.randrange(1, len(thing))
        ways = (
            f"{quality} {material} {thing}",
            f"{material} {thing[:4]}",
            f"{thing} {number}",
            f"{material} {thing[:slip]}{thing[slip + 1 :]}",
        )
        return f"{_PATH}/search?q={quote_plus(self._chance.choice(ways))}"

    def detail(self) -> str:
        """One product by its slug."""
        return f"{_PATH}/{self._any().sku.lower()}"

    def _any(self) -> Article:
        return article(self._chance.randint(1, self._articles))

    def _coin(self) -> bool:
        return self._chance.random() < 0.5  # noqa: PLR2004  heads
