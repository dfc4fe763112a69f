-- Times are microseconds since the Unix epoch. Ids are UUIDv7. Secrets are kept as SHA-256 fingerprints only.
-- A reference carries the tenant with it, so that no row can point into another tenant.

CREATE TABLE tenant (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE customer (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  subject TEXT NOT NULL,
  UNIQUE (tenant_id, id),
  UNIQUE (tenant_id, subject)
) STRICT;

CREATE TABLE person (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  name TEXT NOT NULL,
  customer_id BLOB,
  created_at INTEGER NOT NULL,
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, id)
) STRICT;

CREATE TABLE account (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  person_id BLOB NOT NULL UNIQUE,
  login TEXT NOT NULL UNIQUE,
  password_hash TEXT,
  changed_at INTEGER NOT NULL,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
) STRICT;

CREATE TABLE person_role (
  tenant_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('agent', 'approver', 'admin', 'auditor')),
  PRIMARY KEY (tenant_id, person_id, role),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
) STRICT;

CREATE TABLE person_group (
  tenant_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (tenant_id, person_id, name),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
) STRICT;
CREATE INDEX person_group_by_name ON person_group (tenant_id, name);

CREATE TABLE invite (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  created_by BLOB,
  superseded_by BLOB,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES person (tenant_id, id)
) STRICT;
CREATE INDEX invite_by_person ON invite (tenant_id, person_id);

CREATE TABLE browser (
  cookie_hash BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  auth_time INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
) STRICT;

CREATE TABLE session (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  client_id TEXT NOT NULL,
  jkt TEXT NOT NULL,
  auth_time INTEGER NOT NULL,
  acr TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  ended_at INTEGER,
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
) STRICT;
CREATE INDEX session_by_person ON session (tenant_id, person_id) WHERE ended_at IS NULL;

CREATE TABLE auth_code (
  code_hash BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  client_id TEXT NOT NULL,
  redirect_uri TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  auth_time INTEGER NOT NULL,
  acr TEXT NOT NULL,
  session_id BLOB,
  step_up TEXT,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES session (tenant_id, id)
) STRICT;

CREATE TABLE access_token (
  token_hash BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  session_id BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  FOREIGN KEY (tenant_id, session_id) REFERENCES session (tenant_id, id)
) STRICT;
CREATE INDEX access_token_by_expiry ON access_token (expires_at);

CREATE TABLE refresh_token (
  token_hash BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  session_id BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  successor_hash BLOB,
  FOREIGN KEY (tenant_id, session_id) REFERENCES session (tenant_id, id)
) STRICT;
CREATE INDEX refresh_token_by_session ON refresh_token (tenant_id, session_id);

CREATE TABLE case_file (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'high')),
  customer_id BLOB NOT NULL,
  assignee_id BLOB,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  opened_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  UNIQUE (tenant_id, id),
  UNIQUE (tenant_id, key),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, id),
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES person (tenant_id, id)
) STRICT;
CREATE INDEX case_file_by_assignee ON case_file (tenant_id, assignee_id, state);
CREATE INDEX case_file_by_customer ON case_file (tenant_id, customer_id);

CREATE TABLE api (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  key TEXT NOT NULL,
  audience TEXT NOT NULL,
  version INTEGER NOT NULL,
  contract TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  UNIQUE (tenant_id, id),
  UNIQUE (tenant_id, key),
  UNIQUE (tenant_id, audience)
) STRICT;

CREATE TABLE api_version (
  tenant_id BLOB NOT NULL,
  api_id BLOB NOT NULL,
  version INTEGER NOT NULL,
  contract TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, api_id, version),
  FOREIGN KEY (tenant_id, api_id) REFERENCES api (tenant_id, id)
) STRICT;

CREATE TABLE client (
  id TEXT PRIMARY KEY,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  secret_hash BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE request (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  asker_id BLOB NOT NULL,
  case_id BLOB NOT NULL,
  customer_id BLOB NOT NULL,
  api_id BLOB NOT NULL,
  audience TEXT NOT NULL,
  contract_version INTEGER NOT NULL,
  actions TEXT NOT NULL,
  minutes INTEGER NOT NULL CHECK (minutes > 0),
  mode TEXT NOT NULL CHECK (mode IN ('delegated', 'impersonation')),
  reason TEXT,
  reason_salt BLOB,
  form BLOB NOT NULL,
  digest BLOB NOT NULL,
  obligations TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'signed', 'started', 'refused', 'withdrawn', 'lapsed')),
  state_at INTEGER NOT NULL,
  state_by BLOB,
  lapses_at INTEGER NOT NULL,
  delegation_id BLOB,
  asked_at INTEGER NOT NULL,
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, asker_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES case_file (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, id),
  FOREIGN KEY (tenant_id, api_id) REFERENCES api (tenant_id, id)
) STRICT;
CREATE INDEX request_by_asker ON request (tenant_id, asker_id, asked_at);
CREATE INDEX request_by_state ON request (tenant_id, state, asked_at);
CREATE INDEX request_by_case ON request (tenant_id, case_id);
CREATE INDEX request_by_lapse ON request (lapses_at) WHERE state IN ('waiting', 'signed');

CREATE TABLE review (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  request_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('sign', 'refuse')),
  at INTEGER NOT NULL,
  proved_at INTEGER NOT NULL,
  digest BLOB NOT NULL,
  reason TEXT,
  reason_salt BLOB,
  withdrawn_at INTEGER,
  FOREIGN KEY (tenant_id, request_id) REFERENCES request (tenant_id, id),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
) STRICT;
CREATE INDEX review_by_request ON review (tenant_id, request_id);
CREATE INDEX review_by_person ON review (tenant_id, person_id);
-- One person counts once.
CREATE UNIQUE INDEX review_once ON review (request_id, person_id) WHERE withdrawn_at IS NULL AND decision = 'sign';

CREATE TABLE proof (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  session_id BLOB NOT NULL,
  act TEXT NOT NULL,
  request_id BLOB NOT NULL,
  digest BLOB NOT NULL,
  proved_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES session (tenant_id, id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES request (tenant_id, id)
) STRICT;
CREATE INDEX proof_by_session ON proof (tenant_id, session_id, request_id);

CREATE TABLE delegation (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  request_id BLOB NOT NULL UNIQUE,
  agent_id BLOB NOT NULL,
  customer_id BLOB NOT NULL,
  case_id BLOB NOT NULL,
  api_id BLOB NOT NULL,
  actions TEXT NOT NULL,
  mode TEXT NOT NULL CHECK (mode IN ('delegated', 'impersonation')),
  transaction_id BLOB NOT NULL,
  started_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  ended_at INTEGER,
  end_reason TEXT,
  ended_by BLOB,
  session_id BLOB NOT NULL,
  warrant_hash BLOB NOT NULL UNIQUE,
  warrant_jkt TEXT NOT NULL,
  calls INTEGER NOT NULL DEFAULT 0,
  UNIQUE (tenant_id, id),
  CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  FOREIGN KEY (tenant_id, request_id) REFERENCES request (tenant_id, id),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES person (tenant_id, id),
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customer (tenant_id, id),
  FOREIGN KEY (tenant_id, case_id) REFERENCES case_file (tenant_id, id),
  FOREIGN KEY (tenant_id, api_id) REFERENCES api (tenant_id, id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES session (tenant_id, id)
) STRICT;
-- A window has one live delegation at a time.
CREATE UNIQUE INDEX delegation_one_a_session ON delegation (session_id) WHERE ended_at IS NULL;
CREATE INDEX delegation_by_agent ON delegation (tenant_id, agent_id, started_at);
CREATE INDEX delegation_by_case ON delegation (tenant_id, case_id) WHERE ended_at IS NULL;
CREATE INDEX delegation_by_end ON delegation (ends_at) WHERE ended_at IS NULL;
CREATE INDEX delegation_by_start ON delegation (tenant_id, started_at);

CREATE TABLE token (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  delegation_id BLOB NOT NULL,
  audience TEXT NOT NULL,
  scope TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  FOREIGN KEY (tenant_id, delegation_id) REFERENCES delegation (tenant_id, id)
) STRICT;
CREATE INDEX token_by_delegation ON token (tenant_id, delegation_id);

CREATE TABLE api_call (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  delegation_id BLOB NOT NULL,
  intended_at INTEGER NOT NULL,
  method TEXT NOT NULL,
  path TEXT,
  path_salt BLOB,
  reported_at INTEGER,
  status INTEGER,
  FOREIGN KEY (tenant_id, delegation_id) REFERENCES delegation (tenant_id, id)
) STRICT;
CREATE INDEX api_call_by_delegation ON api_call (tenant_id, delegation_id);

CREATE TABLE dpop_seen (
  hash BLOB PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX dpop_seen_by_expiry ON dpop_seen (expires_at);

CREATE TABLE signing_key (
  kid TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('next', 'active', 'retired')),
  sealed BLOB NOT NULL,
  public_jwk TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
-- Replicas that start together agree on one key to sign with.
CREATE UNIQUE INDEX signing_key_one_active ON signing_key (state) WHERE state = 'active';

CREATE TABLE idempotency (
  tenant_id BLOB NOT NULL,
  person_id BLOB NOT NULL,
  operation TEXT NOT NULL,
  key TEXT NOT NULL,
  input_digest BLOB NOT NULL,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, person_id, operation, key),
  FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
) STRICT;
CREATE INDEX idempotency_by_time ON idempotency (at);

-- No references from here on: a line outlives what it speaks of.
CREATE TABLE event (
  id BLOB PRIMARY KEY,
  tenant_id BLOB NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  bytes BLOB NOT NULL,
  salt BLOB NOT NULL,
  actor_person BLOB,
  subject_id BLOB,
  case_id BLOB,
  request_id BLOB,
  delegation_id BLOB
) STRICT;
CREATE INDEX event_by_actor ON event (tenant_id, actor_person);
CREATE INDEX event_by_request ON event (tenant_id, request_id);
CREATE INDEX event_by_delegation ON event (tenant_id, delegation_id);

-- What people wrote. Text and salt can be erased; the commitment in the line stays.
CREATE TABLE event_text (
  event_id BLOB NOT NULL REFERENCES event (id),
  tenant_id BLOB NOT NULL,
  name TEXT NOT NULL,
  text TEXT,
  salt BLOB,
  PRIMARY KEY (event_id, name)
) STRICT;

-- Durable, and waiting for its place. `seq` hints at an order and is no place: numbers are given before commits.
CREATE TABLE unplaced (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id BLOB NOT NULL UNIQUE,
  tenant_id BLOB NOT NULL
) STRICT;

CREATE TABLE place (
  place INTEGER PRIMARY KEY,
  event_id BLOB NOT NULL UNIQUE,
  tenant_id BLOB NOT NULL
) STRICT;
CREATE INDEX place_by_tenant ON place (tenant_id, place);

-- The trail is only ever added to. Weaker than PostgreSQL's grants: who holds the file can drop a trigger.
-- REPLACE removes a row without firing its DELETE trigger, hence the triggers on INSERT.
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the trail is only ever added to: no UPDATE on event'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the trail is only ever added to: no DELETE on event'); END;
CREATE TRIGGER event_no_replace BEFORE INSERT ON event WHEN EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the trail is only ever added to: no REPLACE on event'); END;
CREATE TRIGGER place_no_update BEFORE UPDATE ON place BEGIN SELECT RAISE(ABORT, 'the trail is only ever added to: no UPDATE on place'); END;
CREATE TRIGGER place_no_delete BEFORE DELETE ON place BEGIN SELECT RAISE(ABORT, 'the trail is only ever added to: no DELETE on place'); END;
CREATE TRIGGER place_no_replace BEFORE INSERT ON place WHEN EXISTS (SELECT 1 FROM place WHERE place = NEW.place OR event_id = NEW.event_id)
BEGIN SELECT RAISE(ABORT, 'the trail is only ever added to: no REPLACE on place'); END;
