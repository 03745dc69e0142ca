//! Who we are to the server when cookies may not be used: in somebody else's page.
//!
//! The document of an embed brings a token for its visitor. It is kept for as long as the tab
//! lives, so that a reload meets the same visitor, and travels in a header, never in an address.

use std::cell::RefCell;

use crate::browser;

/// `<meta name=…>` of the embed's document.
const META: &str = "parlor-visitor";

thread_local! {
    static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Takes the token that the document brought, or the one this tab had before.
pub(crate) fn open() {
    let Some(brought) = browser::meta(META) else { return };
    let token = browser::recall_in_tab("visitor").unwrap_or(brought);
    browser::keep_in_tab("visitor", Some(&token));
    TOKEN.set(Some(token));
}

/// The token of this tab is not good any more: takes the one that the document brought.
pub(crate) fn renew() {
    if let Some(brought) = browser::meta(META) {
        browser::keep_in_tab("visitor", Some(&brought));
        TOKEN.set(Some(brought));
    }
}

/// The visitor's token, in an embed.
pub(crate) fn token() -> Option<String> {
    TOKEN.with_borrow(Clone::clone)
}

/// What to offer as `Sec-WebSocket-Protocol`.
pub(crate) fn protocols() -> Vec<String> {
    let ours = "parlor".to_owned();
    std::iter::once(ours).chain(token().map(|token| format!("token.{token}"))).collect()
}
