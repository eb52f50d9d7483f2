-- migrate:up

-- Two addresses are one where they are the same but for A-Z and a-z, byte for
-- byte.  What is unique so far is unique by this, too, for the old collation
-- knows fewer addresses.  The DEFAULT is what a user_add that doesn't know the
-- column makes the key by; whatever changes an e-mail sets it anew.  REPLACE of
-- binary strings, for LOWER() of text would touch more than A-Z; x'41' is A.
ALTER TABLE users
  MODIFY email VARCHAR(254) NOT NULL COMMENT 'address, as it was written',
  ADD COLUMN /*M! IF NOT EXISTS */ email_key VARBINARY(1016) NOT NULL DEFAULT (
    REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(
    REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(
    REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(
      CAST(email AS BINARY),
      x'41', x'61'), x'42', x'62'), x'43', x'63'), x'44', x'64'),
      x'45', x'65'), x'46', x'66'), x'47', x'67'), x'48', x'68'),
      x'49', x'69'), x'4a', x'6a'), x'4b', x'6b'), x'4c', x'6c'),
      x'4d', x'6d'), x'4e', x'6e'), x'4f', x'6f'), x'50', x'70'),
      x'51', x'71'), x'52', x'72'), x'53', x'73'), x'54', x'74'),
      x'55', x'75'), x'56', x'76'), x'57', x'77'), x'58', x'78'),
      x'59', x'79'), x'5a', x'7a')
    ) COMMENT 'email with A-Z lowered, which is unique' AFTER email,
  ADD UNIQUE KEY /*M! IF NOT EXISTS */ users_email_key (email_key),
  DROP KEY /*M! IF EXISTS */ users_email;

-- migrate:down

ALTER TABLE users
  MODIFY email VARCHAR(254) NOT NULL COMMENT 'address, unique without regard to case',
  ADD UNIQUE KEY users_email (email),
  DROP KEY users_email_key,
  DROP COLUMN email_key;
