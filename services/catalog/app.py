"""Catalog on the web."""

from libs.http.app import WebService

WEB = WebService(name="catalog", prefixes=(), blueprints=())
