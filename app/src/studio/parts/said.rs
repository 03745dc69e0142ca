//! What is said of people, keys, sessions and limits.

use wire::{Grant, JobStatus, Limit, Limited, Role, Scope};

use crate::{i18n::words, studio::t};

/// Millions of pixel steps are how work is counted.
const MILLION: u64 = 1_000_000;

pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Guest => t::role_guest(),
        Role::Member => t::role_member(),
        Role::Owner => t::role_owner(),
    }
}

pub(crate) fn grant(grant: Grant) -> &'static str {
    match grant {
        Grant::Graph => t::grant_graph(),
        Grant::Studio => t::grant_studio(),
    }
}

pub(crate) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => t::scope_read(),
        Scope::Run => t::scope_run(),
        Scope::Admin => t::scope_admin(),
    }
}

pub(crate) fn status(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Queued => t::status_queued(),
        JobStatus::Running => t::status_running(),
        JobStatus::Canceling => t::status_canceling(),
        JobStatus::Canceled => t::status_canceled(),
        JobStatus::Succeeded => t::status_succeeded(),
        JobStatus::Failed => t::status_failed(),
        JobStatus::Expired => t::status_expired(),
    }
}

/// What is limited, by the word that stands for it in JSON.
pub(crate) fn limited(what: Limited) -> &'static str {
    match what {
        Limited::Requests => t::limit_requests(),
        Limited::JobsAtOnce => t::limit_jobs_at_once(),
        Limited::JobsPerDay => t::limit_jobs_per_day(),
        Limited::CostPerDay => t::limit_cost_per_day(),
        Limited::UploadBytesPerDay => t::limit_upload_per_day(),
        Limited::StorageBytes => t::limit_storage(),
    }
}

/// Which limit it is, and of which workflow.
pub(crate) fn limit(limit: &Limit) -> String {
    match &limit.workflow {
        Some(workflow) => t::limit_of_workflow(limited(limit.what), workflow),
        None => limited(limit.what).to_owned(),
    }
}

/// A figure of this kind, in its unit.
pub(crate) fn amount(what: Limited, figure: u64) -> String {
    match what {
        Limited::UploadBytesPerDay | Limited::StorageBytes => words::bytes(figure as f64),
        Limited::CostPerDay => {
            let tenths = figure.saturating_mul(10) / MILLION;
            match tenths % 10 {
                0 => (tenths / 10).to_string(),
                tenth => format!("{}.{tenth}", tenths / 10),
            }
        }
        Limited::Requests | Limited::JobsAtOnce | Limited::JobsPerDay => figure.to_string(),
    }
}

/// The part of a limit that is used, in percent, at most 100.
pub(crate) fn percent(limit: &Limit) -> u64 {
    (limit.used.saturating_mul(100) / limit.most.max(1)).min(100)
}

/// Browsers by what is in their names; the first that fits, for some call themselves by several.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// What is kept of the name of a browser that nobody knows, in characters.
const LONGEST: usize = 40;

/// `Firefox on Linux`, from what a browser calls itself.
pub(crate) fn agent(agent: &str) -> String {
    let known = |all: &[(&str, &'static str)]| {
        all.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name)
    };
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => t::session_agent(browser, system),
        (Some(browser), None) => browser.to_owned(),
        _ => agent.chars().take(LONGEST).collect(),
    }
}

/// What happened, by the server's word for it; a word that is newer than this page as it is.
pub(crate) fn happened(what: &str) -> String {
    let known = KINDS.iter().find(|(word, _)| *word == what);
    known.map_or_else(|| what.replace('_', " "), |(_, say)| say().to_owned())
}

/// Says something in the reader's language.
pub(crate) type Words = fn() -> &'static str;

/// Every kind of thing that is written down.
pub(crate) const KINDS: [(&str, Words); 21] = [
    ("signed_in", t::happened_signed_in),
    ("sign_in_failed", t::happened_sign_in_failed),
    ("signed_out", t::happened_signed_out),
    ("session_ended", t::happened_session_ended),
    ("link_made", t::happened_link_made),
    ("link_followed", t::happened_link_followed),
    ("invite_revoked", t::happened_invite_revoked),
    ("registered", t::happened_registered),
    ("password_changed", t::happened_password_changed),
    ("person_changed", t::happened_person_changed),
    ("person_forgotten", t::happened_person_forgotten),
    ("things_kept", t::happened_things_kept),
    ("key_made", t::happened_key_made),
    ("key_used", t::happened_key_used),
    ("key_revoked", t::happened_key_revoked),
    ("limit_hit", t::happened_limit_hit),
    ("job_canceled", t::happened_job_canceled),
    ("workflow_published", t::happened_workflow_published),
    ("workflow_hidden", t::happened_workflow_hidden),
    ("workflow_rolled_back", t::happened_workflow_rolled_back),
    ("workflow_deleted", t::happened_workflow_deleted),
];

/// The limit that was reached, by its word in JSON.
pub(crate) fn limit_hit(word: &str) -> String {
    let quoted = format!("\"{word}\"");
    let known: Option<Limited> = serde_json::from_str(&quoted).ok();
    known.map_or_else(|| word.to_owned(), |what| limited(what).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_what_people_call_it() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/120.0.0.0 Safari/537.36";
        assert_eq!(agent(chrome), "Chrome on Linux");
        let edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 \
                    Edg/120.0";
        assert_eq!(agent(edge), "Edge on Windows");
        let phone =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604";
        assert_eq!(agent(phone), "Safari on iPhone");
        assert_eq!(agent("my-script/1.0"), "my-script/1.0");
    }

    #[test]
    fn amounts_have_their_unit() {
        assert_eq!(amount(Limited::CostPerDay, 1_500_000), "1.5");
        assert_eq!(amount(Limited::CostPerDay, 20_000_000), "20");
        assert_eq!(amount(Limited::StorageBytes, 2_000_000), "2 MB");
        assert_eq!(amount(Limited::JobsPerDay, 7), "7");
    }

    #[test]
    fn whoever_is_over_a_limit_is_at_the_end_of_its_bar() {
        let at =
            |used, most| percent(&Limit { what: Limited::JobsPerDay, most, used, workflow: None });
        assert_eq!((at(1, 4), at(9, 4), at(0, 0)), (25, 100, 0));
    }

    #[test]
    fn a_kind_that_is_newer_than_the_page_is_readable() {
        assert_eq!(happened("signed_in"), "signed in");
        assert_eq!(happened("moon_rose"), "moon rose");
    }
}
