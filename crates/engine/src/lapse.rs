//! What time ends, and what is no longer needed: done in the background, so that the trail says so close to when it was.
//! Nothing depends on it: every check judges time itself.

use countersign_domain::delegation::EndReason;
use countersign_store::{Lock, Stale, Tx};
use countersign_trail::{Actor, Decision, Kind};

use crate::{Engine, Refusal, delegation::end_alone, request::scope_text};

/// How many are ended in one transaction.
const BATCH: u32 = 100;
/// How many rows are dropped in one transaction: a few milliseconds' work.
const PRUNED: u32 = 500;

impl Engine {
    /// Ends delegations and requests whose time is over. Answers how many.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn lapse_due(&self) -> Result<usize, Refusal> {
        let engine = self.clone();
        let due = self.store().read(move |tx| Box::pin(async move { any_due(&engine, tx).await })).await?;
        if !due {
            return Ok(0);
        }
        let engine = self.clone();
        let done = self.store().write(move |tx| Box::pin(async move { lapse(&engine, tx).await })).await?;
        self.wake_sequencer();
        Ok(done)
    }

    /// Drops what is past its use, in batches that each let others write in between. Answers how many of what.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn prune(&self) -> Result<Vec<(Stale, u64)>, Refusal> {
        let mut dropped = Vec::with_capacity(Stale::ALL.len());
        for what in Stale::ALL {
            let mut count = 0;
            loop {
                // Proofs of possession are judged by what the clock shows, and so is the time until which they are remembered.
                let now = if what == Stale::DpopProofs { self.clock().now() } else { self.now() };
                let done = self.store().write(move |tx| Box::pin(async move { Ok::<_, Refusal>(tx.prune(what, now, PRUNED).await?) })).await?;
                count += done;
                if done < u64::from(PRUNED) {
                    break;
                }
                // Whoever waits for the writer comes first.
                tokio::task::yield_now().await;
            }
            dropped.push((what, count));
        }
        Ok(dropped)
    }
}

async fn any_due(engine: &Engine, tx: &mut Tx) -> Result<bool, Refusal> {
    let now = engine.now();
    Ok(!tx.requests_due(now, 1, Lock::None).await?.is_empty() || !tx.delegations_due(now, 1, Lock::None).await?.is_empty())
}

async fn lapse(engine: &Engine, tx: &mut Tx) -> Result<usize, Refusal> {
    let now = engine.now();
    let mut done = 0;
    for row in tx.requests_due(now, BATCH, Lock::Update).await? {
        let lapsed = row.request.lapse(now, false)?;
        tx.request_update(&lapsed).await?;
        let form = &lapsed.form;
        let mut line = engine.line(Kind::RequestLapse, now, form.tenant, Actor::Service, engine.correlation());
        line.request = Some(form.id);
        line.case = Some(form.case);
        line.subject = Some(form.customer);
        line.api = Some(form.api);
        line.action = scope_text(&form.actions);
        line.decision = Decision::Ended;
        engine.append(tx, &line).await?;
        done += 1;
    }
    for row in tx.delegations_due(now, BATCH, Lock::Update).await? {
        end_alone(engine, tx, row.delegation, (EndReason::TimeOver, None), engine.correlation()).await?;
        done += 1;
    }
    Ok(done)
}
