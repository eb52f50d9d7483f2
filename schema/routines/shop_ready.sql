-- Could a write be done now?  Tries what the routines need, as they do, and
-- changes nothing: an UPDATE and an INSERT that meet no row are refused all the
-- same where the server takes no writes or the definer may not write.
-- grant: worker
--
-- p_digest: the set of routines (schema_digest) that the asking program came
-- with.  One row: outcome, 'ok'; release, 'current', 'older' (the database has
-- had this set and has a newer one now: the program is about to be replaced)
-- or 'unknown'; changed, how many routines are not as migrate made them.  The
-- expression is schema_print of src/ops/schema.c.
CREATE /*M! OR REPLACE */ PROCEDURE shop_ready(
  IN p_digest VARCHAR(64) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_newest, v_had BIGINT;
  DECLARE v_changed INT;

  UPDATE users SET balance = balance WHERE id = 0;
  INSERT INTO points_ledger
      (user_id, type, amount, balance_after, idem, fingerprint, created_at)
    SELECT id, 'charge', 1, 1, '', '', created_at FROM users WHERE id = 0;
  SELECT MAX(id), MAX(IF(digest = p_digest, id, NULL)) INTO v_newest, v_had
    FROM schema_releases;
  SELECT COUNT(*) INTO v_changed FROM schema_prints p
    LEFT JOIN (SELECT r.routine_name, SHA2(CONCAT_WS(_utf8mb4'|'
          COLLATE utf8mb4_bin, r.definer, r.security_type, r.sql_data_access, r.sql_mode,
          r.character_set_client, r.collation_connection,
          r.database_collation, r.routine_definition), 256) AS print
        FROM information_schema.routines r
        WHERE r.routine_schema = DATABASE()
          AND r.routine_type = 'PROCEDURE') r ON r.routine_name = p.name
    WHERE r.print IS NULL OR r.print <> p.print;
  SELECT 'ok' AS outcome, CASE WHEN v_had IS NULL THEN 'unknown'
    WHEN v_had < v_newest THEN 'older' ELSE 'current' END AS `release`,
    v_changed AS changed;
END
