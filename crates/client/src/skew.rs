//! How far the service's clock is from this computer's, as far as the `Date` field (RFC 9110 §6.6.1) tells: whole seconds.

use std::sync::atomic::{AtomicI64, Ordering};

use countersign_domain::Timestamp;

/// The present estimate in milliseconds, service minus computer.
#[derive(Debug, Default)]
pub struct Skew(AtomicI64);

impl Skew {
    /// The estimate.
    #[must_use]
    pub fn ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// The service's present instant, when this computer's is `now`.
    #[must_use]
    pub fn apply(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_micros(now.micros().saturating_add(self.ms().saturating_mul(1000)))
    }

    /// Takes note of an answer that was asked for at `sent`, came at `received` and bears `date`.
    pub fn note(&self, sent: Timestamp, received: Timestamp, date: Timestamp) {
        self.0.store(refine(self.ms(), sent, received, date), Ordering::Relaxed);
    }
}

/// The service wrote `date`, which is cut to the second, somewhere between `sent` and `received`: that bounds the skew from both
/// sides. An estimate within the bounds is kept, so that it doesn't waver with each answer.
#[must_use]
pub fn refine(estimate_ms: i64, sent: Timestamp, received: Timestamp, date: Timestamp) -> i64 {
    let ms = |t: Timestamp| t.micros().div_euclid(1000);
    let (low, high) = (ms(date) - ms(received), ms(date) + 1000 - ms(sent));
    if low > high || (low..=high).contains(&estimate_ms) { estimate_ms } else { low.midpoint(high) }
}

/// Reads an IMF-fixdate (RFC 9110 §5.6.7), such as `Sun, 06 Nov 1994 08:49:37 GMT`. The two obsolete forms are not read.
#[must_use]
pub fn parse_date(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = text.split_once(", ")?.1.strip_suffix(" GMT")?.split(' ');
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    if parts.next().is_some() || day.len() != 2 || year.len() != 4 {
        return None;
    }
    format!("{year}-{month:02}-{day}T{time}Z").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read() {
        assert_eq!(parse_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Timestamp::from_secs(784_111_777)));
        for bad in ["", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Now 1994 08:49:37 GMT"] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_estimate_within_the_bounds_stays_and_another_moves() {
        let at = |ms: i64| Timestamp::from_micros(ms * 1000);
        assert_eq!(refine(0, at(10_400), at(10_500), at(10_000)), 0);
        assert_eq!(refine(0, at(10_400), at(10_500), at(70_000)), 60_050);
        assert_eq!(refine(60_050, at(20_980), at(20_990), at(80_000)), 59_515);
        let skew = Skew::default();
        skew.note(at(10_400), at(10_500), at(70_000));
        assert_eq!(skew.apply(at(0)), at(60_050));
    }
}
