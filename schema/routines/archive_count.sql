-- The archive's table archive_TABLE has p_entries rows more, whose CRC32s add up
-- to p_checksum; called by the archive's routines in their transactions.
-- p_copied and p_deleted are what the server said of these rows, which must be
-- p_entries: whatever is not is an error, after which all is as it was.
CREATE /*M! OR REPLACE */ PROCEDURE archive_count(
  IN p_table VARCHAR(32) CHARACTER SET ascii, IN p_entries BIGINT,
  IN p_checksum BIGINT, IN p_copied BIGINT, IN p_deleted BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  IF p_copied <> p_entries OR p_deleted <> p_entries THEN
    SIGNAL SQLSTATE '45000'
      SET MESSAGE_TEXT = 'rows changed while they were archived: run it again';
  END IF;
  UPDATE archive_totals SET entries = entries + p_entries,
      checksum = checksum + COALESCE(p_checksum, 0)
    WHERE of_table = p_table;
END
