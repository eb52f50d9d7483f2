-- Close a user's account in the caller's transaction, who holds the user's
-- lock: no token and no password lets in again, and what says who it was is
-- gone.  Ledger and orders stay.  A key without an @ is nobody's address, so
-- that the old one may sign up again.
CREATE /*M! OR REPLACE */ PROCEDURE account_erase(IN p_user BIGINT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DELETE FROM login_windows WHERE email_key =
    (SELECT email_key FROM users WHERE id = p_user);
  UPDATE users SET status = 'closed', name = '', email = '',
      email_key = CONCAT('closed ', id)
    WHERE id = p_user;
  DELETE FROM credentials WHERE user_id = p_user;
  DELETE FROM cart_items WHERE user_id = p_user;
END
