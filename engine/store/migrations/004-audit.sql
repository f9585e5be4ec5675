-- SPDX-License-Identifier: LGPL-2.1-or-later
-- Who removed what. Each row carries the SHA-256 of the row before and its own text, so that a missing or changed row shows.

CREATE TABLE audit (
  id       INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  actor    TEXT NOT NULL,
  action   TEXT NOT NULL,
  subject  TEXT NOT NULL,
  reason   TEXT,
  hash     TEXT NOT NULL
);

CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN
  SELECT RAISE (ABORT, 'audit rows are never removed');
END;

CREATE TRIGGER audit_keeps_text BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE (ABORT, 'audit rows are never changed');
END;
