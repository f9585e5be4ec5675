-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Runs, their journal, and what they did to the world.

CREATE TABLE run (
  id             INTEGER PRIMARY KEY,
  workflow       TEXT,                     -- no reference: a run outlives what it ran
  workflow_name  TEXT,
  version        INTEGER NOT NULL,
  status         TEXT NOT NULL,
  created_at     INTEGER NOT NULL,
  ended_at       INTEGER NOT NULL,         -- 0: not yet
  n_steps        INTEGER NOT NULL,
  error          TEXT
);
CREATE INDEX run_workflow ON run (workflow, id);
CREATE INDEX run_unfinished ON run (id) WHERE status NOT IN ('succeeded', 'failed', 'cancelled', 'interrupted');

-- Kinds are numbered here, not in the program, so that the program may reorder its own list.
CREATE TABLE event_kind (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE
);

-- The key is run << 32 | seq: the events of a run lie side by side and need no index.
CREATE TABLE event (
  key      INTEGER PRIMARY KEY,
  kind     INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  mono     INTEGER NOT NULL,
  scope    INTEGER NOT NULL,
  firing   INTEGER NOT NULL,
  attempt  INTEGER NOT NULL,
  block    TEXT,
  data     TEXT,                           -- journal JSON
  blobs    INTEGER NOT NULL                -- how many values of it lie in blobs/
);

CREATE TABLE effect (
  id       INTEGER PRIMARY KEY,
  run      INTEGER NOT NULL,
  scope    INTEGER NOT NULL,
  firing   INTEGER NOT NULL,
  block    TEXT,
  kind     TEXT,
  type     TEXT,
  target   TEXT,
  undo     INTEGER NOT NULL,               -- 0 none, 1 exact, 2 compensate, 3 irreversible
  state    INTEGER NOT NULL,               -- 0 intended, 1 completed, 2 undone, 3 kept
  at       INTEGER NOT NULL,
  before   TEXT,
  after    TEXT,
  blobs    INTEGER NOT NULL
);
CREATE INDEX effect_run ON effect (run);

-- Which run needs which file of blobs/. Run 0: a variable.
CREATE TABLE blob_ref (
  hash  BLOB NOT NULL,                     -- 32 bytes
  run   INTEGER NOT NULL,
  PRIMARY KEY (hash, run)
) WITHOUT ROWID;
CREATE INDEX blob_ref_run ON blob_ref (run);
