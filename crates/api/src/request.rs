//! Asking, and what became of it.

use countersign_domain::{
    ApiId, CaseId, DelegationId, PersonId, RequestId, Timestamp,
    canonical::Digest,
    contract::{Action, Mode},
    review::Decision,
};
use serde::{Deserialize, Serialize};

use crate::{
    Reason,
    case::{CaseRef, CustomerRef},
    contract::HopView,
    person::PersonRef,
};

/// What is asked. Tenant and customer come from the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestCreate {
    /// The case that justifies it.
    pub case: CaseId,
    /// Where.
    pub api: ApiId,
    /// What: scope values.
    pub actions: Vec<String>,
    /// For how long, in minutes from the start.
    pub minutes: u32,
    /// Whether the API sees who acts.
    pub mode: Mode,
    /// Why: 20 to 2000 characters, read by those who sign.
    pub reason: String,
}

/// What policy says to a form as it stands, and what its token would carry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Preview {
    /// What policy says.
    pub verdict: Verdict,
    /// What it takes at other APIs, by risk from high to low.
    pub hops: Vec<HopView>,
    /// The claims that the token would carry, and where each comes from; empty if refused.
    pub claims: Vec<Claim>,
}

/// What policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Verdict {
    /// Whether it may be asked.
    pub outcome: Outcome,
    /// Why, rule by rule.
    pub reasons: Vec<Reason>,
    /// The bundle that said so.
    pub policy: String,
    /// How many different people must sign; zero only if refused.
    pub signatures: u8,
    /// The group that they must be in.
    pub group: String,
    /// Greatest age of their proof, in seconds.
    pub proof_max_age_s: u32,
    /// Longest time, in minutes.
    pub max_minutes: u32,
    /// Who could sign it now, the asker left out; if fewer than needed, it would wait in vain and the form says so.
    pub signers: Vec<PersonRef>,
}

/// Whether a form may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It may, and then waits for signatures.
    Signs,
    /// It may not.
    Refused,
}

/// One claim of the token-to-be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct Claim {
    /// Its name.
    pub name: String,
    /// Its value as JSON text; `…` stands where it is made when minted.
    pub value: String,
    /// Where it comes from, in a few words.
    pub origin: String,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Signatures are owed.
    Waiting,
    /// All signatures are given; it may be started.
    Signed,
    /// It became a delegation.
    Started,
    /// An approver said no.
    Refused,
    /// The asker took it back.
    Withdrawn,
    /// Nobody signed, or nobody started, in time; or its case went away.
    Lapsed,
}

/// A request as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct RequestView {
    /// Its id.
    pub id: RequestId,
    /// Who asks, and will act.
    pub asker: PersonRef,
    /// Why.
    pub case: CaseRef,
    /// For whom.
    pub customer: CustomerRef,
    /// Where.
    pub api: ApiId,
    /// What it is called.
    pub api_name: String,
    /// `aud` of its tokens.
    pub audience: String,
    /// The contract's version when it was asked.
    #[ts(type = "number")]
    pub contract_version: i64,
    /// What, by risk from high to low.
    pub actions: Vec<Action>,
    /// What that takes at other APIs, by risk from high to low.
    pub hops: Vec<HopView>,
    /// For how long, in minutes from the start.
    pub minutes: u32,
    /// Whether the API sees who acts.
    pub mode: Mode,
    /// Why, in the asker's words.
    pub reason: String,
    /// What signers sign.
    pub digest: Digest,
    /// Where it stands.
    pub state: RequestState,
    /// Signatures owed in all.
    pub needed: u8,
    /// The group that signers must be in.
    pub group: String,
    /// Greatest age of their proof, in seconds.
    pub proof_max_age_s: u32,
    /// Reviews given, oldest first; signatures taken back are left out.
    pub reviews: Vec<ReviewView>,
    /// Who could still sign.
    pub may_sign: Vec<PersonRef>,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// When it lapses, if nothing happens.
    pub lapses_at: Timestamp,
    /// When it came to where it stands.
    pub changed_at: Timestamp,
    /// What it became.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation: Option<DelegationId>,
    /// Why the person who looks at it can't sign it; empty if they can.
    pub not_signable: Vec<Reason>,
}

/// One person's yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
pub struct ReviewView {
    /// Who.
    pub by: PersonRef,
    /// Yes or no.
    pub decision: Decision,
    /// When.
    pub at: Timestamp,
    /// When they had last proved who they are.
    pub proved_at: Timestamp,
    /// Why not.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Signs or refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestReview {
    /// Yes or no.
    pub decision: Decision,
    /// What was looked at.
    pub digest: Digest,
    /// Why not; 3 to 2000 characters, needed to refuse, and then read by the asker.
    #[serde(default)]
    #[ts(optional)]
    pub reason: Option<String>,
}

/// Which requests to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestBox {
    /// One's own, newest first.
    Mine,
    /// Those that wait for a signature of the group that one is in, oldest first, one's own among them.
    ToSign,
    /// Those that one has signed or refused, newest first.
    Reviewed,
}

/// Which requests to list.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestQuery {
    /// Which.
    #[serde(rename = "box")]
    pub which: RequestBox,
}

/// A person who waits for something of theirs to be signed: used where only the id is known.
#[must_use]
pub fn unnamed(id: PersonId) -> PersonRef {
    PersonRef { id, name: id.to_string() }
}
