"""Why TLS failed, in one of the sentences for staff."""

import ssl

from station.uplink import words
from station.uplink.words import Gettext

_NOT_YET, _EXPIRED = 9, 10
_UNKNOWN = frozenset({2, 7, 18, 19, 20, 21})
"""No chain of signatures leads to an authority that we know, or one of them is forged."""
_OTHER_NAME = frozenset({62, 64})
"""OpenSSL's X509_V_ERR_…, from x509_vfy.h."""


def sentence(_: Gettext, error: OSError, where: str) -> str:
    """What an error of connecting to `where`, a `host:port`, comes to."""
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
    if code == _EXPIRED:
        return words.certificate_expired(_, where)
    if code == _NOT_YET:
        return words.certificate_of_later(_, where)
    if code in _OTHER_NAME:
        return words.certificate_of_another(_, where)
    if code in _UNKNOWN:
        return words.unknown_authority(_, where)
    reason = getattr(error, "reason", None) or error.strerror or str(error)
    if reason == "WRONG_VERSION_NUMBER" or isinstance(
        error, ConnectionResetError | ssl.SSLEOFError
    ):
        # mosquitto hangs up on what it takes for no MQTT.
        return words.no_tls(_, where)
    return words.tls_failed(_, where, reason)
