//! What a person does, in words for the stories.

use anyhow::{Context, Result};
use counterpoint_browser_tests::Page;
use serde_json::json;

/// The playhead's moment in microseconds, as an expression in the page.
pub const MOMENT: &str = "Number(document.querySelector('#scrubber').value)";

/// The height of the playhead's line in the picture in pixels of the scene, of which the page makes 14 a `rem`, likewise.
pub const PLAYHEAD: &str = "14 * Number(document.querySelector('.playhead').style.transform.match(/[0-9.]+/)[0])";

/// Opens a place in the page and waits for its picture.
pub async fn running_at(page: &Page, place: &str) -> Result<()> {
    page.open(place).await?;
    drawn(page).await
}

/// Loads the page anew and waits for its picture.
pub async fn reload(page: &Page) -> Result<()> {
    // Firefox complains of a script that was still on its way.
    let come = "performance.getEntriesByType('resource').some(({ name }) => name.includes('/later-'))";
    page.wait_until("the later part of the page is there", come).await?;
    page.driver().refresh().await?;
    drawn(page).await
}

pub async fn drawn(page: &Page) -> Result<()> {
    page.wait_until_running().await?;
    page.wait_until("the picture is drawn", "document.querySelector('.body .cp-arrows')").await
}

/// Follows a link to a scenario, as the library has them.
pub async fn follow(page: &Page, link: &str) -> Result<()> {
    let script = "const link = document.createElement('a');
        link.href = '#' + arguments[0];
        document.body.append(link);
        link.click();
        link.remove();";
    page.run(script, vec![link.into()]).await
}

pub async fn click(page: &Page, selector: &str) -> Result<()> {
    let clicked: bool = page
        .run(
            "const found = document.querySelector(arguments[0]); found?.click(); return found !== null;",
            vec![selector.into()],
        )
        .await?;
    clicked.then_some(()).with_context(|| format!("nothing in the page is `{selector}`"))
}

/// Presses a key where the focus is.
pub async fn press(page: &Page, key: &str) -> Result<()> {
    let script = "document.activeElement.dispatchEvent(
        new KeyboardEvent('keydown', { key: arguments[0], bubbles: true, cancelable: true }));";
    page.run(script, vec![key.into()]).await
}

/// Moves a slider, as a hand does.
pub async fn slide(page: &Page, selector: &str, value: u64) -> Result<()> {
    let script = "const slider = document.querySelector(arguments[0]);
        slider.value = arguments[1];
        slider.dispatchEvent(new InputEvent('input', { bubbles: true }));";
    page.run(script, vec![selector.into(), json!(value)]).await
}

/// Types a value and leaves the field.
pub async fn type_in(page: &Page, selector: &str, text: &str) -> Result<()> {
    let script = "const field = document.querySelector(arguments[0]);
        field.focus();
        field.value = arguments[1];
        field.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, vec![selector.into(), text.into()]).await
}

/// Takes the playhead to a moment by the scrubber.
pub async fn seek(page: &Page, micros: u64) -> Result<()> {
    // The readout, for the scrubber's own value is there before anything has followed it.
    let read = "return [document.querySelector('.readout b').textContent, document.querySelector('#scrubber').value];";
    let (before, at): (String, String) = page.run(read, Vec::new()).await?;
    if at == micros.to_string() {
        return Ok(());
    }
    slide(page, "#scrubber", micros).await?;
    let before = serde_json::to_string(&before)?;
    let there = format!("document.querySelector('.readout b').textContent !== {before}");
    page.wait_until("the readout is there", &there).await?;
    page.frame().await
}

/// A story ends without a complaint on the console.
pub async fn quiet(page: &Page) -> Result<()> {
    assert_eq!(page.complaints().await?, Vec::<String>::new());
    Ok(())
}

/// Waits for a notice with these words.
pub async fn expect_notice(page: &Page, words: &str) -> Result<()> {
    let said = format!("document.querySelector('.notice')?.innerText.includes({words:?})");
    page.wait_until(&format!("a notice says `{words}`"), &said).await
}

/// Waits for the static picture, with these words beside it.
pub async fn expect_picture_and(page: &Page, words: &str) -> Result<()> {
    let said = format!("document.querySelector('#fallback-note')?.innerText.includes({words:?})");
    page.wait_until(&format!("the note says `{words}`"), &said).await?;
    let drawn = "document.querySelector('#fallback-picture').naturalWidth > 0";
    page.wait_until("the picture is drawn", drawn).await
}
