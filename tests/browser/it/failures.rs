//! What breaks down, is missing or is forbidden: it is said, and what a person had is kept.

use anyhow::Result;
use counterpoint_browser_tests::Page;

use crate::acts::{click, expect_notice, expect_picture_and, quiet, running_at, type_in};

const PLACE: &str = "#order-emails";
const SEED: &str = "#seed-exact";
/// The progress of what takes long, with its button.
const CANCEL: &str = ".progress .button";

/// An engine that breaks down as by a trap when it is told of a certain seed, once it is up.
const BREAKS: &str = "let up, deadly;
const trap = () => { if (up && deadly) throw new WebAssembly.RuntimeError('unreachable'); };
const post = self.postMessage.bind(self);
self.postMessage = (message, ...more) => {
    up ||= message.up;
    post(message, ...more);
    setTimeout(trap);
};
self.addEventListener('message', ({ data }) => {
    deadly ||= new TextDecoder('latin1').decode(data).includes('4242');
    trap();
});\n";
/// An engine that does not come back when it is told of a certain seed.
const HANGS: &str = "self.addEventListener('message', ({ data }) => {
    if (new TextDecoder('latin1').decode(data).includes('4242')) for (;;);
});\n";
/// An error as a trap in the app is one. A test's own script will not do, for of its errors a page is not told.
const TRAP: &str = "window.trap = () => setTimeout(() => {
    throw new WebAssembly.RuntimeError('unreachable executed');
});\n";

in_each_browser! {
    async fn an_engine_that_breaks_down_is_replaced_and_nothing_else_is_lost(page: Page) {
        page.site().put_before("worker", BREAKS);
        running_at(&page, PLACE).await?;
        change_seed(&page, "7").await?;
        type_in(&page, SEED, "4242").await?;
        expect_notice(&page, "the engine broke down over it (").await?;
        page.wait_until("the seed is the one of what is shown", &format!("{} === '7'", value_of(SEED))).await?;
        page.wait_until("so is the address", "location.hash.includes('&seed=7')").await?;
        change_seed(&page, "8").await?;
        assert!(!page.text(".notices").await?.contains("broke down"), "what was said of it goes with the next order");
        Ok(())
    }

    async fn a_link_that_breaks_the_engine_opens_its_scenario_as_it_came(page: Page) {
        page.site().put_before("worker", BREAKS);
        running_at(&page, "#order-emails&v=1&seed=4242").await?;
        expect_notice(&page, "the engine broke down over it (").await?;
        page.wait_until("a reload will not break it again", "location.hash === '#order-emails&v=1'").await?;
        change_seed(&page, "7").await
    }

    async fn an_engine_that_does_not_answer_can_be_cancelled(page: Page) {
        page.site().put_before("worker", HANGS);
        running_at(&page, PLACE).await?;
        page.wait_until("the engine is there", "document.querySelector('#seed-exact')").await?;
        type_in(&page, SEED, "4242").await?;
        page.wait_until("it says that it takes long", &format!("document.querySelector('{CANCEL}')")).await?;
        click(&page, CANCEL).await?;
        page.wait_until("it has been cancelled", &format!("!document.querySelector('{CANCEL}')")).await?;
        change_seed(&page, "7").await?;
        quiet(&page).await
    }

    async fn says_so_when_the_app_traps(page: Page) {
        page.site().put_before("boot", TRAP);
        running_at(&page, "#order-emails&v=1&job=3").await?;
        page.run::<()>("window.trap();", Vec::new()).await?;
        expect_picture_and(&page, "has stopped: unreachable executed.").await?;
        let way_out = "document.querySelector('#fallback-note a')?.href === location.href.split('#')[0]";
        page.wait_until("there is a way past the address", way_out).await
    }

    /// Nobody misses it before something is asked that only the engine can answer.
    async fn says_that_the_engine_is_still_coming_once_something_was_asked(page: Page) {
        page.site().hold("engine-");
        running_at(&page, PLACE).await?;
        let come = "performance.getEntriesByType('resource').some(({ name }) => name.includes('/later-'))";
        page.wait_until("the later part of the page is there", come).await?;
        page.frame().await?;
        assert!(page.run::<bool>("return !document.querySelector('.progress');", Vec::new()).await?);
        page.run::<()>("location.hash = 'order-emails&seed=7';", Vec::new()).await?;
        let label = "document.querySelector('.progress label')?.textContent";
        page.wait_until("it is said", &format!("{label} === 'The engine is still coming'")).await?;
        let stands = "document.querySelector('.instrument.behind .body .cp-arrows')";
        page.wait_until("what is shown is marked as of before", stands).await?;
        page.site().let_go();
        page.wait_until("it is not said any more", &format!("{label} !== 'The engine is still coming'")).await?;
        page.wait_until("it has run", "!document.querySelector('.instrument.behind')").await?;
        page.wait_until("it is the run that was asked for", &format!("{} === '7'", value_of(SEED))).await?;
        quiet(&page).await
    }

    async fn plays_and_says_why_no_more_where_there_are_no_workers(page: Page) {
        page.site().put_before("boot", "delete window.Worker;\n");
        running_at(&page, PLACE).await?;
        expect_notice(&page, "The engine could not be had: this browser has no workers").await?;
        quiet(&page).await
    }

    async fn plays_and_says_why_no_more_where_a_policy_forbids_workers(page: Page) {
        page.site().demand("worker-src 'none'");
        running_at(&page, PLACE).await?;
        expect_notice(&page, "The engine could not be had: the content policy of this page forbids workers").await
    }

    /// What a host has to allow for it is said in README.md.
    async fn runs_where_texts_are_no_markup_without_a_policy(page: Page) {
        page.site().demand("require-trusted-types-for 'script'; trusted-types default");
        running_at(&page, PLACE).await?;
        change_seed(&page, "7").await?;
        quiet(&page).await
    }

    async fn asks_the_server_for_a_recording_by_a_scenarios_name_and_for_nothing_else_that_an_address_says(page: Page) {
        for (place, said) in [("#no-such-scenario", "no-such-scenario"), ("#../no%2fsuch", "../no/such")] {
            running_at(&page, place).await?;
            expect_notice(&page, &format!("there is no scenario `{said}`")).await?;
            page.driver().goto("about:blank").await?;
        }
        let asked_for = page.site().asked_for();
        let by_name: Vec<&String> = asked_for.iter().filter(|name| name.contains("such")).collect();
        assert!(matches!(by_name[..], [name] if name.starts_with("covers-") && name.ends_with("/no-such-scenario")), "{by_name:?}");
        Ok(())
    }
}

/// Types a seed that does no harm, and waits for its run.
async fn change_seed(page: &Page, seed: &str) -> Result<()> {
    type_in(page, SEED, seed).await?;
    page.wait_until("it is taken", &format!("location.hash.includes('&seed={seed}')")).await?;
    page.wait_until("it has run", "!document.querySelector('.instrument.behind')").await
}

fn value_of(field: &str) -> String {
    format!("document.querySelector('{field}').value")
}
