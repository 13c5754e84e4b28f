"""An own signer: keys stay in a device or a signature server, and the SDK asks it to sign.

python examples/08_own_signer.py
"""

from datetime import datetime

from yidi_sdk import Institution, Operator, SignIn, profile
from yidi_sdk.envelope import BEIJING
from yidi_sdk.protocol import encode
from yidi_sdk.signing import HeaderSecret, SoftwareSigner

CHANNEL = ("DEMOCLIENTID0001", "demo-secret-0001")
# in place of a device's driver
DEVICE = SoftwareSigner(private_keys={"own": bytes(31) + b"\7"}, channels={"own": CHANNEL})


class SignatureServer:
    """Four methods. They get the id of a key and a message, never key bytes; whatever they raise means: not done."""

    def sign(self, key_id: str, message: bytes, user_id: bytes) -> bytes:
        return DEVICE.sign(key_id, message, user_id)  # r and s, 64 bytes

    def verify(self, key_id: str, message: bytes, signature: bytes, user_id: bytes) -> bool:
        return DEVICE.verify(key_id, message, signature, user_id)

    def encrypt(self, key_id: str, plain: bytes, kdf: str) -> bytes:
        return DEVICE.encrypt(key_id, plain, kdf)

    def decrypt(self, key_id: str, sealed: bytes, kdf: str) -> bytes:
        return DEVICE.decrypt(key_id, sealed, kdf)


secret = HeaderSecret(*CHANNEL, bearer=lambda: "token-of-today", signer=SignatureServer())  # Client(..., secret=secret)
who, hospital = Operator("0001", "示例收费员"), Institution("H50010300001", "示例市人民医院(虚构)", "500103")
where = {"profile": profile.load("jilin"), "url": "http://127.0.0.1:8701", "institution": hospital, "operator": who}
made = encode(SignIn(opter_no=who.id), **where, msgid="1", now=datetime.now(BEIJING), secret=secret)
print(made.body.decode())
