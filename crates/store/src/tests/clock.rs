use countersign_domain::{SessionId, token::Token};

use super::{get, machines::client, on_both, put, world::*};
use crate::{AccessRow, Ahead, BrowserRow, ClientTokenRow, ClockRow, LatestEnds, Lock};

fn token(a: &World, n: u8, issued_at: i64) -> Token {
    a.token(100 + n, a.delegation(1, at(20)).id, at(issued_at), at(issued_at + 300))
}

on_both! {
    async fn the_mark_goes_up_alone_and_down_on_purpose(store: &Store) {
        put!(store, |tx| {
            assert_eq!(tx.clock(Lock::Share).await?.lowered, 0);
            assert!(tx.clock_raise(at(10), 0).await?);
            assert!(!tx.clock_raise(at(9), 0).await?, "not below what stands");
            tx.clock_lower(at(5)).await?;
            assert_eq!(tx.clock(Lock::None).await?, ClockRow { mark: at(5), lowered: 1 });
            assert!(!tx.clock_raise(at(20), 0).await?, "whoever missed the act does not undo it");
            assert!(tx.clock_raise(at(6), 1).await?);
            Ok(())
        }).unwrap();
        assert_eq!(get!(store, |tx| tx.clock(Lock::None).await), Ok(ClockRow { mark: at(6), lowered: 1 }));
    }

    async fn the_newest_token_is_found(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| {
            assert_eq!(tx.token_newest().await?, None);
            a.started(tx, 1, a.session).await?;
            tx.token_insert(&token(&a, 2, 70)).await?;
            tx.token_insert(&token(&a, 1, 60)).await?;
            assert_eq!(tx.token_newest().await?, Some(at(70)));
            Ok(())
        }).unwrap();
    }

    async fn what_was_begun_ahead_is_over(store: &Store) {
        let (a, b) = worlds(store).await;
        let later = SessionId::from_uuid(uuid(a.n, 90));
        put!(store, |tx| {
            let d = a.started(tx, 1, a.session).await?;
            tx.token_insert(&token(&a, 1, 25)).await?;
            tx.token_insert(&token(&a, 2, 60)).await?;
            tx.session_insert(&crate::SessionRow { created_at: at(50), ..a.session_row(later, a.dana) }).await?;
            tx.session_touch(b.tenant, b.session, at(55), "acr").await?;
            for (n, session, end) in [(1, a.session, 100), (2, a.session, 700), (3, later, 650)] {
                tx.access_insert(&AccessRow { token_hash: a.hash(n), tenant: a.tenant, session, expires_at: at(end) }).await?;
            }
            tx.browser_insert(&BrowserRow { cookie_hash: a.hash(1), tenant: a.tenant, person: a.dana, auth_time: at(50), expires_at: at(90) }).await?;
            tx.request_insert(&b.request(2, at(60))).await?;
            tx.client_insert(&client(&a)).await?;
            for (n, end) in [(1, 240), (2, 241)] {
                let row = ClientTokenRow { hash: a.hash(n), tenant: a.tenant, client: "gateway-api".into(), jkt: None, x5t: None, expires_at: at(end) };
                tx.client_token_insert(&row).await?;
            }

            let latest = LatestEnds { access: at(640), code: at(100), own: at(240), invite: at(900) };
            assert_eq!(tx.ahead_end(at(40), &latest).await?, Ahead { tokens: 1, delegations: 0, sessions: 1 });

            assert!(tx.token(a.tenant, token(&a, 1, 25).id, Lock::None).await?.is_some(), "minted before");
            assert_eq!(tx.token(a.tenant, token(&a, 2, 60).id, Lock::None).await?, None);
            assert_eq!(tx.delegation(a.tenant, d.id, Lock::None).await?.unwrap().delegation, d);
            assert!(!tx.session(a.tenant, later).await?.unwrap().live(at(40)));
            assert_eq!(tx.session(b.tenant, b.session).await?.unwrap().auth_time, at(4), "no proof of the future counts");
            assert!(tx.access(&a.hash(1)).await?.is_some());
            assert_eq!(tx.access(&a.hash(2)).await?, None);
            assert_eq!(tx.browser(&a.hash(1)).await?, None);
            assert!(tx.client_token(&a.hash(1)).await?.is_some(), "got no later than at the instant itself");
            assert_eq!(tx.client_token(&a.hash(2)).await?, None);
            assert_eq!(tx.requests_due(at(40), 9, Lock::None).await?.len(), 1);

            assert_eq!(tx.ahead_end(at(10), &latest).await?.delegations, 1);
            assert!(tx.delegation(a.tenant, d.id, Lock::None).await?.unwrap().delegation.live(at(10)).is_err());
            Ok(())
        }).unwrap();
    }
}
