//! The page opens: as the app, and where the app cannot run as a picture with a sentence.

use anyhow::{Context, Result};
use counterpoint_browser_tests::{Motion, Page, Scheme, first_load};

in_each_browser! {
    async fn opens_without_a_complaint(page: Page) {
        page.open("").await?;
        page.wait_until_running().await?;
        assert_eq!(page.text("h1").await?, "Counterpoint");
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    }

    /// What `cargo xtask` weighs is what the browser asked for, no less.
    async fn first_load_is_what_is_weighed(page: Page) {
        page.open("").await?;
        page.wait_until_running().await?;
        let weighed = first_load()?;
        for name in page.site().asked_for() {
            let name = if name.is_empty() { "index.html" } else { &name };
            assert!(weighed.iter().any(|weighed| weighed == name), "{name} is not weighed");
        }
        Ok(())
    }

    async fn is_accessible_in_both_schemes_and_on_a_phone(page: Page) {
        page.open("").await?;
        page.wait_until_running().await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            page.set_preferences(scheme, Motion::Usual).await?;
            for width in [1200, 390] {
                page.set_viewport(width, 800).await?;
                let violations = page.axe_violations().await?;
                assert_eq!(violations, Vec::<String>::new(), "{scheme:?}, {width} px");
            }
        }
        Ok(())
    }

    async fn shows_a_picture_and_says_why_when_the_app_is_missing(page: Page) {
        page.site().lose(".wasm");
        page.open("").await?;
        expect_picture_and(&page, "could not start: the server answered 404 for app-").await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        Ok(())
    }

    async fn shows_a_picture_and_says_why_when_the_script_is_missing(page: Page) {
        page.site().lose(&script_name()?);
        page.open("").await?;
        expect_picture_and(&page, "could not start: ").await
    }

    async fn puts_the_picture_back_when_the_app_breaks_down(page: Page) {
        page.open("").await?;
        page.wait_until_running().await?;
        page.run::<()>("window.counterpointFailed('the reason')", Vec::new()).await?;
        page.run::<()>("window.counterpointFailed('what followed from it')", Vec::new()).await?;
        expect_picture_and(&page, "has stopped: the reason.").await
    }
}

/// The script that wasm-bindgen made.
fn script_name() -> Result<String> {
    let mut names = first_load()?.into_iter();
    names.find(|name| name.starts_with("app-") && name.ends_with(".js")).context("the app has a script")
}

async fn expect_picture_and(page: &Page, words: &str) -> Result<()> {
    let said = format!("document.querySelector('#fallback-note')?.innerText.includes({words:?})");
    page.wait_until(&format!("the note says `{words}`"), &said).await?;
    let drawn = "document.querySelector('#fallback-picture').naturalWidth > 0";
    page.wait_until("the picture is drawn", drawn).await
}
