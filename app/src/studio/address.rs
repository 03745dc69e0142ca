//! The addresses of the studio's pages.

use crate::address::STUDIO;

/// The first page, relative to the page's base.
pub(super) const OVERVIEW: &str = STUDIO;

/// The studio's pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// What is published.
    Overview,
    /// The workflow with this slug.
    Workflow(String),
    Nowhere,
}

impl Route {
    /// The page at `path`, which begins with the studio's own: `/studio/w/upscale`.
    pub(super) fn of(path: &str) -> Self {
        let mut parts = path.split('/').filter(|part| !part.is_empty()).skip(1);
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) | (Some("w"), None, _) => Self::Overview,
            (Some("w"), Some(slug), None) => Self::Workflow(slug.to_owned()),
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
    }

    #[test]
    fn any_other_path_leads_nowhere() {
        for path in ["/studio/x", "/studio/w/a/b"] {
            assert_eq!(Route::of(path), Route::Nowhere, "{path}");
        }
    }
}
