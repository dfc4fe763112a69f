//! Signing in: in the browser with a password, at a console with a code, and once more for a single act.

pub(crate) mod access;
mod authorize;
mod browser;
mod grant;
pub(crate) mod password;
mod refresh;
mod step_up;

use std::time::Duration;

use countersign_api::{person::PersonRef, request::RequestView};
use countersign_domain::{PersonId, TenantId, Timestamp, person::Role, review::Decision};

/// The console's `client_id`; a public client (RFC 8252 §8.4).
pub(crate) const CONSOLE: &str = "console";
/// Life of a console's access token.
pub(crate) const ACCESS_TTL: Duration = Duration::from_mins(10);
/// Longest sign-in at a console.
pub(crate) const SESSION_TTL: Duration = Duration::from_hours(12);
/// Longest sign-in of a browser.
pub(crate) const BROWSER_TTL: Duration = Duration::from_hours(12);
/// Life of an authorization code (RFC 6749 §4.1.2 wants at most ten minutes).
pub(crate) const CODE_TTL: Duration = Duration::from_mins(1);
/// How long a fresh proof may be redeemed and used, at the most; the policy's `max_age` may be shorter.
pub(crate) const PROOF_TTL: Duration = Duration::from_mins(5);

/// The person that a browser is signed in as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserPerson {
    /// Who.
    pub person: PersonId,
    /// Their tenant.
    pub tenant: TenantId,
    /// Their short name.
    pub name: String,
    /// What their tenant is called.
    pub tenant_name: String,
    /// When they proved who they are.
    pub auth_time: Timestamp,
}

/// What the authorization page has to show.
#[derive(Debug, Clone)]
pub enum AuthorizeShow {
    /// A sign-in of a console.
    SignIn,
    /// A fresh proof for one act, which is shown once more.
    StepUp {
        /// Who must prove themselves.
        person: PersonRef,
        /// What they are about to sign.
        request: Box<RequestView>,
        /// Yes or no.
        decision: Decision,
    },
}

/// Somebody of the sample workspace, whom the sign-in page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplePerson {
    /// Their short name.
    pub name: String,
    /// What they may come to do.
    pub roles: Vec<Role>,
}
