"""Set the PIN of the staff's menu: asks for it twice and writes its hash to FILE.

Name the file as `pin_file` under [staff] in the station's settings. The kiosk's user must be able
to read it, nobody else can. A new PIN counts at once.

Example: station pin /etc/hinge-station/pin
"""

import argparse
from pathlib import Path

from station.errors import StationError


def configure(parser: argparse.ArgumentParser) -> None:
    """The file."""
    parser.add_argument("file", type=Path, metavar="FILE", help="file to write, mode 0600")


def execute(args: argparse.Namespace) -> int:
    """Ask and write; raises StationError for a PIN that will not do."""
    import getpass

    from station.kiosk import pin

    try:
        first = getpass.getpass("New PIN (4 to 8 digits): ")
        reason = pin.problem_with(first)
        if reason is not None:
            raise StationError(f"The PIN {reason}.")
        again = getpass.getpass("The same again: ")
    except EOFError:
        raise StationError("No PIN was given.") from None
    if first != again:
        raise StationError("The two are not the same; nothing was written.")
    pin.write(args.file, first)
    print(f'{args.file}: written. In the settings: [staff] pin_file = "{args.file}"')
    return 0
