//! A token that somebody shows: ours, and of those that APIs take, or nothing at all.

use std::{sync::Arc, time::Duration};

use countersign_domain::{Secret, TenantId, TokenId, token::Token};
use countersign_oauth::jwt::{AccessClaims, Expect};
use countersign_store::{Lock, Tx};

use crate::{Engine, Refusal, token::mint::HANDLE};

/// What it says of itself, verified as far as a signature verifies; whether it counts is for the store to tell.
#[derive(Debug, Clone)]
pub(crate) enum Shown {
    /// A JWT that we signed and whose time is not over.
    Signed(TokenId, Arc<AccessClaims>),
    /// Perhaps a handle of ours.
    Handle([u8; 32]),
}

impl Engine {
    /// Only what we signed, and what has not run out, or what looks like a handle is looked up at all.
    pub(crate) async fn shown(&self, token: &Secret) -> Result<Option<Shown>, Refusal> {
        if token.expose().starts_with("csh_") {
            return Ok(Some(Shown::Handle(token.fingerprint(HANDLE))));
        }
        let expect = Expect { iss: &self.settings().issuer, aud: None, now: self.now(), leeway: Duration::ZERO };
        let claims = self.keys().verify(token.expose(), &expect).await?;
        Ok(claims.and_then(|claims| Some(Shown::Signed(claims.jti.parse().ok()?, claims))))
    }
}

impl Shown {
    /// What it says, if it says anything.
    pub(crate) fn claims(&self) -> Option<&AccessClaims> {
        match self {
            Self::Signed(_, claims) => Some(claims),
            Self::Handle(_) => None,
        }
    }

    /// Its row, in whatever tenant: for whoever is known by a key alone.
    pub(crate) async fn token_anywhere(&self, tx: &mut Tx) -> Result<Option<Token>, Refusal> {
        match self {
            Self::Signed(id, claims) => match claims.tenant.parse() {
                Ok(tenant) => Ok(tx.token(tenant, *id, Lock::None).await?),
                Err(_) => Ok(None),
            },
            Self::Handle(hash) => Ok(tx.token_by_hash(hash).await?),
        }
    }

    /// Its row, in the tenant of whoever shows it.
    pub(crate) async fn token(&self, tx: &mut Tx, tenant: TenantId, lock: Lock) -> Result<Option<Token>, Refusal> {
        Ok(match self {
            Self::Signed(id, _) => tx.token(tenant, *id, lock).await?,
            Self::Handle(hash) => tx.token_by_hash(hash).await?.filter(|t| t.tenant == tenant),
        })
    }
}
