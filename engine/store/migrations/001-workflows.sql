-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Workflows, every saved version of them, and variables. Times are µs UTC.

CREATE TABLE workflow (
  id          TEXT PRIMARY KEY,            -- UUID
  name        TEXT NOT NULL,
  folder      TEXT,                        -- relative paths of the workflow start here
  version     INTEGER NOT NULL,            -- the newest
  changed_at  INTEGER NOT NULL,
  deleted     INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX workflow_name ON workflow (name);

CREATE TABLE version (
  workflow  TEXT NOT NULL REFERENCES workflow (id) ON DELETE CASCADE,
  version   INTEGER NOT NULL,              -- 1, 2, ...
  saved_at  INTEGER NOT NULL,
  message   TEXT,                          -- NULL: saved by itself
  text      TEXT NOT NULL,
  PRIMARY KEY (workflow, version)
) WITHOUT ROWID;

CREATE TABLE variable (
  workflow  TEXT NOT NULL,                 -- '' : global
  name      TEXT NOT NULL,
  value     TEXT NOT NULL,                 -- journal JSON
  blobs     INTEGER NOT NULL,              -- how many values of it lie in blobs/
  PRIMARY KEY (workflow, name)
) WITHOUT ROWID;
