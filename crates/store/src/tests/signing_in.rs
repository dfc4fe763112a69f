use countersign_domain::SessionId;
use futures::future::join_all;

use super::{on_both, put, world::*};
use crate::{AccessRow, BrowserRow, CodeRow, Lock, RefreshRow, StoreError, Taken};

fn code(a: &World) -> CodeRow {
    CodeRow {
        code_hash: a.hash(1),
        tenant: a.tenant,
        person: a.dana,
        client_id: "console".into(),
        redirect_uri: "http://127.0.0.1:1/callback".into(),
        code_challenge: "challenge".into(),
        auth_time: at(1),
        acr: "password".into(),
        session: None,
        step_up: Some(r#"{"type":"request_review"}"#.into()),
        expires_at: at(60),
        used_at: None,
    }
}

fn refresh(a: &World, n: u8) -> RefreshRow {
    RefreshRow { token_hash: a.hash(n), tenant: a.tenant, session: a.session, created_at: at(1), used_at: None, successor_hash: None }
}

on_both! {
    async fn a_browser_is_known_by_its_cookie(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| {
            let row = BrowserRow { cookie_hash: a.hash(1), tenant: a.tenant, person: a.dana, auth_time: at(1), expires_at: at(2) };
            tx.browser_insert(&row).await?;
            assert_eq!(tx.browser(&a.hash(1)).await?, Some(row));
            assert_eq!(tx.browser(&a.hash(2)).await?, None);
            tx.browser_delete(&a.hash(1)).await?;
            assert_eq!(tx.browser(&a.hash(1)).await?, None);
            Ok(())
        }).unwrap();
    }

    async fn a_code_is_taken_once(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            tx.code_insert(&code(&a)).await?;
            assert_eq!(tx.code_take(&a.hash(9), at(5)).await?, Taken::Never);
            let taken = CodeRow { used_at: Some(at(5)), ..code(&a) };
            assert_eq!(tx.code_take(&a.hash(1), at(5)).await?, Taken::First(taken.clone()));
            tx.code_session_set(&a.hash(1), a.session).await?;
            assert_eq!(tx.code_take(&a.hash(1), at(6)).await?, Taken::Again(CodeRow { session: Some(a.session), ..taken }));
            Ok(())
        }).unwrap();
        let stray = put!(store, |tx| tx.code_session_set(&a.hash(1), b.session).await);
        assert!(matches!(stray, Err(StoreError::Corrupt(_))), "a session of another tenant: {stray:?}");
    }

    async fn a_code_that_is_refused_is_not_taken(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| tx.code_insert(&code(&a)).await).unwrap();
        let refused: Result<(), StoreError> = put!(store, |tx| {
            assert!(matches!(tx.code_take(&a.hash(1), at(5)).await?, Taken::First(_)));
            Err(StoreError::Busy)
        });
        assert_eq!(refused, Err(StoreError::Busy));
        assert!(matches!(put!(store, |tx| tx.code_take(&a.hash(1), at(6)).await).unwrap(), Taken::First(_)));
    }

    async fn of_many_who_take_a_code_one_is_first(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| tx.code_insert(&code(&a)).await).unwrap();
        let takes = join_all((0..8).map(|i| async move { put!(store, |tx| tx.code_take(&a.hash(1), at(i)).await) })).await;
        let firsts = takes.iter().filter(|t| matches!(t, Ok(Taken::First(_)))).count();
        let agains = takes.iter().filter(|t| matches!(t, Ok(Taken::Again(_)))).count();
        assert_eq!((firsts, agains), (1, 7), "{takes:?}");
    }

    async fn a_session_lives_until_it_ends(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let row = a.session_row(a.session, a.dana);
            assert_eq!(tx.session(a.tenant, a.session).await?, Some(row.clone()));
            assert_eq!(tx.session(b.tenant, a.session).await?, None);
            assert_eq!(tx.session_any_tenant(a.session).await?, Some(row.clone()));
            assert!(row.live(at(39_999)) && !row.live(at(40_000)));
            tx.session_touch(a.tenant, a.session, at(50), "fresh").await?;
            tx.session_touch(a.tenant, a.session, at(49), "older").await?;
            let touched = tx.session(a.tenant, a.session).await?.unwrap();
            assert_eq!((touched.auth_time, touched.acr.as_str()), (at(50), "fresh"), "a proof never gets older");
            assert!(!tx.session_end(b.tenant, a.session, at(60)).await?);
            assert!(tx.session_end(a.tenant, a.session, at(60)).await?);
            assert!(!tx.session_end(a.tenant, a.session, at(61)).await?);
            let ended = tx.session(a.tenant, a.session).await?.unwrap();
            assert_eq!(ended.ended_at, Some(at(60)));
            assert!(!ended.live(at(5)));
            Ok(())
        }).unwrap();
    }

    async fn all_sign_ins_of_a_person_end_together(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            tx.session_insert(&a.session_row(SessionId::from_uuid(uuid(1, 90)), a.dana)).await?;
            tx.session_insert(&a.session_row(SessionId::from_uuid(uuid(1, 91)), a.sana)).await?;
            tx.browser_insert(&BrowserRow { cookie_hash: a.hash(1), tenant: a.tenant, person: a.dana, auth_time: at(1), expires_at: at(2) }).await?;
            assert_eq!(tx.sessions_end_of(b.tenant, a.dana, at(5)).await?, 0);
            assert_eq!(tx.sessions_end_of(a.tenant, a.dana, at(5)).await?, 2);
            assert_eq!(tx.browser(&a.hash(1)).await?, None);
            assert_eq!(tx.session(a.tenant, SessionId::from_uuid(uuid(1, 91))).await?.unwrap().ended_at, None);
            Ok(())
        }).unwrap();
    }

    async fn tokens_die_with_their_session(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| {
            let access = AccessRow { token_hash: a.hash(1), tenant: a.tenant, session: a.session, expires_at: at(600) };
            tx.access_insert(&access).await?;
            tx.refresh_insert(&refresh(&a, 2)).await?;
            assert_eq!(tx.access(&a.hash(1)).await?, Some((access, a.session_row(a.session, a.dana))));
            assert_eq!(tx.access(&a.hash(2)).await?, None, "a refresh token is no access token");
            assert_eq!(tx.refresh(&a.hash(2), Lock::Update).await?, Some(refresh(&a, 2)));
            tx.session_end(a.tenant, a.session, at(5)).await?;
            assert_eq!(tx.access(&a.hash(1)).await?, None);
            assert_eq!(tx.refresh(&a.hash(2), Lock::None).await?, None);
            Ok(())
        }).unwrap();
    }

    async fn a_used_refresh_token_knows_its_successor(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| {
            for n in [1, 2, 3] {
                tx.refresh_insert(&refresh(&a, n)).await?;
            }
            tx.refresh_use(&a.hash(1), &a.hash(2), at(5)).await?;
            tx.refresh_use(&a.hash(1), &a.hash(3), at(9)).await?;
            let used = tx.refresh(&a.hash(1), Lock::Share).await?.unwrap();
            assert_eq!((used.used_at, used.successor_hash), (Some(at(5)), Some(a.hash(3))), "the first use counts, the last successor too");
            tx.refresh_delete(&a.hash(1)).await?;
            assert!(tx.refresh(&a.hash(1), Lock::None).await?.is_some(), "a used one must stay known");
            tx.refresh_delete(&a.hash(2)).await?;
            assert_eq!(tx.refresh(&a.hash(2), Lock::None).await?, None);
            Ok(())
        }).unwrap();
    }
}
