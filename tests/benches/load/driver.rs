//! The driver: a process of its own that sends prepared requests over kept-alive connections as fast as they are answered.
//!
//! It signs nothing and parses no more than it must, on one thread; what it still costs is measured and told.

use std::{
    collections::VecDeque,
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Instant,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::process;

/// What makes this program the driver, as its first argument.
pub const ROLE: &str = "--drive";
const ANSWER: usize = 16 * 1024;

/// What to send, to whom.
#[derive(Serialize, Deserialize)]
pub struct Load {
    /// `host:port`.
    pub address: String,
    /// How many at a time.
    pub connections: usize,
    /// Whole requests of HTTP/1.1.
    pub requests: Vec<String>,
}

/// What came of it.
#[derive(Serialize, Deserialize)]
pub struct Driven {
    /// From the first request to the last answer.
    pub seconds: f64,
    /// Processor time of the driver meanwhile.
    pub cpu_s: f64,
    /// How long each request took, in milliseconds, shortest first.
    pub took_ms: Vec<f64>,
    /// The bodies of the answers, in no order.
    pub bodies: Vec<String>,
}

/// Runs a driver beside this process and answers what it tells.
pub async fn drive(load: &Load) -> Driven {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plan = folder.path().join("load.json");
    fs::write(&plan, serde_json::to_vec(load).expect("JSON")).expect("the plan is written");
    let program = std::env::current_exe().expect("this program");
    let child =
        tokio::task::spawn_blocking(move || Command::new(program).arg(ROLE).arg(&plan).stdout(Stdio::piped()).spawn().and_then(|c| c.wait_with_output()));
    let output = child.await.expect("it runs").expect("the driver runs");
    assert!(output.status.success(), "the driver failed");
    serde_json::from_slice(&output.stdout).expect("what the driver tells")
}

/// The driver itself.
pub fn run(plan: &Path) {
    let load: Load = serde_json::from_slice(&fs::read(plan).expect("the plan")).expect("a plan");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    let driven = runtime.block_on(send(load));
    serde_json::to_writer(std::io::stdout().lock(), &driven).expect("it is told");
}

async fn send(load: Load) -> Driven {
    let queue = Arc::new(Mutex::new(VecDeque::from(load.requests)));
    let mut connections = Vec::new();
    for _ in 0..load.connections {
        let stream = TcpStream::connect(&load.address).await.expect("the service listens");
        stream.set_nodelay(true).expect("no delay");
        connections.push(stream);
    }
    let (begun, cpu) = (Instant::now(), process::cpu_s());
    let lanes = connections.into_iter().map(|stream| tokio::spawn(lane(stream, Arc::clone(&queue))));
    let done: Vec<_> = futures::future::join_all(lanes).await.into_iter().flat_map(|lane| lane.expect("a lane ends well")).collect();
    let (seconds, cpu_s) = (begun.elapsed().as_secs_f64(), process::cpu_s() - cpu);
    let (mut took_ms, bodies): (Vec<f64>, Vec<String>) = done.into_iter().unzip();
    took_ms.sort_by(f64::total_cmp);
    Driven { seconds, cpu_s, took_ms, bodies }
}

async fn lane(mut stream: TcpStream, queue: Arc<Mutex<VecDeque<String>>>) -> Vec<(f64, String)> {
    let mut done = Vec::new();
    let mut buffer = vec![0; ANSWER];
    loop {
        let Some(request) = queue.lock().expect("nobody panics").pop_front() else { return done };
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).await.expect("it is sent");
        let body = answer(&mut stream, &mut buffer).await;
        done.push((sent.elapsed().as_secs_f64() * 1e3, body));
    }
}

/// One answer, which must be a 200 of known length.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> String {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.expect("an answer");
        assert!(read > 0, "the service closed the connection");
        filled += read;
        let Some(head) = buffer[..filled].windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&buffer[..head]).to_lowercase();
        assert!(text.starts_with("http/1.1 200 "), "refused: {}", String::from_utf8_lossy(&buffer[..filled]));
        let length: usize =
            text.lines().find_map(|line| line.strip_prefix("content-length:")).and_then(|n| n.trim().parse().ok()).expect("an answer of known length");
        while filled < head + 4 + length {
            let read = stream.read(&mut buffer[filled..]).await.expect("the rest");
            assert!(read > 0, "the service closed the connection");
            filled += read;
        }
        return String::from_utf8_lossy(&buffer[head + 4..head + 4 + length]).into_owned();
    }
}
