"""What a person sees after `make run`: a stocked shop, two orders and their stories, addresses."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from libs.testing.installation import Installation
from libs.testing.process import run_to_end
from libs.testing.shop_client import Shop
from tools.run.demo import goods, orders, pages, terms
from tools.run.place import Place

_ADMIN, _CUSTOMER = "admin@argosy.example", "ada@argosy.example"
_ADMIN_SECONDS = 60.0


@dataclass(frozen=True)
class Stage:
    """Where the demo plays, and how it speaks; `look()` is called whenever it has to wait."""

    url: str
    place: Place
    installation: Installation
    say: Callable[[str], None]
    look: Callable[[], None]

    def password(self, email: str) -> str:
        """A demo person's password, of this installation alone."""
        return f"argosy-{self.place.password(email)[:12]}"


class _Story(msgspec.Struct):
    """What the first start did, so that the next one only tells of it."""

    confirmed: str
    declined: str


def show(stage: Stage) -> None:
    """Fill the shop on the first start, then tell the stories and the addresses."""
    customer = Shop(stage.url, stage.look)
    if stage.place.demo.exists():
        customer.log_in(_CUSTOMER, stage.password(_CUSTOMER))
        story = msgspec.json.decode(stage.place.demo.read_bytes(), type=_Story)
    else:
        _open_shop(stage)
        story = _buy(stage, customer)
        stage.place.demo.write_bytes(msgspec.json.encode(story))
    for title, order in (
        ("An order that was paid", story.confirmed),
        ("An order whose card was declined: everything was given back", story.declined),
    ):
        stage.say(f"\n{title}\n{orders.story(customer, order)}")
    stage.say(_addresses(stage))


def _open_shop(stage: Stage) -> None:
    password = stage.password(_ADMIN)
    administrator = stage.installation.administrator(_ADMIN, "Demo Administrator", password)
    run_to_end(administrator, _ADMIN_SECONDS, stage.look)
    admin = Shop(stage.url, stage.look)
    admin.log_in(_ADMIN, password)
    terms.agree(admin)
    stock = goods.load()
    goods.put_on_sale(admin, stock)
    documents = pages.publish(admin)
    stage.say(
        f"The shop sells {len(stock.products)} products in {len(stock.categories)} categories"
        f" and shows {documents} documents"
    )


def _buy(stage: Stage, customer: Shop) -> _Story:
    password = stage.password(_CUSTOMER)
    person = {"email": _CUSTOMER, "password": password, "name": "Ada Demo"}
    customer.ensure("/accounts/register", person)
    customer.log_in(_CUSTOMER, password)
    return _Story(
        confirmed=orders.place(
            customer, "demo-confirmed", _CUSTOMER, orders.GOOD_CARD, ("WELCOME10",)
        ),
        declined=orders.place(customer, "demo-declined", _CUSTOMER, orders.DECLINED_CARD, ()),
    )


def _addresses(stage: Stage) -> str:
    url = stage.url
    rows = [
        ("shop API", f"{url}/api/v1/products"),
        ("API pages", f"{url}/docs/ and {url}/redoc/"),
        ("OpenAPI", f"{url}/openapi.json"),
        ("health", f"{url}/health, {url}/readyz, {url}/metrics"),
        ("administrator", f"{_ADMIN} / {stage.password(_ADMIN)}"),
        ("customer", f"{_CUSTOMER} / {stage.password(_CUSTOMER)}"),
        ("logs", str(stage.place.logs)),
    ]
    lines = [f"  {name:14} {value}" for name, value in rows]
    return "\n".join(["", f"Argosy runs at {url}; Ctrl-C stops it", *lines])
