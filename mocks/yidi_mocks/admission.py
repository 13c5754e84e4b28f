"""What a message must be before its transaction is asked: readable, proven, from a hospital that signed in, about a
person that there is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from yidi_mocks import downtime, envelope, rawjson
from yidi_mocks.calls import Call
from yidi_mocks.gate import Gate, Headers
from yidi_mocks.refusals import Refusal
from yidi_mocks.seals import Unproven
from yidi_sdk import wire
from yidi_sdk.transactions import SignIn

if TYPE_CHECKING:
    from yidi_mocks.exchange import Exchange


def opened(hub: "Exchange", call: Call, headers: Headers) -> dict[str, Any] | None:
    """The envelope that was sent, or None and the call's problem."""
    flags = hub.capabilities
    try:
        if flags.header_scheme or flags.body_scheme or hub.province.guarded:
            given, call.seal = _gate(hub).read(call.raw, headers)
        else:
            given = wire.loads(call.raw)
    except Unproven as unproven:
        call.problem = envelope.outside(unproven.text, None, hub.dialect())
        call.status, call.cause = hub.province.status, "signature"
        return None
    except (wire.NotJson, TypeError):
        given = None
    if not isinstance(given, dict):
        call.problem = hub.outside(f"报文格式错误：{rawjson.why(call.raw)}")
        return None
    message: dict[str, Any] = given  # pyright: ignore[reportUnknownVariableType] - any JSON
    return message


def _gate(hub: "Exchange") -> Gate:
    flags, province = hub.capabilities, hub.province
    headers, body = flags.header_scheme or province.headers, flags.body_scheme or province.body
    return Gate(province, hub.keyring, headers, body, hub.clock.unmoved() + flags.door_clock_off_s)


def rename(message: dict[str, Any], names: Mapping[str, str]) -> None:
    """The province's names of nodes become the national ones, which it takes as well."""
    nodes = message.get("input")
    if names and isinstance(nodes, dict):
        given = cast("dict[str, Any]", nodes)
        message["input"] = {names.get(n, n) if names.get(n) not in given else n: node for n, node in given.items()}


def demand_up(hub: "Exchange", call: Call) -> None:
    """Raises Refusal while a window is over whoever is insured there."""
    window = hub.windows.now_over(hub.clock.now(), call.envelope.get("insuplc_admdvs") or "")
    if window is not None:
        begin, end = downtime.shown(window.begin), downtime.shown(window.end)
        raise Refusal("maintenance", text=window.text, begin=begin, end=end)


def demand_sender(hub: "Exchange", call: Call) -> None:
    """Find the hospital. Raises Refusal for one that is not known, or that has not signed in."""
    code = call.envelope["fixmedins_code"]
    call.institution = hub.world.institutions.get(code)
    if call.institution is None:
        raise Refusal("institution_unknown")
    if call.institution.status == "not_connected":
        raise Refusal("institution_not_connected")
    if call.message is SignIn:
        return
    sign_no = call.envelope.get("sign_no") or ""
    if not hub.signing_demanded():
        return
    if not sign_no:
        raise Refusal("not_signed_in")
    session = hub.sessions.get(sign_no)
    ttl = hub.capabilities.sign_ttl
    if session is None or session.fixmedins_code != code:
        raise Refusal("sign_expired")
    if ttl is not None and hub.clock.seconds() - session.since > ttl:
        del hub.sessions[sign_no]
        raise Refusal("sign_expired")


def find_person(hub: "Exchange", call: Call) -> None:
    """Find whom the message is about, if it names somebody. Raises Refusal."""
    psn_no = call.data.get("psn_no")
    if not psn_no:
        return
    insuplc = call.envelope.get("insuplc_admdvs")
    if not insuplc:
        raise Refusal("insuplc_missing")
    call.person = hub.world.by_psn_no.get(psn_no)
    if call.person is None:
        raise Refusal("psn_no_unknown")
    if all(insurance.division != insuplc for insurance in call.person.insurances):
        raise Refusal("insuplc_wrong")
    if call.person.number in hub.world.registers.of_person:
        hub.world.registers.bring_about(call.person, hub.clock.today(), hub.clock.seconds())
