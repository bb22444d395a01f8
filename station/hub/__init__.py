"""In: what stations say over MQTT. Out: the store, and the staff's page over HTTP.

`running(settings)` is the whole hub: one thread takes messages in and commits them, one serves the
page. Numbers about people leave this room only through `suppression`.
"""

from station.hub.server import Hub, running

__all__ = ["Hub", "running"]
