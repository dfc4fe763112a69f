use countersign_domain::{
    CustomerId, PresenceId, TokenId, TransactionId,
    client::{AuthMethod, Client},
    presence::Presence,
    token::{Basis, Token},
};
use futures::future::join_all;
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{get, on_both, put, world::*};
use crate::{Lock, Stale, Store, StoreError, Tx};

fn presence(a: &World, n: u8, hash: u8) -> Presence {
    Presence {
        id: PresenceId::from_uuid(uuid(a.n, n)),
        tenant: a.tenant,
        issuer: "https://login.bank.example".into(),
        customer: a.customer,
        client: format!("gateway-{}", a.n),
        audience: "https://accounts.example".into(),
        hash: a.hash(hash),
        transaction: TransactionId::from_uuid(uuid(a.n, n)),
        seen_at: at(20),
        expires_at: at(300),
    }
}

async fn client(tx: &mut Tx, a: &World) -> Result<(), StoreError> {
    let client = Client {
        id: format!("gateway-{}", a.n),
        tenant: a.tenant,
        name: "The gateway".into(),
        auth: AuthMethod::ClientSecretBasic,
        jwks: None,
        endpoint_audience: false,
        certificate: None,
        certificate_bound: false,
        disabled_at: None,
        created_at: at(1),
    };
    tx.client_insert(&client).await
}

fn token(a: &World, n: u8, of: PresenceId, end: i64) -> Token {
    Token { basis: Basis::Presence(of), client: format!("gateway-{}", a.n), ..a.token(n, a.delegation(1, at(20)).id, at(20), at(end)) }
}

on_both! {
    async fn a_customer_is_found_by_what_apis_call_them(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            assert_eq!(tx.customer_by_subject(a.tenant, "cus_8812").await?, Some(a.customer));
            assert_eq!(tx.customer_by_subject(b.tenant, "cus_8812").await?, Some(b.customer), "the same name, another company");
            for other in ["cus_8813", "CUS_8812", "cus_8812 ", ""] {
                assert_eq!(tx.customer_by_subject(a.tenant, other).await?, None::<CustomerId>, "{other}");
            }
            Ok(())
        }).unwrap();
    }

    async fn a_token_that_is_shown_again_is_one_presence(store: &Store) {
        let (a, b) = worlds(store).await;
        put!(store, |tx| {
            client(tx, &a).await?;
            client(tx, &b).await?;
            let first = presence(&a, 150, 1);
            assert_eq!(tx.presence_upsert(&first).await?, first);
            let again = Presence { seen_at: at(40), ..presence(&a, 151, 1) };
            assert_eq!(tx.presence_upsert(&again).await?, first, "the first stays");
            assert_eq!(tx.presence_upsert(&presence(&a, 152, 2)).await?.id, presence(&a, 152, 2).id, "another token is another");
            let theirs = Presence { hash: a.hash(1), ..presence(&b, 150, 1) };
            assert_eq!(tx.presence_upsert(&theirs).await?, theirs, "and so is another tenant's");
            assert_eq!(tx.presence(a.tenant, first.id, Lock::Share).await?, Some(first.clone()));
            assert_eq!(tx.presence(b.tenant, first.id, Lock::None).await?, None);
            assert_eq!(tx.presence(a.tenant, again.id, Lock::None).await?, None);
            Ok(())
        }).unwrap();
    }

    async fn a_race_of_exchanges_is_one_presence(store: &Store) {
        let (a, _) = worlds(store).await;
        put!(store, |tx| client(tx, &a).await).unwrap();
        let kept = join_all((0_u8..6).map(|i| { let one = presence(&a, 150 + i, 1); async move { put!(store, |tx| tx.presence_upsert(&one).await) } })).await;
        let ids: std::collections::BTreeSet<_> = kept.iter().map(|k| k.as_ref().unwrap().id).collect();
        assert_eq!(ids.len(), 1, "{kept:?}");
    }

    async fn a_token_stands_on_exactly_one(store: &Store) {
        let (a, b) = worlds(store).await;
        let of = presence(&a, 150, 1).id;
        put!(store, |tx| {
            client(tx, &a).await?;
            tx.presence_upsert(&presence(&a, 150, 1)).await?;
            let one = token(&a, 61, of, 200);
            tx.token_insert(&one).await?;
            assert_eq!(tx.token(a.tenant, one.id, Lock::None).await?, Some(one));
            a.started(tx, 1, a.session).await.map(drop)
        }).unwrap();
        let stranger = Token { tenant: b.tenant, ..token(&a, 62, of, 200) };
        assert!(put!(store, |tx| tx.token_insert(&stranger).await).is_err(), "no row points into another tenant");
        for change in ["delegation_id = (SELECT id FROM delegation)", "presence_id = NULL"] {
            let done = put!(store, |tx| tx.sql(["UPDATE token SET", change]).run().await);
            assert!(done.is_err(), "{change}: {done:?}");
        }
        assert_eq!(get!(store, |tx| tx.token(a.tenant, TokenId::from_uuid(uuid(a.n, 61)), Lock::None).await).unwrap().unwrap().basis, Basis::Presence(of));
    }

    async fn a_presence_is_dropped_after_all_that_came_of_it(store: &Store) {
        let (a, _) = worlds(store).await;
        let hour = 60 * 60;
        put!(store, |tx| {
            client(tx, &a).await?;
            let kept = tx.presence_upsert(&presence(&a, 150, 1)).await?;
            tx.token_insert(&token(&a, 61, kept.id, 250)).await?;
            assert_eq!(tx.prune(Stale::Presences, at(301 + hour), 100).await?, 0, "a token stands on it");
            assert_eq!(tx.prune(Stale::Tokens, at(250 + hour), 100).await?, 0, "not for an hour");
            assert_eq!(tx.prune(Stale::Tokens, at(251 + hour), 100).await?, 1);
            assert_eq!(tx.prune(Stale::Presences, at(300 + hour), 100).await?, 0, "the customer's token was good until then");
            assert_eq!(tx.prune(Stale::Presences, at(301 + hour), 100).await?, 1);
            assert_eq!(tx.presence(a.tenant, kept.id, Lock::None).await?, None);
            Ok(())
        }).unwrap();
    }
}

const BEFORE: [(&str, &str); 4] = [
    ("base", include_str!("../../../../migrations/service/sqlite/0001_base.sql")),
    ("clients", include_str!("../../../../migrations/service/sqlite/0002_clients.sql")),
    ("keys", include_str!("../../../../migrations/service/sqlite/0003_keys.sql")),
    ("clock", include_str!("../../../../migrations/service/sqlite/0004_clock.sql")),
];

/// On a server the table is altered; in a file it is made anew, and could lose what was in it.
#[tokio::test]
async fn a_token_from_before_is_kept_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true).foreign_keys(false);
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("CREATE TABLE schema_version (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT")
        .execute(&mut conn)
        .await
        .unwrap();
    for (number, (name, sql)) in (1_i64..).zip(BEFORE) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
        let note = sqlx::query("INSERT INTO schema_version (number, name, checksum) VALUES ($1, $2, $3)").bind(number).bind(name);
        note.bind(hex::encode(Sha256::digest(sql))).execute(&mut conn).await.unwrap();
    }
    let a = World::numbered(1);
    let d = a.delegation(1, at(20));
    let sql = "INSERT INTO delegation (id, tenant_id, request_id, agent_id, customer_id, case_id, api_id, actions, mode, transaction_id, started_at, ends_at,
        session_id, warrant_hash, warrant_jkt) VALUES ($1, $2, $1, $1, $1, $1, $1, '[]', 'delegated', $1, 1, 2, $1, $1, 'thumb')";
    sqlx::query(sql).bind(d.id.uuid()).bind(a.tenant.uuid()).execute(&mut conn).await.unwrap();
    let before = Token {
        parent: Some(TokenId::from_uuid(uuid(1, 3))),
        jkt: Some("k".into()),
        hash: Some([3; 32]),
        revoked_at: Some(at(30)),
        ..a.token(9, d.id, at(20), at(300))
    };
    let sql = "INSERT INTO token (id, tenant_id, delegation_id, audience, scope, issued_at, expires_at, parent_id, client_id, jkt, hash, revoked_at)
        VALUES ($1, $2, $3, 'https://accounts.example', '[\"address:write\"]', $4, $5, $6, 'console', 'k', $7, $8)";
    let insert = sqlx::query(sql).bind(before.id.uuid()).bind(a.tenant.uuid()).bind(d.id.uuid()).bind(at(20).micros()).bind(at(300).micros());
    insert.bind(uuid(1, 3)).bind(vec![3_u8; 32]).bind(at(30).micros()).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();

    let store = Store::open_sqlite(&path).await.unwrap();
    let (tenant, id) = (a.tenant, before.id);
    assert_eq!(get!(store, |tx| tx.token(tenant, id, Lock::None).await), Ok(Some(before)));
}
