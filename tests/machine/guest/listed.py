"""In the guest: ids of the sessions of one source that wait in the ledger.

listed.py LEDGER SOURCE
"""

import sqlite3
import sys
from pathlib import Path

ONE_SOURCE = "SELECT id FROM outbox WHERE json_extract(event, '$.source') = ?"

if not Path(sys.argv[1]).exists():
    sys.exit()
with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, timeout=30) as ledger:
    made = ledger.execute("SELECT 1 FROM sqlite_master WHERE name = 'outbox'").fetchone()
    rows = ledger.execute(ONE_SOURCE, sys.argv[2:]) if made else []
    print(*(row[0] for row in rows))
