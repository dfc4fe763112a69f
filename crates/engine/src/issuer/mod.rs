//! Trusted issuers: those who say who a customer is. The operator registers them; nobody else can.
//!
//! Their keys are asked for, and they themselves where a token is older, before any transaction is opened: nobody waits for them who does
//! not need them.

mod check;
mod keys;

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use countersign_domain::{
    Secret, TenantId,
    issuer::{self, Asked, Issuer, Keys},
};
use countersign_oauth::foreign::ForeignKeys;
use countersign_store::Tx;
use futures::future::BoxFuture;

use crate::{Engine, Refusal};

use keys::Held;

/// An issuer that a tenant trusts, and what we prove with, there, who we are.
#[derive(Debug, Clone)]
pub struct TrustedIssuer {
    /// It.
    pub issuer: Issuer,
    /// Our secret at its introspection endpoint.
    pub secret: Option<Secret>,
}

/// Why somebody else's service gave no answer. For the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreached(pub String);

/// How other services are asked. Whoever does it bounds the time and the size of an answer, and follows nobody elsewhere.
pub trait Abroad: Send + Sync + 'static {
    /// The document at `uri`.
    fn keys<'a>(&'a self, uri: &'a str) -> BoxFuture<'a, Result<Vec<u8>, Unreached>>;

    /// Whether a token counts (RFC 7662 §2.1).
    fn introspect<'a>(&'a self, asked: &'a Asked, secret: &'a Secret, token: &'a Secret) -> BoxFuture<'a, Result<Vec<u8>, Unreached>>;
}

/// The issuers of all tenants.
#[derive(Default)]
pub(crate) struct Issuers {
    known: RwLock<Vec<Arc<Known>>>,
    abroad: OnceLock<Arc<dyn Abroad>>,
}

/// An issuer with what is remembered of its keys.
pub(crate) struct Known {
    /// As it is registered.
    pub issuer: Issuer,
    secret: Option<Secret>,
    keys: Held,
}

impl Known {
    fn new(trusted: TrustedIssuer) -> Result<Arc<Self>, Refusal> {
        let TrustedIssuer { issuer, secret } = trusted;
        let refused = |what: String| Refusal::invalid(format!("issuer `{}`: {what}", issuer.issuer));
        let keys = match &issuer.keys {
            Keys::Given(text) => Held::given(ForeignKeys::parse(text.as_bytes()).map_err(|e| refused(e.to_string()))?),
            Keys::At(_) => Held::default(),
        };
        if issuer.introspection.is_some() && secret.is_none() {
            return Err(refused("there is no secret for its introspection endpoint; name the file that it is in".into()));
        }
        Ok(Arc::new(Self { issuer, secret, keys }))
    }
}

impl Engine {
    /// Says how other services are asked. The first who says it is heard.
    pub fn reach_abroad(&self, abroad: Arc<dyn Abroad>) {
        // Nothing is lost where it was said before: a service has one way to the outside.
        let _ = self.issuers().abroad.set(abroad);
    }

    /// Trusts these issuers, and no others.
    ///
    /// # Errors
    /// If one of them can't be trusted, such as the service itself, or twice the same; those before stay then.
    pub fn trust(&self, issuers: Vec<TrustedIssuer>) -> Result<(), Refusal> {
        issuer::check_all(&self.settings().issuer, issuers.iter().map(|t| &t.issuer)).map_err(|e| Refusal::invalid(e.to_string()))?;
        let known = issuers.into_iter().map(Known::new).collect::<Result<Vec<_>, _>>()?;
        *self.issuers().known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// The issuer of this name that the tenant trusts.
    pub(crate) async fn trusted(&self, tx: &mut Tx, tenant: TenantId, iss: &str) -> Result<Option<Arc<Known>>, Refusal> {
        let named: Vec<Arc<Known>> = {
            let known = self.issuers().known.read().unwrap_or_else(PoisonError::into_inner);
            known.iter().filter(|k| k.issuer.issuer == iss).map(Arc::clone).collect()
        };
        if named.is_empty() {
            return Ok(None);
        }
        let (id, name) = (tenant.to_string(), tx.tenant(tenant).await?.map(|t| t.name));
        let mut ours = named.into_iter().filter(|k| k.issuer.tenant == id || Some(&k.issuer.tenant) == name.as_ref());
        match (ours.next(), ours.next()) {
            // Once by name and once by id: which of both was meant can't be told.
            (Some(_), Some(_)) => Err(Refusal::internal("issuers", &format!("`{iss}` is registered twice for {tenant}"))),
            (one, _) => Ok(one),
        }
    }

    fn abroad(&self) -> Result<&Arc<dyn Abroad>, Unreached> {
        self.issuers().abroad.get().ok_or_else(|| Unreached("this service has no way to others".into()))
    }
}
