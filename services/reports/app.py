"""Reports on the web."""

from libs.http.app import WebService
from services.reports.routes.rebuilds import rebuilds
from services.reports.routes.reports import reports

WEB = WebService(name="reports", prefixes=("/api/v1/reports",), blueprints=(reports, rebuilds))
