-- The lines of a user's cart as order_buy's p_lines, under the lock of the
-- user's row, without which nothing changes a cart; '' where it is empty, or
-- there is no such user.  Called by order_buy in its transaction.
CREATE /*M! OR REPLACE */ PROCEDURE cart_lines(
  IN p_user BIGINT, OUT v_lines VARCHAR(2300) CHARACTER SET ascii)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_id BIGINT;

  SELECT id INTO v_id FROM users WHERE id = p_user FOR UPDATE;
  SELECT COALESCE(GROUP_CONCAT(LPAD(c.product_id, 16, '0'),
      LPAD(c.quantity, 4, '0'), LPAD(c.place, 3, '0')
      ORDER BY c.product_id SEPARATOR ''), '')
    INTO v_lines
    FROM (SELECT product_id, quantity,
        ROW_NUMBER() OVER (ORDER BY added_at, product_id) - 1 AS place
      FROM cart_items WHERE user_id = v_id) c;
END
