-- Commits what the caller has open, after which all that any transaction has
-- committed until now is on disk, too; called by routines that are about to
-- answer that something was done which they have not done themselves.
--
-- What a transaction has committed is seen by others before it is flushed, and
-- MariaDB gives back its locks then, too, those of GET_LOCK included: it only
-- keeps the answer.  A server that dies in that moment has never done it.  A
-- transaction that changes nothing is not flushed, so this one writes a row.
CREATE /*M! OR REPLACE */ PROCEDURE await_durable()
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_idem BINARY(16) DEFAULT UNHEX(REPLACE(UUID(), '-', ''));

  INSERT INTO requests (user_id, idem, fingerprint, created_at, expires_at)
    VALUES (0, v_idem, v_idem, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3));
  DELETE FROM requests WHERE user_id = 0 AND idem = v_idem;
  COMMIT;
END
