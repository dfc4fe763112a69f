//! The operations on signing keys.

mod rotate;

use countersign_api::key::KeyView;
use countersign_domain::alg::Algorithm;

use crate::{Call, Engine, Refusal, keys::Jwks};

impl Engine {
    /// The signing keys, oldest first.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn key_list(&self, call: &Call) -> Result<Vec<KeyView>, Refusal> {
        self.admit(call, "key_list").await?;
        Ok(self.keys().list().await?)
    }

    /// Sees to it that something signs with `algorithm`. To be called before a contract that names it is registered, and not
    /// inside a transaction: making a key takes up to a second.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn key_ensure(&self, algorithm: Algorithm) -> Result<(), Refusal> {
        self.keys().ensure(algorithm).await?;
        self.wake_sequencer();
        Ok(())
    }

    /// Keeps up with what other replicas did to the keys, and does what time asks for.
    ///
    /// # Errors
    /// If the store does not answer, or a key can't be unsealed.
    pub async fn keys_tend(&self) -> Result<(), Refusal> {
        if self.keys().tend().await? {
            self.wake_sequencer();
        }
        Ok(())
    }

    /// The verification keys (RFC 7517 §5).
    pub async fn jwks(&self) -> Jwks {
        self.keys().jwks().await
    }
}
