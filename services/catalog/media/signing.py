"""Pre-signed requests to an S3-compatible store: AWS Signature Version 4 in the query.

docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Signer:
    """Who signs, for which region."""

    access_key: str
    secret_key: str = field(repr=False)
    region: str

    def presigned(
        self, method: str, url: str, headers: Mapping[str, str], *, seconds: int, at: datetime
    ) -> str:
        """The URL that allows this request, with just these headers, until the time is over."""
        parts = urlsplit(url)
        stamp = at.strftime("%Y%m%dT%H%M%SZ")
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        signed = {"host": parts.netloc} | {name.lower(): text for name, text in headers.items()}
        names = ";".join(sorted(signed))
        query = _query(
            {
                "X-Amz-Algorithm": _ALGORITHM,
                "X-Amz-Credential": f"{self.access_key}/{scope}",
                "X-Amz-Date": stamp,
                "X-Amz-Expires": str(seconds),
                "X-Amz-SignedHeaders": names,
            }
        )
        lines = "".join(f"{name}:{signed[name].strip()}\n" for name in sorted(signed))
        canonical = "\n".join((method, parts.path, query, lines, names, "UNSIGNED-PAYLOAD"))
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = "\n".join((_ALGORITHM, stamp, scope, digest))
        return f"{url}?{query}&X-Amz-Signature={self._sign(text, scope)}"

    def _sign(self, text: str, scope: str) -> str:
        key = f"AWS4{self.secret_key}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.new(key, text.encode(), "sha256").hexdigest()


def _query(values: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote(text, safe='')}" for name, text in sorted(values.items()))
