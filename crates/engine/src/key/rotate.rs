//! `key_rotate`: by plan, or in an emergency.

use countersign_api::key::{KeyRotate, KeyRotated};
use countersign_domain::{alg::Algorithm, canonical::Committed};
use countersign_trail::{Actor, Kind};

use crate::{
    Call, Engine, Refusal,
    act::Scope,
    keys::{Made, Turned, states, views},
};

/// The shortest and the longest reason, in characters.
const REASON: std::ops::RangeInclusive<usize> = 3..=2000;

/// The key that was made beforehand.
enum Ready {
    Planned(Option<Made>),
    Emergency(Made),
}

impl Engine {
    /// Rotates the keys of an algorithm.
    ///
    /// # Errors
    /// `not_found`, if nothing is signed with the algorithm; `invalid_input`, for an emergency without a reason.
    pub async fn key_rotate(&self, call: &Call, input: KeyRotate) -> Result<KeyRotated, Refusal> {
        // Before a key is made: that takes long.
        self.admit(call, "key_rotate").await?;
        let reason = input.reason.as_deref().map(str::trim).unwrap_or_default().to_owned();
        if input.emergency && !REASON.contains(&reason.chars().count()) {
            return Err(Refusal::invalid("say why the keys must not be believed any more, in 3 to 2000 characters; it stands in the trail"));
        }
        if !input.emergency && !reason.is_empty() {
            return Err(Refusal::invalid("a planned rotation takes no reason; leave it out, or say that it is an emergency"));
        }
        let algorithm = input.algorithm;
        let ready = if input.emergency {
            Ready::Emergency(self.keys().made_for_emergency(algorithm).await?)
        } else {
            Ready::Planned(self.keys().made_for_rotation(algorithm).await?)
        };
        let kind = if input.emergency { Kind::KeyWithdraw } else { Kind::KeyActivate };
        let done = self.act(call, "key_rotate", kind, &input, move |s| Box::pin(rotate(s, algorithm, ready, reason))).await?;
        self.keys().reload().await?;
        Ok(done)
    }
}

async fn rotate(s: &mut Scope<'_>, algorithm: Algorithm, ready: Ready, reason: String) -> Result<KeyRotated, Refusal> {
    algorithm.as_str().clone_into(&mut s.line.action);
    if !reason.is_empty() {
        s.line = s.line.clone().with_text("reason", Committed::new(reason, s.engine.entropy()));
    }
    let ring = s.engine.keys().clone();
    let (turned, emergency) = match ready {
        Ready::Planned(made) => (ring.rotated(s.tx, algorithm, made, s.now).await?, false),
        Ready::Emergency(made) => (ring.replaced(s.tx, made, s.now).await?, true),
    };
    tell(s, &turned).await?;
    let keys = states(&s.tx.keys().await?);
    let keys = views(&keys).into_iter().filter(|k| k.algorithm == algorithm).collect();
    Ok(KeyRotated { effect: effect(algorithm, emergency, turned.due_at.is_some()), due_at: turned.due_at, keys })
}

/// Keys are the whole service's: other tenants read of it too, but not who did it.
async fn tell(s: &mut Scope<'_>, turned: &Turned) -> Result<(), Refusal> {
    turned.main.tell(&mut s.line);
    for step in &turned.also {
        let mut line = s.follow(step.kind);
        step.tell(&mut line);
        s.also.push(line);
    }
    for tenant in s.tx.tenants().await?.into_iter().filter(|t| t.id != s.call.tenant) {
        for step in std::iter::once(&turned.main).chain(&turned.also) {
            let mut line = s.engine.line(step.kind, s.now, tenant.id, Actor::Service, s.call.correlation);
            step.tell(&mut line);
            s.also.push(line);
        }
    }
    Ok(())
}

/// What the person reads. Who shows it says when, beside it, in the person's own zone.
fn effect(algorithm: Algorithm, emergency: bool, waits: bool) -> String {
    match (emergency, waits) {
        (true, _) => format!(
            "All {algorithm} keys of before are withdrawn, and a new one signs. Tokens that they signed stop counting: at introspection within seconds, \
             at APIs that only check signatures once they read the keys anew, in five minutes at most. Until an API has read the new key it refuses new tokens too. \
             Agents go on by exchanging their warrants again; nobody has to sign in or sign anew."
        ),
        (false, true) => format!("The next {algorithm} key is published and begins to sign when every API has had time to read it. No token fails."),
        (false, false) => format!(
            "The next {algorithm} key signs. The one before stays published until the last token that it signed is over, and can sign no more. No token fails."
        ),
    }
}
