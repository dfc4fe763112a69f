//! The browser's sign-in and the codes that it grants (RFC 6749 §4.1).

use countersign_domain::{PersonId, SessionId, TenantId, Timestamp};

use crate::{StoreError, Tx, value::Row};

/// A browser in which somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserRow {
    /// Fingerprint of its cookie.
    pub cookie_hash: [u8; 32],
    /// Whose it is.
    pub tenant: TenantId,
    /// Who is signed in.
    pub person: PersonId,
    /// When they proved who they are.
    pub auth_time: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// An authorization code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// Its fingerprint.
    pub code_hash: [u8; 32],
    /// Whose it is.
    pub tenant: TenantId,
    /// Who was signed in.
    pub person: PersonId,
    /// The client that it was granted to.
    pub client_id: String,
    /// Where it was sent.
    pub redirect_uri: String,
    /// RFC 7636, S256.
    pub code_challenge: String,
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// How.
    pub acr: String,
    /// The session that came of it.
    pub session: Option<SessionId>,
    /// What a fresh proof is for (RFC 9396), as JSON text; none for a plain sign-in.
    pub step_up: Option<String>,
    /// When it is over.
    pub expires_at: Timestamp,
    /// When it was redeemed.
    pub used_at: Option<Timestamp>,
}

/// What came of taking a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It had not been taken, and is now. Whether it is over is for the caller to judge.
    First(CodeRow),
    /// It had been taken before (RFC 6749 §4.1.2: what came of it should end).
    Again(CodeRow),
    /// There is no such code.
    Never,
}

fn browser(r: &mut Row) -> Result<BrowserRow, StoreError> {
    Ok(BrowserRow { cookie_hash: r.take()?, tenant: r.take()?, person: r.take()?, auth_time: r.take()?, expires_at: r.take()? })
}

fn code(r: &mut Row) -> Result<CodeRow, StoreError> {
    Ok(CodeRow {
        code_hash: r.take()?,
        tenant: r.take()?,
        person: r.take()?,
        client_id: r.take()?,
        redirect_uri: r.take()?,
        code_challenge: r.take()?,
        auth_time: r.take()?,
        acr: r.take()?,
        session: r.take()?,
        step_up: r.take()?,
        expires_at: r.take()?,
        used_at: r.take()?,
    })
}

const CODE: &str = "code_hash, tenant_id, person_id, client_id, redirect_uri, code_challenge, auth_time, acr, session_id, step_up, expires_at, used_at";

impl Tx {
    /// Adds a browser's sign-in.
    pub async fn browser_insert(&mut self, row: &BrowserRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO browser (cookie_hash, tenant_id, person_id, auth_time, expires_at) VALUES ($1, $2, $3, $4, $5)";
        self.sql(sql).bind(&row.cookie_hash).bind(row.tenant).bind(row.person).bind(row.auth_time).bind(row.expires_at).run().await?;
        Ok(())
    }

    /// Who is signed in there; whether it is over is for the caller to judge. By fingerprint alone: it tells the tenant.
    pub async fn browser(&mut self, hash: &[u8; 32]) -> Result<Option<BrowserRow>, StoreError> {
        self.sql("SELECT cookie_hash, tenant_id, person_id, auth_time, expires_at FROM browser WHERE cookie_hash = $1").bind(hash).one(browser).await
    }

    /// Signs a browser out. By fingerprint alone, as it came in.
    pub async fn browser_delete(&mut self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.sql("DELETE FROM browser WHERE cookie_hash = $1").bind(hash).run().await?;
        Ok(())
    }

    /// Keeps a code.
    pub async fn code_insert(&mut self, row: &CodeRow) -> Result<(), StoreError> {
        let query = self.sql(["INSERT INTO auth_code (", CODE, ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"]);
        let query = query.bind(&row.code_hash).bind(row.tenant).bind(row.person).bind(&row.client_id).bind(&row.redirect_uri).bind(&row.code_challenge);
        let query = query.bind(row.auth_time).bind(&row.acr).bind(row.session).bind(row.step_up.as_deref());
        query.bind(row.expires_at).bind(row.used_at).run().await?;
        Ok(())
    }

    /// Takes a code: of any number who try, one is first. By fingerprint alone: it tells the tenant.
    pub async fn code_take(&mut self, hash: &[u8; 32], now: Timestamp) -> Result<Taken, StoreError> {
        let take = ["UPDATE auth_code SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL RETURNING", CODE];
        if let Some(row) = self.sql(take).bind(hash).bind(now).changed(code).await? {
            return Ok(Taken::First(row));
        }
        let row = self.sql(["SELECT", CODE, "FROM auth_code WHERE code_hash = $1"]).bind(hash).one(code).await?;
        Ok(row.map_or(Taken::Never, Taken::Again))
    }

    /// Notes which session came of a code. By fingerprint alone, as it came in; a session of another tenant is refused by the schema.
    pub async fn code_session_set(&mut self, hash: &[u8; 32], session: SessionId) -> Result<(), StoreError> {
        self.sql("UPDATE auth_code SET session_id = $2 WHERE code_hash = $1").bind(hash).bind(session).run().await?;
        Ok(())
    }
}
