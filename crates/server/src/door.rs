//! The door: how many connections are held at once, and how long one may stand open with nothing going either way.
//!
//! What a request may take is timed elsewhere: its head by hyper, its body and the whole by layers of the router.

use std::{
    future::{Ready, ready},
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum_server::accept::Accept;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep},
};

/// Lets connections in. Clones share their places.
#[derive(Clone)]
pub(crate) struct Door {
    all: usize,
    places: Arc<Semaphore>,
    sent_away: Arc<AtomicU64>,
    idle: Duration,
}

impl Door {
    /// With so many places, each held no longer than `idle` with nothing going either way.
    pub(crate) fn new(places: usize, idle: Duration) -> Self {
        let all = places.min(Semaphore::MAX_PERMITS);
        Self { all, places: Arc::new(Semaphore::new(all)), sent_away: Arc::default(), idle }
    }

    /// How many are held.
    pub(crate) fn held(&self) -> usize {
        self.all.saturating_sub(self.places.available_permits())
    }

    /// How many came when all places were taken.
    pub(crate) fn sent_away(&self) -> u64 {
        self.sent_away.load(Ordering::Relaxed)
    }
}

impl<S> Accept<TcpStream, S> for Door {
    type Stream = Held;
    type Service = S;
    type Future = Ready<io::Result<(Held, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            // Closed at once: a client that waits for a place would hold what it is meant to spare.
            if self.sent_away.fetch_add(1, Ordering::Relaxed).is_multiple_of(1000) {
                tracing::warn!("all connections are taken; clients are sent away");
            }
            return ready(Err(io::ErrorKind::ConnectionAborted.into()));
        };
        // Answers are small and whole: nothing is gained by waiting for more.
        let unbuffered = stream.set_nodelay(true);
        ready(unbuffered.map(|()| (Held { stream, moved: Instant::now(), idle: self.idle, alarm: Box::pin(sleep(self.idle)), _place: place }, service)))
    }
}

/// A connection that has a place.
pub(crate) struct Held {
    stream: TcpStream,
    /// When something last went either way.
    moved: Instant,
    idle: Duration,
    alarm: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Held {
    /// Notes that something went, or that the time is over in which something should have.
    fn judge<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.moved = Instant::now();
            return polled;
        }
        // The alarm is set anew when it goes off, not each time that something moves.
        while self.alarm.as_mut().poll(cx).is_ready() {
            let until = self.moved + self.idle;
            if until <= Instant::now() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.alarm.as_mut().reset(until);
        }
        Poll::Pending
    }
}

impl AsyncRead for Held {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.judge(cx, polled)
    }
}

impl AsyncWrite for Held {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.judge(cx, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.judge(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
