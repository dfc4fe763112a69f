use countersign_domain::{
    ApiId, CaseId, PersonId, ProofId, ReviewId, SessionId,
    canonical::Digest,
    case::{Case, CaseState, Priority},
    contract::Contract,
    request::State,
    review::{Decision, Signature},
};
use futures::future::join_all;

use super::{get, on_both, put, world::*};
use crate::{CaseRow, Lock, ProofRow, RequestRow, ReviewRow, StoreError, Tx};

fn review(a: &World, n: u8, request: u8, person: PersonId, decision: Decision) -> ReviewRow {
    ReviewRow {
        id: ReviewId::from_uuid(uuid(a.n, 210 + n)),
        tenant: a.tenant,
        request: a.request_id(request),
        person,
        decision,
        at: at(30 + i64::from(n)),
        proved_at: at(29),
        digest: a.request(request, at(10)).digest,
        reason: (decision == Decision::Refuse).then(|| "too wide".into()),
        reason_salt: (decision == Decision::Refuse).then_some([4; 32]),
    }
}

fn ids(rows: &[RequestRow]) -> Vec<countersign_domain::RequestId> {
    rows.iter().map(|r| r.request.form.id).collect()
}

async fn due(tx: &mut Tx, s: i64, limit: u32) -> Result<Vec<countersign_domain::RequestId>, StoreError> {
    tx.requests_due(at(s), limit, Lock::Update).await.map(|rows| ids(&rows))
}

on_both! {
    async fn cases_are_kept_and_change(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let row = CaseRow { case: a.case(), title: "Moved house".into(), priority: Priority::High };
            assert_eq!(tx.case(a.tenant, a.case, Lock::Share).await?, Some(row));
            assert_eq!(tx.case(b.tenant, a.case, Lock::None).await?, None);
            let other = Case { id: CaseId::from_uuid(uuid(1, 60)), key: "ZD-1".into(), assignee: None, opened_at: at(50), ..a.case() };
            tx.case_insert(&other, "Other", Priority::Low).await?;
            let closed = Case { state: CaseState::Closed, assignee: Some(a.sana), changed_at: at(51), ..a.case() };
            tx.case_update(&closed).await?;
            assert_eq!(tx.case(a.tenant, a.case, Lock::Update).await?.unwrap().case, closed);
            let listed: Vec<_> = tx.cases(a.tenant).await?.into_iter().map(|c| c.case.key).collect();
            assert_eq!(listed, ["ZD-1", "ZD-4711"], "open ones first");
            assert_eq!(tx.cases_of(a.tenant, a.dana).await?, []);
            assert_eq!(tx.cases_of(a.tenant, a.sana).await?.len(), 1);
            assert_eq!(tx.case(b.tenant, b.case, Lock::None).await?.unwrap().case.state, CaseState::Open);
            Ok(())
        }).unwrap();
        let twin = Case { id: CaseId::from_uuid(uuid(1, 61)), ..a.case() };
        assert_eq!(put!(store, |tx| tx.case_insert(&twin, "Twin", Priority::Low).await), Err(StoreError::Taken));
    }

    async fn a_changed_contract_is_a_new_version(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let fresh = ApiId::from_uuid(uuid(1, 62));
            let same = tx.api_upsert(a.tenant, fresh, &a.contract(), true, at(50)).await?;
            assert_eq!((same.id, same.version, same.changed), (a.api, 1, false));
            let shorter = Contract { token_ttl_s: 60, audience: "https://new.example".into(), ..a.contract() };
            let next = tx.api_upsert(a.tenant, fresh, &shorter, true, at(51)).await?;
            assert_eq!((next.id, next.version, next.changed), (a.api, 2, true));
            let row = tx.api(a.tenant, a.api, Lock::Share).await?.unwrap();
            assert_eq!((row.version, &row.contract, row.changed_at, row.tenant), (2, &shorter, at(51), a.tenant));
            assert_eq!(tx.api_by_audience(a.tenant, "https://new.example").await?, Some(row.clone()));
            assert_eq!(tx.api_by_audience(a.tenant, "https://accounts.example").await?, None);
            assert_eq!(tx.api(b.tenant, a.api, Lock::None).await?, None);
            let other = Contract { key: "aaa".into(), ..a.contract() };
            assert_eq!(tx.api_upsert(a.tenant, fresh, &other, false, at(52)).await?.id, fresh);
            assert_eq!(tx.apis(a.tenant).await?.iter().map(|r| (r.id, r.by_file)).collect::<Vec<_>>(), [(fresh, false), (a.api, true)]);
            assert_eq!(tx.api_by_key(a.tenant, "aaa", Lock::Update).await?.map(|r| r.id), Some(fresh));
            assert_eq!(tx.api_by_key(b.tenant, "aaa", Lock::None).await?, None);
            assert_eq!(tx.api_versions(a.tenant, a.api).await?, [(2, at(51)), (1, at(5))]);
            assert_eq!(tx.api_versions(b.tenant, a.api).await?, []);
            Ok(())
        }).unwrap();
        let twin = Contract { key: "twin".into(), ..a.contract() };
        let taken = put!(store, |tx| tx.api_upsert(a.tenant, ApiId::from_uuid(uuid(1, 63)), &twin, true, at(53)).await.map(|c| c.id));
        assert_eq!(taken, Err(StoreError::Taken), "an audience is one API's");
    }

    async fn a_request_reads_back_in_each_state(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let asked = a.request(1, at(10));
            tx.request_insert(&asked).await?;
            let row = tx.request(a.tenant, asked.form.id, Lock::Update).await?.unwrap();
            assert_eq!(row.request, asked);
            assert_eq!((row.state_at, row.state_by, row.reason.as_deref()), (at(10), None, Some("moved house")));
            assert_eq!(row.bytes, asked.form.bytes().unwrap());
            assert_eq!(tx.request(b.tenant, asked.form.id, Lock::None).await?, None);
            let delegation = a.delegation(1, at(20)).id;
            let states = [
                State::Signed { at: at(11) },
                State::Waiting,
                State::Started { at: at(12), delegation },
                State::Refused { at: at(13), by: a.sana },
                State::Withdrawn { at: at(14) },
                State::Lapsed { at: at(15) },
            ];
            for state in states {
                let mut changed = asked.clone();
                changed.state = state;
                changed.lapses_at = at(999);
                tx.request_update(&changed).await?;
                assert_eq!(tx.request(a.tenant, asked.form.id, Lock::Share).await?.unwrap().request, changed);
            }
            Ok(())
        }).unwrap();
    }

    async fn a_request_outlives_its_erased_reason(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| {
            let asked = a.request(1, at(10));
            tx.request_insert(&asked).await?;
            tx.sql("UPDATE request SET reason = NULL, reason_salt = NULL WHERE id = $1").bind(asked.form.id).run().await?;
            let row = tx.request(a.tenant, asked.form.id, Lock::None).await?.unwrap();
            assert_eq!((row.reason, row.request.digest, row.bytes), (None, asked.digest, asked.form.bytes().unwrap()));
            Ok(())
        }).unwrap();
    }

    async fn requests_are_listed_by_what_is_asked_about(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            for n in [1, 2, 3] {
                tx.request_insert(&a.request(n, at(10 + i64::from(n)))).await?;
            }
            tx.request_insert(&b.request(1, at(10))).await?;
            let (one, two, three) = (a.request_id(1), a.request_id(2), a.request_id(3));
            assert_eq!(ids(&tx.requests_of(a.tenant, a.dana).await?), [three, two, one]);
            assert_eq!(ids(&tx.requests_of(a.tenant, a.sana).await?), []);
            assert_eq!(ids(&tx.requests_waiting(a.tenant).await?), [one, two, three]);
            let mut signed = a.request(2, at(12));
            signed.state = State::Signed { at: at(20) };
            tx.request_update(&signed).await?;
            let mut gone = a.request(3, at(13));
            gone.state = State::Withdrawn { at: at(20) };
            tx.request_update(&gone).await?;
            assert_eq!(ids(&tx.requests_waiting(a.tenant).await?), [one]);
            assert_eq!(ids(&tx.requests_open_of_case(a.tenant, a.case).await?), [one, two]);
            assert_eq!(ids(&tx.requests_open_of_case(b.tenant, a.case).await?), []);
            assert_eq!(tx.request_newest_of_case(a.tenant, a.dana, a.case).await?.unwrap().request, gone);
            assert_eq!(tx.request_newest_of_case(a.tenant, a.sana, a.case).await?, None);
            tx.review_insert(&review(&a, 1, 3, a.sana, Decision::Refuse)).await?;
            assert_eq!(ids(&tx.requests_reviewed_by(a.tenant, a.sana).await?), [three]);
            assert_eq!(ids(&tx.requests_reviewed_by(b.tenant, a.sana).await?), []);
            // An hour after each was asked; of all tenants, but not what is over.
            assert_eq!(due(tx, 3609, 9).await?, []);
            assert_eq!(due(tx, 3612, 9).await?, [one, two, b.request_id(1)]);
            assert_eq!(due(tx, 3612, 1).await?, [one]);
            Ok(())
        }).unwrap();
        assert_eq!(get!(store, |tx| tx.requests_due(at(9999), 9, Lock::None).await).unwrap().len(), 3);
    }

    async fn one_person_signs_once_and_may_take_it_back(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            tx.request_insert(&a.request(1, at(10))).await?;
            let (first, second) = (review(&a, 2, 1, a.sana, Decision::Sign), review(&a, 1, 1, a.imre, Decision::Refuse));
            tx.review_insert(&first).await?;
            tx.review_insert(&second).await?;
            assert_eq!(tx.reviews(a.tenant, a.request_id(1)).await?, [second.clone(), first.clone()], "oldest first");
            assert_eq!(tx.reviews(b.tenant, a.request_id(1)).await?, []);
            let signature = Signature { review: first.id, by: a.sana, at: first.at, proved_at: first.proved_at };
            assert_eq!(tx.request(a.tenant, a.request_id(1), Lock::None).await?.unwrap().request.signatures, [signature]);
            Ok(())
        }).unwrap();
        assert_eq!(put!(store, |tx| tx.review_insert(&review(&a, 3, 1, a.sana, Decision::Sign)).await), Err(StoreError::Taken));
        put!(store, |tx| {
            let request = a.request_id(1);
            assert!(!tx.review_withdraw(b.tenant, request, a.sana, at(50)).await?);
            assert!(!tx.review_withdraw(a.tenant, request, a.imre, at(50)).await?, "a refusal is no signature");
            assert!(tx.review_withdraw(a.tenant, request, a.sana, at(50)).await?);
            assert!(!tx.review_withdraw(a.tenant, request, a.sana, at(51)).await?);
            assert_eq!(tx.request(a.tenant, request, Lock::None).await?.unwrap().request.signatures, []);
            tx.review_insert(&review(&a, 4, 1, a.sana, Decision::Sign)).await?;
            assert_eq!(tx.request(a.tenant, request, Lock::None).await?.unwrap().request.signatures.len(), 1);
            assert_eq!(tx.reviews(a.tenant, request).await?.len(), 2, "what was taken back is not listed");
            Ok(())
        }).unwrap();
    }

    async fn a_proof_is_good_once_and_only_for_what_it_was_given_for(store: &Store) {
        let (a, b) = worlds(store).await;
        let digest = a.request(1, at(10)).digest;
        put!(store, |tx| {
            for n in [1, 2] {
                tx.request_insert(&a.request(n, at(10))).await?;
            }
            tx.session_insert(&a.session_row(SessionId::from_uuid(uuid(1, 90)), a.dana)).await?;
            let row = ProofRow {
                id: ProofId::from_uuid(uuid(1, 92)),
                tenant: a.tenant,
                person: a.dana,
                session: a.session,
                act: "request_review:sign".into(),
                request: a.request_id(1),
                digest,
                proved_at: at(100),
                expires_at: at(400),
            };
            tx.proof_insert(&row).await
        }).unwrap();
        put!(store, |tx| {
            let (act, request, other) = ("request_review:sign", a.request_id(1), SessionId::from_uuid(uuid(1, 90)));
            let wrong = Digest::of("x", b"y");
            assert_eq!(tx.proof_take(b.tenant, a.dana, a.session, act, request, &digest, at(200), at(0)).await?, None, "tenant");
            assert_eq!(tx.proof_take(a.tenant, a.sana, a.session, act, request, &digest, at(200), at(0)).await?, None, "person");
            assert_eq!(tx.proof_take(a.tenant, a.dana, other, act, request, &digest, at(200), at(0)).await?, None, "session");
            assert_eq!(tx.proof_take(a.tenant, a.dana, a.session, "else", request, &digest, at(200), at(0)).await?, None, "act");
            assert_eq!(tx.proof_take(a.tenant, a.dana, a.session, act, a.request_id(2), &digest, at(200), at(0)).await?, None, "request");
            assert_eq!(tx.proof_take(a.tenant, a.dana, a.session, act, request, &wrong, at(200), at(0)).await?, None, "digest");
            assert_eq!(tx.proof_take(a.tenant, a.dana, a.session, act, request, &digest, at(400), at(0)).await?, None, "over");
            assert_eq!(tx.proof_take(a.tenant, a.dana, a.session, act, request, &digest, at(200), at(101)).await?, None, "too old");
            assert_eq!(tx.proof_take(a.tenant, a.dana, a.session, act, request, &digest, at(99), at(0)).await?, None, "from the future");
            Ok(())
        }).unwrap();
        let takes = join_all((0..6).map(|_| async move {
            put!(store, |tx| tx.proof_take(a.tenant, a.dana, a.session, "request_review:sign", a.request_id(1), &digest, at(200), at(100)).await)
        })).await;
        let good: Vec<_> = takes.into_iter().filter_map(Result::unwrap).collect();
        assert_eq!(good.iter().map(|p| p.proved_at).collect::<Vec<_>>(), [at(100)], "of many who try, one takes it");
    }
}
