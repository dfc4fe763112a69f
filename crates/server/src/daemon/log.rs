//! Log lines on standard error: one a request and one for each thing that goes wrong. Never a secret, never a query string.

use tracing::error;
use tracing_subscriber::{EnvFilter, fmt, fmt::format::FmtSpan};

use super::{
    file::LogFormat,
    resolve::{Logged, Unusable},
};

/// Starts logging.
pub(super) fn start(logged: &Logged) -> Result<(), Unusable> {
    let level = EnvFilter::builder().parse(&logged.level).map_err(|e| Unusable::Missing(format!("the log level `{}` can't be used: {e}", logged.level)))?;
    let lines = fmt().with_env_filter(level).with_writer(std::io::stderr).with_span_events(FmtSpan::NONE);
    match logged.format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).init(),
        LogFormat::Pretty => lines.compact().init(),
    }
    // Where, and not what: the message of a panic may hold whatever was at hand.
    std::panic::set_hook(Box::new(|panic| error!(at = panic.location().map(ToString::to_string), "panicked")));
    Ok(())
}
