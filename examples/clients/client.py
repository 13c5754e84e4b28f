"""A HIS in plain Python (urllib only): eligibility, a visit, a settlement whose answer may be lost, asked again.

python client.py http://127.0.0.1:8700 his his.key ID_NUMBER CHARGE_SLIP_NUMBER
"""

import hashlib
import hmac
import json
import secrets
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

BEIJING = timezone(timedelta(hours=8))
PATIENCE_S = 5
TRIES = 60


class Gateway:
    """Signs every call: method, path, hash of the body, time and a nonce that is used once."""

    def __init__(self, url: str, caller: str, key: bytes) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("http://HOST:PORT")
        self._url, self._caller, self._key = url.rstrip("/"), caller, key

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
        """Status and JSON. Raises OSError when no answer came."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        at, nonce = str(int(time.time())), secrets.token_hex(16)
        text = "\n".join((method, path, hashlib.sha256(content).hexdigest(), at, nonce))
        headers = {
            "Content-Type": "application/json",
            "X-Yidi-Caller": self._caller,
            "X-Yidi-Time": at,
            "X-Yidi-Nonce": nonce,
            "X-Yidi-Signature": hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest(),
            "X-Yidi-Patience": str(PATIENCE_S),
            **({} if key is None else {"Idempotency-Key": key}),
        }
        request = urllib.request.Request(self._url + path, content or None, headers, method=method)  # noqa: S310 - see above
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S + 25) as answer:  # noqa: S310 - see above
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def until_known(self, method: str, path: str, body: Any, key: str) -> tuple[int, Any]:
        """The same call under the same key until it is not pending: money moves once, however often it is asked."""
        for _ in range(TRIES):
            try:
                status, answer = self.call(method, path, body, key)
            except OSError as error:  # the answer was lost on the way: nothing is known, so ask again
                print(f"no answer ({type(error).__name__}): asked again under the same key")
                status, answer = 0, {}
            if status not in (0, 202, 429, 503):
                return status, answer
            if status == 202:
                print("pending, do not charge again: asked again under the same key")
            time.sleep(min(answer.get("retry_after_s") or 1, 2))
        raise SystemExit("still not known: tell IT the number of the charge slip")


def visit_of(id_number: str, slip: str) -> dict[str, Any]:
    """What the cashier charges. Who answered emergency and trauma is a person: never fill these in by yourself."""
    started = datetime.now(BEIJING).isoformat(timespec="seconds")
    return {
        "visit_no": slip,
        "kind": "chronic",
        "credential": {"kind": "id_card", "value": id_number, "card_sn": None},
        "emergency": False,
        "trauma": False,
        "started_at": started,
        "department": {"code": "A03", "name": "内科"},
        "doctor": {"code": "D500103000001", "name": "示例医师"},
        "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
        "lines": [
            {
                "line_no": "1",
                "code": "XC09AAY001A010101",
                "local_code": "10023",
                "name": "示例药品",
                "quantity": "2",
                "unit_price": "12.30",
                "amount": "24.60",
                "disease_code": "M03900",
                "prescribed_at": started,
            }
        ],
    }


def main(url: str, caller: str, key_file: str, id_number: str, slip: str) -> int:
    """The whole way; 0 when all is settled."""
    with open(key_file, "rb") as file:  # noqa: PTH123 - nothing but what every Python has
        gateway = Gateway(url, caller, file.read().strip())
    asked = {"credential": {"kind": "id_card", "value": id_number}, "kind": "chronic", "disease_codes": ["M03900"]}
    status, verdict = gateway.call("POST", "/v1/eligibility", {**asked, "emergency": False, "trauma": False})
    print(f"eligibility: {verdict.get('verdict') or verdict['cause']}")
    for reason in verdict.get("reasons", []):
        print(f"  {reason['text']}，{reason['next_step']}")
    status, visit = gateway.until_known("POST", "/v1/visits", visit_of(id_number, slip), f"{slip}-open")
    if status != 201:
        print(f"refused: {visit['cause']}，{visit['next_step']} ({visit['incident']})")
        return 1
    path = f"/v1/visits/{visit['visit_id']}/settle"
    status, told = gateway.until_known("POST", path, {}, f"{slip}-settle")
    if "baskets" not in told:
        print(f"refused: {told['cause']}，{told['next_step']} ({told['incident']})")
        return 1
    for basket in told["baskets"]:
        if basket["state"] != "settled":
            print(f"{basket['state']}: {basket['message']}")
            return 1
        settlement = basket["settlement"]
        amounts = settlement["amounts"]
        print(f"settled {settlement['settlement_id']}: fund {amounts['fund']}, cash {amounts['cash']}")
        gateway.call("POST", f"/v1/submissions/{basket['submission_id']}/ack", {})  # booked here
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:6]))
