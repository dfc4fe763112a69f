//! What a running console takes, as Linux tells it.

use std::fs;

/// Proportional set size in MiB: what several processes share is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Of the console's own process.
    pub console: u64,
    /// Of the web view's processes beside it.
    pub web_view: u64,
}

/// The children of a process.
#[must_use]
pub fn children(parent: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = entries.flatten().filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| parent_of(*id) == Some(parent)).collect()
}

fn parent_of(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name stands in brackets and may hold anything.
    stat.rsplit_once(") ")?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Whether a process runs.
#[must_use]
pub fn runs(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// How long ago a process began, to a hundredth of a second.
#[must_use]
pub fn age_ms(id: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // In ticks since the boot, of which Linux tells programs a hundred a second.
    let began: u64 = stat.rsplit_once(") ")?.1.split_whitespace().nth(19)?.parse().ok()?;
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let (seconds, hundredths) = uptime.split_whitespace().next()?.split_once('.')?;
    let now = seconds.parse::<u64>().ok()? * 100 + hundredths.parse::<u64>().ok()?;
    Some(now.saturating_sub(began) * 10)
}

fn pss_kib(id: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|l| l.strip_prefix("Pss:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or_default()
}

/// What the console with this process id takes now.
#[must_use]
pub fn memory(console: u32) -> Memory {
    let mut web_view = 0;
    let mut next = children(console);
    while let Some(id) = next.pop() {
        web_view += pss_kib(id);
        next.extend(children(id));
    }
    Memory { console: pss_kib(console) / 1024, web_view: web_view / 1024 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_its_children_and_its_memory() {
        let mut child = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        assert!(children(std::process::id()).contains(&child.id()) && runs(child.id()));
        assert!(age_ms(child.id()).unwrap() < 60_000);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!runs(child.id()));
        assert!(memory(std::process::id()).console > 0);
    }
}
