//! Sides that are systems: the engine fetches the part that knows them when one is to be run.

use counterpoint_browser_tests::Page;

use crate::acts::{click, quiet, reload, running_at, slide};

const VERDICTS: &str = ".verdicts";

/// Waits until the verdicts are others than these.
async fn others_than(page: &Page, before: &str) -> anyhow::Result<()> {
    let differ = format!("document.querySelector('{VERDICTS}').innerText !== {}", serde_json::to_string(before)?);
    page.wait_until("the verdicts are others", &differ).await
}

in_each_browser! {
    async fn a_system_that_is_opened_can_be_changed(page: Page) {
        running_at(&page, "#system-outbox").await?;
        let before = page.text(VERDICTS).await?;
        let last: u64 = page.run("return Number(document.querySelector('#parameter-1').max);", Vec::new()).await?;
        slide(&page, "#parameter-1", last).await?;
        others_than(&page, &before).await?;
        let changed = page.text(VERDICTS).await?;
        reload(&page).await?;
        let same = format!("document.querySelector('{VERDICTS}').innerText === {}", serde_json::to_string(&changed)?);
        page.wait_until("the address holds it", &same).await?;
        click(&page, "#Reset").await?;
        let same = format!("document.querySelector('{VERDICTS}').innerText === {}", serde_json::to_string(&before)?);
        page.wait_until("it is as it was", &same).await?;
        quiet(&page).await
    }

    async fn a_system_is_chosen_when_the_engine_has_run_something_else(page: Page) {
        running_at(&page, "#order-emails").await?;
        let before = page.text(VERDICTS).await?;
        slide(&page, "#parameter-1", 3).await?;
        others_than(&page, &before).await?;
        let before = page.text(VERDICTS).await?;
        running_at(&page, "#system-gateway").await?;
        others_than(&page, &before).await?;
        let before = page.text(VERDICTS).await?;
        let last: u64 = page.run("return Number(document.querySelector('#parameter-1').max);", Vec::new()).await?;
        slide(&page, "#parameter-1", last).await?;
        others_than(&page, &before).await?;
        quiet(&page).await
    }
}
