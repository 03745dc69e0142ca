//! Which names this house answers to, and which pages are its own.
//!
//! Cross-site `POST`s are refused by the CSRF layer of the router; this module
//! holds what that layer does not cover.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};
use url::{Host, Url};

use crate::config::Config;

/// Whether a request with this host name is meant for us.
///
/// With a public URL, its host and this machine's own names are. Without one, a
/// house that only listens on this machine answers only to this machine's
/// names, so that a site whose name was pointed here (DNS rebinding) cannot
/// reach it from its visitors' browsers.
pub fn check_host(config: &Config, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some(host) = requested_host(uri, headers) else {
        return config.public_url.is_none() && !config.listen.ip().is_loopback();
    };
    if is_this_machine(&host) {
        return true;
    }
    match &config.public_url {
        Some(public) => host.to_string().eq_ignore_ascii_case(public.host()),
        None => !config.listen.ip().is_loopback(),
    }
}

/// Whether an upgrade comes from one of our pages, from a site the host
/// allowed, or from no page at all (a program). Browsers let any site open a
/// WebSocket, with our cookies.
pub fn is_own_page(config: &Config, uri: &Uri, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let listed = config.cors_origins.iter().any(|allowed| allowed.as_str() == origin);
    let public = config.public_url.as_ref().is_some_and(|public| public.origin() == origin);
    if listed || public {
        return true;
    }
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    let asked = authority_of(uri, headers);
    authority.is_some() && authority == asked.as_deref()
}

pub(super) fn requested_host(uri: &Uri, headers: &HeaderMap) -> Option<Host<String>> {
    let authority = authority_of(uri, headers)?;
    Url::parse(&format!("http://{authority}/")).ok()?.host().map(|host| host.to_owned())
}

/// HTTP/2 has it in the address, HTTP/1.1 in the `Host` header.
fn authority_of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let in_address = uri.authority().map(|authority| authority.as_str().to_owned());
    in_address.or_else(|| headers.get(HOST)?.to_str().ok().map(str::to_owned))
}

pub(super) fn is_this_machine(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn answers(args: &[&str], host: &str) -> bool {
        let config = Config::parse_from([&["parlor"], args].concat());
        let headers = [(HOST, host.parse().unwrap())].into_iter().collect();
        check_host(&config, &Uri::from_static("/"), &headers)
    }

    fn own(args: &[&str], host: &str, origin: &'static str) -> bool {
        let config = Config::parse_from([&["parlor"], args].concat());
        let pairs = [(HOST, host.parse().unwrap()), (ORIGIN, origin.parse().unwrap())];
        is_own_page(&config, &Uri::from_static("/"), &pairs.into_iter().collect())
    }

    // safety 23
    #[test]
    fn a_name_pointed_here_by_somebody_else_is_not_ours() {
        assert!(answers(&[], "localhost:8787"));
        assert!(answers(&[], "127.0.0.1:8787"));
        assert!(answers(&[], "[::1]:8787"));
        assert!(!answers(&[], "evil.example"));
        let public = ["--public-url", "https://art.example.org"];
        assert!(answers(&public, "art.example.org"));
        assert!(answers(&public, "127.0.0.1:8787"));
        assert!(!answers(&public, "evil.example"));
        let open = ["--open", "--listen", "0.0.0.0:80"];
        assert!(answers(&open, "192.168.1.9"));
    }

    // safety 19
    #[test]
    fn only_our_pages_and_listed_sites_may_listen() {
        assert!(own(&[], "localhost:8787", "http://localhost:8787"));
        assert!(!own(&[], "localhost:8787", "http://localhost:3000"));
        assert!(!own(&[], "localhost:8787", "null"));
        let listed = ["--cors-origin", "https://shop.example.org"];
        assert!(own(&listed, "localhost:8787", "https://shop.example.org"));
        assert!(!own(&listed, "localhost:8787", "https://shop.example.org.evil.example"));
        let public = ["--public-url", "https://art.example.org/x"];
        assert!(own(&public, "parlor.internal:8787", "https://art.example.org"));
    }
}
