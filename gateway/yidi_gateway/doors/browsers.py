"""Pages of a HIS that call from a browser: only those that the configuration names; pure.

Who a page may speak for is decided in `access.addresses`; here is what lets it read the answer.
"""

from collections.abc import Collection

FROM_PRIVATE = "Access-Control-Allow-Private-Network"
ALLOWED_HEADERS = "Content-Type, X-Yidi-Patience"


def headers_for(origin: str | None, origins: Collection[str]) -> dict[str, str]:
    """What lets a named page read the answer."""
    if origin is None or origin not in origins:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


def preflight_for(origin: str | None, origins: Collection[str]) -> dict[str, str]:
    """The answer to a browser that asks whether a named page may call; nothing for others."""
    allowed = headers_for(origin, origins)
    if not allowed:
        return {}
    return {
        **allowed,
        "Access-Control-Allow-Methods": "GET, POST",
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": "600",
        FROM_PRIVATE: "true",
    }
