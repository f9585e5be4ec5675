-- SPDX-License-Identifier: LGPL-2.1-or-later
-- What outlives a run: small state of blocks, fixtures, cached results, reports; and what is on its way out.

-- Numbers and texts of the database itself: 'last-run' and 'last-effect' of rows that are gone, 'audit' (hash of the last row),
-- and what weir-store-time.c keeps.
CREATE TABLE meta (
  name   TEXT PRIMARY KEY,
  value  ANY NOT NULL
) WITHOUT ROWID, STRICT;

-- blob_ref.run of the rows below is negative: -(4 * id + n), n being 0 for state, 1 cache, 2 fixture, 3 report.

CREATE TABLE state (
  id          INTEGER PRIMARY KEY,
  workflow    TEXT NOT NULL,               -- '' : of all workflows
  block       TEXT NOT NULL,               -- path of the block in the workflow, or a name
  key         TEXT NOT NULL,
  value       TEXT NOT NULL,               -- journal JSON
  blobs       INTEGER NOT NULL,            -- how many values of it lie in blobs/
  updated_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,            -- 0: never
  UNIQUE (workflow, block, key)
);

CREATE TABLE cache (
  id          INTEGER PRIMARY KEY,
  key         BLOB NOT NULL UNIQUE,        -- SHA-256 of kind version, configuration and inputs
  outputs     TEXT NOT NULL,               -- journal JSON: a record by port
  blobs       INTEGER NOT NULL,
  run         INTEGER NOT NULL,            -- where it was computed
  step        TEXT NOT NULL,               -- path of the step in it, "move[3]/to"
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL             -- 0: never
);
CREATE INDEX cache_run ON cache (run);

CREATE TABLE fixture (
  id          INTEGER PRIMARY KEY,
  workflow    TEXT NOT NULL,
  name        TEXT NOT NULL,               -- of the set
  block       TEXT NOT NULL,               -- path of the block in the workflow
  outputs     TEXT NOT NULL,               -- journal JSON: a record by port
  blobs       INTEGER NOT NULL,
  run         INTEGER NOT NULL,            -- saved from; 0: typed in
  created_at  INTEGER NOT NULL,
  UNIQUE (workflow, name, block)
);

CREATE TABLE report (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  kind   TEXT NOT NULL,                    -- 'resume'
  run    INTEGER NOT NULL,                 -- 0: of no run alone
  data   TEXT NOT NULL,                    -- journal JSON
  blobs  INTEGER NOT NULL
);
CREATE INDEX report_kind ON report (kind, id);

-- Blobs that lost a reference; when the store is idle those without any are removed.
CREATE TABLE orphan (
  hash  BLOB PRIMARY KEY
) WITHOUT ROWID;

CREATE TRIGGER blob_ref_may_orphan AFTER DELETE ON blob_ref
BEGIN
  INSERT OR IGNORE INTO orphan VALUES (old.hash);
END;

CREATE TRIGGER state_frees AFTER DELETE ON state WHEN old.blobs > 0
BEGIN
  DELETE FROM blob_ref WHERE run = -(4 * old.id);
END;

CREATE TRIGGER state_replaces AFTER UPDATE ON state WHEN old.blobs > 0
BEGIN
  DELETE FROM blob_ref WHERE run = -(4 * old.id);
END;

CREATE TRIGGER cache_frees AFTER DELETE ON cache WHEN old.blobs > 0
BEGIN
  DELETE FROM blob_ref WHERE run = -(4 * old.id + 1);
END;

CREATE TRIGGER cache_replaces AFTER UPDATE ON cache WHEN old.blobs > 0
BEGIN
  DELETE FROM blob_ref WHERE run = -(4 * old.id + 1);
END;

CREATE TRIGGER fixture_frees AFTER DELETE ON fixture WHEN old.blobs > 0
BEGIN
  DELETE FROM blob_ref WHERE run = -(4 * old.id + 2);
END;

CREATE TRIGGER report_frees AFTER DELETE ON report WHEN old.blobs > 0
BEGIN
  DELETE FROM blob_ref WHERE run = -(4 * old.id + 3);
END;

-- Variables share the reference of run 0; which of them still need a blob is looked up when it comes to that.
CREATE TRIGGER variable_frees AFTER DELETE ON variable WHEN old.blobs > 0
BEGIN
  INSERT OR IGNORE INTO orphan SELECT hash FROM blob_ref WHERE run = 0;
END;

CREATE TRIGGER variable_replaces AFTER UPDATE ON variable WHEN old.blobs > 0
BEGIN
  INSERT OR IGNORE INTO orphan SELECT hash FROM blob_ref WHERE run = 0;
END;

-- Recently deleted. deleted_at 0: not deleted. It goes for good when UTC has reached expires_at and the time that is known to have
-- passed ('passed' in meta) has reached due_at: a clock that is set forward deletes nothing early.
ALTER TABLE run ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workflow ADD COLUMN deleted_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workflow ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE workflow ADD COLUMN due_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX run_deleted ON run (id) WHERE deleted_at > 0;

UPDATE workflow SET deleted_at = changed_at, due_at = 2592000000000,
  expires_at = 2592000000000 + 1000000 * CAST (strftime ('%s', 'now') AS INTEGER) WHERE deleted;

-- What is played again is not deleted any more.
CREATE TRIGGER run_restores_workflow AFTER INSERT ON run WHEN new.workflow IS NOT NULL
BEGIN
  UPDATE workflow SET deleted = 0, deleted_at = 0, expires_at = 0, due_at = 0 WHERE id = new.workflow AND deleted;
END;

-- Runs whose row is gone already and whose other rows are being removed, a part at a time.
CREATE TABLE purge (
  run      INTEGER PRIMARY KEY,
  indexed  INTEGER NOT NULL                -- as in run
);

-- A run that was started from another one.
ALTER TABLE run ADD COLUMN parent_run INTEGER;
ALTER TABLE run ADD COLUMN restart_point TEXT;            -- path of the block it began at; NULL: the beginning
ALTER TABLE run ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN trimmed INTEGER NOT NULL DEFAULT 0;  -- what age took: 1 log lines, 2 big values
CREATE TRIGGER run_restores_parent AFTER UPDATE OF parent_run ON run WHEN new.parent_run IS NOT NULL
BEGIN
  UPDATE run SET deleted_at = 0, expires_at = 0, due_at = 0 WHERE id = new.parent_run AND deleted_at > 0;
END;
CREATE INDEX run_parent ON run (parent_run) WHERE parent_run IS NOT NULL;

-- How long things stay and how much room they may take. Of a workflow, else of all ('').
CREATE TABLE retention (
  workflow   TEXT NOT NULL,
  kind       TEXT NOT NULL,                -- 'run', 'log', 'blob'; 'deleted-run', 'deleted-workflow': until they go for good
  age        INTEGER NOT NULL,             -- µs; -1: for ever
  max_bytes  INTEGER NOT NULL,             -- 0: no limit
  PRIMARY KEY (workflow, kind)
) WITHOUT ROWID;

-- A purged line leaves no words behind in the text index.
INSERT INTO log_text (log_text, rank) VALUES ('secure-delete', 1);
