-- Customers who are present: what was shown of their own tokens, and tokens that stand on that and on no delegation.

CREATE TABLE presence (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  issuer TEXT NOT NULL,
  customer_id BLOB NOT NULL,
  client_id TEXT NOT NULL REFERENCES client (id),
  audience TEXT NOT NULL,
  token_hash BLOB NOT NULL,
  transaction_id BLOB NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  UNIQUE (tenant_id, id),
  -- However often a token is shown, it is one presence.
  UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, id)
) STRICT;
CREATE INDEX presence_by_expiry ON presence (expires_at);

-- A token stands on exactly one of both. SQLite can't take a NOT NULL away, so the table is made anew.
CREATE TABLE token_2 (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  delegation_id BLOB,
  presence_id BLOB,
  audience TEXT NOT NULL,
  scope TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  parent_id BLOB,
  client_id TEXT NOT NULL DEFAULT 'console',
  services TEXT NOT NULL DEFAULT '[]',
  hops TEXT NOT NULL DEFAULT '[]',
  jkt TEXT,
  hash BLOB,
  revoked_at INTEGER,
  CONSTRAINT token_stands_on_one CHECK ((delegation_id IS NULL) <> (presence_id IS NULL)),
  FOREIGN KEY (tenant_id, delegation_id) REFERENCES delegation (tenant_id, id),
  FOREIGN KEY (tenant_id, presence_id) REFERENCES presence (tenant_id, id)
) STRICT;

INSERT INTO token_2 (id, tenant_id, delegation_id, audience, scope, issued_at, expires_at, parent_id, client_id, services, hops, jkt, hash, revoked_at)
SELECT id, tenant_id, delegation_id, audience, scope, issued_at, expires_at, parent_id, client_id, services, hops, jkt, hash, revoked_at FROM token;

DROP TABLE token;
ALTER TABLE token_2 RENAME TO token;

CREATE INDEX token_by_delegation ON token (tenant_id, delegation_id);
CREATE UNIQUE INDEX token_by_hash ON token (hash) WHERE hash IS NOT NULL;
CREATE INDEX token_by_parent ON token (tenant_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX token_by_expiry ON token (expires_at);
CREATE INDEX token_by_presence ON token (tenant_id, presence_id) WHERE presence_id IS NOT NULL;
