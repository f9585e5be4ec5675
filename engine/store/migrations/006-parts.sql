-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Parts of runs that were deleted and whose values are being removed, a part of them at a time.

CREATE TABLE purge_part (
  id     INTEGER PRIMARY KEY,
  run    INTEGER NOT NULL,
  scope  INTEGER NOT NULL,
  block  TEXT,                             -- NULL: all of the scope
  path   TEXT NOT NULL,                    -- "each[3]", "each[3]/write"
  given  INTEGER NOT NULL                  -- what it gave to others goes as well: the run had ended
);
