//! `request_review`: signing, with fresh proof of who one is, or refusing, with a reason.

use countersign_api::{
    problem::StepUp,
    request::{RequestReview, RequestView},
};
use countersign_domain::{
    Code, Rail, RequestId, ReviewId,
    canonical::Committed,
    obligation::Obligations,
    request::Request,
    review::{Decision, Signature},
};
use countersign_oauth::metadata::ACR_PASSWORD;
use countersign_store::{Lock, ReviewRow};
use countersign_trail::Kind;

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    policy::{Act, Facts},
    request::{independent, load, tell, view},
};

/// What a proof for a signature is good for.
pub(crate) const PROOF_ACT: &str = "request_review:sign";

impl Engine {
    /// Signs or refuses. A signature counts only with a proof that is fresh, unused, and made for this person, session and digest.
    ///
    /// # Errors
    /// `fresh_proof_required` (RFC 9470), or why it can't be reviewed.
    pub async fn request_review(&self, call: &Call, id: RequestId, input: RequestReview) -> Result<RequestView, Refusal> {
        let asked = input.clone();
        self.act(call, "request_review", Kind::RequestReview, &(id, input), move |s| Box::pin(review(s, id, asked))).await
    }
}

async fn review(s: &mut Scope<'_>, id: RequestId, input: RequestReview) -> Result<RequestView, Refusal> {
    let request = load(s.tx, &s.call, id, Lock::Update).await?.request;
    tell(s, &request);
    input.decision.as_str().clone_into(&mut s.line.action);
    request.reviewable(s.call.person, s.call.customer, input.digest, s.now)?;
    let facts = Facts::of_request(s.tx, &request, Lock::Share).await?;
    if input.decision == Decision::Sign {
        request.form.taken_by(&facts.api.contract)?;
    }
    let allowed = facts.reviewed_by(&s.call).decide(&s.engine, Act::RequestReview)?;
    let owed = Obligations::strictest(&request.obligations, &allowed.obligations);
    match input.decision {
        Decision::Sign => sign(s, request, &input, &owed).await?,
        Decision::Refuse => refuse(s, request, &input).await?,
    }
    let row = load(s.tx, &s.call, id, Lock::None).await?;
    view::of(s.tx, &s.engine, &s.call, row).await
}

async fn sign(s: &mut Scope<'_>, request: Request, input: &RequestReview, owed: &Obligations) -> Result<(), Refusal> {
    if !independent(s.tx, s.call.tenant, request.form.asker, s.call.person).await? {
        return Err(Rail::MadeByTheOther.into());
    }
    let since = s.now.before(std::time::Duration::from_secs(owed.proof_max_age_s.into()));
    let proof = s.tx.proof_take(s.call.tenant, s.call.person, s.call.session, PROOF_ACT, request.form.id, &request.digest, s.now, since).await?;
    let Some(proof) = proof else { return Err(fresh_proof_wanted(owed.proof_max_age_s)) };

    let review = ReviewId::new(s.now, s.engine.entropy());
    let signature = Signature { review, by: s.call.person, at: s.now, proved_at: proof.proved_at };
    let signed = request.sign(signature, s.call.customer, input.digest, owed)?;
    s.tx.review_insert(&row(s, review, &signed, Decision::Sign, proof.proved_at, None)).await?;
    s.tx.request_update(&signed).await?;
    s.line.elevated = true;
    s.line.figures.insert("given".into(), i64::try_from(signed.signatures.len()).unwrap_or(i64::MAX));
    s.line.figures.insert("needed".into(), i64::from(owed.signatures().max(signed.obligations.signatures())));
    Ok(())
}

async fn refuse(s: &mut Scope<'_>, request: Request, input: &RequestReview) -> Result<(), Refusal> {
    let reason = input.reason.as_deref().map(str::trim).unwrap_or_default();
    if !(3..=2000).contains(&reason.chars().count()) {
        return Err(Refusal::invalid("say why, in 3 to 2000 characters; the asker reads it"));
    }
    let reason = Committed::new(reason.to_owned(), s.engine.entropy());
    let review = ReviewId::new(s.now, s.engine.entropy());
    let refused = request.refuse(s.call.person, s.call.customer, input.digest, s.now)?;
    s.tx.review_insert(&row(s, review, &refused, Decision::Refuse, s.call.auth_time, Some(reason.clone()))).await?;
    s.tx.request_update(&refused).await?;
    s.line = s.line.clone().with_text("reason", reason);
    Ok(())
}

fn row(s: &Scope<'_>, id: ReviewId, request: &Request, decision: Decision, proved_at: countersign_domain::Timestamp, reason: Option<Committed>) -> ReviewRow {
    ReviewRow {
        id,
        tenant: s.call.tenant,
        request: request.form.id,
        person: s.call.person,
        decision,
        at: s.now,
        proved_at,
        digest: request.digest,
        reason_salt: reason.as_ref().map(|r| r.salt),
        reason: reason.map(|r| r.text),
    }
}

/// RFC 9470 §3: what the proof must be like.
pub(crate) fn fresh_proof_wanted(max_age_s: u32) -> Refusal {
    let mut refusal = Refusal::new(Code::FreshProofRequired, "prove in the browser that it is you; nothing is signed before");
    refusal.step_up = Some(StepUp { acr_values: ACR_PASSWORD.into(), max_age: max_age_s });
    refusal
}
