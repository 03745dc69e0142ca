//! The addresses of the host's pages.

use crate::address::{ACCOUNT, ADMIN, SIGN_IN, STUDIO};

/// The first page, relative to the page's base.
pub(super) const OVERVIEW: &str = STUDIO;

/// The host's pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// What is published.
    Overview,
    /// The workflow with this slug.
    Workflow(String),
    /// The door, which is the same for everybody.
    SignIn,
    /// What is one's own.
    Account,
    /// What only owners see.
    Admin(Section),
    Nowhere,
}

/// The parts of the owner's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    People,
    Keys,
    Sessions,
    Jobs,
    Limits,
    Log,
}

impl Section {
    /// In the order they are offered.
    pub(super) const ALL: [Self; 6] =
        [Self::People, Self::Keys, Self::Sessions, Self::Jobs, Self::Limits, Self::Log];

    /// Its address, relative to the page's base.
    pub(super) fn address(self) -> String {
        match self.word() {
            "" => ADMIN.to_owned(),
            word => format!("{ADMIN}/{word}"),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::People => "",
            Self::Keys => "keys",
            Self::Sessions => "sessions",
            Self::Jobs => "jobs",
            Self::Limits => "limits",
            Self::Log => "log",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.word() == word)
    }
}

impl Route {
    /// The page at `path`, as `/studio/w/upscale`.
    pub(super) fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [STUDIO] | [STUDIO, "w"] => Self::Overview,
            [STUDIO, "w", slug] => Self::Workflow((*slug).to_owned()),
            [SIGN_IN] => Self::SignIn,
            [ACCOUNT] => Self::Account,
            [ADMIN] => Self::Admin(Section::People),
            [ADMIN, word] => Section::of(word).map_or(Self::Nowhere, Self::Admin),
            _ => Self::Nowhere,
        }
    }
}

/// Where the workflow `slug` is worked on, relative to the page's base.
pub(super) fn workflow(slug: &str) -> String {
    format!("{STUDIO}/w/{slug}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_page_has_its_path() {
        for path in ["/studio", "/studio/", "/studio/w"] {
            assert_eq!(Route::of(path), Route::Overview, "{path}");
        }
        let upscale = format!("/{}", workflow("up-scale"));
        assert_eq!(Route::of(&upscale), Route::Workflow("up-scale".to_owned()));
        assert_eq!(Route::of("/sign-in"), Route::SignIn);
        assert_eq!(Route::of("/account"), Route::Account);
        for section in Section::ALL {
            let path = format!("/{}", section.address());
            assert_eq!(Route::of(&path), Route::Admin(section), "{path}");
        }
    }

    #[test]
    fn any_other_path_leads_nowhere() {
        for path in [
            "/studio/x",
            "/studio/w/a/b",
            "/sign-in/w",
            "/studio/sign-in",
            "/admin/x",
            "/account/x",
        ] {
            assert_eq!(Route::of(path), Route::Nowhere, "{path}");
        }
    }
}
