//! The headline: a person makes the receiver fail for 400 ms, and sees what each style does about it.

use anyhow::Result;
use counterpoint_browser_tests::Page;
use thirtyfour::{By, Key};

use crate::acts::{quiet, reload, running_at, type_in};

/// Each scenario with the number and name of the control that makes its receiver fail.
const SCENARIOS: [(&str, &str, &str); 2] =
    [("#rest-get-user", "#parameter-2", "Service away for"), ("#message-queue", "#parameter-0", "Reader away for")];

async fn wait_for_length(page: &Page, name: &str, length: &str) -> Result<()> {
    let shown = format!("document.querySelector(\"[aria-label='{name}, exactly']\").value === '{length}'");
    page.wait_until(&format!("the fault lasts {length}"), &shown).await?;
    // The control follows at once, the run and what is told of it a little later.
    page.wait_until("its run is shown", "!document.querySelector('.instrument.behind')").await
}

/// What each side's card says.
async fn told(page: &Page) -> Result<(String, String)> {
    let cards = "[...document.querySelectorAll('.verdicts .card')].map((card) => card.innerText)";
    page.run(&format!("return {cards};"), Vec::new()).await
}

async fn both_sides_tell_it(page: &Page) -> Result<()> {
    page.wait_until("the verdict names it", "document.querySelector('.verdicts').innerText.includes('400 ms')").await?;
    let (asked, queued) = told(page).await?;
    assert!(asked.contains("failed") && asked.contains("down from 0 ms to 400 ms"), "{asked}");
    assert!(queued.contains("Nothing was lost") && queued.contains("down from 0 ms to 400 ms"), "{queued}");
    let bands = "document.querySelectorAll('.body .cp-down').length >= 2";
    page.wait_until("both sides draw it", bands).await
}

in_each_browser! {
    async fn the_receiver_is_made_to_fail_by_the_keyboard(page: Page) {
        for (place, slider, name) in SCENARIOS {
            running_at(&page, place).await?;
            reload(&page).await?;
            let slider = page.driver().find(By::Css(slider)).await?;
            slider.send_keys(Key::Home).await?;
            wait_for_length(&page, name, "0 ms").await?;
            let (asked, queued) = told(&page).await?;
            assert!(!asked.contains("down") && !queued.contains("down"), "{asked}\n{queued}");
            slider.send_keys(Key::Right + "").await?;
            wait_for_length(&page, name, "10 ms").await?;
            let rest: String = (0..39).map(|_| Key::Right.value()).collect();
            slider.send_keys(rest).await?;
            wait_for_length(&page, name, "400 ms").await?;
            both_sides_tell_it(&page).await?;
        }
        quiet(&page).await
    }

    async fn the_receiver_is_made_to_fail_by_the_mouse(page: Page) {
        for (place, slider, name) in SCENARIOS {
            running_at(&page, place).await?;
            reload(&page).await?;
            let element = page.driver().find(By::Css(slider)).await?;
            element.scroll_into_view().await?;
            // Two fifths along the way of the thumb's middle, from the middle.
            let wide: f64 = page.run(
                &format!("return document.querySelector('{slider}').getBoundingClientRect().width - 16;"), Vec::new()).await?;
            let along = (wide * (0.4 - 0.5)).round() as i64;
            page.driver().action_chain().move_to_element_with_offset(&element, along, 0).click().perform().await?;
            page.wait_until("it fails for about as long", &format!(
                "Math.abs(parseInt(document.querySelector(\"[aria-label='{name}, exactly']\").value) - 400) <= 40")).await?;
            type_in(&page, &format!("[aria-label='{name}, exactly']"), "400 ms").await?;
            wait_for_length(&page, name, "400 ms").await?;
            both_sides_tell_it(&page).await?;
        }
        quiet(&page).await
    }

    async fn the_outage_lives_in_the_link(page: Page) {
        running_at(&page, "#rest-get-user&set=changes.outage.for=400ms").await?;
        both_sides_tell_it(&page).await?;
        wait_for_length(&page, "Service away for", "400 ms").await?;
        quiet(&page).await
    }
}
