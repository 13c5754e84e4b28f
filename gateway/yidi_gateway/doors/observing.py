"""What anybody may ask: alive, ready, metrics, the description of the door. No personal data in any of them."""

from importlib.resources import files

from yidi_gateway.doors import observed
from yidi_gateway.doors.table import Asked, House
from yidi_gateway.visits import Answer

PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>yidi gateway</title>
<link rel="stylesheet" href="docs/swagger-ui.css"></head>
<body><div id="door"></div>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs/open.js"></script></body></html>
"""
OPEN_SCRIPT = """SwaggerUIBundle({url: "openapi.json", dom_id: "#door", validatorUrl: null, deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis]});
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""The page's style sheet sets styles by script, which needs inline styles; scripts come from here only."""
ASSETS = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "open.js": "text/javascript; charset=utf-8",
}


async def live(_house: House, _asked: Asked) -> Answer:
    """The process answers."""
    return Answer(200, {"status": "up"})


async def ready(house: House, _asked: Asked) -> Answer:
    """The journal keeps things. Raises JournalDown."""
    await house.engine.journal.count()
    return Answer(200, {"status": "ready", "journal": "up", "link": str(house.engine.status)})


async def metrics(house: House, _asked: Asked) -> Answer:
    """Prometheus text: see `observed.FIGURES`."""
    text = await observed.text(house)
    return Answer(200, {}, text.encode(), {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


async def docs(_house: House, _asked: Asked) -> Answer:
    """The description for people; everything it loads comes from here."""
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY}
    return Answer(200, {}, PAGE.encode(), headers)


def asset(name: str) -> bytes:
    """A file of the page."""
    if name == "open.js":
        return OPEN_SCRIPT.encode()
    return files("yidi_gateway").joinpath("static", "swagger-ui", name).read_bytes()
