"""What a province wants beside the plain message: headers that say who asks, bodies that are signed and encrypted.

Pure: clock and nonce are arguments; keys, and the chance a signature needs, stay behind the `Signer` that is handed in.
`headers` header schemes · `bodies` body schemes over `canonical` text · `signer` the port and the software behind it ·
`sm2` the mathematics and who does it · `secret` what one file holds · `clock` how far the clocks are apart.
"""

from yidi_sdk.signing.clock import Skew, SkewWatch, measure
from yidi_sdk.signing.headers import headers, verify
from yidi_sdk.signing.secret import HeaderSecret, read_secret
from yidi_sdk.signing.signer import Signer, SignerFailed, SoftwareSigner

__all__ = [
    "HeaderSecret",
    "Signer",
    "SignerFailed",
    "Skew",
    "SkewWatch",
    "SoftwareSigner",
    "headers",
    "measure",
    "read_secret",
    "verify",
]
