//! A sign-in at one console and the tokens that it lives by (RFC 6749 §1.4, §1.5).

use countersign_domain::{PersonId, SessionId, TenantId, Timestamp};

use crate::{Lock, StoreError, Tx, value::Row};

/// A sign-in at one console, bound to that console's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Who signed in.
    pub person: PersonId,
    /// The client that they use.
    pub client_id: String,
    /// The thumbprint of the console's key (RFC 7638).
    pub jkt: String,
    /// When they last proved who they are.
    pub auth_time: Timestamp,
    /// How.
    pub acr: String,
    /// When they signed in.
    pub created_at: Timestamp,
    /// When it is over at the latest.
    pub ends_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

impl SessionRow {
    /// Whether it stands at `now`.
    #[must_use]
    pub fn live(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.ends_at
    }
}

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRow {
    /// Its fingerprint.
    pub token_hash: [u8; 32],
    /// Whose it is.
    pub tenant: TenantId,
    /// The sign-in that it belongs to.
    pub session: SessionId,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// A refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshRow {
    /// Its fingerprint.
    pub token_hash: [u8; 32],
    /// Whose it is.
    pub tenant: TenantId,
    /// The sign-in that it belongs to.
    pub session: SessionId,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// Fingerprint of the one that stands in its place.
    pub successor_hash: Option<[u8; 32]>,
}

fn session(r: &mut Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: r.take()?,
        tenant: r.take()?,
        person: r.take()?,
        client_id: r.take()?,
        jkt: r.take()?,
        auth_time: r.take()?,
        acr: r.take()?,
        created_at: r.take()?,
        ends_at: r.take()?,
        ended_at: r.take()?,
    })
}

fn access(r: &mut Row) -> Result<(AccessRow, SessionRow), StoreError> {
    Ok((AccessRow { token_hash: r.take()?, tenant: r.take()?, session: r.take()?, expires_at: r.take()? }, session(r)?))
}

fn refresh(r: &mut Row) -> Result<RefreshRow, StoreError> {
    Ok(RefreshRow { token_hash: r.take()?, tenant: r.take()?, session: r.take()?, created_at: r.take()?, used_at: r.take()?, successor_hash: r.take()? })
}

const SESSION: &str = "s.id, s.tenant_id, s.person_id, s.client_id, s.jkt, s.auth_time, s.acr, s.created_at, s.ends_at, s.ended_at";

impl Tx {
    /// Begins a sign-in.
    pub async fn session_insert(&mut self, row: &SessionRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO session (id, tenant_id, person_id, client_id, jkt, auth_time, acr, created_at, ends_at, ended_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let query = self.sql(sql).bind(row.id).bind(row.tenant).bind(row.person).bind(&row.client_id).bind(&row.jkt);
        query.bind(row.auth_time).bind(&row.acr).bind(row.created_at).bind(row.ends_at).bind(row.ended_at).run().await?;
        Ok(())
    }

    /// A sign-in, ended ones too.
    pub async fn session(&mut self, tenant: TenantId, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
        self.sql(["SELECT", SESSION, "FROM session s WHERE s.tenant_id = $1 AND s.id = $2"]).bind(tenant).bind(id).one_fact(session).await
    }

    /// A sign-in by its id alone, for the page that a console sends a browser to: whose tenant it is comes to light here.
    /// Nothing may be granted because of it but by proof of the person's password.
    pub async fn session_any_tenant(&mut self, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
        self.sql(["SELECT", SESSION, "FROM session s WHERE s.id = $1"]).bind(id).one(session).await
    }

    /// Notes a newer proof of who the person is.
    pub async fn session_touch(&mut self, tenant: TenantId, id: SessionId, auth_time: Timestamp, acr: &str) -> Result<(), StoreError> {
        let sql = "UPDATE session SET auth_time = $3, acr = $4 WHERE tenant_id = $1 AND id = $2 AND auth_time <= $3";
        self.sql(sql).bind(tenant).bind(id).bind(auth_time).bind(acr).run().await?;
        Ok(())
    }

    /// Ends a sign-in; false if it had ended before.
    pub async fn session_end(&mut self, tenant: TenantId, id: SessionId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE session SET ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL";
        Ok(self.sql(sql).bind(tenant).bind(id).bind(now).run().await? == 1)
    }

    /// Ends all sign-ins of a person, at consoles and in browsers; answers how many of consoles.
    pub async fn sessions_end_of(&mut self, tenant: TenantId, person: PersonId, now: Timestamp) -> Result<u64, StoreError> {
        self.sql("DELETE FROM browser WHERE tenant_id = $1 AND person_id = $2").bind(tenant).bind(person).run().await?;
        let sql = "UPDATE session SET ended_at = $3 WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL";
        self.sql(sql).bind(tenant).bind(person).bind(now).run().await
    }

    /// Keeps an access token.
    pub async fn access_insert(&mut self, row: &AccessRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO access_token (token_hash, tenant_id, session_id, expires_at) VALUES ($1, $2, $3, $4)";
        self.sql(sql).bind(&row.token_hash).bind(row.tenant).bind(row.session).bind(row.expires_at).run().await?;
        Ok(())
    }

    /// An access token and its sign-in, unless that was ended; whether time is over is for the caller to judge.
    /// By fingerprint alone: it tells the tenant.
    pub async fn access(&mut self, hash: &[u8; 32]) -> Result<Option<(AccessRow, SessionRow)>, StoreError> {
        let from = "FROM access_token a JOIN session s ON s.tenant_id = a.tenant_id AND s.id = a.session_id WHERE a.token_hash = $1 AND s.ended_at IS NULL";
        self.sql(["SELECT a.token_hash, a.tenant_id, a.session_id, a.expires_at,", SESSION, from]).bind(hash).one_fact(access).await
    }

    /// Keeps a refresh token.
    pub async fn refresh_insert(&mut self, row: &RefreshRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO refresh_token (token_hash, tenant_id, session_id, created_at, used_at, successor_hash) VALUES ($1, $2, $3, $4, $5, $6)";
        let query = self.sql(sql).bind(&row.token_hash).bind(row.tenant).bind(row.session);
        query.bind(row.created_at).bind(row.used_at).bind(row.successor_hash.as_ref()).run().await?;
        Ok(())
    }

    /// A refresh token, used ones too, unless its sign-in was ended. By fingerprint alone: it tells the tenant.
    pub async fn refresh(&mut self, hash: &[u8; 32], lock: Lock) -> Result<Option<RefreshRow>, StoreError> {
        let sql = "SELECT token_hash, tenant_id, session_id, created_at, used_at, successor_hash FROM refresh_token r WHERE token_hash = $1
            AND EXISTS (SELECT 1 FROM session s WHERE s.tenant_id = r.tenant_id AND s.id = r.session_id AND s.ended_at IS NULL)";
        self.sql(sql).bind(hash).lock(lock).one(refresh).await
    }

    /// Marks a refresh token used, with what stands in its place. By fingerprint alone, as it came in.
    pub async fn refresh_use(&mut self, hash: &[u8; 32], successor: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE refresh_token SET used_at = COALESCE(used_at, $3), successor_hash = $2 WHERE token_hash = $1";
        self.sql(sql).bind(hash).bind(successor).bind(now).run().await?;
        Ok(())
    }

    /// Drops a refresh token that was never used, because another stands in its place. By fingerprint alone.
    pub async fn refresh_delete(&mut self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.sql("DELETE FROM refresh_token WHERE token_hash = $1 AND used_at IS NULL").bind(hash).run().await?;
        Ok(())
    }
}
