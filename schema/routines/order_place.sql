-- order_buy, as the workers of before call it: it stays until the next version.
-- grant: worker
CREATE /*M! OR REPLACE */ PROCEDURE order_place(
  IN p_user BIGINT, IN p_idem BINARY(16), IN p_fingerprint BINARY(16),
  IN p_wait INT, IN p_attempt INT,
  IN p_lines VARCHAR(2300) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  CALL order_buy(p_user, 9223372036854775807, p_idem, p_fingerprint, p_wait,
    p_attempt, p_lines, '', 0, FALSE);
END
