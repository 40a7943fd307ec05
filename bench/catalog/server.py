"""One of the programs that are compared: the catalog, or the least that Flask can answer.

Both run under the same gunicorn with the same settings: `python -m bench.catalog.server NAME PORT`.
"""

import os
import sys

from flask import Flask, Response, jsonify

from libs.http.edge import create_app
from libs.observability import logging
from libs.runtime.http_server import Listen, serve
from services.catalog.app import WEB

THREADS = 4


def bare() -> Flask:
    """A JSON reply by Flask's own means."""
    app = Flask("bare")

    @app.get("/")
    @app.get("/readyz")
    def hello() -> Response:
        return jsonify(id="prd_01h455vb4pex5vsknk084sn02q", name="Mug", price=1999, in_stock=True)

    return app


def main() -> None:
    """Serve until told to stop."""
    name, port = sys.argv[1], int(sys.argv[2])
    logging.configure(name, level="WARNING")
    made = bare() if name == "bare" else create_app([WEB], os.environ)
    serve(made, Listen("127.0.0.1", port, workers=1, threads=THREADS))


if __name__ == "__main__":
    main()
