//! Who is signed in here, and where.

use countersign_domain::{PersonId, SessionId, TenantId, Timestamp, person::Role};
use serde::{Deserialize, Serialize};

/// The person at this console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Me {
    /// Who.
    pub id: PersonId,
    /// Their short name.
    pub name: String,
    /// What they may come to do.
    pub roles: Vec<Role>,
    /// The groups that they are in.
    pub groups: Vec<String>,
    /// Their tenant.
    pub tenant: TenantId,
    /// What it is called.
    pub tenant_name: String,
    /// This sign-in.
    pub session: SessionId,
    /// When they last proved who they are (`auth_time`).
    pub auth_time: Timestamp,
    /// Whether the service runs inside a console, and so binds nobody who controls that login.
    pub embedded: bool,
    /// Whether this is the sample workspace.
    pub sample: bool,
    /// The service's issuer.
    pub issuer: String,
    /// The service's version.
    pub version: String,
    /// The policy bundle in force.
    pub policy: String,
}
