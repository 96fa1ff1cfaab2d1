"""Every endpoint of the protocol in one table: `METHOD /path` and what serves it."""

from pink_actors.paper import routes_account, routes_fills, routes_market, routes_orders
from pink_actors.paper.routes import Route

ENDPOINTS: dict[str, Route] = {
    **routes_market.ROUTES,
    **routes_account.ROUTES,
    **routes_orders.ROUTES,
    **routes_fills.ROUTES,
}
