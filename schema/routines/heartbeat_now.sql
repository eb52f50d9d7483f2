-- Note the time, for replicas to tell how far they are, and answer what is noted, in
-- ms since 1970.  Pools on many machines ask each second, and share what one of them
-- wrote; a clock that was set back is believed.
-- grant: worker
CREATE /*M! OR REPLACE */ PROCEDURE heartbeat_now()
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  UPDATE heartbeat SET beat_at = UTC_TIMESTAMP(3)
    WHERE id = 1 AND ABS(TIMESTAMPDIFF(MICROSECOND, beat_at, UTC_TIMESTAMP(3)))
      >= 500000;
  COMMIT;
  SELECT TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', beat_at) DIV 1000
    FROM heartbeat WHERE id = 1;
END
