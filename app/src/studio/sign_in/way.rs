//! The ways into the house, and what each asks for.

use wire::{Follow, Me, Purpose, SignIn};

use crate::{
    api::{Error, people},
    i18n::t as words,
    studio::t,
};

/// A way in.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// With the name and the password of an account.
    Account,
    /// Asks for an account, which the host has to approve.
    Register,
    /// With a one-time link.
    Link {
        token: String,
        purpose: Purpose,
        /// Whose account it is for, if there is one.
        name: Option<String>,
    },
}

/// Something that has to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    Password,
}

/// What was given; what was not asked for is `None`.
#[derive(Clone, Default)]
pub(super) struct Given {
    pub(super) name: Option<String>,
    pub(super) password: Option<String>,
    /// What was made here before becomes the account's.
    pub(super) keep: bool,
}

impl Part {
    /// What the server calls it, and the form its control.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Password => "password",
        }
    }
}

impl Way {
    /// What has to be given, in the order of the fields.
    pub(super) fn parts(&self) -> &'static [Part] {
        match self.purpose() {
            None | Some(Purpose::Invite) => &[Part::Name, Part::Password],
            Some(Purpose::Reset) => &[Part::Password],
            Some(Purpose::Owner) => &[],
        }
    }

    /// The password is chosen now, and not remembered.
    pub(super) fn is_new(&self) -> bool {
        *self != Self::Account
    }

    /// Whoever takes it is in at once.
    pub(super) fn leads_in(&self) -> bool {
        *self != Self::Register
    }

    /// Whose password it is when nobody is asked for their name: programs that keep passwords want to know.
    pub(super) fn whose(&self) -> Option<String> {
        match self {
            Self::Link { purpose: Purpose::Reset, name, .. } => name.clone(),
            _ => None,
        }
    }

    pub(super) fn title(&self) -> String {
        match self {
            Self::Account => words::sign_in().to_owned(),
            Self::Register => t::register_title().to_owned(),
            Self::Link { purpose: Purpose::Owner, .. } => t::enter_owner_title().to_owned(),
            Self::Link { purpose: Purpose::Invite, .. } => t::enter_invite_title().to_owned(),
            Self::Link { purpose: Purpose::Reset, name: Some(name), .. } => {
                t::enter_reset_title_for(name)
            }
            Self::Link { purpose: Purpose::Reset, .. } => t::enter_reset_title().to_owned(),
        }
    }

    pub(super) fn why(&self) -> &'static str {
        match self.purpose() {
            None if self.leads_in() => t::enter_account_why(),
            None => t::register_why(),
            Some(Purpose::Owner) => t::enter_owner_why(),
            Some(Purpose::Invite) => t::enter_invite_why(),
            Some(Purpose::Reset) => t::enter_reset_why(),
        }
    }

    /// What the button says.
    pub(super) fn deed(&self) -> &'static str {
        match self.purpose() {
            None if self.leads_in() => words::sign_in(),
            None => t::register(),
            Some(Purpose::Owner) => t::enter_owner(),
            Some(Purpose::Invite) => t::enter_invite(),
            Some(Purpose::Reset) => t::enter_reset(),
        }
    }

    /// Goes in; answers who has come, or nobody yet.
    pub(super) async fn enter(self, given: Given) -> Result<Option<Me>, Error> {
        let Given { name, password, keep } = given;
        let account = |name: Option<String>, password: Option<String>| SignIn {
            name: name.unwrap_or_default(),
            password: password.unwrap_or_default(),
            keep,
        };
        match self {
            Self::Account => people::sign_in(&account(name, password)).await.map(Some),
            Self::Register => people::register(&account(name, password)).await.map(|()| None),
            Self::Link { token, .. } => {
                people::follow(&Follow { token, name, password, keep }).await.map(Some)
            }
        }
    }

    /// Of the link, if it is one.
    fn purpose(&self) -> Option<Purpose> {
        match self {
            Self::Account | Self::Register => None,
            Self::Link { purpose, .. } => Some(*purpose),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(purpose: Purpose) -> Way {
        Way::Link { token: "t".to_owned(), purpose, name: Some("Ada".to_owned()) }
    }

    #[test]
    fn each_way_asks_for_what_the_server_needs() {
        for way in [Way::Account, Way::Register] {
            assert_eq!(way.parts(), [Part::Name, Part::Password]);
        }
        assert_eq!(link(Purpose::Invite).parts(), [Part::Name, Part::Password]);
        assert_eq!(link(Purpose::Reset).parts(), [Part::Password]);
        assert!(link(Purpose::Owner).parts().is_empty());
    }

    #[test]
    fn only_an_account_has_a_password_already() {
        assert!(!Way::Account.is_new());
        assert!(link(Purpose::Invite).is_new() && link(Purpose::Reset).is_new());
    }

    #[test]
    fn a_new_password_is_kept_for_whoever_it_is() {
        assert_eq!(link(Purpose::Reset).whose().as_deref(), Some("Ada"));
        assert!(link(Purpose::Invite).whose().is_none(), "they choose their name themselves");
    }
}
