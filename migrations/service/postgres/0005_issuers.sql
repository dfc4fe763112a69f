-- Customers who are present: what was shown of their own tokens, and tokens that stand on that and on no delegation.

CREATE TABLE presence (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  issuer TEXT NOT NULL,
  customer_id UUID NOT NULL,
  client_id TEXT NOT NULL REFERENCES client (id),
  audience TEXT NOT NULL,
  token_hash BYTEA NOT NULL,
  transaction_id UUID NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  UNIQUE (tenant_id, id),
  -- However often a token is shown, it is one presence.
  UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, id)
);
CREATE INDEX presence_by_expiry ON presence (expires_at);

-- A token stands on exactly one of both.
ALTER TABLE token ALTER COLUMN delegation_id DROP NOT NULL;
ALTER TABLE token ADD COLUMN presence_id UUID;
ALTER TABLE token ADD CONSTRAINT token_stands_on_one CHECK ((delegation_id IS NULL) <> (presence_id IS NULL));
ALTER TABLE token ADD FOREIGN KEY (tenant_id, presence_id) REFERENCES presence (tenant_id, id);
CREATE INDEX token_by_presence ON token (tenant_id, presence_id) WHERE presence_id IS NOT NULL;
