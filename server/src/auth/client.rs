//! The address of whoever asks.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The other end of the TCP connection; an extension of every request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The address of the caller: the peer, or what trusted proxies say of it.
///
/// `X-Forwarded-For` is read from its end, where the nearest proxy writes; the
/// first address that is not a trusted proxy's counts, and what the caller
/// itself may have written before it does not.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut address = peer.to_canonical();
    let lines = headers.get_all("x-forwarded-for");
    let lines: Vec<&str> = lines.into_iter().filter_map(|line| line.to_str().ok()).collect();
    let mut told = lines.iter().rev().flat_map(|line| line.rsplit(','));
    while is_trusted(address) {
        match told.next().and_then(|text| text.trim().parse::<IpAddr>().ok()) {
            Some(next) => address = next.to_canonical(),
            None => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let header = |line: &&str| ("x-forwarded-for".parse().unwrap(), line.parse().unwrap());
        let headers: HeaderMap = forwarded.iter().map(header).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    // safety 22
    #[test]
    fn a_stranger_cannot_choose_an_address() {
        assert_eq!(address("192.0.2.1", &["198.51.100.9"]), "192.0.2.1");
        assert_eq!(address("10.0.0.1", &["198.51.100.9, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(address("10.0.0.1", &["198.51.100.9", "192.0.2.1, 10.0.0.2"]), "192.0.2.1");
    }

    #[test]
    fn a_proxy_that_says_nothing_useful_is_the_caller() {
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &["unknown"]), "10.0.0.1");
    }
}
