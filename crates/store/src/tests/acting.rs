use countersign_domain::{
    CallId, DelegationId, SessionId, TokenId,
    canonical::Committed,
    delegation::{Delegation, EndReason, Ended},
    token::{Basis, Token},
};
use futures::future::join_all;

use super::{get, on_both, put, world::*};
use crate::{AccessRow, BrowserRow, CallRow, DelegationRow, IdempotencyRow, Lock, RefreshRow, Stale, StoreError, Taken, tx::Conn};

fn other_session(a: &World) -> SessionId {
    SessionId::from_uuid(uuid(a.n, 90))
}

fn ids(rows: &[DelegationRow]) -> Vec<DelegationId> {
    rows.iter().map(|r| r.delegation.id).collect()
}

fn over(d: &Delegation) -> Delegation {
    Delegation { ended: Some(Ended { at: at(50), reason: EndReason::CaseClosed, by: Some(d.agent) }), ..d.clone() }
}

on_both! {
    async fn a_delegation_is_found_by_all_that_names_it(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let d = a.started(tx, 1, a.session).await?;
            let row = DelegationRow { delegation: d.clone(), session: a.session, warrant_hash: a.hash(201), warrant_jkt: "thumb".into() };
            assert_eq!(tx.delegation(a.tenant, d.id, Lock::Update).await?, Some(row.clone()));
            assert_eq!(tx.delegation(b.tenant, d.id, Lock::None).await?, None);
            assert_eq!(tx.delegation_by_warrant(&a.hash(201), Lock::Share).await?, Some(row.clone()));
            assert_eq!(tx.delegation_by_warrant(&a.hash(202), Lock::Share).await?, None);
            assert_eq!(tx.delegation_of_request(a.tenant, d.request, Lock::Update).await?, Some(row.clone()));
            assert_eq!(tx.delegation_of_request(b.tenant, d.request, Lock::None).await?, None);
            assert_eq!(tx.delegation_of_session(a.tenant, a.session, Lock::Update).await?, Some(row.clone()));
            assert_eq!(tx.delegation_of_session(b.tenant, a.session, Lock::None).await?, None);
            assert_eq!(tx.delegations_of(a.tenant, a.dana).await?, std::slice::from_ref(&row));
            assert_eq!(tx.delegations_open_of_agent(a.tenant, a.dana).await?, std::slice::from_ref(&row));
            assert_eq!(tx.delegations_open_of_agent(b.tenant, a.dana).await?, []);
            assert_eq!(tx.delegations_open_of_case(a.tenant, a.case).await?, [row]);
            assert_eq!(tx.delegations_open_of_case(b.tenant, a.case).await?, []);
            Ok(())
        }).unwrap();
    }

    async fn what_has_ended_stays_so(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| {
            let d = a.started(tx, 1, a.session).await?;
            assert_eq!(tx.delegations_live().await?, 1);
            tx.delegation_update(&over(&d)).await?;
            assert_eq!(tx.delegations_live().await?, 0);
            let again = Delegation { ended: Some(Ended { at: at(60), reason: EndReason::Agent, by: None }), ..d.clone() };
            tx.delegation_update(&again).await?;
            tx.delegation_update(&d).await?;
            assert_eq!(tx.delegation(a.tenant, d.id, Lock::None).await?.unwrap().delegation, over(&d));
            assert_eq!(tx.delegation_of_session(a.tenant, a.session, Lock::None).await?, None);
            assert_eq!(tx.delegations_open_of_agent(a.tenant, a.dana).await?, []);
            assert_eq!(tx.delegations_open_of_case(a.tenant, a.case).await?, []);
            assert_eq!(ids(&tx.delegations_of(a.tenant, a.dana).await?), [d.id]);
            Ok(())
        }).unwrap();
    }

    async fn a_session_has_one_live_delegation_and_a_request_one_at_all(store: &Store) {
        let (a, _) = worlds(store).await;
        let first = put!(store, |tx| a.started(tx, 1, a.session).await).unwrap();
        assert_eq!(put!(store, |tx| a.started(tx, 2, a.session).await.map(drop)), Err(StoreError::Taken), "second of a session");
        put!(store, |tx| tx.delegation_update(&over(&first)).await).unwrap();
        put!(store, |tx| a.started(tx, 2, a.session).await.map(drop)).unwrap();
        let twin = Delegation { id: DelegationId::from_uuid(uuid(1, 180)), ..a.delegation(1, at(20)) };
        let refused = put!(store, |tx| {
            tx.session_insert(&a.session_row(other_session(&a), a.dana)).await?;
            tx.delegation_insert(&twin, other_session(&a), &a.hash(250), "thumb").await
        });
        assert_eq!(refused, Err(StoreError::Taken), "second of a request");
        assert_eq!(get!(store, |tx| tx.session(a.tenant, other_session(&a)).await), Ok(None), "nothing is kept of what fails");
    }

    async fn a_race_of_starts_has_one_winner(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| tx.request_insert(&a.request(1, at(10))).await).unwrap();
        let starts = join_all((0_u8..6).map(|i| async move {
            let d = Delegation { id: DelegationId::from_uuid(uuid(1, 180 + i)), ..a.delegation(1, at(20)) };
            put!(store, |tx| tx.delegation_insert(&d, a.session, &a.hash(230 + i), "thumb").await)
        })).await;
        assert_eq!(starts.iter().filter(|s| s.is_ok()).count(), 1, "{starts:?}");
        assert!(starts.iter().all(|s| matches!(s, Ok(()) | Err(StoreError::Taken))), "{starts:?}");
    }

    async fn a_new_warrant_kills_the_old(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let d = a.started(tx, 1, a.session).await?;
            tx.session_insert(&a.session_row(other_session(&a), a.dana)).await?;
            tx.warrant_set(b.tenant, d.id, b.session, &a.hash(240), "x").await?;
            tx.warrant_set(a.tenant, d.id, other_session(&a), &a.hash(241), "other").await?;
            assert_eq!(tx.delegation_by_warrant(&a.hash(201), Lock::None).await?, None);
            assert_eq!(tx.delegation_by_warrant(&a.hash(240), Lock::None).await?, None);
            let row = tx.delegation_by_warrant(&a.hash(241), Lock::None).await?.unwrap();
            assert_eq!((row.session, row.warrant_jkt.as_str(), row.delegation.id), (other_session(&a), "other", d.id));
            a.started(tx, 2, a.session).await.map(drop)
        }).unwrap();
        let taken = put!(store, |tx| tx.warrant_set(a.tenant, a.delegation(1, at(20)).id, a.session, &a.hash(242), "thumb").await);
        assert_eq!(taken, Err(StoreError::Taken), "that session acts already");
    }

    async fn what_is_due_is_of_all_tenants(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let (one, two) = (a.started(tx, 1, a.session).await?, b.started(tx, 1, b.session).await?);
            assert_eq!(tx.delegations_due(at(919), 9, Lock::Update).await?, []);
            assert_eq!(ids(&tx.delegations_due(at(920), 9, Lock::Update).await?), [one.id, two.id]);
            assert_eq!(ids(&tx.delegations_due(at(920), 1, Lock::Update).await?), [one.id]);
            tx.delegation_update(&over(&one)).await?;
            assert_eq!(ids(&tx.delegations_due(at(920), 9, Lock::None).await?), [two.id]);
            Ok(())
        }).unwrap();
    }

    async fn tokens_are_recorded(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let d = a.started(tx, 1, a.session).await?;
            let token = Token {
                id: TokenId::from_uuid(uuid(1, 190)),
                tenant: a.tenant,
                basis: Basis::Delegation(d.id),
                parent: None,
                client: "console".into(),
                services: Vec::new(),
                audience: "https://accounts.example".into(),
                scope: set(&["address:write"]),
                hops: d.hops.clone(),
                jkt: Some("thumb".into()),
                x5t: None,
                hash: None,
                issued_at: at(21),
                expires_at: at(321),
                revoked_at: None,
            };
            let child = Token {
                id: TokenId::from_uuid(uuid(1, 191)),
                parent: Some(token.id),
                client: "accounts-api".into(),
                services: vec!["accounts-api".into()],
                hops: [].into(),
                jkt: None,
                x5t: Some("print".into()),
                hash: Some(a.hash(77)),
                ..token.clone()
            };
            tx.token_insert(&token).await?;
            tx.token_insert(&child).await?;
            assert_eq!(tx.token(a.tenant, token.id, Lock::Share).await?, Some(token.clone()));
            assert_eq!(tx.token(b.tenant, token.id, Lock::None).await?, None);
            assert_eq!(tx.token_by_hash(&a.hash(77)).await?, Some(child.clone()));
            assert_eq!(tx.token_by_hash(&a.hash(78)).await?, None);
            assert_eq!(tx.tokens_of_parent(a.tenant, token.id).await?, std::slice::from_ref(&child));
            assert_eq!(tx.tokens_of_parent(b.tenant, token.id).await?, []);
            assert_eq!(tx.tokens_of_delegation(a.tenant, d.id).await?, [token.clone(), child.clone()]);
            assert_eq!(tx.tokens_of_delegation(b.tenant, d.id).await?, []);
            assert!(!tx.token_revoke(b.tenant, child.id, at(30)).await?, "another tenant's");
            assert!(tx.token_revoke(a.tenant, child.id, at(30)).await?);
            assert!(!tx.token_revoke(a.tenant, child.id, at(31)).await?, "once");
            assert_eq!(tx.token(a.tenant, child.id, Lock::None).await?.unwrap().revoked_at, Some(at(30)));
            Ok(())
        }).unwrap();
    }

    async fn a_proof_of_possession_is_new_once(store: &Store) {
        let seen = join_all((0..6).map(|_| async move { put!(store, |tx| tx.dpop_seen(&[1; 32], at(60)).await) })).await;
        assert_eq!(seen.iter().filter(|s| **s == Ok(true)).count(), 1, "{seen:?}");
        assert_eq!(seen.iter().filter(|s| **s == Ok(false)).count(), 5, "{seen:?}");
    }

    async fn a_call_is_announced_counted_and_reported_once(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let d = a.started(tx, 1, a.session).await?;
            let (id, path) = (CallId::from_uuid(uuid(1, 195)), Committed::new("/customers/cus_8812".into(), &Steady));
            tx.call_insert(a.tenant, id, d.id, at(30), "PUT", &path).await?;
            let row = CallRow { id, tenant: a.tenant, delegation: d.id, intended_at: at(30), method: "PUT".into(), path: Some(path), reported_at: None, status: None };
            assert_eq!(tx.call(a.tenant, id, Lock::Update).await?, Some(row.clone()));
            assert_eq!(tx.call(b.tenant, id, Lock::None).await?, None);
            assert_eq!(tx.delegation_calls(a.tenant, d.id).await?, 1);
            assert!(!tx.call_report(b.tenant, id, at(31), Some(200)).await?);
            assert!(tx.call_report(a.tenant, id, at(31), Some(204)).await?);
            assert!(!tx.call_report(a.tenant, id, at(32), None).await?);
            assert_eq!(tx.call(a.tenant, id, Lock::None).await?, Some(CallRow { reported_at: Some(at(31)), status: Some(204), ..row }));
            Ok(())
        }).unwrap();
    }

    async fn an_answer_is_kept_for_its_person_operation_and_key(store: &Store) {
        let (a, b) = worlds(store).await;
        let given = |answer: &str| IdempotencyRow { input_digest: [5; 32], answer: answer.into() };
        put!(store, |tx| {
            tx.idempotency_put(a.tenant, a.dana, "case_close", "k", &given("1"), at(1)).await?;
            assert_eq!(tx.idempotency_get(a.tenant, a.dana, "case_close", "k").await?, Some(given("1")));
            assert_eq!(tx.idempotency_get(b.tenant, a.dana, "case_close", "k").await?, None);
            assert_eq!(tx.idempotency_get(a.tenant, a.sana, "case_close", "k").await?, None);
            assert_eq!(tx.idempotency_get(a.tenant, a.dana, "case_assign", "k").await?, None);
            assert_eq!(tx.idempotency_get(a.tenant, a.dana, "case_close", "l").await?, None);
            Ok(())
        }).unwrap();
        assert_eq!(put!(store, |tx| tx.idempotency_put(a.tenant, a.dana, "case_close", "k", &given("2"), at(2)).await), Err(StoreError::Taken));
    }

    async fn pruning_drops_only_what_is_over(store: &Store) {
        let (a, b) = worlds(store).await;
        let day = 24 * 60 * 60;
        put!(store, |tx| {
            for (n, until) in [(1, at(10)), (2, at(100 * day))] {
                tx.dpop_seen(&[n; 32], until).await?;
                tx.access_insert(&AccessRow { token_hash: a.hash(n), tenant: a.tenant, session: a.session, expires_at: until }).await?;
                tx.browser_insert(&BrowserRow { cookie_hash: a.hash(n), tenant: a.tenant, person: a.dana, auth_time: at(1), expires_at: until }).await?;
                let key = n.to_string();
                tx.idempotency_put(a.tenant, a.dana, "case_close", &key, &IdempotencyRow { input_digest: [n; 32], answer: String::new() }, until).await?;
            }
            let refresh = |w: &World| RefreshRow { token_hash: w.hash(1), tenant: w.tenant, session: w.session, created_at: at(1), used_at: Some(at(1)), successor_hash: None };
            tx.refresh_insert(&refresh(&a)).await?;
            tx.refresh_insert(&refresh(&b)).await?;
            tx.sql("UPDATE session SET ends_at = $2 WHERE id = $1").bind(b.session).bind(at(100 * day)).run().await?;
            for what in Stale::ALL {
                tx.prune(what, at(8 * day), 100).await?;
            }

            assert!(tx.dpop_seen(&[1; 32], at(0)).await? && !tx.dpop_seen(&[2; 32], at(0)).await?);
            assert!(tx.access(&a.hash(1)).await?.is_none() && tx.access(&a.hash(2)).await?.is_some());
            assert!(tx.browser(&a.hash(1)).await?.is_none() && tx.browser(&a.hash(2)).await?.is_some());
            assert!(tx.idempotency_get(a.tenant, a.dana, "case_close", "1").await?.is_none());
            assert!(tx.idempotency_get(a.tenant, a.dana, "case_close", "2").await?.is_some());
            assert!(tx.refresh(&a.hash(1), Lock::None).await?.is_none());
            assert!(tx.refresh(&b.hash(1), Lock::None).await?.is_some(), "used, but its sign-in lives");
            assert_eq!(tx.code_take(&a.hash(1), at(0)).await?, Taken::Never);
            Ok(())
        }).unwrap();
    }

    async fn what_counts_once_is_remembered_for_longer_than_it_counts(store: &Store) {
        put!(store, |tx| {
            assert!(tx.dpop_seen(&[1; 32], at(60)).await?);
            assert_eq!(tx.prune(Stale::DpopProofs, at(60 + 300), 100).await?, 0, "another replica's clock may stand at 60 still");
            assert!(!tx.dpop_seen(&[1; 32], at(60)).await?);
            assert_eq!(tx.prune(Stale::DpopProofs, at(61 + 300), 100).await?, 1);
            assert!(tx.dpop_seen(&[1; 32], at(60)).await?);
            Ok(())
        }).unwrap();
    }

    async fn a_token_is_dropped_once_it_and_its_delegation_are_over(store: &Store) {
        let (a, b) = worlds(store).await;
        let hour = 60 * 60;
        put!(store, |tx| {
            let (over_soon, lives) = (a.started(tx, 1, a.session).await?, b.started(tx, 1, b.session).await?);
            let token = |w: &World, n: u8, end: i64, of: DelegationId| w.token(60 + n, of, at(20), at(end));
            let (old, late, of_one_that_lives) = (token(&a, 1, 300, over_soon.id), token(&a, 2, 600, over_soon.id), token(&b, 1, 300, lives.id));
            for token in [&old, &late, &of_one_that_lives] {
                tx.token_insert(token).await?;
            }
            assert_eq!(tx.prune(Stale::Tokens, at(301 + hour), 100).await?, 0, "its delegation lives");
            tx.delegation_update(&over(&over_soon)).await?;
            assert_eq!(tx.prune(Stale::Tokens, at(300 + hour), 100).await?, 0, "not for an hour");
            assert_eq!(tx.prune(Stale::Tokens, at(301 + hour), 100).await?, 1);
            assert_eq!(tx.token(a.tenant, old.id, Lock::None).await?, None);
            assert_eq!(tx.token(a.tenant, late.id, Lock::None).await?, Some(late));
            assert_eq!(tx.token(b.tenant, of_one_that_lives.id, Lock::None).await?, Some(of_one_that_lives));
            Ok(())
        }).unwrap();
    }

    async fn pruning_much_keeps_nobody_waiting(store: &Store) {
        const ROWS: u32 = 100_000;
        let (a, _) = worlds(store).await;
        put!(store, |tx| {
            let d = a.started(tx, 1, a.session).await?;
            tx.delegation_update(&over(&d)).await?;
            let head = "INSERT INTO token (id, tenant_id, delegation_id, audience, scope, issued_at, expires_at)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT";
            let id = if matches!(tx.conn, Conn::Postgres(_)) { "gen_random_uuid()" } else { "randomblob(16)" };
            let rows = ", $1, $2, 'https://accounts.example', '[]', $3, $3 FROM n";
            let made = tx.sql([head, id, rows]).bind(a.tenant).bind(d.id).bind(at(30)).run().await?;
            assert_eq!(made, u64::from(ROWS));
            Ok(())
        }).unwrap();
        let (mut dropped, mut took) = (0, Vec::new());
        while dropped < u64::from(ROWS) {
            let begun = std::time::Instant::now();
            let batch = put!(store, |tx| tx.prune(Stale::Tokens, at(10_000), 500).await).unwrap();
            took.push(begun.elapsed());
            assert!((1..=500).contains(&batch), "{batch} in a batch");
            dropped += batch;
        }
        // 50 ms are meant. A machine that is busy with other tests is given ten times that, and its stumbles don't count.
        took.sort_unstable();
        let median = took[took.len() / 2];
        assert!(median < std::time::Duration::from_millis(500), "a batch took {median:?}");
    }
}
