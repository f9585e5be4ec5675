-- SPDX-License-Identifier: LGPL-2.1-or-later
-- The edits of a workflow that can be undone, kept over restarts: the text that they begin with, and what each changed.
CREATE TABLE edit_base (
  workflow   TEXT PRIMARY KEY,
  text       TEXT NOT NULL,
  first      INTEGER NOT NULL,             -- number of the first edit
  done       INTEGER NOT NULL,             -- edits below this number are done, the others were taken back
  version    INTEGER NOT NULL,             -- the newest one when they began or were saved; another newest one came from elsewhere
  saved      INTEGER NOT NULL              -- what done was when it was saved; -1: it was not saved from them
);

CREATE TABLE edit (
  workflow   TEXT NOT NULL,
  number     INTEGER NOT NULL,
  name       TEXT NOT NULL,
  at         INTEGER NOT NULL,             -- µs UTC
  changes    TEXT NOT NULL,                -- JSON
  PRIMARY KEY (workflow, number)
) WITHOUT ROWID;

CREATE TRIGGER workflow_forgets_edits AFTER DELETE ON workflow
BEGIN
  DELETE FROM edit WHERE workflow = old.id;
  DELETE FROM edit_base WHERE workflow = old.id;
END;
