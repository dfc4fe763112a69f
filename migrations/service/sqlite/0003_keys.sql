-- Signing keys of several algorithms, each with its life: next, active, retired; or withdrawn, which is remembered for ever.
-- A private half (`sealed`) is gone once its key signs no more.

CREATE TABLE signing_key_2 (
  kid TEXT PRIMARY KEY,
  algorithm TEXT NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA', 'RS256', 'PS256')),
  state TEXT NOT NULL CHECK (state IN ('next', 'active', 'retired', 'withdrawn')),
  sealed BLOB,
  public_jwk TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  due_at INTEGER,
  active_at INTEGER,
  retired_at INTEGER,
  CHECK ((state IN ('next', 'active')) = (sealed IS NOT NULL)),
  CHECK ((state = 'next') = (due_at IS NOT NULL)),
  CHECK ((state IN ('retired', 'withdrawn')) = (retired_at IS NOT NULL))
) STRICT;

-- What was not active before had no use: it never signed, or no longer.
INSERT INTO signing_key_2 (kid, algorithm, state, sealed, public_jwk, made_at, active_at)
SELECT kid, 'ES256', state, sealed, public_jwk, created_at, created_at FROM signing_key WHERE state = 'active';
INSERT INTO signing_key_2 (kid, algorithm, state, public_jwk, made_at, active_at, retired_at)
SELECT kid, 'ES256', 'retired', public_jwk, created_at, created_at, created_at FROM signing_key WHERE state <> 'active';

DROP TABLE signing_key;
ALTER TABLE signing_key_2 RENAME TO signing_key;

-- Replicas agree on one key to sign with, and on the one after it.
CREATE UNIQUE INDEX signing_key_one_active ON signing_key (algorithm) WHERE state = 'active';
CREATE UNIQUE INDEX signing_key_one_next ON signing_key (algorithm) WHERE state = 'next';
