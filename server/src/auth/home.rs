//! Who is at home: whoever comes straight from this machine.

use std::net::IpAddr;

use axum::http::header::{FORWARDED, ORIGIN, VIA};
use axum::http::{HeaderMap, HeaderName, Uri};
use url::Url;

use super::origin::{is_this_machine, requested_host};

/// What proxies and tunnels add. A request with any of it was passed on for
/// somebody who may be anywhere.
const PASSED_ON: [HeaderName; 7] = [
    FORWARDED,
    VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("cf-connecting-ip"),
];

/// Whether a request comes straight from this machine: over loopback, passed on
/// by nobody, to one of this machine's names, and not by another site's script.
pub(crate) fn comes_from_home(peer: IpAddr, uri: &Uri, headers: &HeaderMap) -> bool {
    peer.to_canonical().is_loopback()
        && !PASSED_ON.iter().any(|name| headers.contains_key(name))
        && requested_host(uri, headers).is_some_and(|host| is_this_machine(&host))
        && headers.get(ORIGIN).is_none_or(|origin| origin.to_str().is_ok_and(is_here))
}

fn is_here(origin: &str) -> bool {
    let host = Url::parse(origin).ok().and_then(|url| url.host().map(|host| host.to_owned()));
    host.is_some_and(|host| is_this_machine(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_home(peer: &str, pairs: &[(&str, &str)]) -> bool {
        let pair = |(name, value): &(&str, &str)| {
            (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())
        };
        let headers = pairs.iter().map(pair).collect();
        comes_from_home(peer.parse().unwrap(), &Uri::from_static("/"), &headers)
    }

    #[test]
    fn this_machine_is_at_home_by_each_of_its_names() {
        for host in ["localhost:8787", "127.0.0.1:8787", "[::1]:8787", "parlor.localhost"] {
            assert!(at_home("127.0.0.1", &[("host", host)]), "{host}");
        }
        assert!(at_home("::1", &[("host", "localhost"), ("origin", "http://localhost:8787")]));
        assert!(at_home("::ffff:127.0.0.1", &[("host", "localhost")]));
    }

    // safety 22
    #[test]
    fn nobody_else_is() {
        assert!(!at_home("192.0.2.1", &[("host", "localhost")]));
        assert!(!at_home("127.0.0.1", &[("host", "art.example.org")]));
        assert!(!at_home("127.0.0.1", &[]));
        for passed_on in PASSED_ON {
            let headers = [("host", "localhost"), (passed_on.as_str(), "127.0.0.1")];
            assert!(!at_home("127.0.0.1", &headers), "{passed_on}");
        }
        for origin in ["https://shop.example.org", "null", "http://localhost.evil.example"] {
            assert!(
                !at_home("127.0.0.1", &[("host", "localhost"), ("origin", origin)]),
                "{origin}"
            );
        }
    }
}
