//! Long runs in the page: it says that they are under way, goes on answering, and gives back the memory that they took.

use anyhow::Result;
use counterpoint_browser_tests::Page;
use serde_json::json;

use super::acts::{drawn, quiet, running_at};
use super::screen::devtools;

/// Keeps all that was said of what is under way, and whether the picture was marked as one of before meanwhile.
const LISTEN: &str = "
    window.said = new Set();
    window.unmarked = 0;
    new MutationObserver(() => {
        const label = document.querySelector('.progress label');
        if (!label) return;
        window.said.add(label.textContent);
        if (!document.querySelector('.instrument.behind')) window.unmarked += 1;
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });";

/// Keeps a hold of the memories of the page's modules, the app's first.
const HOLD: &str = "
    window.memories = [];
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const made = WebAssembly[name];
        WebAssembly[name] = async (...given) => {
            const result = await made.call(WebAssembly, ...given);
            const memory = (result.instance ?? result).exports.memory;
            if (memory) window.memories.push(memory);
            return result;
        };
    }";

/// Opens a scenario with so many jobs in the page that is there, and waits until its run is shown.
async fn run_long(page: &Page, scenario: &str, jobs: u32) -> Result<()> {
    page.run::<()>(&format!("location.hash = '{scenario}&set=workload.jobs={jobs}';"), Vec::new()).await?;
    page.wait_until("it is under way", "document.querySelector('.instrument.behind')").await?;
    // A longest run takes a browser some seconds, and a busy machine more.
    let is_over = "!document.querySelector('.instrument.behind')";
    for _ in 0..5 {
        if page.wait_until("it is over", is_over).await.is_ok() {
            break;
        }
    }
    page.wait_until("it is over", is_over).await?;
    page.wait_until("it is shown", &format!("document.body.innerText.includes('{jobs}')")).await?;
    // A very long run opens in a window around what it is about.
    page.run::<()>("document.querySelector(\"[aria-label='Show the whole run']\").click();", Vec::new()).await?;
    page.wait_until("all of it is shown", "document.querySelector('.cp-traffic rect')").await
}

/// Chooses a scenario from the list.
async fn choose(page: &Page, scenario: &str) -> Result<()> {
    let script = "const list = document.querySelector('#scenario');
        list.value = arguments[0];
        list.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, vec![scenario.into()]).await
}

in_each_browser! {
    async fn what_is_under_way_is_said_over_a_picture_that_is_marked_as_of_before(page: Page) {
        running_at(&page, "#order-emails").await?;
        page.run::<()>(LISTEN, Vec::new()).await?;
        run_long(&page, "order-emails", 100_000).await?;
        let (said, unmarked): (Vec<String>, u32) =
            page.run("return [[...window.said], window.unmarked];", Vec::new()).await?;
        assert!(said.contains(&"Running".to_owned()), "{said:?}");
        assert!(said.contains(&"Being laid out".to_owned()), "{said:?}");
        assert_eq!(unmarked, 0);
        quiet(&page).await
    }

    async fn after_a_very_long_run_a_small_scenario_takes_little_memory_again(page: Page) {
        if page.browser() == Browser::Chromium {
            devtools(&page, "Page.addScriptToEvaluateOnNewDocument", json!({ "source": HOLD })).await?;
        }
        running_at(&page, "#order-emails").await?;
        page.run::<()>("window.isOfBefore = true;", Vec::new()).await?;
        // After a short run, the page stays what it is.
        choose(&page, "retry-storm").await?;
        page.wait_until("it is open", "location.hash.startsWith('#retry-storm') && !document.querySelector('.behind')").await?;
        assert!(page.run::<bool>("return window.isOfBefore === true;", Vec::new()).await?);
        run_long(&page, "order-emails", 200_000).await?;
        let megabytes = "return Math.max(0, ...(window.memories ?? []).map((memory) => memory.buffer.byteLength >> 20));";
        let large: u32 = page.run(megabytes, Vec::new()).await?;
        choose(&page, "rest-get-user").await?;
        page.wait_until("the page is a new one", "window.isOfBefore === undefined && document.readyState === 'complete'").await?;
        drawn(&page).await?;
        page.wait_until("the scenario is open", "document.querySelector('h2').textContent === 'GET /user/123'").await?;
        page.wait_until("it is its run", "document.querySelector('.cp-arrows') && !document.querySelector('.behind')").await?;
        let small: u32 = page.run(megabytes, Vec::new()).await?;
        if page.browser() == Browser::Chromium {
            assert!(large > 256, "{large} MiB in the long run");
            assert!((1..32).contains(&small), "{small} MiB afterwards");
        }
        quiet(&page).await
    }
}
