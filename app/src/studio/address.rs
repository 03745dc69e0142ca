//! The addresses of the host's pages.

use crate::address::{SIGN_IN, STUDIO};

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
    Nowhere,
}

impl Route {
    /// The page at `path`, as `/studio/w/upscale`.
    pub(super) fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [STUDIO] | [STUDIO, "w"] => Self::Overview,
            [STUDIO, "w", slug] => Self::Workflow((*slug).to_owned()),
            [SIGN_IN] => Self::SignIn,
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
    }

    #[test]
    fn any_other_path_leads_nowhere() {
        for path in ["/studio/x", "/studio/w/a/b", "/sign-in/w", "/studio/sign-in"] {
            assert_eq!(Route::of(path), Route::Nowhere, "{path}");
        }
    }
}
