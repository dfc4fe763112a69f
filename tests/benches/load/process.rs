//! What this process has used, as the kernel counts it (proc(5)).

use std::fs;

/// Ticks a second of the kernel's accounting on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// Processor time so far, of all threads, in user and kernel.
pub fn cpu_s() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("the kernel tells");
    // The name of the program may hold spaces; after its closing bracket come the fields from the third on.
    let fields: Vec<&str> = stat.rsplit_once(')').expect("a name in brackets").1.split_whitespace().collect();
    let ticks = |i: usize| fields[i].parse::<f64>().expect("a number");
    (ticks(11) + ticks(12)) / TICKS
}

/// Resident memory in MiB: now, and at its highest.
pub fn memory_mib() -> (f64, f64) {
    let status = fs::read_to_string("/proc/self/status").expect("the kernel tells");
    let kib = |name: &str| {
        let line = status.lines().find_map(|l| l.strip_prefix(name)).expect("such a line");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
    };
    (kib("VmRSS:"), kib("VmHWM:"))
}
