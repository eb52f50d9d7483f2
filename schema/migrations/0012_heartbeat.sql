-- migrate:up

-- The time at the writer, by which a replica tells how far behind it is.
-- grant: worker
CREATE TABLE IF NOT EXISTS heartbeat (
  id TINYINT NOT NULL COMMENT '1: there is one row',
  beat_at DATETIME(3) NOT NULL COMMENT 'UTC; what was committed before it is there, too',
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='when a pool that reads from replicas last wrote';

INSERT IGNORE INTO heartbeat (id, beat_at) VALUES (1, '1970-01-01 00:00:00');

-- migrate:down

DROP TABLE IF EXISTS heartbeat;
