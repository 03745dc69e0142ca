//! How many connections one address holds, so that nobody takes all of them.
//! (safety 23)

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::{IpNet, Ipv6Net};

use crate::config::Config;

/// One address may hold the so-manieth part of all connections. A school behind
/// one is far below that; whoever is above holds them for the sake of holding.
const PART: u32 = 4;

/// All that are connected, by address. As large as there are connections.
#[derive(Debug, Clone)]
pub(super) struct Crowd {
    held: Arc<Mutex<HashMap<IpAddr, u32>>>,
    most: u32,
    /// Many people come by one of these.
    proxies: Arc<[IpNet]>,
}

/// One connection of an address, for as long as this is held.
#[derive(Debug)]
pub(super) struct Place {
    held: Arc<Mutex<HashMap<IpAddr, u32>>>,
    /// `None`: a proxy's, which is not counted.
    address: Option<IpAddr>,
}

impl Crowd {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            held: Arc::default(),
            most: (config.max_connections / PART).max(1),
            proxies: config.trusted_proxies.as_slice().into(),
        }
    }

    /// A place for one more connection of `address`; `None` when it holds too
    /// many.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        if self.proxies.iter().any(|net| net.contains(&address)) {
            return Some(Place { held: Arc::clone(&self.held), address: None });
        }
        let address = household(address);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { held: Arc::clone(&self.held), address: Some(address) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                held.remove(&address);
            }
        }
    }
}

/// Of IPv6 the network of 64 bits: whoever has one address there has them all.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            Ipv6Net::new(address, 64).map_or(address, |net| net.network()).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn crowd() -> Crowd {
        let args = ["parlor", "--max-connections", "8", "--trusted-proxy", "10.0.0.1"];
        Crowd::new(&Config::parse_from(args))
    }

    fn enter(crowd: &Crowd, address: &str) -> Option<Place> {
        crowd.enter(address.parse().unwrap())
    }

    // safety 23
    #[test]
    fn one_address_holds_a_quarter_at_most_and_gives_it_back() {
        let crowd = crowd();
        let (one, _two) = (enter(&crowd, "192.0.2.1"), enter(&crowd, "::ffff:192.0.2.1"));
        assert!(enter(&crowd, "192.0.2.1").is_none());
        assert!(enter(&crowd, "192.0.2.2").is_some(), "another is not concerned");
        drop(one);
        assert!(enter(&crowd, "192.0.2.1").is_some());
        assert_eq!(crowd.held.lock().unwrap().len(), 1, "nothing is kept of who left");
    }

    // safety 22, 23
    #[test]
    fn a_network_of_64_bits_is_one_address() {
        let crowd = crowd();
        let _held = [enter(&crowd, "2001:db8::1"), enter(&crowd, "2001:db8::ffff:2")];
        assert!(enter(&crowd, "2001:db8::3").is_none());
        assert!(enter(&crowd, "2001:db8:0:1::3").is_some());
    }

    #[test]
    fn a_proxy_brings_as_many_as_come() {
        let crowd = crowd();
        let places: Vec<_> = (0..8).map(|_| enter(&crowd, "10.0.0.1")).collect();
        assert!(places.iter().all(Option::is_some));
    }
}
