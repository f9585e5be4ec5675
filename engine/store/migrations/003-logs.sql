-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Lines that steps logged. They are events too and share the key.

CREATE TABLE log (
  key      INTEGER PRIMARY KEY,            -- run << 32 | seq
  at       INTEGER NOT NULL,
  mono     INTEGER NOT NULL,
  scope    INTEGER NOT NULL,
  firing   INTEGER NOT NULL,
  attempt  INTEGER NOT NULL,
  block    TEXT,                           -- id within the scope
  level    INTEGER NOT NULL,
  path     TEXT,                           -- of the step, "move[3]/to"
  block_path  TEXT,                        -- "move/to"
  message  TEXT NOT NULL,
  fields   TEXT,                           -- journal JSON
  blobs    INTEGER NOT NULL
);

-- Filled when the store is idle or somebody searches, not while a run logs.
CREATE VIRTUAL TABLE log_text USING fts5 (
  message, content = 'log', content_rowid = 'key', tokenize = 'unicode61 remove_diacritics 2');

-- Up to which sequence number the lines of a run are in log_text.
ALTER TABLE run ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
