//! Whether somebody really does not read: seen in the kernel, which keeps what they were sent.

use std::collections::BTreeMap;

use anyhow::Context;

/// For each viewer's port, how many bytes the server's kernel holds back for it.
pub type Held = BTreeMap<u16, u64>;

/// What is held back at the server's `port` for the viewers at `viewers`.
pub async fn held(port: u16, viewers: &[u16]) -> anyhow::Result<Held> {
    let table = tokio::fs::read_to_string("/proc/net/tcp").await.context("looking at sockets")?;
    let mut held = read(&table, port);
    held.retain(|viewer, _| viewers.contains(viewer));
    Ok(held)
}

/// How many of those that were held back before got nothing more meanwhile.
pub fn stalled(before: &Held, after: &Held) -> usize {
    before.iter().filter(|(port, held)| **held > 0 && after.get(port) == Some(held)).count()
}

/// Lines are `n: local:port remote:port state sending:receiving …`, all but `n` hexadecimal.
fn read(table: &str, port: u16) -> Held {
    let line = |line: &str| {
        let mut fields = line.split_whitespace().skip(1);
        let mut end = || u16::from_str_radix(fields.next()?.split_once(':')?.1, 16).ok();
        let (local, remote) = (end()?, end()?);
        let (sending, _) = fields.nth(1)?.split_once(':')?;
        (local == port).then_some((remote, u64::from_str_radix(sending, 16).ok()?))
    };
    table.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2253 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:2253 0100007F:8001 01 0000A000:00000000 01:00000014 00000000     0        0 2 4 0 20 4 30 10 -1
   2: 0100007F:2253 0100007F:8002 01 00000000:00000000 01:00000014 00000000     0        0 2 4 0 20 4 30 10 -1
   3: 0100007F:8001 0100007F:2253 01 00000000:00004000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
";

    #[test]
    fn what_the_server_holds_back_is_read_by_viewer() {
        assert_eq!(read(TABLE, 0x2253), Held::from([(0, 0), (0x8001, 0xA000), (0x8002, 0)]));
    }

    #[test]
    fn stalled_is_who_was_held_back_and_got_nothing_since() {
        let before = Held::from([(1, 500), (2, 500), (3, 0), (4, 500)]);
        let after = Held::from([(1, 500), (2, 900), (3, 0)]);
        assert_eq!(stalled(&before, &after), 1);
    }
}
