use leptos::{mount::mount_to, prelude::*, task::tick};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Event, HtmlElement, HtmlInputElement};

use crate::{
    dom::{Each, IntoNode, Node, view},
    reactive::{RwSignal, StoredValue, effect},
};

wasm_bindgen_test_configure!(run_in_browser);

/// Draws into a place of its own in the document, for as long as the page of tests lives.
fn drawn(draw: impl FnOnce() -> Node + 'static) -> HtmlElement {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    mount_to(place.clone(), draw).forget();
    place
}

fn find<T: JsCast>(place: &HtmlElement, selector: &str) -> T {
    let found = place.query_selector(selector).unwrap();
    found.unwrap_or_else(|| panic!("no {selector} in {}", place.inner_html())).unchecked_into()
}

fn texts(place: &HtmlElement) -> String {
    place.text_content().unwrap_or_default()
}

#[wasm_bindgen_test]
async fn an_element_of_the_same_shape_stays_and_keeps_its_focus() {
    let number = RwSignal::new(1);
    let place = drawn(move || {
        (move || view! { <input data-number=number.get() class:odd=number.get() % 2 == 1/> })
            .into_node()
    });
    let input: HtmlInputElement = find(&place, "input");
    input.focus().unwrap();
    number.set(2_u32);
    tick().await;
    assert_eq!(document().active_element().as_ref(), Some(input.as_ref()));
    assert_eq!(input.get_attribute("data-number").as_deref(), Some("2"));
    assert!(!input.class_list().contains("odd"));
}

#[wasm_bindgen_test]
async fn an_element_of_another_shape_takes_its_place() {
    let is_link = RwSignal::new(false);
    let place = drawn(move || {
        view! {
            <i></i>
            {move || if is_link.get() { view! { <a>"link"</a> } } else { view! { <b>"words"</b> } }}
            <u></u>
        }
    });
    is_link.set(true);
    tick().await;
    assert_eq!(place.first_element_child().unwrap().tag_name(), "I");
    assert_eq!(place.children().length(), 3);
    assert_eq!(place.children().item(1).unwrap().tag_name(), "A");
}

#[wasm_bindgen_test]
async fn nothing_keeps_a_place_for_something() {
    let word = RwSignal::new(None::<&'static str>);
    let place = drawn(move || view! { <p>"a" {word} "c"</p> });
    assert_eq!(texts(&place), "ac");
    word.set(Some("b"));
    tick().await;
    assert_eq!(texts(&place), "abc");
    word.set(None);
    tick().await;
    assert_eq!(texts(&place), "ac");
}

#[wasm_bindgen_test]
async fn what_changes_alone_is_set_alone() {
    let part = RwSignal::new(0.5);
    let place = drawn(move || {
        view! { <input style=("--p", part) disabled=move || { part.get() > 0.9 } prop:value=move || part.get()/> }
    });
    let input: HtmlInputElement = find(&place, "input");
    assert_eq!(input.value(), "0.5");
    part.set(1.0);
    tick().await;
    assert_eq!(HtmlElement::style(&input).get_property_value("--p").unwrap(), "1");
    assert_eq!((input.value().as_str(), input.disabled()), ("1", true));
}

#[wasm_bindgen_test]
async fn a_handler_is_heard_once_however_often_its_element_was_drawn() {
    let (drawings, heard) = (RwSignal::new(0_u32), StoredValue::new(0));
    let place = drawn(move || {
        (move || {
            let _ = drawings.get();
            view! { <button on:click=move |_| { heard.update_value(|heard| *heard += 1); }>"press"</button> }
        })
        .into_node()
    });
    for drawing in 1..4 {
        drawings.set(drawing);
        tick().await;
    }
    find::<HtmlElement>(&place, "button").click();
    assert_eq!(heard.get_value(), 1);
}

#[wasm_bindgen_test]
async fn a_handler_is_gone_with_its_element() {
    let (is_there, heard) = (RwSignal::new(true), StoredValue::new(0));
    let place = drawn(move || {
        (move || {
            is_there.get().then(|| view! { <button on:click=move |_| { heard.update_value(|heard| *heard += 1); }></button> })
        })
        .into_node()
    });
    let button: HtmlElement = find(&place, "button");
    is_there.set(false);
    tick().await;
    button.dispatch_event(&Event::new("click").unwrap()).unwrap();
    assert_eq!((place.child_element_count(), heard.get_value()), (0, 0));
}

/// A list of numbers, each an input, and how many of them are drawn and not taken down yet.
fn numbers(numbers: RwSignal<Vec<u32>>) -> (HtmlElement, StoredValue<i32>) {
    let alive = StoredValue::new(0);
    let place = drawn(move || {
        view! {
            <Each each=move || numbers.get() key=|number| ((*number).into(), 0) let(number)>
                {
                    alive.update_value(|alive| *alive += 1);
                    on_cleanup(move || { alive.update_value(|alive| *alive -= 1); });
                    view! { <input data-number=number/> }
                }
            </Each>
        }
    });
    (place, alive)
}

fn order(place: &HtmlElement) -> Vec<u32> {
    let items = place.children();
    let number = |at| items.item(at)?.get_attribute("data-number")?.parse().ok();
    (0..items.length()).filter_map(number).collect()
}

#[wasm_bindgen_test]
async fn a_list_follows_its_items_in_every_order() {
    let list = RwSignal::new(vec![1, 2, 3]);
    let (place, alive) = numbers(list);
    let orders =
        [vec![4, 1, 2, 3], vec![3, 1], vec![], vec![5, 6, 7], vec![7, 6, 5], vec![8, 5, 9, 7]];
    for wanted in orders {
        list.set(wanted.clone());
        tick().await;
        assert_eq!(order(&place), wanted);
        assert_eq!(alive.get_value(), wanted.len() as i32, "what is gone is taken down");
    }
}

#[wasm_bindgen_test]
async fn an_item_that_stays_keeps_its_focus_when_others_come_before_it() {
    let list = RwSignal::new(vec![1, 2]);
    let (place, _) = numbers(list);
    let second: HtmlInputElement = find(&place, "[data-number='2']");
    second.focus().unwrap();
    list.set(vec![9, 8, 1, 2]);
    tick().await;
    assert_eq!(document().active_element().as_ref(), Some(second.as_ref()));
}

#[wasm_bindgen_test]
async fn an_effect_of_an_item_ends_with_the_item_only() {
    let (list, told, seen) =
        (RwSignal::new(vec![1_u32, 2]), RwSignal::new(0), StoredValue::new(Vec::new()));
    drawn(move || {
        view! {
            <Each each=move || list.get() key=|number| ((*number).into(), 0) let(number)>
                {
                    effect(move || {
                        let told = told.get();
                        seen.update_value(|seen| seen.push((number, told)));
                    });
                    view! { <p></p> }
                }
            </Each>
        }
    });
    tick().await;
    list.set(vec![2]);
    tick().await;
    told.set(1);
    tick().await;
    assert_eq!(seen.get_value(), [(1, 0), (2, 0), (2, 1)]);
}

#[wasm_bindgen_test]
fn drawings_are_in_the_namespace_of_drawings() {
    let place = drawn(|| view! { <svg><path d="M0 0"/></svg> });
    let path: web_sys::Element = find(&place, "path");
    assert_eq!(path.namespace_uri().as_deref(), Some("http://www.w3.org/2000/svg"));
}
