//! A row of the catalogue, and what must come of it.

use countersign_oauth::introspection::{INTROSPECTION_JWT, MEDIA_TYPE};
use countersign_testkit::{Answer, Exchange, Post, forge};
use futures::future::{BoxFuture, FutureExt as _};
use serde_json::{Value, json};

use crate::stage::Stage;

/// What the service answered to whatever belongs to an attack.
pub type Tried<'a> = BoxFuture<'a, Vec<Answer>>;
type Attack = Box<dyn for<'a> Fn(&'a mut Stage) -> Tried<'a> + Send + Sync>;

/// One attack.
pub struct Row {
    /// What is tried.
    pub name: String,
    /// Where it is described, or who fell for it.
    pub section: &'static str,
    /// What must come of it.
    pub expect: Expect,
    /// The kinds of the refused lines that it leaves in the trail; none where it is not known whose trail that would be.
    pub lines: Vec<&'static str>,
    /// How it is tried.
    pub attack: Attack,
}

/// What must come of an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Refused by an OAuth endpoint: status and `error` (RFC 6749 §5.2).
    Refused(u16, &'static str),
    /// The same, with `countersign_code`.
    Because(&'static str, &'static str),
    /// `invalid_request`, of a body that was not even taken in whole.
    Unread,
    /// `{"active":false}` and no member more (RFC 7662 §2.2).
    Inactive,
    /// The same, signed (RFC 9701 §5).
    InactiveSigned,
    /// A call that is not let in: `error` of the challenge (RFC 6750 §3, RFC 9449 §7.1).
    Challenged(&'static str),
    /// A page that says no and redirects nowhere.
    Page,
    /// Sent back to the console with this `error`, and without a code (RFC 6749 §4.1.2.1).
    SentBack(&'static str),
    /// Another status of HTTP.
    Status(u16),
    /// Of several, one goes well, and all others are refused so.
    Once(u16, &'static str),
    /// Answered as if it had been done, and nothing was (RFC 7009 §2.2): the legitimate call after it tells.
    Nothing,
}

/// `invalid_request`.
pub const INVALID_REQUEST: Expect = Expect::Refused(400, "invalid_request");
/// `invalid_client`.
pub const INVALID_CLIENT: Expect = Expect::Refused(401, "invalid_client");
/// `invalid_grant`.
pub const INVALID_GRANT: Expect = Expect::Refused(400, "invalid_grant");
/// `invalid_scope`.
pub const INVALID_SCOPE: Expect = Expect::Refused(400, "invalid_scope");
/// `invalid_target`.
pub const INVALID_TARGET: Expect = Expect::Refused(400, "invalid_target");
/// `invalid_dpop_proof`.
pub const INVALID_PROOF: Expect = Expect::Refused(400, "invalid_dpop_proof");
/// `use_dpop_nonce`.
pub const USE_NONCE: Expect = Expect::Refused(400, "use_dpop_nonce");
/// `unauthorized_client`.
pub const UNAUTHORIZED: Expect = Expect::Refused(400, "unauthorized_client");

/// A room's table.
pub struct Family {
    /// The module.
    pub room: &'static str,
    /// What it is about, for the page.
    pub title: &'static str,
    /// The legitimate call, in words.
    pub beside: &'static str,
    /// What the stage needs besides.
    pub prepare: fn(&mut Stage) -> BoxFuture<'_, ()>,
    /// The legitimate call.
    pub legitimate: fn(&mut Stage) -> Tried<'_>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// Where the stage needs nothing more.
pub fn nothing(_: &mut Stage) -> BoxFuture<'_, ()> {
    async {}.boxed()
}

/// A row without a line in the trail: nobody's trail is touched, or nothing was refused to anybody known (decision 21).
pub fn row<F>(name: impl Into<String>, section: &'static str, expect: Expect, attack: F) -> Row
where
    F: for<'a> Fn(&'a mut Stage) -> Tried<'a> + Send + Sync + 'static,
{
    Row { name: name.into(), section, expect, lines: Vec::new(), attack: Box::new(attack) }
}

/// An attack that is put together before it stands in a row.
pub fn attack<F>(attack: F) -> F
where
    F: for<'a> Fn(&'a mut Stage) -> Tried<'a> + Send + Sync + 'static,
{
    attack
}

impl Row {
    /// The same, leaving a refused line of this kind.
    #[must_use]
    pub fn told(mut self, kind: &'static str) -> Self {
        self.lines.push(kind);
        self
    }
}

/// Sends what was put together.
pub trait Go {
    /// As an attack of one request.
    fn go(self) -> Tried<'static>;
}

impl Go for Exchange {
    fn go(self) -> Tried<'static> {
        async move { vec![self.send().await] }.boxed()
    }
}

impl Go for Post {
    fn go(self) -> Tried<'static> {
        async move { vec![self.send().await] }.boxed()
    }
}

impl Expect {
    /// What is different from what must come of it.
    pub fn missed(self, answers: &[Answer]) -> Option<String> {
        if let Self::Once(status, error) = self {
            let (good, bad): (Vec<_>, Vec<_>) = answers.iter().partition(|a| (200..300).contains(&a.status));
            let other = bad.iter().find_map(|a| Self::Refused(status, error).differs(a));
            return if good.len() == 1 && !bad.is_empty() { other } else { Some(format!("{} of {} went well", good.len(), answers.len())) };
        }
        if answers.is_empty() { Some("nothing was tried".into()) } else { answers.iter().find_map(|a| self.differs(a)) }
    }

    fn differs(self, answer: &Answer) -> Option<String> {
        let body = || serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
        let described = || body()["error_description"].as_str().is_some_and(|d| !d.is_empty());
        let as_said = match self {
            Self::Refused(status, error) => answer.status == status && body()["error"] == error && described(),
            Self::Because(error, code) => answer.status == 400 && body()["error"] == error && body()["countersign_code"] == code && described(),
            Self::Unread => INVALID_REQUEST.differs(answer).is_none() && answer.body.contains("the body can't be read"),
            Self::Inactive => answer.status == 200 && body() == json!({ "active": false }),
            Self::InactiveSigned => {
                let signed = answer.status == 200 && answer.header("content-type") == MEDIA_TYPE && forge::header(&answer.body)["typ"] == INTROSPECTION_JWT;
                signed && forge::claims(&answer.body)["token_introspection"] == json!({ "active": false })
            }
            Self::Challenged(error) => answer.status == 401 && answer.header("www-authenticate").starts_with(&format!("DPoP error=\"{error}\"")),
            Self::Page => (400..500).contains(&answer.status) && answer.header("location").is_empty(),
            Self::SentBack(error) => {
                let to = answer.header("location");
                to.starts_with("http://127.0.0.1:") && to.contains(&format!("error={error}")) && !to.contains("code=")
            }
            Self::Status(status) => answer.status == status,
            Self::Nothing => answer.status == 200 && answer.body.is_empty(),
            Self::Once(..) => false,
        };
        (!as_said)
            .then(|| format!("{} {} (location `{}`, challenge `{}`)", answer.status, answer.body, answer.header("location"), answer.header("www-authenticate")))
    }

    /// For the page.
    pub fn words(self) -> String {
        match self {
            Self::Refused(status, error) => format!("{status} `{error}`"),
            Self::Because(error, code) => format!("400 `{error}`, `{code}`"),
            Self::Unread => INVALID_REQUEST.words(),
            Self::Inactive => "`{\"active\":false}`".into(),
            Self::InactiveSigned => "`{\"active\":false}`, signed".into(),
            Self::Challenged(error) => format!("401, challenge `{error}`"),
            Self::Page => "a page that says no".into(),
            Self::SentBack(error) => format!("sent back with `{error}`"),
            Self::Status(status) => status.to_string(),
            Self::Once(status, error) => format!("good once, then {status} `{error}`"),
            Self::Nothing => "200, and nothing happens".into(),
        }
    }
}
