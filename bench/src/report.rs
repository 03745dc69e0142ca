//! `docs/figures.md`: the table, and enough to repeat it.

use crate::figure::{Figure, table};

/// The whole document. `machine` is one line.
pub fn document(figures: &[Figure], machine: &str) -> String {
    format!(
        "# Figures\n\n\
         What `cargo xtask bench` measured, beside what we promise. `cargo xtask bench --write docs/figures.md` writes this page.\n\n\
         {}\n\
         Measured on: {machine}.\n\n\
         ## How\n\n\
         The release binary runs on one core; backend, viewers and clock are one program on the other cores.\n\n\
         - *First load* is what Chromium counts on the wire with an empty cache, headers included.\n\
         - *Ready* is from the start of the process to the first 200 of `/readyz`, with a database from an earlier start \
           and the demo engine inside.\n\
         - *Memory* is what is resident, the pages of the binary included. That of a viewer is by how much it grew when a \
           thousand came and were sent a hundred frames and twenty previews, divided by the thousand.\n\
         - *Relayed* is from the moment a progress frame is handed to the backend's socket to the moment a viewer has read and \
           parsed what came of it. The work of the measuring program is in the figure. One viewer: 500 frames, 20 ms apart, each \
           with a preview of 20 kB. A thousand: 100 frames, 100 ms apart, a preview with every fifth.\n\
         - *Not reading* is what the kernel confirms: what the server sent these viewers fills their connection, and none of it \
           moves while the others are measured.\n\
         - *Import* is from the bytes of a file of the editor, subgraphs in it, to the workflow that guests could run. *Preparing* is from \
           values to the graph that is sent: checked, filled in, the policy enforced. *Definitions* are those of a real server, with more \
           nodes and models to make 1.6 MB; what is kept is by how much the process grew when it kept twenty, divided by the twenty.\n\
         - *Knowing who asks* is from the head of a request to whose it is, for a key or a session that was shown before. *Counting* is one \
           request of ever another address, more of them than are kept apart. Both within one process, 100,000 times.\n\n\
         What the scheduler does to the other programs of a machine is in these times: a hundredth of them (p99) says more about the \
         neighbours than about us when the load is higher than the number of cores.\n",
        table(figures)
    )
}

/// The processor and the kernel, as Linux names them, and how busy they were before the measurement began.
pub async fn machine(cores: usize, load: f64) -> String {
    let cpus = tokio::fs::read_to_string("/proc/cpuinfo").await.unwrap_or_default();
    let kernel = tokio::fs::read_to_string("/proc/sys/kernel/osrelease").await.unwrap_or_default();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("an unnamed processor");
    let model = model.trim_start_matches([' ', '\t', ':']);
    let cores = match cores {
        1 => "one core for server and measuring program together".to_owned(),
        cores => format!("{cores} cores"),
    };
    format!("{model}, {cores}, Linux {}, load {load:.1} before", kernel.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_holds_the_table_and_how_it_came_about() {
        let figures = [Figure::at_most("binary", 12.0, 20.0, "MB")];
        let page = document(&figures, "a toaster, 2 cores");
        assert!(page.contains("| binary | 12 MB    | ≤ 20 MB  | yes   |"), "{page}");
        assert!(page.contains("cargo xtask bench") && page.contains("a toaster"));
    }
}
