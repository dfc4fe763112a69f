-- Machines, what contracts say of them, and tokens that come from tokens.

ALTER TABLE request ADD COLUMN hops TEXT NOT NULL DEFAULT '[]';
ALTER TABLE delegation ADD COLUMN hops TEXT NOT NULL DEFAULT '[]';

-- No reference to the parent: each is forgotten when its own time is over.
ALTER TABLE token ADD COLUMN parent_id UUID;
ALTER TABLE token ADD COLUMN client_id TEXT NOT NULL DEFAULT 'console';
ALTER TABLE token ADD COLUMN services TEXT NOT NULL DEFAULT '[]';
ALTER TABLE token ADD COLUMN hops TEXT NOT NULL DEFAULT '[]';
ALTER TABLE token ADD COLUMN jkt TEXT;
ALTER TABLE token ADD COLUMN hash BYTEA;
ALTER TABLE token ADD COLUMN revoked_at BIGINT;
CREATE UNIQUE INDEX token_by_hash ON token (hash) WHERE hash IS NOT NULL;
CREATE INDEX token_by_parent ON token (tenant_id, parent_id) WHERE parent_id IS NOT NULL;

ALTER TABLE client ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE client ADD COLUMN auth_method TEXT NOT NULL DEFAULT 'client_secret_basic';
ALTER TABLE client ADD COLUMN jwks TEXT;
ALTER TABLE client ADD COLUMN endpoint_audience BIGINT NOT NULL DEFAULT 0;
ALTER TABLE client ADD COLUMN disabled_at BIGINT;
UPDATE client SET name = id;

CREATE TABLE client_secret (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  client_id TEXT NOT NULL REFERENCES client (id),
  hash BYTEA NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX client_secret_by_client ON client_secret (client_id);
INSERT INTO client_secret (id, tenant_id, client_id, hash, made_at) SELECT gen_random_uuid(), tenant_id, id, secret_hash, created_at FROM client;
ALTER TABLE client DROP COLUMN secret_hash;

-- What a machine gets for itself: good at this service only.
CREATE TABLE client_token (
  hash BYTEA PRIMARY KEY,
  tenant_id UUID NOT NULL,
  client_id TEXT NOT NULL REFERENCES client (id),
  jkt TEXT,
  expires_at BIGINT NOT NULL
);
CREATE INDEX client_token_by_expiry ON client_token (expires_at);

-- A contract that stands in the operator's file is changed there.
ALTER TABLE api ADD COLUMN by_file BIGINT NOT NULL DEFAULT 1;

-- A contract changes when somebody else than who proposed it agrees.
CREATE TABLE contract_change (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  key TEXT NOT NULL,
  base_version BIGINT NOT NULL,
  contract TEXT NOT NULL,
  digest BYTEA NOT NULL,
  proposed_by UUID NOT NULL,
  proposed_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'refused', 'withdrawn')),
  decided_by UUID,
  decided_at BIGINT,
  FOREIGN KEY (tenant_id, proposed_by) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, decided_by) REFERENCES person (tenant_id, id)
);
CREATE INDEX contract_change_by_time ON contract_change (tenant_id, proposed_at);
-- One proposal an API at a time.
CREATE UNIQUE INDEX contract_change_one_waiting ON contract_change (tenant_id, key) WHERE state = 'waiting';
