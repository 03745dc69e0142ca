//! Signing in and out.

use serde_json::json;
use wire::{Follow, Link, Me, SignIn};

use crate::operation::{Needs, Operation, delete, get, json, post, text};

pub(super) fn routes() -> Vec<Operation> {
    let sign_in = || json!({"name": "ada", "password": "correct horse battery"});
    vec![
        post("/session", "sign_in")
            .says("Sign in", "Sets the cookie. A session that the browser had before ends.")
            .needs(Needs::Anybody)
            .takes::<SignIn>(sign_in())
            .answers(200, json::<Me>(), "Who you are now.")
            .refuses(&[403, 422]),
        delete("/session", "sign_out")
            .says("Sign out", "")
            .needs(Needs::Anybody)
            .answers_nothing("You are out."),
        post("/registration", "register")
            .says("Ask for an account", "If the house allows that; the owner approves it.")
            .needs(Needs::Anybody)
            .takes::<SignIn>(sign_in())
            .answers_any(202, Vec::new(), "The owner was asked.")
            .refuses(&[403, 409, 422]),
        post("/links/look", "look_at_link")
            .says("What a one-time link is for", "")
            .needs(Needs::Anybody)
            .takes::<Follow>(json!({"token": "what stands behind #link="}))
            .answers(200, json::<Link>(), "What it is for.")
            .refuses(&[403, 404]),
        post("/links/follow", "follow_link")
            .says("Follow a one-time link", "An `invite` needs name and password, a `reset` the password, an `owner` link neither.")
            .needs(Needs::Anybody)
            .takes::<Follow>(json!({"token": "what stands behind #link=", "name": "ada", "password": "correct horse battery"}))
            .answers(200, json::<Me>(), "Who you are now; the cookie is set.")
            .refuses(&[403, 404, 409, 422]),
        get("/session/oidc", "leave_to_sign_in")
            .says("Sign in elsewhere", "Leads a browser to the identity provider, where the house has one.")
            .needs(Needs::Anybody)
            .answers_any(303, Vec::new(), "To the provider.")
            .with(&["Location"])
            .refuses(&[404, 503]),
        get("/session/oidc/return", "come_back")
            .says("Come back from there", "For browsers that left by `/session/oidc`.")
            .needs(Needs::Anybody)
            .query("code", text(), "From the provider.")
            .query("state", text(), "Ours.")
            .query("error", text(), "Why it lets nobody in.")
            .answers_any(303, Vec::new(), "Signed in: to the first page.")
            .with(&["Location"])
            .refuses(&[403, 404, 503]),
    ]
}
