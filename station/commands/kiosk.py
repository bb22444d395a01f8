"""The screen that members use. It has a camera and therefore no network.

Without a display it draws on a virtual one and prints what a member would see.

Example: station kiosk --source clip.mp4 --exit-after 60
"""

import argparse
import logging
from pathlib import Path

from station import isolation
from station import settings as settings_file
from station.errors import StationError

log = logging.getLogger(__name__)

AGAIN = 75
"""EX_TEMPFAIL: whoever started the program starts it again (see `station.kiosk.shield`)."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `station kiosk`."""
    parser.add_argument(
        "--source",
        default="auto",
        metavar="auto|camera|PATH",
        help="auto (default): the settings' camera, or a demo clip until there is one; "
        "camera: never the demo; or a video or recording to play as if live",
    )
    parser.add_argument(
        "--allow-network",
        action="store_true",
        help="open the camera although this process has a network; the screen says so",
    )
    parser.add_argument(
        "--exit-after",
        type=float,
        metavar="N",
        help="end after N seconds, once the set under way is over (a clip plays at least once)",
    )
    parser.add_argument(
        "--print", action="store_true", dest="print_lines", help="print what the member sees"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")


def execute(args: argparse.Namespace) -> int:
    """Leave the network, then show the screen until asked to end."""
    base = settings_file.load(args.config, layered=False)
    if args.allow_network:
        isolation.block_metrics()
    else:
        try:
            isolation.leave_network()
        except StationError as reason:
            # The camera will stay closed; a clip shows nobody who is here.
            log.warning("%s", reason)
            isolation.block_metrics()

    from station.kiosk.program import Options, run
    from station.kiosk.remote import RemoteSettings

    remote = RemoteSettings(base, reread=lambda: settings_file.load(args.config, layered=False))
    options = Options(
        source=args.source,
        isolated=not isolation.network_reachable(),
        network_allowed=args.allow_network,
        print_lines=args.print_lines,
        exit_after_s=args.exit_after,
        remote=remote,
    )
    try:
        return run(remote.settings, options)
    except StationError as error:
        if not remote.trying:
            raise
        log.error("With the settings from afar that are tried: %s", error)
        remote.fail(str(error)[:256])
        return AGAIN
