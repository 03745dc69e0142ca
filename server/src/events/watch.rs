//! One viewer's view of a topic.

use std::sync::Arc;

use bytes::Bytes;
use wire::JobId;

use super::topic::{Payload, Topic, Version};
use super::{Hub, News};
use crate::auth::PrincipalId;

/// What a viewer is told next.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// A message, shared with all other viewers.
    News(Arc<News>),
    /// A whole binary frame, shared with all other viewers.
    Preview(Bytes),
    /// The job is new, or what happened to it is not kept any more: send a
    /// snapshot. What comes after may repeat parts of it.
    Resync(JobId),
}

/// One viewer's view of what happens. Dropping it ends it.
#[derive(Debug)]
pub struct Watch {
    hub: Hub,
    principal: PrincipalId,
    topic: Arc<Topic>,
    /// Only this one.
    job: Option<JobId>,
    /// Up to where it has seen everything.
    seen: Version,
    /// From before it began.
    previews: Vec<Bytes>,
}

impl Watch {
    pub(super) fn new(
        hub: Hub,
        principal: PrincipalId,
        (topic, job): (Arc<Topic>, Option<JobId>),
    ) -> Self {
        let (seen, previews) = topic.join(job);
        Self { hub, principal, topic, job, seen, previews }
    }

    /// What to tell the viewer next. Waits until there is something. Dropping
    /// the future loses nothing.
    pub async fn next(&mut self) -> Told {
        loop {
            let topic = Arc::clone(&self.topic);
            let mut news = std::pin::pin!(topic.news.notified());
            // Listening first, looking second: nothing falls between the two.
            news.as_mut().enable();
            if let Some(told) = self.try_next() {
                return told;
            }
            news.await;
        }
    }

    /// What to tell the viewer next, if there is something now.
    pub fn try_next(&mut self) -> Option<Told> {
        if let Some(frame) = self.previews.pop() {
            return Some(Told::Preview(frame));
        }
        let (version, item) = self.topic.next(self.seen, self.job)?;
        self.seen = version;
        Some(match item.payload {
            Payload::News(news) => Told::News(news),
            Payload::Preview(frame) => Told::Preview(frame),
            Payload::Resync => Told::Resync(item.job),
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.topic.leave();
        self.hub.forget_idle(self.principal);
    }
}
