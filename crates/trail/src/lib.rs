//! Events: what they say, their canonical bytes, and the salted leaf that a public log may show.
//!
//! An event holds random ids of ours and commitments only. Names, customers' subjects, case keys, reasons and paths lie
//! beside it in the store, where they can be erased without touching a line.

use std::collections::BTreeMap;

use countersign_domain::{
    ApiId, CallId, CaseId, CorrelationId, CustomerId, DelegationId, Entropy, EventId, PersonId, RequestId, TenantId, Timestamp, TokenId, TransactionId,
    canonical::{self, Committed, Digest},
};
use serde::{Deserialize, Serialize};

/// Label of a leaf.
const LEAF_LABEL: &str = "countersign event v1";

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A human being.
    Person(PersonId),
    /// A client by its `client_id`, such as an API that introspects.
    Client(String),
    /// The service itself, such as its clock.
    Service,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It was done.
    Allowed,
    /// It was refused, and not done.
    Refused,
    /// It was announced, and what came of it follows.
    Intended,
    /// It is told by a console, which the service can't check.
    Reported,
    /// Something ended.
    Ended,
}

/// What happened: `noun.verb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// The first admin was made.
    #[serde(rename = "tenant.set_up")]
    TenantSetUp,
    /// Somebody signed in at a console.
    #[serde(rename = "session.begin")]
    SessionBegin,
    /// A sign-in or a proof failed.
    #[serde(rename = "session.refuse")]
    SessionRefuse,
    /// Somebody signed out, or their session was ended.
    #[serde(rename = "session.end")]
    SessionEnd,
    /// A fresh proof was given for one act.
    #[serde(rename = "proof.give")]
    ProofGive,
    /// Somebody was invited.
    #[serde(rename = "person.invite")]
    PersonInvite,
    /// Somebody accepted an invitation and set a password.
    #[serde(rename = "person.join")]
    PersonJoin,
    /// Roles or groups were changed.
    #[serde(rename = "person.change")]
    PersonChange,
    /// A version of an API's contract was registered.
    #[serde(rename = "contract.register")]
    ContractRegister,
    /// A version of a contract was proposed.
    #[serde(rename = "contract.propose")]
    ContractPropose,
    /// A proposed version was agreed to, refused or taken back.
    #[serde(rename = "contract.review")]
    ContractReview,
    /// A client was registered.
    #[serde(rename = "client.register")]
    ClientRegister,
    /// A client was changed, or got or lost a secret.
    #[serde(rename = "client.change")]
    ClientChange,
    /// A client did not prove who it is.
    #[serde(rename = "client.refuse")]
    ClientRefuse,
    /// A machine got a token for itself.
    #[serde(rename = "token.issue")]
    TokenIssue,
    /// A token was given back, and with it what came of it.
    #[serde(rename = "token.revoke")]
    TokenRevoke,
    /// Something that somebody should look at now.
    #[serde(rename = "alert.raise")]
    AlertRaise,
    /// A policy bundle came into force.
    #[serde(rename = "policy.load")]
    PolicyLoad,
    /// A signing key was made, and published.
    #[serde(rename = "key.make")]
    KeyMake,
    /// A signing key began to sign, or was told when to.
    #[serde(rename = "key.activate")]
    KeyActivate,
    /// A signing key stopped signing; its private half is gone.
    #[serde(rename = "key.retire")]
    KeyRetire,
    /// A signing key was taken out in an emergency, and what it signed with it.
    #[serde(rename = "key.withdraw")]
    KeyWithdraw,
    /// The mark of the clock was lowered, after the clock had leapt ahead.
    #[serde(rename = "clock.lower")]
    ClockLower,
    /// A case was opened.
    #[serde(rename = "case.create")]
    CaseCreate,
    /// A case was given to somebody.
    #[serde(rename = "case.assign")]
    CaseAssign,
    /// A case was closed.
    #[serde(rename = "case.close")]
    CaseClose,
    /// A case was opened again.
    #[serde(rename = "case.reopen")]
    CaseReopen,
    /// Access was asked for.
    #[serde(rename = "request.create")]
    RequestCreate,
    /// A request was signed or refused.
    #[serde(rename = "request.review")]
    RequestReview,
    /// A signature was taken back.
    #[serde(rename = "request.unsign")]
    RequestUnsign,
    /// A request was taken back.
    #[serde(rename = "request.withdraw")]
    RequestWithdraw,
    /// A request ran out.
    #[serde(rename = "request.lapse")]
    RequestLapse,
    /// A signed request was started.
    #[serde(rename = "delegation.start")]
    DelegationStart,
    /// A warrant was issued anew, and the old one is dead.
    #[serde(rename = "delegation.reissue")]
    DelegationReissue,
    /// A delegation ended.
    #[serde(rename = "delegation.end")]
    DelegationEnd,
    /// A token was minted by exchange, or refused.
    #[serde(rename = "token.exchange")]
    TokenExchange,
    /// An API asked about a token that no longer counts.
    #[serde(rename = "token.refuse")]
    TokenRefuse,
    /// A call is about to be made.
    #[serde(rename = "call.intend")]
    CallIntend,
    /// What came of a call.
    #[serde(rename = "call.report")]
    CallReport,
    /// A call to the service was refused before it came to anything above.
    #[serde(rename = "access.refuse")]
    AccessRefuse,
}

impl Kind {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(s)) => s,
            _ => String::new(),
        }
    }
}

/// A line of the trail. Fields that do not apply are left out of its canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Version of this form.
    pub v: u8,
    /// Its id.
    pub id: EventId,
    /// What happened.
    pub kind: Kind,
    /// When.
    pub at: Timestamp,
    /// Whose it is.
    pub tenant: TenantId,
    /// Who did it.
    pub actor: Actor,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<CustomerId>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// Which person it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<ApiId>,
    /// The request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// The digest that was signed or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// The delegation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegation: Option<DelegationId>,
    /// The token (`jti`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenId>,
    /// The token that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TokenId>,
    /// The client that it was done to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The trusted issuer of the customer's own token, where the customer was present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// The transaction (`txn`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<TransactionId>,
    /// What ties it to log lines and answers.
    pub correlation: CorrelationId,
    /// What was to be done: scope values, a method, a short word. Never personal text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub action: String,
    /// What came of it.
    pub decision: Decision,
    /// A code beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The rules that decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// A token was exchanged.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exchanged: bool,
    /// The API does not see who acts.
    #[serde(default, skip_serializing_if = "is_false")]
    pub impersonated: bool,
    /// A fresh proof of who somebody is went with it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub elevated: bool,
    /// Numbers, such as minutes or `exp`, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<String, i64>,
    /// Commitments to what people wrote, by name (`reason`, `path`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub commitments: BTreeMap<String, Digest>,
    /// The texts themselves. Never in the canonical form.
    #[serde(skip)]
    pub texts: BTreeMap<String, Committed>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_false(b: &bool) -> bool {
    !*b
}

impl Event {
    /// A line with what every line has.
    #[must_use]
    pub fn new(id: EventId, kind: Kind, at: Timestamp, tenant: TenantId, actor: Actor, correlation: CorrelationId) -> Self {
        Self {
            v: 1,
            id,
            kind,
            at,
            tenant,
            actor,
            subject: None,
            case: None,
            person: None,
            api: None,
            request: None,
            digest: None,
            delegation: None,
            token: None,
            parent: None,
            client: None,
            issuer: None,
            call: None,
            transaction: None,
            correlation,
            action: String::new(),
            decision: Decision::Allowed,
            code: None,
            rules: Vec::new(),
            exchanged: false,
            impersonated: false,
            elevated: false,
            figures: BTreeMap::new(),
            commitments: BTreeMap::new(),
            texts: BTreeMap::new(),
        }
    }

    /// Adds what a person wrote: the commitment to the line, the text beside it.
    #[must_use]
    pub fn with_text(mut self, name: &str, text: Committed) -> Self {
        self.commitments.insert(name.to_owned(), text.commitment());
        self.texts.insert(name.to_owned(), text);
        self
    }

    /// The line as it is kept and hashed.
    ///
    /// # Errors
    /// Never for an event built from its types; the serialiser's error is handed on.
    pub fn seal(&self, entropy: &dyn Entropy) -> Result<Sealed, serde_json::Error> {
        let mut salt = [0; 32];
        entropy.fill(&mut salt);
        Ok(Sealed { bytes: canonical::bytes(self)?, salt })
    }
}

/// A line's canonical bytes and the salt of its leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// RFC 8785.
    pub bytes: Vec<u8>,
    /// 256 random bits, so that the leaf tells nothing.
    pub salt: [u8; 32],
}

impl Sealed {
    /// What a public log shows of the line.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        let mut salted = self.salt.to_vec();
        salted.extend_from_slice(&self.bytes);
        Digest::of(LEAF_LABEL, &salted)
    }
}
