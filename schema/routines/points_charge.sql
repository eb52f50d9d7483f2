-- charge_points, as the workers of before call it: it stays until the next
-- version.
-- grant: worker
CREATE /*M! OR REPLACE */ PROCEDURE points_charge(
  IN p_user BIGINT, IN p_idem BINARY(16), IN p_fingerprint BINARY(16),
  IN p_wait INT, IN p_amount BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  CALL charge_points(p_user, 9223372036854775807, p_idem, p_fingerprint,
    p_wait, p_amount);
END
