//! Signatures and refusals, and the fresh proofs that signatures rest on (RFC 9470).

use countersign_domain::{PersonId, ProofId, RequestId, ReviewId, SessionId, TenantId, Timestamp, canonical::Digest, review::Decision};

use crate::{StoreError, Tx, value::Row};

/// One person's yes or no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// Its id.
    pub id: ReviewId,
    /// Whose it is.
    pub tenant: TenantId,
    /// To what.
    pub request: RequestId,
    /// Who.
    pub person: PersonId,
    /// Yes or no.
    pub decision: Decision,
    /// When.
    pub at: Timestamp,
    /// When they last proved who they are.
    pub proved_at: Timestamp,
    /// What they saw.
    pub digest: Digest,
    /// Why, in their words, unless that was erased.
    pub reason: Option<String>,
    /// The salt of its commitment.
    pub reason_salt: Option<[u8; 32]>,
}

/// A fresh proof of who a person is, for one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofRow {
    /// Its id.
    pub id: ProofId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Who proved.
    pub person: PersonId,
    /// The console that it is for.
    pub session: SessionId,
    /// The act that it is for.
    pub act: String,
    /// The request that it is for.
    pub request: RequestId,
    /// What they saw.
    pub digest: Digest,
    /// When.
    pub proved_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

fn review(r: &mut Row) -> Result<ReviewRow, StoreError> {
    Ok(ReviewRow {
        id: r.take()?,
        tenant: r.take()?,
        request: r.take()?,
        person: r.take()?,
        decision: r.take()?,
        at: r.take()?,
        proved_at: r.take()?,
        digest: r.take()?,
        reason: r.take()?,
        reason_salt: r.take()?,
    })
}

fn proof(r: &mut Row) -> Result<ProofRow, StoreError> {
    Ok(ProofRow {
        id: r.take()?,
        tenant: r.take()?,
        person: r.take()?,
        session: r.take()?,
        act: r.take()?,
        request: r.take()?,
        digest: r.take()?,
        proved_at: r.take()?,
        expires_at: r.take()?,
    })
}

const REVIEW: &str = "id, tenant_id, request_id, person_id, decision, at, proved_at, digest, reason, reason_salt";
const PROOF: &str = "id, tenant_id, person_id, session_id, act, request_id, digest, proved_at, expires_at";

impl Tx {
    /// Adds a review. [`StoreError::Taken`] if the person has signed the request already.
    pub async fn review_insert(&mut self, row: &ReviewRow) -> Result<(), StoreError> {
        let query = self.sql(["INSERT INTO review (", REVIEW, ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"]);
        let query = query.bind(row.id).bind(row.tenant).bind(row.request).bind(row.person).bind(row.decision).bind(row.at).bind(row.proved_at);
        query.bind(row.digest).bind(row.reason.as_deref()).bind(row.reason_salt.as_ref()).run().await?;
        Ok(())
    }

    /// The reviews of a request that stand, oldest first.
    pub async fn reviews(&mut self, tenant: TenantId, request: RequestId) -> Result<Vec<ReviewRow>, StoreError> {
        let sql = ["SELECT", REVIEW, "FROM review WHERE tenant_id = $1 AND request_id = $2 AND withdrawn_at IS NULL ORDER BY at, id"];
        self.sql(sql).bind(tenant).bind(request).all(review).await
    }

    /// Takes a person's signature back; false if there is none that counts.
    pub async fn review_withdraw(&mut self, tenant: TenantId, request: RequestId, person: PersonId, now: Timestamp) -> Result<bool, StoreError> {
        let sql =
            "UPDATE review SET withdrawn_at = $4 WHERE tenant_id = $1 AND request_id = $2 AND person_id = $3 AND decision = 'sign' AND withdrawn_at IS NULL";
        Ok(self.sql(sql).bind(tenant).bind(request).bind(person).bind(now).run().await? == 1)
    }

    /// Keeps a proof until it is taken.
    pub async fn proof_insert(&mut self, row: &ProofRow) -> Result<(), StoreError> {
        let query = self.sql(["INSERT INTO proof (", PROOF, ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"]);
        let query = query.bind(row.id).bind(row.tenant).bind(row.person).bind(row.session).bind(&row.act).bind(row.request);
        query.bind(row.digest).bind(row.proved_at).bind(row.expires_at).run().await?;
        Ok(())
    }

    /// Takes a proof that is exactly for this, not over, and not older than `since`: good once, whoever else tries.
    #[expect(clippy::too_many_arguments, reason = "each one is a condition that the proof must meet, and leaving one out must not compile")]
    pub async fn proof_take(
        &mut self,
        tenant: TenantId,
        person: PersonId,
        session: SessionId,
        act: &str,
        request: RequestId,
        digest: &Digest,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<Option<ProofRow>, StoreError> {
        // The outer condition is judged anew on the row as it stands once a rival has committed.
        let sql =
            "UPDATE proof SET used_at = $7 WHERE used_at IS NULL AND id = (SELECT id FROM proof WHERE tenant_id = $1 AND person_id = $2 AND session_id = $3
            AND act = $4 AND request_id = $5 AND digest = $6 AND used_at IS NULL AND expires_at > $7 AND proved_at >= $8 AND proved_at <= $7
            ORDER BY proved_at DESC LIMIT 1) RETURNING";
        let query = self.sql([sql, PROOF]).bind(tenant).bind(person).bind(session).bind(act).bind(request).bind(*digest);
        query.bind(now).bind(since).changed(proof).await
    }
}
