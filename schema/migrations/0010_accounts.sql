-- migrate:up

-- Accounts: passwords, log-ins that failed, and charges that somebody has paid
-- for.  No worker may read these tables: routines hand out what is needed.
-- Each statement is done wholly or not at all, and nothing of before sees them.
CREATE TABLE IF NOT EXISTS credentials (
  user_id BIGINT NOT NULL COMMENT 'users.id',
  hash VARBINARY(200) NOT NULL COMMENT 'of the password, as crypt(5) writes it',
  changed_at DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='passwords of those who can log in';

CREATE TABLE IF NOT EXISTS login_windows (
  email_key VARBINARY(1016) NOT NULL COMMENT 'as users.email_key, of a user or of nobody',
  times VARBINARY(140) NOT NULL COMMENT 'when the last 10 attempts began that failed or are under way, newest first: ms since 1970, 13 digits and a comma each',
  last_ms BIGINT NOT NULL COMMENT 'ms since 1970, of the newest; may be forgotten 15 minutes later',
  PRIMARY KEY (email_key),
  KEY login_windows_last (last_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='passwords that were tried and were wrong';

CREATE TABLE IF NOT EXISTS grants (
  jti VARBINARY(64) NOT NULL COMMENT 'the payment provider''s id of the payment',
  user_id BIGINT NOT NULL COMMENT 'users.id, whose points it became',
  amount BIGINT NOT NULL COMMENT 'points',
  ledger_id BIGINT NOT NULL COMMENT 'points_ledger.id of the charge',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (jti),
  UNIQUE KEY grants_ledger (ledger_id),
  CONSTRAINT grants_amount CHECK (amount > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='payments that became points, each once';

-- migrate:down

DROP TABLE IF EXISTS grants;
DROP TABLE IF EXISTS login_windows;
DROP TABLE IF EXISTS credentials;
