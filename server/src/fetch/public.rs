//! Which addresses are on the public internet.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::IpNet;

/// Addresses that are not on the public internet, or lead to ones that may not be: IANA's registries
/// of special-purpose addresses (RFC 6890), and what carries IPv4 inside of IPv6.
const NOT_PUBLIC: [&str; 27] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

static CLOSED: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    NOT_PUBLIC.iter().map(|net| net.parse().expect("a test reads every network")).collect()
});

/// Whether everybody can reach this address, so that asking it tells nothing.
pub(super) fn is_public(ip: IpAddr) -> bool {
    // All that is public of IPv6 (RFC 4291 §2.4, IANA's registry of address space).
    let global = |ip: Ipv6Addr| ip.segments()[0] >> 13 == 1;
    let beyond = matches!(ip, IpAddr::V6(ip) if !global(ip));
    !beyond && !CLOSED.iter().any(|net| net.contains(&ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    // safety 30
    #[test]
    fn only_public_addresses_are_asked() {
        for closed in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2001::1",
            "2002:a00:1::",
            "fd00::1",
            "fe80::1",
            "ff02::1",
            "fec0::2",
            "5f00::1",
            "4000::1",
        ] {
            assert!(!is_public(closed.parse().unwrap()), "{closed}");
        }
        for open in ["1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"] {
            assert!(is_public(open.parse().unwrap()), "{open}");
        }
    }
}
