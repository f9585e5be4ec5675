-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Parts of runs in what was recently deleted. What they gave stays until they expire.
CREATE TABLE bin_part (
  id         INTEGER PRIMARY KEY,
  run        INTEGER NOT NULL,
  scope      INTEGER NOT NULL,
  block      TEXT,                         -- NULL: all of the scope
  path       TEXT NOT NULL,                -- "each[3]", "each[3]/write"
  seq        INTEGER NOT NULL,             -- the event that says so
  data       TEXT NOT NULL,                -- of that event, JSON
  deleted_at INTEGER NOT NULL,             -- µs UTC
  expires_at INTEGER NOT NULL,             -- µs UTC, not before; 0: it stays
  due_at     INTEGER NOT NULL,             -- by the clock that does not jump: see weir-store-time.c
  UNIQUE (run, path)
);
