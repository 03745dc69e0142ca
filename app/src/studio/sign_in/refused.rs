//! Why an identity provider's way back led here.

use leptos::prelude::*;
use wire::TurnedAway;

use crate::{address::SIGN_IN, browser, studio::t};

/// Takes the reason out of the address, so that it is said once.
pub(super) fn take_reason() -> Option<TurnedAway> {
    let fragment = window().location().hash().ok()?;
    let reason = reason_in(&fragment)?;
    browser::readdress(SIGN_IN);
    Some(reason)
}

fn reason_in(fragment: &str) -> Option<TurnedAway> {
    TurnedAway::from_word(fragment.strip_prefix("#refused=")?)
}

pub(super) fn words(reason: TurnedAway) -> &'static str {
    match reason {
        TurnedAway::Begin => t::refused_begin(),
        TurnedAway::NotKnown => t::refused_not_known(),
        TurnedAway::NotOurs => t::refused_not_ours(),
        TurnedAway::Shut => t::refused_shut(),
        TurnedAway::Later => t::refused_later(),
        TurnedAway::Unreachable => t::refused_unreachable(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_read_as_it_is_written() {
        for reason in TurnedAway::ALL {
            assert_eq!(reason_in(&format!("#refused={}", reason.word())), Some(reason));
        }
        for nothing in ["", "#", "#refused=", "#refused=whatever", "refused=begin"] {
            assert_eq!(reason_in(nothing), None, "{nothing}");
        }
    }
}
