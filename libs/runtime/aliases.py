"""The older addresses of the shop's operations: the one table, for every process that serves.

Which service a request reaches is decided by the address behind the arrow, so a service that is
asked through the alias of another one answers that there is no such thing.
"""

from collections.abc import Mapping, Sequence

from libs.http.prefixes import Prefixes

# Commands and queries apart.
_SPLIT = {
    "GET /api/v1/products/queries": "GET /api/v1/products",
    "GET /api/v1/products/queries/hot-deals": "GET /api/v1/products/hot-deals",
    "GET /api/v1/products/queries/{id}": "GET /api/v1/products/{id}",
    "GET /api/v1/products/queries/by-category/{slug}": "GET /api/v1/products?category={slug}",
    "GET /api/v1/products/queries/by-brand/{slug}": "GET /api/v1/products?brand={slug}",
    "POST /api/v1/products/commands": "POST /api/v1/products",
    "GET /api/v1/catalog/queries/categories": "GET /api/v1/categories",
    "GET /api/v1/catalog/queries/categories/{slug}": "GET /api/v1/categories/{slug}",
    "GET /api/v1/catalog/queries/brands": "GET /api/v1/brands",
    "GET /api/v1/catalog/queries/brands/{slug}": "GET /api/v1/brands/{slug}",
    "GET /api/v1/cms/queries/homepage/current": "GET /api/v1/cms/homepage/current",
    "GET /api/v1/cms/queries/navigation/current": "GET /api/v1/cms/navigation/current",
    "GET /api/v1/cms/queries/footer/current": "GET /api/v1/cms/footer/current",
    "GET /api/v1/cms/queries/service-guarantees": "GET /api/v1/cms/service-guarantees",
    "GET /api/v1/orders/queries/orders": "GET /api/v1/orders",
    "POST /api/v1/orders/commands/orders": "POST /api/v1/orders",
    "GET /api/v1/orders/queries/carts/by-session/{session_id}": (
        "GET /api/v1/carts/by-session/{session_id}"
    ),
    "GET /api/v1/inventory/queries/stocks": "GET /api/v1/inventory/stocks",
    "GET /api/v1/inventory/queries/stocks/low-stock": "GET /api/v1/inventory/stocks/low-stock",
    "GET /api/v1/inventory/queries/stocks/by-product/{product_id}": (
        "GET /api/v1/inventory/stocks/by-product/{product_id}"
    ),
    "GET /api/v1/promotions/queries/discounts/active": "GET /api/v1/promotions/discounts/active",
    "GET /api/v1/promotions/queries/coupons/by-code/{code}": (
        "GET /api/v1/promotions/coupons/by-code/{code}"
    ),
    "GET /api/v1/promotions/queries/banners/by-position/{position}": (
        "GET /api/v1/promotions/banners/by-position/{position}"
    ),
}
# Without a version.
_UNVERSIONED = {
    "GET /api/products": "GET /api/v1/products",
    "POST /api/products": "POST /api/v1/products",
    "GET /api/products/{id}": "GET /api/v1/products/{id}",
    "PUT /api/products/{id}": "PUT /api/v1/products/{id}",
    "PATCH /api/products/{id}": "PATCH /api/v1/products/{id}",
    "DELETE /api/products/{id}": "DELETE /api/v1/products/{id}",
    "GET /api/carts": "GET /api/v1/carts/current",
    "POST /api/carts/add_item": "POST /api/v1/carts/current/items",
    "POST /api/carts/remove_item": "POST /api/v1/carts/current/items/remove",
    "PUT /api/carts/update_quantity": "PUT /api/v1/carts/current/items",
    "POST /api/accounts/register": "POST /api/v1/accounts/register",
    "POST /api/accounts/login": "POST /api/v1/accounts/login",
    "GET /api/accounts/profile": "GET /api/v1/accounts/profile",
    "PUT /api/accounts/profile": "PUT /api/v1/accounts/profile",
    "POST /api/orders": "POST /api/v1/orders",
    "GET /api/orders": "GET /api/v1/orders",
    "GET /api/orders/{id}": "GET /api/v1/orders/{id}",
    "POST /api/orders/{id}/cancel": "POST /api/v1/orders/{id}/cancel",
}
# At the root of the host.
_ROOT = {
    "POST /auth/login": "POST /api/v1/accounts/login",
    "GET /auth/refresh": "POST /api/v1/accounts/token/refresh",
    "GET /users": "GET /api/v1/users",
    "POST /users": "POST /api/v1/users",
    "GET /users/{id}": "GET /api/v1/users/{id}",
    "PUT /users/{id}": "PUT /api/v1/users/{id}",
    "GET /products": "GET /api/v1/products",
    "POST /products": "POST /api/v1/products",
    "GET /products/{id}": "GET /api/v1/products/{id}",
    "GET /categories": "GET /api/v1/categories",
    "GET /orders": "GET /api/v1/orders",
    "POST /orders": "POST /api/v1/orders",
    "GET /cart": "GET /api/v1/carts/current",
    "POST /cart/items": "POST /api/v1/carts/current/items",
    "POST /notifications/email": "POST /api/v1/notifications/email",
    "POST /notifications/sms": "POST /api/v1/notifications/sms",
    "GET /notifications/history": "GET /api/v1/notifications/history",
}
# Pages that belong to no service.
PAGES = {"GET /api/docs": "GET /docs/"}
ALIASES: Mapping[str, str] = _SPLIT | _UNVERSIONED | _ROOT | PAGES


def roots(owners: Prefixes[str], service: str) -> Sequence[str]:
    """The path prefixes beside its own by which the service is asked through aliases."""
    found = {
        _root(alias)
        for alias, target in ALIASES.items()
        if owners.find(_path(target)) == service and owners.find(_root(alias)) != service
    }
    return sorted(found)


def _path(target: str) -> str:
    return target.partition(" ")[2].partition("?")[0]


def _root(alias: str) -> str:
    """Where the alias can be told from others: all of it before the first variable segment."""
    return _path(alias).partition("/{")[0]
