"""What can be wrong between station and hub, each in one sentence for the gym's staff.

Short enough for the smallest screen; what to do about it is said by `station doctor`.
"""

from collections.abc import Callable

Gettext = Callable[[str], str]


def unreachable(_: Gettext, where: str, why: str) -> str:
    """No connection to `host:port`."""
    return _("The broker at {where} cannot be reached ({why}).").format(where=where, why=why)


def no_answer(_: Gettext, where: str) -> str:
    """A connection, but nothing that speaks MQTT."""
    return _("{where} takes connections but does not answer as a broker.").format(where=where)


def unknown_authority(_: Gettext, where: str) -> str:
    """Its certificate leads to no authority that we trust."""
    return _(
        "The broker at {where} is not the gym's: its certificate is of another authority."
    ).format(where=where)


def certificate_expired(_: Gettext, where: str) -> str:
    """Its certificate's time is over."""
    return _(
        "The certificate of the broker at {where} has expired, or the clock here is far ahead."
    ).format(where=where)


def certificate_of_later(_: Gettext, where: str) -> str:
    """Its certificate's time has not come."""
    return _(
        "The certificate of the broker at {where} is not valid yet: the clock here is behind."
    ).format(where=where)


def certificate_of_another(_: Gettext, where: str) -> str:
    """Its certificate is for other names."""
    return _("The certificate of the broker at {where} is for another name.").format(where=where)


def no_tls(_: Gettext, where: str) -> str:
    """What answers does not speak TLS."""
    return _("What answers at {where} speaks no TLS: is it the broker's port for TLS?").format(
        where=where
    )


def tls_failed(_: Gettext, where: str, why: str) -> str:
    """Anything else."""
    return _("No secure connection to the broker at {where} ({why}).").format(where=where, why=why)


def wrong_password(_: Gettext, where: str, user: str) -> str:
    """CONNACK 0x86 or 0x87: brokers do not say whether there is such a user."""
    return _(
        "The broker at {where} refuses user {user}: wrong or missing password, or shut out by"
        " the hub."
    ).format(where=where, user=user)


def not_taken(_: Gettext, where: str, why: str) -> str:
    """Any other refusal in CONNACK."""
    return _("The broker at {where} refuses the connection ({why}).").format(where=where, why=why)


def ended(_: Gettext, where: str, why: str) -> str:
    """The broker's own DISCONNECT."""
    return _("The broker at {where} ended the connection ({why}).").format(where=where, why=why)


def taken_over(_: Gettext, user: str) -> str:
    """DISCONNECT 0x8E."""
    return _("Another program has connected as {user} and took the connection over.").format(
        user=user
    )


def lost(_: Gettext, where: str, why: str) -> str:
    """The connection broke without a word."""
    return _("The connection to the broker at {where} was lost ({why}).").format(
        where=where, why=why
    )


def unconfirmed(_: Gettext, where: str) -> str:
    """No PUBACK."""
    return _("The broker at {where} no longer confirms what it is sent.").format(where=where)


def not_allowed(_: Gettext, user: str, topic: str) -> str:
    """PUBACK or SUBACK 0x87."""
    return _("The broker's access list does not let {user} use {topic}.").format(
        user=user, topic=topic
    )


def refused(_: Gettext, topic: str, why: str) -> str:
    """Any other failure in a PUBACK."""
    return _("The broker refuses what is sent to {topic} ({why}).").format(topic=topic, why=why)


def nobody_listens(_: Gettext) -> str:
    """PUBACK 0x10."""
    return _("The broker has nobody who takes sessions: the hub is not connected to it.")


def hub_away(_: Gettext) -> str:
    """The hub's status is offline."""
    return _("The hub is offline; sessions are kept here until it is back.")


def no_hub(_: Gettext) -> str:
    """The hub has no status."""
    return _("No hub has announced itself at the broker; sessions are kept here.")


def hub_silent(_: Gettext) -> str:
    """No ack in time."""
    return _("The hub is online but acknowledges no session; trying again later.")


def too_large(_: Gettext, session: str, size: int, limit: int) -> str:
    """Over our cap or the broker's; sizes in bytes."""
    return _(
        "Session {session} has {size} bytes, over the limit of {limit}; it is kept here."
    ).format(session=session, size=size, limit=limit)


def not_valid(_: Gettext, session: str, why: str) -> str:
    """What lies in the ledger is no session event."""
    return _("Session {session} does not fit the schema ({why}); it is kept here.").format(
        session=session, why=why
    )


def own_error(_: Gettext) -> str:
    """A fault in this program."""
    return _("The uplink met an error of its own (see the log) and connects anew.")


def stopped(_: Gettext) -> str:
    """It was told to end."""
    return _("The uplink was stopped.")
