-- migrate:up

-- Tokens can be revoked, and a write is answered twice with the same bytes.
-- Each statement is done wholly or not at all; the routines and workers of
-- before don't see what it adds.
ALTER TABLE users ADD COLUMN /*M! IF NOT EXISTS */
  tokens_from BIGINT NOT NULL DEFAULT 0 COMMENT 'ms since 1970; a token issued before is no longer valid; 0: all are';
ALTER TABLE requests
  ADD COLUMN /*M! IF NOT EXISTS */ answer MEDIUMTEXT NULL COMMENT 'what was answered, as its routine notes it, where made_id alone does not tell it',
  ADD COLUMN /*M! IF NOT EXISTS */ expires_at DATETIME(3) NOT NULL DEFAULT '1970-01-01 00:00:00' COMMENT 'UTC; the key may be forgotten then',
  ADD KEY /*M! IF NOT EXISTS */ requests_expires (expires_at);

-- migrate:down

ALTER TABLE requests DROP KEY requests_expires, DROP COLUMN expires_at, DROP COLUMN answer;
ALTER TABLE users DROP COLUMN tokens_from;
