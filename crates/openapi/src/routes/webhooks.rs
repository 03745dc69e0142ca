//! Programs that are told of jobs.

use serde_json::json;
use wire::{Delivery, DeliveryPage, DeliveryStatus, JobId, MadeWebhook, NewWebhook, Webhook};

use crate::operation::{Needs, Operation, delete, get, json, number, post, text};
use crate::shape::of;

pub(super) fn routes() -> Vec<Operation> {
    vec![
        get("/webhooks", "list_webhooks")
            .says("Your webhooks", "Those for all of your jobs, without their secrets.")
            .needs(Needs::Account)
            .answers(200, json::<Vec<Webhook>>(), "All of them."),
        post("/webhooks", "make_webhook")
            .says(
                "Make a webhook",
                "It is told of every job of yours from now on, by Standard Webhooks 1.0.0. Twenty at \
                 most, each of another address.",
            )
            .needs(Needs::Account)
            .takes::<NewWebhook>(json!({"url": "https://shop.example.org/hooks/parlor"}))
            .answers(201, json::<MadeWebhook>(), "The only answer that ever holds its secret.")
            .refuses(&[409, 422]),
        delete("/webhooks/{id}", "delete_webhook")
            .says("Delete a webhook", "With the log of what was told there.")
            .needs(Needs::Account)
            .answers_nothing("It is told nothing any more."),
        get("/webhooks/deliveries", "list_deliveries")
            .says("What was told", "The newest first, with every attempt; kept for 14 days.")
            .query("job", of::<JobId>(), "Only of this job.")
            .query("status", of::<DeliveryStatus>(), "Only what has come so far.")
            .query("cursor", text(), "`next` of the page before.")
            .query("limit", number(1, 100), "How many at most; 50 when nothing is said.")
            .answers(200, json::<DeliveryPage>(), "One page."),
        post("/webhooks/deliveries/{id}/replay", "replay_delivery")
            .says("Tell it again", "The same under the same `webhook-id`, as if for the first time.")
            .answers(202, json::<Delivery>(), "It is on its way."),
    ]
}
