//! The library: from the start of the page to a use and a parameter changed, by keyboard and by mouse.

use anyhow::{Context, Result};
use counterpoint_browser_tests::{Page, later};
use thirtyfour::prelude::*;

use crate::acts::{click, quiet, running_at};

const SHEET: &str = ".library-sheet[open]";
const SECTION: &str = "#library .library-body";

in_each_browser! {
    async fn a_use_is_found_by_keyboard_and_a_parameter_changed(page: Page) {
        running_at(&page, "").await?;
        page.run::<()>("document.querySelector('.picker').focus();", Vec::new()).await?;
        press(&page, Key::Enter + "").await?;
        page.wait_until("the sheet is there", &shown(SHEET)).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        press(&page, "Kafka soap").await?;
        page.wait_until("it is said what would do", &says(SHEET, "Without “kafka” there ")).await?;
        let clear: String = (0..10).map(|_| Key::Backspace.value()).collect();
        press(&page, clear).await?;
        press(&page, "order e-mails crash").await?;
        page.wait_until("it is found", &format!("{} && {}", says(SHEET, "scenarios"), titles(SHEET, "Order e-mails"))).await?;
        press(&page, Key::Enter + "").await?;
        page.wait_until("it is open", "location.hash === '#order-emails&v=1' && !document.querySelector('dialog')").await?;
        page.wait_until("it is read from its title", "document.activeElement.id === 'title'").await?;
        // The first parameter is the next control.
        press(&page, Key::Tab + "").await?;
        press(&page, Key::Right + "").await?;
        page.wait_until("it is changed", "location.hash.includes('&set=')").await?;
        page.driver().back().await?;
        page.wait_until("the first is open again", "document.title.startsWith('GET /user/123')").await?;
        quiet(&page).await
    }

    async fn a_use_is_found_by_mouse_under_the_page_and_a_parameter_changed(page: Page) {
        running_at(&page, "").await?;
        let asked_for = || page.site().asked_for().iter().filter(|name| name.starts_with("library-")).count();
        assert_eq!(asked_for(), 0, "it comes when it is in view");
        page.wait_until("it has its place", "!document.querySelector('#library').hidden").await?;
        // What comes above it meanwhile moves it out of sight.
        let in_sight = "document.querySelector('#library').scrollIntoView()";
        page.wait_until("it is listed", &format!("({in_sight}, {})", shown(SECTION))).await?;
        let seen = format!("({in_sight}, document.querySelector('{SECTION} img').naturalWidth > 0)");
        page.wait_until("a picture is seen", &seen).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        for chip in ["Kafka", "Done twice"] {
            let chip = page.driver().find(By::XPath(format!("//*[@id='library']//button[text()='{chip}']"))).await?;
            chip.click().await?;
        }
        page.wait_until("it is found", &format!("{} && {}", says(SECTION, "scenario"), lists(SECTION, "kafka-rebalance"))).await?;
        page.driver().find(By::Css(format!("{SECTION} a[href='#kafka-rebalance']"))).await?.click().await?;
        page.wait_until("it is open", "location.hash === '#kafka-rebalance&v=1'").await?;
        page.wait_until("its title is in sight", "document.querySelector('#title').getBoundingClientRect().top >= 0").await?;
        let slider = page.driver().find(By::Css("input[type=range]")).await?;
        page.driver().action_chain().move_to_element_with_offset(&slider, 20, 0).click().perform().await?;
        page.wait_until("it is changed", "location.hash.includes('&set=')").await?;
        quiet(&page).await
    }

    async fn what_to_look_at_next_leads_there(page: Page) {
        running_at(&page, "").await?;
        page.driver().find(By::Css(".next a")).await?.click().await?;
        page.wait_until("it is open", "document.title.startsWith('A message, read later')").await?;
        assert!(page.run::<bool>("return document.querySelector('.next') === null;", Vec::new()).await?, "of the first only");
        quiet(&page).await
    }

    async fn says_what_still_works_when_the_index_cannot_be_had(page: Page) {
        let index = later()?.into_iter().find(|name| name.starts_with("library-") && name.ends_with(".json"));
        page.site().lose(&index.context("there is no index")?);
        running_at(&page, "").await?;
        click(&page, ".picker").await?;
        page.wait_until("it is said", "document.querySelector('#library').innerText.includes('could not be had: the server answered 404')").await?;
        page.run::<()>("location.hash = 'order-emails';", Vec::new()).await?;
        page.wait_until("a link by name works", "document.title.startsWith('Order e-mails')").await
    }
}

/// Presses keys where the focus is, as a person does.
async fn press(page: &Page, keys: impl Into<TypingData>) -> Result<()> {
    Ok(page.driver().active_element().await?.send_keys(keys).await?)
}

/// There are entries in the list in that place.
fn shown(place: &str) -> String {
    format!("document.querySelector('{place} .library-card')")
}

fn says(place: &str, words: &str) -> String {
    format!("document.querySelector('{place} .library-count')?.textContent.includes('{words}')")
}

/// The first entry has that title.
fn titles(place: &str, title: &str) -> String {
    format!("document.querySelector('{place} h4')?.textContent === '{title}'")
}

fn lists(place: &str, name: &str) -> String {
    format!("document.querySelector('{place} a[href=\"#{name}\"]') !== null")
}
