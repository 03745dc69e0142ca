//! The run page without the house around it, for somebody else's site.

use std::sync::Arc;

use leptos::prelude::*;
use wire::Workflow;

use super::{
    MAIN,
    run::{use_run_title, use_workflow},
};
use crate::{
    address::use_here,
    components::{composer::Composer, icon::Icon, stage::Stage},
    desk,
    dom::{Node, view},
    dress,
    home::use_home,
    i18n::t,
};

#[component]
pub(crate) fn EmbedPage(slug: String) -> Node {
    let here = use_here();
    untrack(|| dress::put_on(|name| here.query(name)));
    use_workflow(slug, |workflow| view! { <EmbedRoom workflow /> })
}

#[component]
fn EmbedRoom(workflow: Arc<Workflow>) -> Node {
    let home = use_home();
    let title = workflow.about.title.clone();
    let desk = desk::provide(workflow);
    use_run_title(desk, title);
    view! {
        <div class="embed">
            <Composer embedded=true />
            <main id=MAIN class="embed__stage" tabindex="-1">
                <Stage embedded=true />
                <div class="embed__by">
                    <a href="." target="_blank" rel="noopener">
                        <Icon name="parlor" small=true />
                        {move || t::made_in_parlor(home.name())}
                    </a>
                </div>
            </main>
        </div>
    }
}
