//! Databases to test on: an SQLite file, and a database on a PostgreSQL server of the distribution.
//!
//! The server is started once a process: in a temporary folder, on a free port, never as root. It dies with the process that
//! started it, however that ends. A machine without PostgreSQL fails the tests and is told what to install; nothing is skipped.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that has no database has failed")]

use std::{
    fs,
    io::Read as _,
    net::TcpListener,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use countersign_domain::Secret;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use crate::{OpenError, Store};

pub mod bare;

/// Where Debian and Ubuntu put their servers, one folder a version.
const VERSIONS: &str = "/usr/lib/postgresql";
const OLDEST: u32 = 15;
const OWNER: &str = "countersign_owner";
const RUNTIME: &str = "countersign_runtime";
const PATIENCE: Duration = Duration::from_mins(1);

/// A store on an SQLite file, which goes with it.
#[derive(Debug)]
pub struct Sqlite {
    /// The store.
    pub store: Store,
    /// The file.
    pub path: PathBuf,
    _folder: TempDir,
}

/// A store on a database of its own, with the addresses by which it can be opened again.
#[derive(Debug)]
pub struct Postgres {
    /// The store, opened as the runtime role.
    pub store: Store,
    /// As the role that may add to the trail and change the rest.
    pub runtime_url: Secret,
    /// As the role that owns the tables.
    pub owner_url: Secret,
}

/// An empty, migrated SQLite store.
///
/// # Panics
/// If there can be none.
pub async fn sqlite() -> Sqlite {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("countersign.db");
    let store = Store::open_sqlite(&path).await.expect("a new SQLite file opens");
    Sqlite { store, path, _folder: folder }
}

/// An empty, migrated PostgreSQL store.
///
/// # Panics
/// If there can be none; if PostgreSQL is not installed, saying what to install.
pub async fn postgres() -> Postgres {
    let (runtime_url, owner_url) = postgres_empty().await;
    let store = Store::open_postgres(&runtime_url, Some(&owner_url)).await.expect("a new database opens");
    Postgres { store, runtime_url, owner_url }
}

/// How many rows a table has, of whatever tenant.
///
/// # Panics
/// If the store does not answer.
pub async fn count(store: &Store, table: &'static str) -> i64 {
    let counted = store.read(move |tx| Box::pin(async move { tx.sql(["SELECT count(*) FROM", table]).one(crate::value::Row::take::<i64>).await })).await;
    counted.expect("the store answers").expect("a count")
}

/// A new database without any table, by the addresses of the runtime role and of the owner.
///
/// # Panics
/// As [`postgres`].
pub async fn postgres_empty() -> (Secret, Secret) {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let server = Server::shared();
    let name = format!("countersign_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server.url("postgres", "postgres")).await.expect("the test server answers");
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name} OWNER {OWNER}"))).execute(&mut admin).await.expect("a database is made");
    admin.close().await.expect("the connection closes");
    (Secret::new(server.url(RUNTIME, &name)), Secret::new(server.url(OWNER, &name)))
}

/// Opens a PostgreSQL store again, as the runtime role alone.
///
/// # Errors
/// As [`Store::open_postgres`].
pub async fn reopen(database: &Postgres) -> Result<Store, OpenError> {
    Store::open_postgres(&database.runtime_url, None).await
}

struct Server {
    port: u16,
    password: String,
    /// The guard waits on the other end of this pipe, which closes when this process ends.
    _lifeline: ChildStdin,
}

/// Starts the server, waits until its standard input ends, stops the server, removes the folder.
/// A key press that interrupts the tests must not interrupt the guard.
const GUARD: &str = r#"
trap '' INT TERM HUP
dir=$1; shift
"$@" </dev/null >"$dir/log" 2>&1 &
server=$!
read -r _
kill -QUIT "$server" 2>/dev/null
wait "$server"
rm -rf "$dir"
"#;

impl Server {
    fn shared() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    fn start() -> Self {
        let programs = programs();
        // Between finding a free port and taking it somebody else may be faster.
        let server = (0..5).find_map(|_| Self::attempt(&programs)).expect("a free port for the test server");
        let roles = format!("CREATE ROLE {OWNER} LOGIN PASSWORD '{0}'; CREATE ROLE {RUNTIME} LOGIN PASSWORD '{0}'", server.password);
        done(Command::new(programs.join("psql")).arg(server.url("postgres", "postgres")).args(["-q", "-v", "ON_ERROR_STOP=1", "-c", &roles]));
        server
    }

    /// Makes a folder with a server in it and waits until it answers; `None` if its port was taken.
    fn attempt(programs: &Path) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("countersign-postgres-").tempdir().expect("a temporary folder");
        let (password, data, pwfile) = (password(), folder.path().join("data"), folder.path().join("password"));
        fs::write(&pwfile, &password).expect("a password file");
        if is_root() {
            done(Command::new("chown").args(["-R", "postgres:"]).arg(folder.path()));
        }
        let mut initdb = unprivileged(&programs.join("initdb"));
        initdb.args(["-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync", "--no-instructions"]);
        done(initdb.arg("-D").arg(&data).arg("--pwfile").arg(&pwfile));
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
        let lifeline = guarded(programs, folder.path(), port);
        // From here on the guard removes it.
        let folder = folder.keep();
        answers(programs, &folder, port).then_some(Self { port, password, _lifeline: lifeline })
    }
}

/// Starts the server below its guard.
#[expect(clippy::zombie_processes, reason = "the guard outlives this process, and ends when its pipe does")]
fn guarded(programs: &Path, folder: &Path, port: u16) -> ChildStdin {
    let server = unprivileged(&programs.join("postgres"));
    let mut guard = Command::new("sh");
    guard.args(["-c", GUARD, "guard"]).arg(folder).arg(server.get_program()).args(server.get_args());
    guard.arg("-D").arg(folder.join("data")).arg("-p").arg(port.to_string()).arg("-k").arg(folder);
    for setting in ["listen_addresses=127.0.0.1", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=400"] {
        guard.args(["-c", setting]);
    }
    let mut child = guard.current_dir("/").stdin(Stdio::piped()).spawn().expect("`sh` starts");
    child.stdin.take().expect("a pipe to the guard")
}

/// Waits until the server answers; false if its port was taken.
fn answers(programs: &Path, folder: &Path, port: u16) -> bool {
    let begun = Instant::now();
    loop {
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        if log.contains("could not create any TCP/IP sockets") {
            return false;
        }
        let mut ask = Command::new(programs.join("pg_isready"));
        if ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status().expect("`pg_isready` starts").success() {
            return true;
        }
        assert!(begun.elapsed() < PATIENCE, "the test server does not answer; its log:\n{log}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// The newest installed server's programs.
fn programs() -> PathBuf {
    let installed = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let versions = installed.filter_map(|v| v.file_name().to_str().and_then(|n| n.parse::<u32>().ok()).filter(|n| *n >= OLDEST));
    let usable = versions.filter(|v| programs_of(*v).join("initdb").exists()).max();
    let newest = usable.unwrap_or_else(|| panic!("no PostgreSQL {OLDEST} or newer below {VERSIONS}; install it: `apt-get install postgresql`"));
    programs_of(newest)
}

fn programs_of(version: u32) -> PathBuf {
    Path::new(VERSIONS).join(version.to_string()).join("bin")
}

/// PostgreSQL refuses to run as root: then it runs as the user that its package made.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program).current_dir("/");
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn password() -> String {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut bytes)).expect("random bytes");
    hex::encode(bytes)
}

fn done(command: &mut Command) {
    let Output { status, stdout, stderr } = command.output().unwrap_or_else(|e| panic!("{} does not start: {e}", command.get_program().display()));
    let (out, err) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{} failed:\n{out}{err}", command.get_program().display());
}
