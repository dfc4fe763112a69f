//! Signing and refusing: where the service wants a fresh proof of who somebody is, the browser is opened for it, and the review is
//! sent once more.

use countersign_api::{
    Problem,
    request::{RequestReview, RequestView},
};
use countersign_client::SignIn;
use countersign_domain::{Code, RequestId};
use countersign_oauth::authorize::ReviewDetail;
use tauri::Runtime;

use crate::seat::Seat;

impl<R: Runtime> Seat<R> {
    /// Signs or refuses a request.
    ///
    /// # Errors
    /// The service's refusal; [`Code::FreshProofRequired`] if the person did not finish the page.
    pub async fn review(&self, id: RequestId, input: &RequestReview) -> Result<RequestView, Problem> {
        let session = self.signed_in()?;
        let owed = match session.request_review(id, input).await {
            Err(problem) if problem.code == Code::FreshProofRequired => problem,
            done => return done,
        };
        let (Some(wanted), Some(me)) = (&owed.step_up, self.me()) else { return Err(owed) };
        let detail = ReviewDetail::new(id, input.digest, input.decision, me.session);
        let proof = SignIn::begin_step_up(&session, me.id, detail, wanted).await?;
        if self.through_browser(proof, Some(id)).await?.is_none() {
            return Err(owed);
        }
        let done = session.request_review(id, input).await;
        self.look_at_me(&session).await;
        done
    }
}
