"""Made-up articles: the same in every run; a smaller shop's are the first of a larger one's."""

from dataclasses import dataclass
from random import Random

CURRENCY = "EUR"
SIZES = {"100": 100, "100k": 100_000, "1M": 1_000_000}
_QUALITIES = (
    "Compact", "Classic", "Light", "Solid", "Quiet", "Folding", "Slim", "Sturdy", "Bright", "Warm",
    "Portable", "Rustic", "Modern", "Tiny", "Large", "Soft", "Rugged", "Elegant", "Smart", "Plain",
)  # fmt: skip
_MATERIALS = (
    "Oak", "Steel", "Cotton", "Glass", "Leather", "Bamboo", "Copper", "Wool", "Linen", "Ceramic",
    "Walnut", "Canvas", "Marble", "Rubber", "Velvet", "Titanium", "Cork", "Silk", "Stone", "Brass",
)  # fmt: skip
_THINGS = (
    "Lamp", "Chair", "Mug", "Kettle", "Backpack", "Table", "Shelf", "Clock", "Blanket", "Notebook",
    "Speaker", "Knife", "Bottle", "Basket", "Mirror", "Pillow", "Rug", "Vase", "Tray", "Bench",
    "Jacket", "Scarf", "Belt", "Wallet", "Watch", "Pan", "Bowl", "Plate", "Jar", "Stool",
    "Desk", "Drawer", "Curtain", "Towel", "Brush", "Broom", "Candle", "Frame", "Hook", "Ladder",
)  # fmt: skip
_AREAS = (
    "Home",
    "Kitchen",
    "Garden",
    "Office",
    "Travel",
    "Sport",
    "Fashion",
    "Kids",
    "Pets",
    "Art",
)
_BRANDS = 500
_ROOMS = 20
_LEAST_CENTS, _MOST_CENTS = 99, 49_999


@dataclass(frozen=True)
class Article:
    """One product with one variant."""

    number: int
    sku: str
    name: str
    description: str
    brand: str
    category: tuple[str, str]
    cents: int

    @property
    def row(self) -> dict[str, str]:
        """As an import takes it."""
        return {
            "sku": self.sku,
            "name": self.name,
            "description": self.description,
            "brand": self.brand,
            "category": " > ".join(self.category),
            "price": f"{self.cents // 100}.{self.cents % 100:02}",
            "currency": CURRENCY,
        }


def article(number: int) -> Article:
    """The article of that number, counted from 1."""
    chance = Random(number)  # noqa: S311  made-up goods are no secret
    quality, material = chance.choice(_QUALITIES), chance.choice(_MATERIALS)
    thing, area = chance.choice(_THINGS), chance.choice(_AREAS)
    room = chance.randrange(_ROOMS)
    return Article(
        number=number,
        sku=f"SEED-{number:07}",
        name=f"{quality} {material} {thing} {number}",
        description=f"A {quality} {thing} of {material} for {area}.".capitalize(),
        brand=f"Maker {chance.randrange(_BRANDS):03}",
        category=(area, f"{area} {room:02}"),
        cents=chance.randint(_LEAST_CENTS, _MOST_CENTS),
    )
