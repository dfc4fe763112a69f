-- Times are microseconds since the Unix epoch. Ids are UUIDv7. Secrets are kept as SHA-256 fingerprints only.
-- A reference carries the tenant with it, so that no row can point into another tenant.

CREATE TABLE tenant (
  id UUID PRIMARY KEY,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE customer (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  subject TEXT NOT NULL,
  UNIQUE (tenant_id, id),
  UNIQUE (tenant_id, subject)
);

CREATE TABLE person (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  name TEXT NOT NULL,
  customer_id UUID,
  created_at BIGINT NOT NULL,
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, id)
);

CREATE TABLE account (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL UNIQUE,
  login TEXT NOT NULL UNIQUE,
  password_hash TEXT,
  changed_at BIGINT NOT NULL,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);

CREATE TABLE person_role (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('agent', 'approver', 'admin', 'auditor')),
  PRIMARY KEY (tenant_id, person_id, role),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);

CREATE TABLE person_group (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, person_id, name),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX person_group_by_name ON person_group (tenant_id, name);

CREATE TABLE invite (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  token_hash BYTEA NOT NULL UNIQUE,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  created_by UUID,
  superseded_by UUID,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id)
);
CREATE INDEX invite_by_person ON invite (tenant_id, person_id);

CREATE TABLE browser (
  cookie_hash BYTEA PRIMARY KEY,
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  auth_time BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);

CREATE TABLE session (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  client_id TEXT NOT NULL,
  jkt TEXT NOT NULL,
  auth_time BIGINT NOT NULL,
  acr TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  ended_at BIGINT,
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX session_by_person ON session (tenant_id, person_id) WHERE ended_at IS NULL;

CREATE TABLE auth_code (
  code_hash BYTEA PRIMARY KEY,
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  client_id TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  auth_time BIGINT NOT NULL,
  acr TEXT NOT NULL,
  session_id UUID,
  step_up TEXT,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES session (tenant_id, id)
);

CREATE TABLE access_token (
  token_hash BYTEA PRIMARY KEY,
  tenant_id UUID NOT NULL,
  session_id UUID NOT NULL,
  expires_at BIGINT NOT NULL,
  FOREIGN KEY (tenant_id, session_id) REFERENCES session (tenant_id, id)
);
CREATE INDEX access_token_by_expiry ON access_token (expires_at);

CREATE TABLE refresh_token (
  token_hash BYTEA PRIMARY KEY,
  tenant_id UUID NOT NULL,
  session_id UUID NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  successor_hash BYTEA,
  FOREIGN KEY (tenant_id, session_id) REFERENCES session (tenant_id, id)
);
CREATE INDEX refresh_token_by_session ON refresh_token (tenant_id, session_id);

CREATE TABLE case_file (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
  customer_id UUID NOT NULL,
  assignee_id UUID,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  opened_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  UNIQUE (tenant_id, id),
  UNIQUE (tenant_id, key),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, id),
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX case_file_by_assignee ON case_file (tenant_id, assignee_id, state);
CREATE INDEX case_file_by_customer ON case_file (tenant_id, customer_id);

CREATE TABLE api (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  key TEXT NOT NULL,
  audience TEXT NOT NULL,
  version BIGINT NOT NULL,
  contract TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  UNIQUE (tenant_id, id),
  UNIQUE (tenant_id, key),
  UNIQUE (tenant_id, audience)
);

CREATE TABLE api_version (
  tenant_id UUID NOT NULL,
  api_id UUID NOT NULL,
  version BIGINT NOT NULL,
  contract TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, api_id, version),
  FOREIGN KEY (tenant_id, api_id) REFERENCES api (tenant_id, id)
);

CREATE TABLE client (
  id TEXT PRIMARY KEY,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  secret_hash BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE request (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  asker_id UUID NOT NULL,
  case_id UUID NOT NULL,
  customer_id UUID NOT NULL,
  api_id UUID NOT NULL,
  audience TEXT NOT NULL,
  contract_version BIGINT NOT NULL,
  actions TEXT NOT NULL,
  minutes BIGINT NOT NULL CHECK (minutes > 0),
  mode TEXT NOT NULL CHECK (mode IN ('delegated', 'impersonation')),
  reason TEXT,
  reason_salt BYTEA,
  form BYTEA NOT NULL,
  digest BYTEA NOT NULL,
  obligations TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'signed', 'started', 'refused', 'withdrawn', 'lapsed')),
  state_at BIGINT NOT NULL,
  state_by UUID,
  lapses_at BIGINT NOT NULL,
  delegation_id UUID,
  asked_at BIGINT NOT NULL,
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, asker_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES case_file (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, id),
  FOREIGN KEY (tenant_id, api_id) REFERENCES api (tenant_id, id)
);
CREATE INDEX request_by_asker ON request (tenant_id, asker_id, asked_at);
CREATE INDEX request_by_state ON request (tenant_id, state, asked_at);
CREATE INDEX request_by_case ON request (tenant_id, case_id);
CREATE INDEX request_by_lapse ON request (lapses_at) WHERE state IN ('waiting', 'signed');

CREATE TABLE review (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  request_id UUID NOT NULL,
  person_id UUID NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('sign', 'refuse')),
  at BIGINT NOT NULL,
  proved_at BIGINT NOT NULL,
  digest BYTEA NOT NULL,
  reason TEXT,
  reason_salt BYTEA,
  withdrawn_at BIGINT,
  FOREIGN KEY (tenant_id, request_id) REFERENCES request (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX review_by_request ON review (tenant_id, request_id);
CREATE INDEX review_by_person ON review (tenant_id, person_id);
-- One person counts once.
CREATE UNIQUE INDEX review_once ON review (request_id, person_id) WHERE withdrawn_at IS NULL AND decision = 'sign';

CREATE TABLE proof (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  session_id UUID NOT NULL,
  act TEXT NOT NULL,
  request_id UUID NOT NULL,
  digest BYTEA NOT NULL,
  proved_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES session (tenant_id, id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES request (tenant_id, id)
);
CREATE INDEX proof_by_session ON proof (tenant_id, session_id, request_id);

CREATE TABLE delegation (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  request_id UUID NOT NULL UNIQUE,
  agent_id UUID NOT NULL,
  customer_id UUID NOT NULL,
  case_id UUID NOT NULL,
  api_id UUID NOT NULL,
  actions TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('delegated', 'impersonation')),
  transaction_id UUID NOT NULL,
  started_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  ended_at BIGINT,
  end_reason TEXT,
  ended_by UUID,
  session_id UUID NOT NULL,
  warrant_hash BYTEA NOT NULL UNIQUE,
  warrant_jkt TEXT NOT NULL,
  calls BIGINT NOT NULL DEFAULT 0,
  UNIQUE (tenant_id, id),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  FOREIGN KEY (tenant_id, request_id) REFERENCES request (tenant_id, id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES case_file (tenant_id, id),
  FOREIGN KEY (tenant_id, api_id) REFERENCES api (tenant_id, id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES session (tenant_id, id)
);
-- A window has one live delegation at a time.
CREATE UNIQUE INDEX delegation_one_a_session ON delegation (session_id) WHERE ended_at IS NULL;
CREATE INDEX delegation_by_agent ON delegation (tenant_id, agent_id, started_at);
CREATE INDEX delegation_by_case ON delegation (tenant_id, case_id) WHERE ended_at IS NULL;
CREATE INDEX delegation_by_end ON delegation (ends_at) WHERE ended_at IS NULL;
CREATE INDEX delegation_by_start ON delegation (tenant_id, started_at);

CREATE TABLE token (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  delegation_id UUID NOT NULL,
  audience TEXT NOT NULL,
  scope TEXT NOT NULL,
  issued_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  FOREIGN KEY (tenant_id, delegation_id) REFERENCES delegation (tenant_id, id)
);
CREATE INDEX token_by_delegation ON token (tenant_id, delegation_id);

CREATE TABLE api_call (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  delegation_id UUID NOT NULL,
  intended_at BIGINT NOT NULL,
  method TEXT NOT NULL,
  path TEXT,
  path_salt BYTEA,
  reported_at BIGINT,
  status BIGINT,
  FOREIGN KEY (tenant_id, delegation_id) REFERENCES delegation (tenant_id, id)
);
CREATE INDEX api_call_by_delegation ON api_call (tenant_id, delegation_id);

CREATE TABLE dpop_seen (
  hash BYTEA PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX dpop_seen_by_expiry ON dpop_seen (expires_at);

CREATE TABLE signing_key (
  kid TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('next', 'active', 'retired')),
  sealed BYTEA NOT NULL,
  public_jwk TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
-- Replicas that start together agree on one key to sign with.
CREATE UNIQUE INDEX signing_key_one_active ON signing_key (state) WHERE state = 'active';

CREATE TABLE idempotency (
  tenant_id UUID NOT NULL,
  person_id UUID NOT NULL,
  operation TEXT NOT NULL,
  key TEXT NOT NULL,
  input_digest BYTEA NOT NULL,
  answer TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, person_id, operation, key),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX idempotency_by_time ON idempotency (at);

-- No references from here on: a line outlives what it speaks of.
CREATE TABLE event (
  id UUID PRIMARY KEY,
  tenant_id UUID NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  bytes BYTEA NOT NULL,
  salt BYTEA NOT NULL,
  actor_person UUID,
  subject_id UUID,
  case_id UUID,
  request_id UUID,
  delegation_id UUID
);
CREATE INDEX event_by_actor ON event (tenant_id, actor_person);
CREATE INDEX event_by_request ON event (tenant_id, request_id);
CREATE INDEX event_by_delegation ON event (tenant_id, delegation_id);

-- What people wrote. Text and salt can be erased; the commitment in the line stays.
CREATE TABLE event_text (
  event_id UUID NOT NULL REFERENCES event (id),
  tenant_id UUID NOT NULL,
  name TEXT NOT NULL,
  text TEXT,
  salt BYTEA,
  PRIMARY KEY (event_id, name)
);

-- Durable, and waiting for its place. `seq` hints at an order and is no place: numbers are given before commits.
CREATE TABLE unplaced (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id UUID NOT NULL UNIQUE,
  tenant_id UUID NOT NULL
);

CREATE TABLE place (
  place BIGINT PRIMARY KEY,
  event_id UUID NOT NULL UNIQUE,
  tenant_id UUID NOT NULL
);
CREATE INDEX place_by_tenant ON place (tenant_id, place);

-- The runtime role may only read and add to `event` and `place`: what it is granted is set after each migration.
