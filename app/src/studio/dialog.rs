//! A dialog with a title and a way out.

use leptos::{html, prelude::*};

use crate::{
    components::icon::Icon,
    dom::{Children, Node, view},
    i18n::t as words,
};

#[component]
pub(super) fn Dialog(
    /// Of the title.
    id: &'static str,
    #[prop(into)] title: String,
    /// Stands at the edge of the screen and is as high as that.
    #[prop(optional)]
    drawer: bool,
    /// Also when the person pressed *Escape*.
    on_close: Callback<()>,
    children: Children,
) -> Node {
    let dialog = NodeRef::<html::Dialog>::new();
    dialog.on_load(|dialog| {
        let _ = dialog.show_modal();
    });
    // As *Escape* does: the browser gives the focus back to where it was.
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog
            class="choose"
            class=("choose--drawer", drawer)
            node_ref=dialog
            aria-labelledby=id
            on:close=move |_| on_close.run(())
        >
            <div class="choose__head">
                <h2 id=id>{title}</h2>
                <button
                    type="button"
                    class="ib"
                    aria-label=words::close()
                    on:click=close
                >
                    <Icon name="x" />
                </button>
            </div>
            {children.draw()}
        </dialog>
    }
}
