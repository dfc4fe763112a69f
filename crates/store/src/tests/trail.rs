use std::collections::BTreeMap;

use countersign_domain::{EventId, canonical::Committed};
use countersign_trail::{Actor, Event, Kind};
use futures::future::join_all;

use super::{get, on_both, put, world::*};
use crate::{EventRow, Placed, StoreError, Tx};

async fn append(tx: &mut Tx, event: &Event) -> Result<(), StoreError> {
    tx.event_append(event, &event.seal(&Steady).unwrap()).await
}

fn ids(rows: &[EventRow]) -> Vec<EventId> {
    rows.iter().map(|r| r.event.id).collect()
}

fn places(rows: &[EventRow]) -> Vec<i64> {
    rows.iter().map(|r| r.place).collect()
}

on_both! {
    async fn a_line_reads_back_in_its_place(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            let reason = Committed::new("moved house".into(), &Steady);
            let mut line = a.event(20, Kind::RequestCreate, Actor::Person(a.dana)).with_text("reason", reason);
            line.subject = Some(a.customer);
            line.case = Some(a.case);
            let sealed = line.seal(&Steady).unwrap();
            tx.event_append(&line, &sealed).await?;
            assert_eq!(tx.event(a.tenant, None, line.id).await?, None, "no place yet");
            assert_eq!(tx.last_place(a.tenant).await?, 0);
            assert_eq!(tx.events_unplaced().await?, 1);
            assert_eq!(tx.events_place(10).await?, Placed { count: 1, last: 1 });
            assert_eq!(tx.events_unplaced().await?, 0);
            assert_eq!(tx.events_place(10).await?, Placed { count: 0, last: 1 });
            let row = tx.event(a.tenant, None, line.id).await?.unwrap();
            assert_eq!((row.place, &row.bytes, row.salt), (1, &sealed.bytes, sealed.salt));
            assert_eq!(row.texts, BTreeMap::from([("reason".to_owned(), "moved house".to_owned())]));
            assert_eq!(row.event, Event { texts: BTreeMap::new(), ..line.clone() });
            assert_eq!(tx.event(b.tenant, None, line.id).await?, None);
            assert_eq!((tx.last_place(a.tenant).await?, tx.last_place(b.tenant).await?), (1, 0));
            Ok(())
        }).unwrap();
    }

    async fn a_text_can_be_erased_and_its_line_stays(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| {
            let line = a.event(20, Kind::RequestCreate, Actor::Service).with_text("reason", Committed::new("x".into(), &Steady));
            append(tx, &line).await?;
            tx.events_place(10).await?;
            tx.sql("UPDATE event_text SET text = NULL, salt = NULL WHERE event_id = $1").bind(line.id).run().await?;
            let row = tx.event(a.tenant, None, line.id).await?.unwrap();
            assert!(row.texts.is_empty() && row.event.commitments.contains_key("reason"));
            Ok(())
        }).unwrap();
    }

    async fn lines_are_paged_by_place(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            for n in 1..=5 {
                append(tx, &a.event(20 + n, Kind::CaseCreate, Actor::Service)).await?;
                append(tx, &b.event(20 + n, Kind::CaseCreate, Actor::Service)).await?;
            }
            assert_eq!(tx.events_place(4).await?, Placed { count: 4, last: 4 });
            assert_eq!(tx.events_place(100).await?, Placed { count: 6, last: 10 });
            assert_eq!(places(&tx.events_after(a.tenant, None, 0, 100).await?), [1, 3, 5, 7, 9]);
            assert_eq!(places(&tx.events_after(a.tenant, None, 3, 2).await?), [5, 7]);
            assert_eq!(places(&tx.events_before(a.tenant, None, 7, 2).await?), [5, 3]);
            assert_eq!(places(&tx.events_before(a.tenant, None, i64::MAX, 1).await?), [9]);
            assert_eq!(places(&tx.events_after(b.tenant, None, 9, 9).await?), [10]);
            assert_eq!(tx.last_place(a.tenant).await?, 9);
            Ok(())
        }).unwrap();
    }

    async fn an_agent_sees_their_own_lines(store: &Store) {
        let (a, _) = worlds(store).await;
        let (mine, others) = put!(store, |tx| {
            let d = a.started(tx, 1, a.session).await?;
            let own = a.event(20, Kind::SessionBegin, Actor::Person(a.dana));
            let mut signed = a.event(21, Kind::RequestReview, Actor::Person(a.sana));
            signed.request = Some(d.request);
            let mut ended = a.event(22, Kind::DelegationEnd, Actor::Service);
            ended.delegation = Some(d.id);
            let other = a.event(23, Kind::SessionBegin, Actor::Person(a.sana));
            for line in [&own, &signed, &ended, &other] {
                append(tx, line).await?;
            }
            tx.events_place(9).await?;
            assert_eq!(ids(&tx.events_of_delegation(a.tenant, d.id, d.request).await?), [signed.id, ended.id]);
            Ok(([own.id, signed.id, ended.id], other.id))
        }).unwrap();
        get!(store, |tx| {
            assert_eq!(ids(&tx.events_after(a.tenant, Some(a.dana), 0, 9).await?), mine);
            assert_eq!(ids(&tx.events_after(a.tenant, Some(a.dana), 1, 1).await?), mine[1..2]);
            assert_eq!(ids(&tx.events_before(a.tenant, Some(a.dana), 3, 9).await?), [mine[1], mine[0]]);
            for id in mine {
                assert!(tx.event(a.tenant, Some(a.dana), id).await?.is_some());
            }
            assert_eq!(tx.event(a.tenant, Some(a.dana), others).await?, None);
            assert_eq!(ids(&tx.events_after(a.tenant, Some(a.sana), 0, 9).await?), [mine[1], others]);
            Ok(())
        }).unwrap();
    }

    async fn places_have_no_gaps_however_many_give_them(store: &Store) {
        let (a, _) = worlds(store).await;
        let appends = join_all((0_u8..40).map(|n| async move {
            put!(store, |tx| {
                append(tx, &a.event(20 + n, Kind::CaseCreate, Actor::Service)).await?;
                // Some are taken back, and leave a hole in every identity column.
                if n % 4 == 0 { Err(StoreError::Busy) } else { Ok(()) }
            })
        }));
        let sequencers = join_all((0..8).map(|_| async move { put!(store, |tx| tx.events_place(5).await) }));
        let (_, given) = futures::join!(appends, sequencers);
        assert!(given.iter().all(Result::is_ok), "{given:?}");
        while put!(store, |tx| tx.events_place(7).await).unwrap().count > 0 {}
        let rows = get!(store, |tx| tx.events_after(a.tenant, None, 0, 100).await).unwrap();
        assert_eq!(places(&rows), (1..=30).collect::<Vec<_>>());
    }

    async fn a_line_that_this_program_does_not_know_is_an_error(store: &Store) {
        let (a, _) = worlds(store).await;
        let read = put!(store, |tx| {
            let line = a.event(20, Kind::CaseCreate, Actor::Service);
            let mut sealed = line.seal(&Steady).unwrap();
            sealed.bytes = String::from_utf8(sealed.bytes).unwrap().replace("case.create", "case.frobnicate").into_bytes();
            tx.event_append(&line, &sealed).await?;
            tx.events_place(1).await?;
            tx.events_after(a.tenant, None, 0, 9).await.map(|rows| rows.len())
        });
        assert!(matches!(&read, Err(StoreError::Corrupt(why)) if why.contains("place 1")), "{read:?}");
    }
}
