//! Mounts the page.

use yew::prelude::{Html, component, html};

#[component]
fn App() -> Html {
    html! {
        <main>
            <h1>{ "Counterpoint" }</h1>
            <p>{ "The same work, asked and queued." }</p>
        </main>
    }
}

fn main() {
    let host = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"))
        .expect("index.html has the element that the app is mounted in");
    yew::Renderer::<App>::with_root(host).render();
}
