//! Clients, their secrets as fingerprints, and what they hold for themselves.

use countersign_domain::{
    SecretId, TenantId, Timestamp,
    client::{CertificateName, Client},
};

use crate::{Lock, StoreError, Tx, value::Row};

/// A client's secret, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// Its id.
    pub id: SecretId,
    /// Its fingerprint.
    pub hash: [u8; 32],
    /// When it was made.
    pub made_at: Timestamp,
}

/// What a machine got for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientTokenRow {
    /// Its fingerprint.
    pub hash: [u8; 32],
    /// Whose it is.
    pub tenant: TenantId,
    /// The machine.
    pub client: String,
    /// The key that it is bound to (RFC 9449 §6).
    pub jkt: Option<String>,
    /// The certificate that it is bound to (RFC 8705 §3).
    pub x5t: Option<String>,
    /// Until when.
    pub expires_at: Timestamp,
}

const SELECT: &str = "SELECT id, tenant_id, name, auth_method, jwks, endpoint_audience, disabled_at, created_at, certificate_kind, certificate_name,
    certificate_bound FROM client";

fn client(r: &mut Row) -> Result<Client, StoreError> {
    Ok(Client {
        id: r.take()?,
        tenant: r.take()?,
        name: r.take()?,
        auth: r.take()?,
        jwks: r.take()?,
        endpoint_audience: r.take()?,
        disabled_at: r.take()?,
        created_at: r.take()?,
        certificate: certificate(r.take()?, r.take()?)?,
        certificate_bound: r.take()?,
    })
}

fn certificate(kind: Option<String>, name: Option<String>) -> Result<Option<CertificateName>, StoreError> {
    let (Some(kind), Some(name)) = (kind, name) else { return Ok(None) };
    CertificateName::of(&kind, name).map(Some).ok_or_else(|| StoreError::Corrupt(format!("`{kind}` is nothing that a certificate says")))
}

fn secret(r: &mut Row) -> Result<SecretRow, StoreError> {
    Ok(SecretRow { id: r.take()?, hash: r.take()?, made_at: r.take()? })
}

fn held(r: &mut Row) -> Result<ClientTokenRow, StoreError> {
    Ok(ClientTokenRow { hash: r.take()?, tenant: r.take()?, client: r.take()?, jkt: r.take()?, expires_at: r.take()?, x5t: r.take()? })
}

impl Tx {
    /// Adds a client. [`StoreError::Taken`] if there is one of that name, in any tenant.
    pub async fn client_insert(&mut self, c: &Client) -> Result<(), StoreError> {
        let sql = "INSERT INTO client (id, tenant_id, name, auth_method, jwks, endpoint_audience, disabled_at, created_at, certificate_kind, certificate_name,
                certificate_bound) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let (kind, name) = c.certificate.as_ref().map(CertificateName::parts).unzip();
        let query = self.sql(sql).bind(&c.id).bind(c.tenant).bind(&c.name).bind(c.auth).bind(c.jwks.as_deref());
        let query = query.bind(c.endpoint_audience).bind(c.disabled_at).bind(c.created_at);
        query.bind(kind).bind(name).bind(c.certificate_bound).run().await?;
        Ok(())
    }

    /// Stores what has changed of a client: all but its name, its tenant and when it was made.
    pub async fn client_update(&mut self, c: &Client) -> Result<(), StoreError> {
        let sql = "UPDATE client SET name = $3, auth_method = $4, jwks = $5, endpoint_audience = $6, disabled_at = $7, certificate_kind = $8,
                certificate_name = $9, certificate_bound = $10 WHERE tenant_id = $1 AND id = $2";
        let (kind, name) = c.certificate.as_ref().map(CertificateName::parts).unzip();
        let query = self.sql(sql).bind(c.tenant).bind(&c.id).bind(&c.name).bind(c.auth).bind(c.jwks.as_deref());
        query.bind(c.endpoint_audience).bind(c.disabled_at).bind(kind).bind(name).bind(c.certificate_bound).run().await?;
        Ok(())
    }

    /// One client. Its name is unique across tenants, and tells the tenant.
    pub async fn client(&mut self, id: &str, lock: Lock) -> Result<Option<Client>, StoreError> {
        self.sql([SELECT, "WHERE id = $1"]).bind(id).lock(lock).one_fact(client).await
    }

    /// All of a tenant, by name.
    pub async fn clients(&mut self, tenant: TenantId) -> Result<Vec<Client>, StoreError> {
        self.sql([SELECT, "WHERE tenant_id = $1 ORDER BY id"]).bind(tenant).all(client).await
    }

    /// Adds a secret to a client.
    pub async fn client_secret_insert(&mut self, tenant: TenantId, client: &str, row: &SecretRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO client_secret (id, tenant_id, client_id, hash, made_at) VALUES ($1, $2, $3, $4, $5)";
        self.sql(sql).bind(row.id).bind(tenant).bind(client).bind(&row.hash).bind(row.made_at).run().await?;
        Ok(())
    }

    /// The secrets of a client, oldest first.
    pub async fn client_secrets(&mut self, tenant: TenantId, client: &str) -> Result<Vec<SecretRow>, StoreError> {
        let sql = "SELECT id, hash, made_at FROM client_secret WHERE tenant_id = $1 AND client_id = $2 ORDER BY made_at, id";
        self.sql(sql).bind(tenant).bind(client).all_facts(secret).await
    }

    /// Takes a secret from a client; true if it had it.
    pub async fn client_secret_delete(&mut self, tenant: TenantId, client: &str, id: SecretId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM client_secret WHERE tenant_id = $1 AND client_id = $2 AND id = $3";
        Ok(self.sql(sql).bind(tenant).bind(client).bind(id).run().await? == 1)
    }

    /// Keeps what a machine got for itself.
    pub async fn client_token_insert(&mut self, row: &ClientTokenRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO client_token (hash, tenant_id, client_id, jkt, expires_at, x5t) VALUES ($1, $2, $3, $4, $5, $6)";
        let query = self.sql(sql).bind(&row.hash).bind(row.tenant).bind(&row.client).bind(row.jkt.as_deref());
        query.bind(row.expires_at).bind(row.x5t.as_deref()).run().await?;
        Ok(())
    }

    /// What a machine holds. By fingerprint alone: it tells the tenant.
    pub async fn client_token(&mut self, hash: &[u8; 32]) -> Result<Option<ClientTokenRow>, StoreError> {
        self.sql("SELECT hash, tenant_id, client_id, jkt, expires_at, x5t FROM client_token WHERE hash = $1").bind(hash).one(held).await
    }

    /// Forgets what a machine holds; true if it held it.
    pub async fn client_token_delete(&mut self, hash: &[u8; 32]) -> Result<bool, StoreError> {
        Ok(self.sql("DELETE FROM client_token WHERE hash = $1").bind(hash).run().await? == 1)
    }
}
