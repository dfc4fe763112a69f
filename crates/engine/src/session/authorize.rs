//! The authorization endpoint: what its page shows, and the code that it grants.

use countersign_domain::{Code, Secret};
use countersign_oauth::{
    authorize::{AuthorizeRequest, Prompt, ReviewDetail},
    metadata::ACR_PASSWORD,
};
use countersign_store::{CodeRow, Lock, SessionRow, Tx};

use crate::{
    Call, Engine, Refusal, name, request,
    request::review::fresh_proof_wanted,
    session::{AuthorizeShow, BrowserPerson, CODE_TTL, PROOF_TTL},
};

/// Label under which the store keeps a code's fingerprint.
pub(super) const CODE: &str = "code";

/// How old a password entry may be to count as asked for by `prompt=login`.
const JUST_NOW_S: u64 = 60;

impl Engine {
    /// What the page shows: a sign-in, or the act that a fresh proof is for, as it stands now.
    ///
    /// # Errors
    /// If the act can't be done any more, or never could by this person: better said before a password is typed.
    pub async fn authorize_show(&self, req: &AuthorizeRequest) -> Result<AuthorizeShow, Refusal> {
        let Some(detail) = req.review.clone() else { return Ok(AuthorizeShow::SignIn) };
        let engine = self.clone();
        let hint = req.login_hint.clone();
        self.store()
            .read(move |tx| {
                Box::pin(async move {
                    let (session, call) = engine.act_session(tx, &detail, hint.as_deref()).await?;
                    let row = request::load(tx, &call, detail.request, Lock::None).await?;
                    row.request.reviewable(call.person, call.customer, detail.digest, engine.now())?;
                    let request = Box::new(request::view::of(tx, &engine, &call, row).await?);
                    let person = name::person(tx, session.tenant, session.person).await?;
                    Ok(AuthorizeShow::StepUp { person, request, decision: detail.decision })
                })
            })
            .await
    }

    /// The live sign-in that an act's fresh proof is for, and its person.
    pub(super) async fn act_session(&self, tx: &mut Tx, detail: &ReviewDetail, hint: Option<&str>) -> Result<(SessionRow, Call), Refusal> {
        let gone = || Refusal::new(Code::NotSignedIn, "the console's sign-in has ended; sign in there again");
        // By the id alone: whose tenant it is only comes to light here.
        let session = tx.session_any_tenant(detail.session).await?.filter(|s| s.live(self.now())).ok_or_else(gone)?;
        if hint.is_some_and(|hint| hint != session.person.to_string()) {
            return Err(Refusal::new(Code::Refused, "the console asks for a proof of somebody else than who is signed in there"));
        }
        let correlation = self.correlation();
        let call = self.call_of(tx, session.clone(), correlation).await?;
        Ok((session, call))
    }

    /// A code for a sign-in at a console.
    ///
    /// # Errors
    /// `fresh_proof_required`, if the console wants the password now and it was not given now.
    pub async fn authorize_grant(&self, req: &AuthorizeRequest, who: &BrowserPerson) -> Result<Secret, Refusal> {
        if req.review.is_some() {
            return Err(fresh_proof_wanted(0));
        }
        known_acr(req)?;
        let now = self.now();
        let age = now.since(who.auth_time).as_secs();
        let limit = if req.prompt == Some(Prompt::Login) { Some(req.max_age.unwrap_or(0)) } else { req.max_age };
        if limit.is_some_and(|limit| age > limit.max(JUST_NOW_S)) {
            return Err(fresh_proof_wanted(u32::try_from(limit.unwrap_or(0)).unwrap_or(0)));
        }
        self.code(CodeRow {
            code_hash: [0; 32],
            tenant: who.tenant,
            person: who.person,
            client_id: req.client_id.clone(),
            redirect_uri: req.redirect_uri.as_str().to_owned(),
            code_challenge: req.code_challenge.as_str().to_owned(),
            auth_time: who.auth_time,
            acr: ACR_PASSWORD.into(),
            session: None,
            step_up: None,
            expires_at: now + CODE_TTL,
            used_at: None,
        })
        .await
    }

    /// Keeps a code's fingerprint; the code itself is in the answer only.
    pub(super) async fn code(&self, row: CodeRow) -> Result<Secret, Refusal> {
        let code = self.secret("csc_");
        let row = CodeRow { code_hash: code.fingerprint(CODE), ..row };
        debug_assert!(CODE_TTL <= PROOF_TTL);
        self.store().write(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.code_insert(&row).await?) })).await?;
        Ok(code)
    }
}

/// If contexts are asked for, ours must be among them (RFC 9470 §4).
pub(super) fn known_acr(req: &AuthorizeRequest) -> Result<(), Refusal> {
    if req.acr_values.is_empty() || req.acr_values.iter().any(|v| v == ACR_PASSWORD) {
        return Ok(());
    }
    Err(Refusal::invalid(format!("none of the `acr_values` is known here; ask for `{ACR_PASSWORD}`")))
}
