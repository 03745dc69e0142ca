//! `docs/figures.md`: the table, and enough to repeat it.

use crate::figure::{Figure, table};

/// The whole document. `machine` is one line.
pub fn document(figures: &[Figure], machine: &str) -> String {
    format!(
        "# Figures\n\n\
         What `cargo xtask bench` measured, beside what we promise. It builds the release binary, runs it on one core, \
         and watches it from the others. `cargo xtask bench --write docs/figures.md` writes this page.\n\n\
         {}\n\
         Measured on: {machine}.\n\n\
         - *Ready* is from the start of the process to the first 200 of `/readyz`, with a database from an earlier start.\n\
         - *Relayed* is from the moment the backend's frame is handed to its socket to the moment a viewer's frame is read \
           and parsed. Backend and viewers live in the measuring process, so its own work is in the figure.\n\
         - *First load* is what Chromium counts on the wire, headers included, with an empty cache.\n",
        table(figures)
    )
}

/// The processor and the kernel, as Linux names them.
pub async fn machine() -> String {
    let cpus = tokio::fs::read_to_string("/proc/cpuinfo").await.unwrap_or_default();
    let kernel = tokio::fs::read_to_string("/proc/sys/kernel/osrelease").await.unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("an unnamed processor");
    let model = model.trim_start_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores, Linux {}", kernel.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_holds_the_table_and_how_it_came_about() {
        let figures = [Figure { what: "binary", measured: 12.0, promised: 20.0, unit: "MB" }];
        let page = document(&figures, "a toaster, 2 cores");
        assert!(page.contains("| binary | 12 MB    | ≤ 20 MB  | yes   |"), "{page}");
        assert!(page.contains("cargo xtask bench") && page.contains("a toaster"));
    }
}
