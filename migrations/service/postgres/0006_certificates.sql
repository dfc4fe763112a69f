-- Certificates (RFC 8705): what a client's must say, and what tokens are bound to.
ALTER TABLE client ADD COLUMN certificate_kind TEXT CHECK (certificate_kind IN
  ('tls_client_auth_subject_dn', 'tls_client_auth_san_dns', 'tls_client_auth_san_uri', 'tls_client_auth_san_ip', 'tls_client_auth_san_email'));
ALTER TABLE client ADD COLUMN certificate_name TEXT CHECK ((certificate_name IS NULL) = (certificate_kind IS NULL));
ALTER TABLE client ADD COLUMN certificate_bound BIGINT NOT NULL DEFAULT 0;
-- Thumbprint of a certificate (`x5t#S256`); a token is bound to a key or to a certificate, never to both.
ALTER TABLE client_token ADD COLUMN x5t TEXT CHECK (x5t IS NULL OR jkt IS NULL);
ALTER TABLE token ADD COLUMN x5t TEXT CHECK (x5t IS NULL OR jkt IS NULL);
