//! Rotation by command: the planned one, which no token notices, and the one in an emergency, which many do.

use countersign_domain::{
    Timestamp,
    alg::Algorithm,
    key::{self, KeyState},
};
use countersign_store::Tx;
use countersign_trail::{Decision, Kind};

use crate::keys::{
    KeyRing, KeyRingError,
    change::{Made, Step, states},
};

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turned {
    /// What the command did first and foremost.
    pub main: Step,
    /// What followed from it.
    pub also: Vec<Step>,
    /// When the new key begins to sign, if it doesn't yet.
    pub due_at: Option<Timestamp>,
}

impl KeyRing {
    /// Rotates: the next key signs as soon as everybody could read it. Answers when, if that is not now.
    ///
    /// # Errors
    /// [`KeyRingError::None`], if nothing is signed with the algorithm.
    pub async fn rotate(&self, algorithm: Algorithm) -> Result<Option<Timestamp>, KeyRingError> {
        let made = self.made_for_rotation(algorithm).await?;
        let ring = self.clone();
        let done = self.0.store.write(move |tx| Box::pin(async move { ring.rotate_and_tell(tx, algorithm, made).await })).await?;
        self.reload().await?;
        Ok(done)
    }

    /// Rotates in an emergency: no key of the algorithm counts any more, and a new one signs at once.
    ///
    /// # Errors
    /// [`KeyRingError::None`], if nothing is signed with the algorithm.
    pub async fn replace(&self, algorithm: Algorithm, reason: &str) -> Result<(), KeyRingError> {
        let made = self.make(algorithm).await?;
        let (ring, reason) = (self.clone(), reason.to_owned());
        self.0.store.write(move |tx| Box::pin(async move { ring.replace_and_tell(tx, made, &reason).await })).await?;
        self.reload().await
    }

    async fn rotate_and_tell(&self, tx: &mut Tx, algorithm: Algorithm, made: Option<Made>) -> Result<Option<Timestamp>, KeyRingError> {
        let now = self.0.clock.now();
        let Turned { main, mut also, due_at } = self.rotated(tx, algorithm, made, now).await?;
        also.push(main);
        self.record(tx, now, &also, None).await?;
        Ok(due_at)
    }

    async fn replace_and_tell(&self, tx: &mut Tx, made: Made, reason: &str) -> Result<(), KeyRingError> {
        let now = self.0.clock.now();
        let Turned { main, also, .. } = self.replaced(tx, made, now).await?;
        self.record(tx, now, &[main], Some(reason)).await?;
        self.record(tx, now, &also, None).await
    }

    /// A key for a planned rotation, if there is no next one yet.
    pub(crate) async fn made_for_rotation(&self, algorithm: Algorithm) -> Result<Option<Made>, KeyRingError> {
        self.reload().await?;
        let keys = self.states();
        match (key::find(&keys, algorithm, KeyState::Active), key::find(&keys, algorithm, KeyState::Next)) {
            (None, _) => Err(KeyRingError::None(algorithm)),
            (Some(_), Some(_)) => Ok(None),
            (Some(_), None) => self.make(algorithm).await.map(Some),
        }
    }

    /// A key for a rotation in an emergency.
    pub(crate) async fn made_for_emergency(&self, algorithm: Algorithm) -> Result<Made, KeyRingError> {
        self.make(algorithm).await
    }

    /// Rotates in a transaction. The ring is to be reloaded after the commit.
    pub(crate) async fn rotated(&self, tx: &mut Tx, algorithm: Algorithm, made: Option<Made>, now: Timestamp) -> Result<Turned, KeyRingError> {
        let rows = tx.keys_to_change().await?;
        let keys = states(&rows);
        key::find(&keys, algorithm, KeyState::Active).ok_or(KeyRingError::None(algorithm))?;
        let (next, also) = match (key::find(&keys, algorithm, KeyState::Next), made) {
            (Some(next), _) => {
                let hastened = next.clone().hasten(now)?;
                tx.key_update(&hastened).await?;
                (hastened, Vec::new())
            }
            (None, Some(made)) => {
                let next = self.announce(tx, made, now, now).await?;
                let step = Step::of(Kind::KeyMake, &next);
                (next, vec![step])
            }
            (None, None) => return Err(KeyRingError::Raced),
        };
        if next.due_at.is_some_and(|at| at <= now) {
            let mut steps = self.turn(tx, &rows, algorithm, now).await?;
            let main = steps.pop().ok_or(KeyRingError::Raced)?;
            return Ok(Turned { main, also: steps, due_at: None });
        }
        let main = Step { decision: Decision::Intended, ..Step::of(Kind::KeyActivate, &next) };
        Ok(Turned { main, also, due_at: next.due_at })
    }

    /// Withdraws all keys of the algorithm of `made` and lets that one sign, in a transaction. The ring is to be reloaded after the commit.
    ///
    /// All of them: whoever got at the active key may have got at those beside it.
    pub(crate) async fn replaced(&self, tx: &mut Tx, made: Made, now: Timestamp) -> Result<Turned, KeyRingError> {
        let keys = states(&tx.keys_to_change().await?);
        let active = key::find(&keys, made.algorithm, KeyState::Active).ok_or(KeyRingError::None(made.algorithm))?;
        let main = Step::of(Kind::KeyWithdraw, active);
        let mut also = Vec::new();
        for key in keys.iter().filter(|k| k.algorithm == made.algorithm && k.state != KeyState::Withdrawn) {
            tx.key_update(&key.clone().withdraw(now)).await?;
            if key.kid != active.kid {
                also.push(Step::of(Kind::KeyWithdraw, key));
            }
        }
        let key = self.begin(tx, made, now).await?;
        also.extend([Step::of(Kind::KeyMake, &key), Step::of(Kind::KeyActivate, &key)]);
        Ok(Turned { main, also, due_at: None })
    }
}
