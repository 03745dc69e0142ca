//! `docs/figures.md`: the table, and enough to repeat it.

use crate::figure::{Figure, table};

/// How the doors of programs were measured.
const DOORS: &str = "\
    - *Polls and submits* are requests of the Comfy API v2, the same to both: 64 programs ask again as soon as they are answered, \
      Parlor (with a key) and comfy-api-proxy of PyPI in turns of two seconds, five times each. Both may use all cores, the \
      first of which they have for themselves. What is promised is the median of the five ratios. Each has an engine of its own in the measuring program, which takes every job and \
      finishes none; what is polled runs, and is being sampled. A job of Parlor is on the disk when it is answered (SQLite in WAL \
      mode with `synchronous=FULL`; many share one `fsync`); comfy-api-proxy was given a `--state-dir`, which it writes without \
      waiting for the disk. *Memory when polled* is with one job each, *with all these jobs* with as many as each was able to take in its turns. *Durable submits* are \
      those of Parlor's own door.\n\
    - *Event streams* are a thousand connections that listen to one job by server-sent events, while it comes to each of its nodes, \
      tells of a hundred steps, 100 ms apart, and ends. None may miss a number of the numbered events. The time is from the moment \
      progress is handed to the backend's socket to the moment a listener has read what came of it.\n\
    - *Processor time* is what `/proc` says the server's process had, divided by the answers: eight readers download one output by \
      `GET /view`, from Parlor, which knows its key and looks whose file it is, and from Debian's nginx, which hands the same request \
      on to the engine that made it (`proxy_pass` and what Debian sets; one worker, no log). In turns of 1.5 s, five times each; the \
      median of the ratios counts.\n";

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
           request of ever another address, more of them than are kept apart. Both within one process, 100,000 times.\n\
         {DOORS}\n\
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
