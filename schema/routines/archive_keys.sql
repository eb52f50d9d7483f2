-- Forget p_rows keys of requests that may be forgotten, before what they made
-- is archived.  One row: outcome, last (NULL: there are no more), moved (rows).
CREATE /*M! OR REPLACE */ PROCEDURE archive_keys(IN p_rows INT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_gone BIGINT;

  START TRANSACTION;
  DELETE FROM requests WHERE expires_at < UTC_TIMESTAMP(3)
    ORDER BY expires_at LIMIT p_rows;
  SET v_gone = ROW_COUNT();
  COMMIT;
  SELECT 'ok' AS outcome, IF(v_gone < p_rows, NULL, 0) AS last, v_gone AS moved;
END
