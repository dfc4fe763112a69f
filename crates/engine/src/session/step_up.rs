//! A fresh proof of who somebody is, for one act (RFC 9470): the password once more, beside what it is for.

use countersign_domain::{Code, Secret};
use countersign_oauth::{authorize::AuthorizeRequest, metadata::ACR_PASSWORD};
use countersign_store::CodeRow;
use countersign_trail::{Actor, Kind};

use crate::{
    Engine, Refusal,
    session::{CODE_TTL, authorize::known_acr, browser::wrong, password},
};

impl Engine {
    /// A code that is worth a proof for this act, for the person whose console asked, if the password is theirs.
    /// Whoever else the browser is signed in as does not matter: only the password of that person counts.
    ///
    /// # Errors
    /// `not_signed_in`, if the password is another; `invalid_input`, if the console asked for nothing to prove.
    pub async fn step_up_grant(&self, req: &AuthorizeRequest, given: &Secret) -> Result<Secret, Refusal> {
        known_acr(req)?;
        let Some(detail) = req.review.clone() else {
            return Err(Refusal::invalid("there is nothing to prove: the console asked for no act"));
        };
        // Looks once more whether the act can still be done.
        self.authorize_show(req).await?;
        let (engine, hint, wanted) = (self.clone(), req.login_hint.clone(), detail.clone());
        let (session, account) = self
            .store()
            .read(move |tx| {
                Box::pin(async move {
                    let (session, _) = engine.act_session(tx, &wanted, hint.as_deref()).await?;
                    let account = tx.account_by_person(session.tenant, session.person).await?;
                    Ok::<_, Refusal>((session, account))
                })
            })
            .await?;
        if !password::verify(given, account.and_then(|a| a.password_hash)).await? {
            let mut line = self.line(Kind::SessionRefuse, self.now(), session.tenant, Actor::Service, self.correlation());
            line.person = Some(session.person);
            line.request = Some(detail.request);
            line.action = "proof".into();
            self.record_refusal(line, &wrong()).await;
            return Err(Refusal::new(Code::NotSignedIn, "that is not the password of the person who signs; nothing was signed"));
        }
        let now = self.now();
        let step_up = serde_json::to_string(&detail).map_err(|e| Refusal::internal("step-up", &e))?;
        self.code(CodeRow {
            code_hash: [0; 32],
            tenant: session.tenant,
            person: session.person,
            client_id: req.client_id.clone(),
            redirect_uri: req.redirect_uri.as_str().to_owned(),
            code_challenge: req.code_challenge.as_str().to_owned(),
            auth_time: now,
            acr: ACR_PASSWORD.into(),
            session: None,
            step_up: Some(step_up),
            expires_at: now + CODE_TTL,
            used_at: None,
        })
        .await
    }
}
