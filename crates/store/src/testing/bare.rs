//! The rows of an exchange written as barely as they can be: plain statements on one connection, in groups, each group one durable
//! transaction. What the service does is measured against this.

use std::sync::atomic::{AtomicU64, Ordering};

use countersign_domain::Entropy;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{Postgres, Sqlite};
use crate::sqlite::GROUP;

const TOKEN: &str =
    "INSERT INTO token (id, tenant_id, delegation_id, parent_id, client_id, services, audience, scope, hops, jkt, hash, issued_at, expires_at, revoked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, $11, $12, NULL)";
const EVENT: &str = "INSERT INTO event (id, tenant_id, at, kind, bytes, salt, actor_person, subject_id, case_id, request_id, delegation_id)
    VALUES ($1, $2, $3, 'token.exchange', $4, $5, $6, $7, $8, $9, $10)";
const PROOF: &str = "INSERT INTO dpop_seen (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
const PLACE: &str = "INSERT INTO place (place, event_id, tenant_id)
    SELECT (SELECT COALESCE(MAX(place), 0) FROM place) + ROW_NUMBER() OVER (ORDER BY seq), event_id, tenant_id FROM unplaced";
const PLACED: &str = "DELETE FROM unplaced";
const LAST_TOKENS: &str =
    "SELECT tenant_id, delegation_id, parent_id, client_id, services, audience, scope, hops, jkt, issued_at, expires_at FROM token ORDER BY id DESC LIMIT $1";
const LAST_EVENTS: &str = "SELECT at, bytes, salt, actor_person, subject_id, case_id, request_id, delegation_id FROM event
    WHERE kind = 'token.exchange' ORDER BY id DESC LIMIT $1";

/// Rows of tokens that were exchanged long ago, with their lines and places: `ID` is an older id, made from `i`.
const OLD_TOKENS: &str =
    "INSERT INTO token (id, tenant_id, delegation_id, parent_id, client_id, services, audience, scope, hops, jkt, hash, issued_at, expires_at, revoked_at)
    SELECT ID, t.tenant_id, t.delegation_id, t.parent_id, t.client_id, t.services, t.audience, t.scope, t.hops, t.jkt, NULL, t.issued_at, t.expires_at, NULL
    FROM NUMBERS, (SELECT * FROM token ORDER BY id DESC LIMIT 1) t";
const OLD_EVENTS: &str = "INSERT INTO event (id, tenant_id, at, kind, bytes, salt, actor_person, subject_id, case_id, request_id, delegation_id)
    SELECT ID, e.tenant_id, e.at, e.kind, e.bytes, e.salt, e.actor_person, e.subject_id, e.case_id, e.request_id, e.delegation_id
    FROM NUMBERS, (SELECT * FROM event WHERE kind = 'token.exchange' ORDER BY id DESC LIMIT 1) e";
/// They have waited long enough.
const NONE_WAITS: &str = "DELETE FROM unplaced";
const OLD_PLACES: &str = "INSERT INTO place (place, event_id, tenant_id)
    SELECT (SELECT COALESCE(MAX(place), 0) FROM place) + ROW_NUMBER() OVER (ORDER BY id), id, tenant_id FROM event e
    WHERE NOT EXISTS (SELECT 1 FROM place p WHERE p.event_id = e.id)";
const NUMBERS_SQLITE: &str = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < COUNT) SELECT i FROM n) n";
const ID_SQLITE: &str = "unhex(printf('%016x', n.i) || hex(randomblob(8)))";
const NUMBERS_POSTGRES: &str = "generate_series(1, COUNT) AS n(i)";
const ID_POSTGRES: &str = "(lpad(to_hex(n.i), 16, '0') || substr(md5(random()::text), 1, 16))::uuid";

fn old(count: u32, numbers: &str, id: &str) -> [AssertSqlSafe<String>; 4] {
    let numbers = numbers.replace("COUNT", &count.to_string());
    [OLD_TOKENS, OLD_EVENTS, NONE_WAITS, OLD_PLACES].map(|sql| AssertSqlSafe(sql.replace("NUMBERS", &numbers).replace("ID,", &format!("{id},"))))
}

/// Adds so many tokens that were exchanged long ago to a file in which one was exchanged.
///
/// # Panics
/// If it can't be written.
pub async fn grow_sqlite(of: &Sqlite, count: u32) {
    let mut conn = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&of.path)).await.expect("the file opens");
    for sql in old(count, NUMBERS_SQLITE, ID_SQLITE) {
        sqlx::raw_sql(sql).execute(&mut conn).await.expect("it grows");
    }
}

/// As [`grow_sqlite`], on a server.
///
/// # Panics
/// If it can't be written.
pub async fn grow_postgres(of: &Postgres, count: u32) {
    let mut conn = PgConnection::connect(of.runtime_url.expose()).await.expect("the database opens");
    for sql in old(count, NUMBERS_POSTGRES, ID_POSTGRES) {
        sqlx::raw_sql(sql).execute(&mut conn).await.expect("it grows");
    }
    let mut owner = PgConnection::connect(of.owner_url.expose()).await.expect("the owner gets in");
    sqlx::raw_sql("ANALYZE").execute(&mut owner).await.expect("the planner is told");
}

type TokenLike = (Uuid, Uuid, Option<Uuid>, String, String, String, String, String, Option<String>, i64, i64);
type EventLike = (i64, Vec<u8>, Vec<u8>, Option<Uuid>, Option<Uuid>, Option<Uuid>, Option<Uuid>, Option<Uuid>);

/// One exchange's rows to write: like those of the last exchanges in the database, in turn, under ids of their own.
struct Exchange {
    id: Uuid,
    proof: Option<[u8; 32]>,
    done: oneshot::Sender<()>,
}

/// A writer of bare rows. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Bare {
    queue: mpsc::Sender<Exchange>,
}

macro_rules! writer {
    ($conn:expr, $queue:expr, $last:expr) => {{
        let (mut conn, mut queue) = ($conn, $queue);
        let tokens: Vec<TokenLike> = sqlx::query_as(LAST_TOKENS).bind($last).fetch_all(&mut conn).await.expect("tokens were minted before");
        let events: Vec<EventLike> = sqlx::query_as(LAST_EVENTS).bind($last).fetch_all(&mut conn).await.expect("each has its line");
        assert!(!tokens.is_empty() && tokens.len() == events.len(), "tokens with their lines");
        tokio::spawn(async move {
            let mut like = tokens.iter().zip(&events).cycle();
            let mut waiting: Vec<Exchange> = Vec::with_capacity(GROUP);
            while queue.recv_many(&mut waiting, GROUP).await > 0 {
                let mut tx = conn.begin().await.expect("a transaction");
                for (exchange, (token, event)) in waiting.iter().zip(&mut like) {
                    if let Some(hash) = &exchange.proof {
                        sqlx::query(PROOF).bind(hash.as_slice()).bind(token.10).execute(&mut *tx).await.expect("a proof");
                    }
                    let query = sqlx::query(TOKEN).bind(exchange.id).bind(token.0).bind(token.1).bind(token.2).bind(&token.3).bind(&token.4);
                    let query = query.bind(&token.5).bind(&token.6).bind(&token.7).bind(&token.8).bind(token.9).bind(token.10);
                    query.execute(&mut *tx).await.expect("a token");
                    let query = sqlx::query(EVENT).bind(exchange.id).bind(token.0).bind(event.0).bind(&event.1).bind(&event.2).bind(event.3);
                    query.bind(event.4).bind(event.5).bind(event.6).bind(event.7).execute(&mut *tx).await.expect("a line");
                }
                sqlx::query(PLACE).execute(&mut *tx).await.expect("places");
                sqlx::query(PLACED).execute(&mut *tx).await.expect("places are given");
                tx.commit().await.expect("the group is durable");
                for exchange in waiting.drain(..) {
                    let _ = exchange.done.send(());
                }
            }
        });
    }};
}

impl Bare {
    /// On the file of a store that does nothing meanwhile, and in which so many tokens were exchanged before that are like those to come.
    ///
    /// # Panics
    /// If it can't be written.
    pub async fn sqlite(of: &Sqlite, last: u32) -> Self {
        let options = SqliteConnectOptions::new().filename(&of.path).journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let (queue, rest) = mpsc::channel(1024);
        writer!(SqliteConnection::connect_with(&options.foreign_keys(true)).await.expect("the file opens"), rest, i64::from(last));
        Self { queue }
    }

    /// As [`Bare::sqlite`], on a server.
    ///
    /// # Panics
    /// If it can't be written.
    pub async fn postgres(of: &Postgres, last: u32) -> Self {
        let (queue, rest) = mpsc::channel(1024);
        writer!(PgConnection::connect(of.runtime_url.expose()).await.expect("the database opens"), rest, i64::from(last));
        Self { queue }
    }

    /// Writes the rows of one exchange, with that of its proof of possession if there is one; answers once they are durable.
    ///
    /// # Panics
    /// If they can't be written.
    pub async fn write(&self, entropy: &dyn Entropy, proved: bool) {
        // As ids of version 7: what comes later sorts later.
        static COUNT: AtomicU64 = AtomicU64::new(u64::MAX / 2);
        let (mut id, mut hash) = ([0; 16], [0; 32]);
        entropy.fill(&mut id);
        entropy.fill(&mut hash);
        id[..8].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let (done, written) = oneshot::channel();
        let exchange = Exchange { id: Uuid::from_bytes(id), proof: proved.then_some(hash), done };
        self.queue.send(exchange).await.expect("the writer lives");
        written.await.expect("it is durable");
    }
}
