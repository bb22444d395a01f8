"""One retained message by which a Home Assistant at the same broker knows of this station.

Its MQTT integration reads `homeassistant/device/<id>/config` and takes the values from our own
topics by the templates given there; nothing is published for it beside this. Off by default
(`home_assistant` under [broker]); the broker's access list has to allow the topic.
"""

import json
from typing import Any

from station import __version__
from station.messages import HEALTH, STATUS, topic
from station.settings import Settings

HEALTH_OLD_S = 180
"""Seconds after which a value that was not said again is unknown."""


def device(settings: Settings) -> tuple[str, bytes]:
    """Topic and payload of the device's discovery message."""
    station = settings.station.id
    own = f"hinge-{station}"
    status, health = topic(station, STATUS), topic(station, HEALTH)

    def measured(key: str, name: str, field: str, **more: str) -> dict[str, Any]:
        return {
            "platform": "sensor",
            "unique_id": f"{own}-{key}",
            "name": name,
            "state_topic": health,
            "value_template": f"{{{{ value_json.{field} }}}}",
            "state_class": "measurement",
            "entity_category": "diagnostic",
            "expire_after": HEALTH_OLD_S,
            "availability": [
                {
                    "topic": status,
                    "value_template": "{{ 'online' if value_json.state in ['init', 'ready']"
                    " else 'offline' }}",
                }
            ],
            **more,
        }

    document = {
        "device": {
            "identifiers": [own],
            "name": f"Hinge Station {station}",
            "manufacturer": "Hinge Station",
            "model": "Hinge Station",
            "sw_version": __version__,
        },
        "origin": {"name": "hinge-station", "sw_version": __version__},
        "qos": 1,
        "components": {
            "status": {
                "platform": "sensor",
                "unique_id": f"{own}-status",
                "name": "Status",
                "state_topic": status,
                "value_template": "{{ value_json.state }}",
                "device_class": "enum",
                "options": ["init", "ready", "stopped", "lost"],
                "entity_category": "diagnostic",
            },
            "fps": measured("fps", "Poses", "fps", unit_of_measurement="1/s"),
            "temperature": measured(
                "temperature",
                "Temperature",
                "temperature_c",
                device_class="temperature",
                unit_of_measurement="°C",
            ),
            "outbox": measured("outbox", "Sessions waiting", "outbox_depth"),
        },
    }
    return f"homeassistant/device/{own}/config", json.dumps(document).encode()
