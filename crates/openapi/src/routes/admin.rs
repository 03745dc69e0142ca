//! The house, for its owner.

use serde_json::json;
use wire::{
    AuditPage, HouseBackend, HouseJobList, HouseLimits, JobId, Key, Link, MadeLink, NewInvite,
    Person, PersonChange, Session,
};

use crate::operation::{Content, Needs, Operation, delete, get, json, number, patch, post, text};
use crate::shape::{Shape, of};

pub(super) fn routes() -> Vec<Operation> {
    let uuid = || Shape::Literal(json!({"type": "string", "format": "uuid"}));
    let all = vec![
        get("/admin/people", "list_people").says("Everybody with an account", "").answers(
            200,
            json::<Vec<Person>>(),
            "All of them.",
        ),
        patch("/admin/people/{id}", "change_person")
            .says("Change what somebody may", "What is said is changed.")
            .takes::<PersonChange>(json!({"standing": "active", "grants": ["graph"]}))
            .answers(200, json::<Person>(), "Who they are now.")
            .refuses(&[409, 422]),
        delete("/admin/people/{id}", "delete_person")
            .says("Delete somebody", "With all that is theirs.")
            .answers_nothing("They are gone.")
            .refuses(&[409]),
        post("/admin/people/{id}/reset", "make_reset")
            .says(
                "A link for a new password",
                "It is void when whoever made it is no active owner any more.",
            )
            .answers(201, json::<MadeLink>(), "To be passed on."),
        get("/admin/invites", "list_invites")
            .says("Invitations", "That nobody has followed yet.")
            .answers(200, json::<Vec<Link>>(), "All of them."),
        post("/admin/invites", "invite")
            .says("Invite somebody", "")
            .takes::<NewInvite>(json!({"grants": [], "hours": 168}))
            .answers(201, json::<MadeLink>(), "The link, to be passed on.")
            .refuses(&[422]),
        delete("/admin/invites/{id}", "revoke_invite")
            .says("Revoke an invitation", "")
            .answers_nothing("It is void."),
        get("/admin/keys", "list_all_keys").says("Everybody's API keys", "").answers(
            200,
            json::<Vec<Key>>(),
            "All of them.",
        ),
        delete("/admin/keys/{id}", "revoke_any_key")
            .says("Revoke an API key", "Whosever it is.")
            .answers_nothing("It is revoked."),
        get("/admin/sessions", "list_all_sessions")
            .says("Everybody's browsers that are signed in", "")
            .answers(200, json::<Vec<Session>>(), "All of them."),
        delete("/admin/sessions/{id}", "end_any_session")
            .says("Sign a browser out", "Whosever it is.")
            .answers_nothing("It is out."),
        get("/admin/jobs", "list_all_jobs")
            .says("Everybody's jobs", "Without what was asked for, which is theirs.")
            .query("cursor", of::<JobId>(), "`next` of the page before.")
            .query(
                "unfinished",
                Shape::Literal(json!({"type": "boolean"})),
                "Only those that are not over.",
            )
            .answers(200, json::<HouseJobList>(), "One page, the newest first."),
        post("/admin/jobs/{id}/cancel", "cancel_any_job")
            .says("Stop a job", "Whosever it is.")
            .answers_nothing("It was told to stop."),
        get("/admin/backends", "list_backends")
            .says("The ComfyUI servers", "How they are now. Which there are, the settings say.")
            .answers(200, json::<Vec<HouseBackend>>(), "All of them, in their order."),
        get("/admin/settings", "list_settings")
            .says(
                "The settings",
                "Those that count now, by their names in `parlor.toml`, without secrets. They are changed there, \
                 on the command line or in the environment, and count from the next start.",
            )
            .answers(200, Content::Json(Shape::Literal(json!({"type": "object"}))), "By their names."),
        get("/admin/limits", "list_limits")
            .says("What people may", "And who has used half of it or more.")
            .answers(200, json::<HouseLimits>(), "The limits."),
        get("/admin/audit", "list_audit")
            .says("What happened", "The newest first.")
            .query("cursor", number(0, i64::MAX), "`next` of the page before.")
            .query("what", text(), "Only of this kind.")
            .query("principal", uuid(), "Only what this one did.")
            .answers(200, json::<AuditPage>(), "One page."),
    ];
    all.into_iter().map(|operation| operation.needs(Needs::Owner)).collect()
}
