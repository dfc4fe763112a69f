//! The live stream: lines of the trail as they get their place, resumed by place, none missed and none twice.

use std::time::Duration;

use countersign_api::{Problem, event::EventView};
use countersign_domain::{Code, CorrelationId, Entropy, Secret};
use futures::{Stream, StreamExt};
use reqwest::{
    Method,
    header::{ACCEPT, AUTHORIZATION},
};
use tokio::{sync::mpsc, time::timeout};

use crate::{
    Session,
    nonces::{self, Door},
    operations::problem_of,
    sse::{Message, Parser},
    transport::{Answer, Lost},
};

/// The service says something every ten seconds; what is silent for longer is gone.
const SILENCE: Duration = Duration::from_secs(25);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// Lines handed on at once, at most.
const BATCH: usize = 500;

/// What the live stream tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Live {
    /// The connection does not stand and is being made.
    Connecting,
    /// It stands: from now on lines come as they are placed.
    Connected,
    /// Lines, in order of place.
    Lines(Vec<EventView>),
    /// It is over for good: the session is.
    Over(Problem),
}

impl Session {
    /// Lines after `place`, those there are and those to come, for as long as the session stands and the stream is held.
    pub fn live(&self, place: i64) -> impl Stream<Item = Live> + Send + Unpin + use<> {
        let (out, came) = mpsc::channel(64);
        let reader = Reader { session: self.clone(), out: out.clone(), place };
        tokio::spawn(async move {
            tokio::select! {
                () = out.closed() => {}
                () = reader.run() => {}
            }
        });
        Box::pin(futures::stream::unfold(came, |mut came| async move { came.recv().await.map(|live| (live, came)) }))
    }
}

struct Reader {
    session: Session,
    out: mpsc::Sender<Live>,
    place: i64,
}

/// Why a connection ended.
enum End {
    /// To be made again.
    Broken,
    /// Not to be made again.
    Over(Problem),
}

impl Reader {
    async fn run(mut self) {
        let mut failures = 0;
        loop {
            let before = self.place;
            let _ = self.out.send(Live::Connecting).await;
            match self.connect().await {
                End::Over(problem) => {
                    let _ = self.out.send(Live::Over(problem)).await;
                    return;
                }
                End::Broken => failures = if self.place > before { 0 } else { failures + 1 },
            }
            tokio::time::sleep(pause(failures, &*self.session.client().edge().entropy)).await;
        }
    }

    /// Connects once and reads until the connection ends.
    async fn connect(&mut self) -> End {
        let correlation = self.session.client().edge().correlation();
        let answer = match self.open(correlation).await {
            Ok(answer) => answer,
            Err(problem) if matches!(problem.code, Code::NotSignedIn | Code::Forbidden) => return End::Over(problem),
            Err(_) => return End::Broken,
        };
        let _ = self.out.send(Live::Connected).await;
        let (mut bytes, mut parser) = (answer.bytes_stream(), Parser::default());
        while let Ok(Some(Ok(chunk))) = timeout(SILENCE, bytes.next()).await {
            let Ok(messages) = parser.push(&chunk) else { return End::Broken };
            let Some(lines) = fresh(&mut self.place, messages) else { return End::Broken };
            for batch in lines.chunks(BATCH) {
                // Waits while the window is slow: nothing is dropped, and the service waits in turn.
                let _ = self.out.send(Live::Lines(batch.to_vec())).await;
            }
        }
        End::Broken
    }

    async fn open(&self, correlation: CorrelationId) -> Result<reqwest::Response, Problem> {
        let access = self.session.access(correlation).await?;
        match self.attempt(&access, correlation).await? {
            Ok(answer) => Ok(answer),
            Err(problem) if problem.code == Code::NotSignedIn => {
                let access = self.session.renew(&access, correlation).await?;
                self.attempt(&access, correlation).await?
            }
            Err(problem) => Err(problem),
        }
    }

    /// Connects; once more if another nonce is wanted in the proof (RFC 9449 §9).
    async fn attempt(&self, access: &Secret, correlation: CorrelationId) -> Result<Result<reqwest::Response, Problem>, Problem> {
        let mut answer = self.attempt_once(access, correlation).await?;
        if nonces::wanted(answer.status().as_u16(), answer.headers()) {
            answer = self.attempt_once(access, correlation).await?;
        }
        let status = answer.status().as_u16();
        if status == 200 {
            return Ok(Ok(answer));
        }
        let body = crate::body::read(answer, 64 << 10).await.map(|b| b.bytes).unwrap_or_default();
        Ok(Err(problem_of(self.session.client().issuer(), &Answer { status, body, wants_nonce: false }, correlation)))
    }

    async fn attempt_once(&self, access: &Secret, correlation: CorrelationId) -> Result<reqwest::Response, Problem> {
        let client = self.session.client();
        let url = client.url(&format!("/v1/events/stream?after={}", self.place), correlation)?;
        let proof = self.session.call_proof("GET", &url, access, correlation)?;
        let request = client
            .transport
            .request(Method::GET, url, correlation)
            .header(AUTHORIZATION, format!("DPoP {}", access.expose()))
            .header("DPoP", proof)
            .header(ACCEPT, "text/event-stream");
        let opening = timeout(SILENCE, client.transport.open(Door::Call, request, correlation)).await;
        opening.map_err(|_| crate::fault::unreachable(client.issuer(), true, correlation))?.map_err(Lost::into_problem)
    }
}

/// The lines of `messages` after `place`, which moves on with them; `None` if one can't be read, so that it is asked for again.
// INVARIANT: `place` is the place of the last line handed on, so a connection made anew begins exactly after it.
fn fresh(place: &mut i64, messages: Vec<Message>) -> Option<Vec<EventView>> {
    let mut lines = Vec::new();
    for message in messages.into_iter().filter(|m| m.event == "event") {
        let line: EventView = serde_json::from_str(&message.data).ok()?;
        if line.place > *place {
            *place = line.place;
            lines.push(line);
        }
    }
    Some(lines)
}

/// Doubles with each failure, and lies anywhere in its upper half, so that many consoles do not come back at once.
fn pause(failures: u32, entropy: &dyn Entropy) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(1 << failures.min(10)).min(LONGEST_PAUSE);
    let mut byte = [0];
    entropy.fill(&mut byte);
    whole / 2 + whole / 2 * u32::from(byte[0]) / 255
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::edge;

    fn line(place: i64) -> Message {
        let edge = edge();
        let correlation = edge.correlation();
        let event = serde_json::json!({
            "place": place, "id": countersign_domain::EventId::new(edge.clock.now(), &*edge.entropy), "kind": "case.close", "at": edge.clock.now(),
            "actor": { "kind": "person", "id": "usr_1", "name": "ruth" }, "tenant": "acme", "action": "", "resource": "", "decision": "allowed",
            "rules": [], "figures": {}, "correlation": correlation, "exchanged": false, "impersonated": false, "elevated": false,
        });
        Message { id: Some(place.to_string()), event: "event".into(), data: event.to_string() }
    }

    #[test]
    fn lines_come_once_and_in_order() {
        let mut place = 3;
        let places = |lines: Option<Vec<EventView>>| lines.map(|l| l.iter().map(|e| e.place).collect::<Vec<_>>());
        assert_eq!(places(fresh(&mut place, vec![line(3), line(4), line(7)])), Some(vec![4, 7]));
        assert_eq!(places(fresh(&mut place, vec![line(4), line(7), line(8)])), Some(vec![8]));
        assert_eq!(place, 8);
    }

    #[test]
    fn a_line_that_cannot_be_read_ends_the_connection_and_is_not_skipped() {
        let mut place = 3;
        let broken = Message { id: Some("4".into()), event: "event".into(), data: "{".into() };
        assert_eq!(fresh(&mut place, vec![broken, line(5)]), None);
        assert_eq!(place, 3);
    }

    #[test]
    fn pauses_grow_up_to_a_bound_and_differ() {
        let edge = edge();
        let pauses: Vec<_> = (0..40).map(|n| pause(n, &*edge.entropy)).collect();
        assert!(pauses.iter().all(|p| (FIRST_PAUSE / 2..=LONGEST_PAUSE).contains(p)), "{pauses:?}");
        assert!(pauses[6..].iter().all(|p| *p >= LONGEST_PAUSE / 2));
        assert_ne!(pauses[20], pauses[21]);
    }
}
