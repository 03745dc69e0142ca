//! What the person at the terminal reads.

#![expect(clippy::print_stdout, reason = "the one place that talks to the terminal")]

use std::{
    io::{IsTerminal, stdout},
    time::{Duration, Instant},
};

/// Announces a step, runs it and says how long it took.
pub fn step<T>(title: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    println!("{} {title}", bold("──"));
    let start = Instant::now();
    let result = work();
    let verdict = if result.is_ok() { "ok" } else { "failed" };
    println!("   {verdict} {title} ({})", seconds(start.elapsed()));
    result
}

/// A remark within a step.
pub fn note(text: &str) {
    println!("   {text}");
}

/// The last line of a task that ended well.
pub fn done(text: &str) {
    println!("{} {text}", bold("✓"));
}

/// The last line of a task that did not.
pub fn failure(text: &str) {
    println!("{} {text}", bold("✗"));
}

fn bold(text: &str) -> String {
    if stdout().is_terminal() { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
}

fn seconds(time: Duration) -> String {
    let tenths = time.as_millis() / 100;
    if tenths < 600 {
        format!("{}.{} s", tenths / 10, tenths % 10)
    } else {
        format!("{} min {} s", tenths / 600, tenths % 600 / 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_like_times() {
        assert_eq!(seconds(Duration::from_millis(1_234)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 5 s");
    }
}
