"""The address that gives out bearer tokens, as one province has it: a form, and the account in a basic header."""

import base64
import binascii
from secrets import token_hex
from urllib.parse import parse_qsl

from yidi_mocks.exchange import Exchange
from yidi_mocks.gate import Headers
from yidi_sdk import wire

LIVES_S = 7200
MUST = ("username", "password", "scope", "grant_type")
MOST = 1000


def given_out(exchange: Exchange, raw: bytes, headers: Headers) -> tuple[int, bytes]:
    """Status and body: a token of the account that the header proves, or why there is none."""
    told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
    kind, _, coded = told.get("authorization", "").partition(" ")
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name = secret = ""
    known = exchange.keyring.named(name)
    if kind != "Basic" or known is None or known.secret != secret:
        return 401, wire.dumps({"error": "invalid_client", "error_description": "clientId或clientSecret不正确"})
    form = dict(parse_qsl(raw.decode("utf-8", "replace")))
    missing = next((field for field in MUST if not form.get(field)), None)
    if missing is not None:
        return 400, wire.dumps({"error": "invalid_request", "error_description": f"{missing}不能为空"})
    token = token_hex(16)
    if len(exchange.keyring.tokens) >= MOST:
        exchange.keyring.tokens.clear()
    exchange.keyring.tokens[token] = known.name
    return 200, wire.dumps(
        {"access_token": token, "token_type": "bearer", "expires_in": LIVES_S, "scope": form["scope"]}
    )
