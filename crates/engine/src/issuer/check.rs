//! Whether a customer's token is what it says: signed by its issuer, of the right kind, and fresh.

use std::time::Duration;

use countersign_api::Reason;
use countersign_domain::{Code, Rail, Secret, Timestamp};
use countersign_oauth::foreign::{self, Expect, ForeignError, ForeignToken};

use super::{
    Known, Unreached,
    keys::{AGAIN, FRESH},
};
use crate::{Engine, Refusal, token::not_taken};

impl Known {
    /// What the token says, once all of it is verified that its issuer alone can vouch for.
    pub(crate) async fn checked(&self, engine: &Engine, token: &Secret) -> Result<ForeignToken, Refusal> {
        let said = match self.verified(engine, token, FRESH).await? {
            // It may have been signed with a key that is newer than what was read.
            Err(ForeignError::UnknownKey) => self.verified(engine, token, AGAIN).await?,
            said => said,
        };
        said.map_err(|e| not_taken(Rail::CustomerToken, &format!("the customer's token is not taken: {e}")))
    }

    /// Whether a token counts only if its issuer says so.
    pub(crate) fn is_old(&self, said: &ForeignToken, now: Timestamp) -> bool {
        now.since(said.issued_at) >= Duration::from_secs(self.issuer.max_age_s.into())
    }

    async fn verified(&self, engine: &Engine, token: &Secret, than: Duration) -> Result<Result<ForeignToken, ForeignError>, Refusal> {
        let keys = self.keys(engine, than).await.map_err(|e| self.unreached("keys", &e))?;
        Ok(foreign::verify(token.expose(), &keys, &self.expect(engine.now())))
    }

    /// An older token counts if its issuer says so now.
    pub(crate) async fn vouched(&self, engine: &Engine, token: &Secret, said: &ForeignToken) -> Result<(), Refusal> {
        let now = engine.now();
        let (Some(asked), Some(secret)) = (&self.issuer.introspection, &self.secret) else {
            let text = format!("the customer's token is {} s old or older; have the customer's program get a new one", self.issuer.max_age_s);
            return Err(not_taken(Rail::FreshToken, &text));
        };
        let answer = match engine.abroad() {
            Ok(abroad) => abroad.introspect(asked, secret, token).await,
            Err(error) => Err(error),
        };
        let answer = answer.map_err(|e| self.unreached("introspection", &e))?;
        if foreign::counts(&answer, said, &self.expect(now)) {
            return Ok(());
        }
        Err(not_taken(Rail::FreshToken, "the customer's token is not fresh, and its issuer does not say that it counts"))
    }

    fn expect(&self, now: Timestamp) -> Expect<'_> {
        Expect { issuer: &self.issuer.issuer, algs: &self.issuer.algs, typ: &self.issuer.typ, customer: &self.issuer.customer, now }
    }

    /// Nobody can be believed who can't be asked.
    fn unreached(&self, what: &'static str, error: &Unreached) -> Refusal {
        let issuer = &self.issuer.issuer;
        tracing::warn!(%issuer, what, %error, "a trusted issuer can't be asked");
        let text = format!("the issuer `{issuer}` can't be asked now ({what}), and nothing was minted; try again in a moment");
        Refusal::new(Code::Unavailable, text.clone()).with_reasons(vec![Reason { rule: "issuer-unreachable".into(), text }])
    }
}
