"""A whole gateway inside the test: real desk and engine, journal in memory, a hub on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx

from yidi_gateway import app
from yidi_gateway.journal import MemoryJournal
from yidi_gateway.settings import Settings, from_mapping

KEY = "a-key-for-tests-0123456789"
OTHER_KEY = "another-key-for-tests-0123"
ALL = ["query", "settle", "refund", "reconcile"]


def settings_for(url: str, folder: Path, **tables: Any) -> Settings:
    (folder / "his.key").write_text(KEY)
    (folder / "other.key").write_text(OTHER_KEY)
    given: dict[str, Any] = {
        "platform": {"url": url},
        "institution": {"code": "H50010300001", "name": "测试医院", "division": "500103"},
        "timing": {"query_s": 2, "commit_s": 2, "upload_s": 2, "quiet_s": 4},
        "access": {
            "callers": [
                {"id": "his", "key_file": "his.key", "scopes": ALL},
                {"id": "other", "key_file": "other.key", "scopes": ["query"]},
            ]
        },
    }
    return from_mapping({**given, **tables}).located(folder)


@asynccontextmanager
async def gateway_at(
    url: str, folder: Path, peer: str = "127.0.0.1", **tables: Any
) -> AsyncIterator[httpx.AsyncClient]:
    gateway = await app.build(settings_for(url, folder, **tables), journal=MemoryJournal())
    transport = httpx.ASGITransport(app=gateway.app, client=(peer, 40000))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway", timeout=60) as client:
            client.headers["Authorization"] = f"Bearer {KEY}"
            client.gateway = gateway  # type: ignore[attr-defined]
            yield client
    finally:
        await gateway.close()


def now() -> str:
    return datetime.now(timezone(timedelta(hours=8))).replace(microsecond=0).isoformat()


def visit_body(credential: dict[str, Any], **more: Any) -> dict[str, Any]:
    line = {"code": "XC09AAY001A010101", "local_code": "10023", "name": "药品", "prescribed_at": now()}
    body = {
        "visit_no": "HIS-0007",
        "kind": "chronic",
        "credential": credential,
        "emergency": False,
        "trauma": False,
        "third_party": None,
        "commitment": None,
        "started_at": now(),
        "department": {"code": "A03", "name": "内科"},
        "doctor": {"code": "D500103000001", "name": "医生"},
        "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
        "lines": [
            {
                "line_no": "1",
                "quantity": "2",
                "unit_price": "12.30",
                "amount": "24.60",
                "disease_code": "M03900",
                **line,
            },
            {"line_no": "2", "quantity": "1", "unit_price": "5.00", "amount": "5.00", **line},
        ],
    }
    return {**body, **more}
