//! The page opens: as the app, and where the app cannot run as a picture with a sentence.

use anyhow::{Context, Result};
use counterpoint_browser_tests::{Motion, Page, Scheme, first_load, later};

use crate::acts::{MOMENT, click, expect_notice, expect_picture_and, press, running_at, seek};

in_each_browser! {
    async fn opens_without_a_complaint(page: Page) {
        page.open("").await?;
        page.wait_until_running().await?;
        assert_eq!(page.text("h1").await?, "Counterpoint");
        assert_eq!(page.complaints().await?, Vec::<String>::new());
        Ok(())
    }

    /// What `cargo xtask` weighs is what the browser asked for, no less; and the engine waits for the app.
    async fn first_load_is_what_is_weighed(page: Page) {
        page.open("").await?;
        page.wait_until_running().await?;
        let (first, later) = (first_load()?, later()?);
        let asked_for = page.site().asked_for();
        for name in &asked_for {
            let name = if name.is_empty() { "index.html" } else { name };
            let weighed = first.iter().chain(&later).any(|weighed| weighed == name);
            assert!(weighed, "{name} is not weighed");
        }
        let app = asked_for.iter().position(|name| name.starts_with("app-") && name.ends_with(".wasm"));
        let engine = asked_for.iter().position(|name| later.contains(name));
        assert!(app.is_some() && engine.is_none_or(|engine| Some(engine) > app), "{asked_for:?}");
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

    async fn can_be_played_and_says_why_no_more_when_the_engine_is_missing(page: Page) {
        page.site().lose(&engine_file("_bg.wasm")?);
        page.open("").await?;
        page.wait_until_running().await?;
        expect_notice(&page, "The engine could not be had: the server answered 404 for engine-").await?;
        seek(&page, 0).await?;
        click(&page, "[aria-label='One step on']").await?;
        page.wait_until("it has stepped", &format!("{MOMENT} > 0")).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        Ok(())
    }

    async fn says_why_when_the_engines_script_is_missing(page: Page) {
        page.site().lose(&later()?.into_iter().find(|name| name.starts_with("worker-")).context("there is no worker")?);
        page.open("").await?;
        page.wait_until_running().await?;
        expect_notice(&page, "The engine could not be had: the server did not give the engine's script").await
    }

    /// The picture plays, and what was asked for meanwhile is not taken for done.
    async fn can_be_played_and_says_why_no_more_when_its_later_part_is_missing(page: Page) {
        let part = later()?.into_iter().find(|name| name.starts_with("later-"));
        page.site().lose(&part.ok_or_else(|| anyhow::anyhow!("there is no later part"))?);
        running_at(&page, "#order-emails").await?;
        expect_notice(&page, "A part of the page could not be had: the server answered 404 for later-").await?;
        seek(&page, 0).await?;
        click(&page, "[aria-label='One step on']").await?;
        page.wait_until("it has stepped", &format!("{MOMENT} > 0")).await?;
        press(&page, "c").await?;
        click(&page, "#legend summary").await?;
        seek(&page, 1_000_000).await?;
        page.wait_until("it is still alive", &format!("{MOMENT} === 1000000")).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        Ok(())
    }

    /// So a link to any built-in scenario opens before the engine has come.
    async fn opens_any_built_in_scenario_without_the_engine(page: Page) {
        page.site().lose(&engine_file("_bg.wasm")?);
        for (place, moment) in [("#kafka-rebalance&v=1", 9_020_000), ("#order-emails&at=900ms&job=7", 900_000)] {
            running_at(&page, place).await?;
            page.wait_until("it is at the moment", &format!("{MOMENT} === {moment}")).await?;
            expect_notice(&page, "The engine could not be had").await?;
            page.driver().goto("about:blank").await?;
        }
        Ok(())
    }

    /// What was changed of a scenario has to be run before there is anything of it to see.
    async fn shows_a_picture_and_says_why_when_there_is_neither_engine_nor_recording(page: Page) {
        page.site().lose(&engine_file("_bg.wasm")?);
        page.site().lose("order-emails");
        page.open("#order-emails").await?;
        expect_picture_and(&page, "the server answered 404 for engine-").await
    }

    async fn waits_for_the_engine_when_there_is_no_recording(page: Page) {
        page.site().lose("order-emails");
        running_at(&page, "#order-emails").await?;
        assert_eq!(page.text("h2").await?, "Order e-mails");
        Ok(())
    }

    async fn puts_the_picture_back_when_the_app_breaks_down(page: Page) {
        // By a script of the page's own, for what a test's throws a page is not told.
        page.site().put_before("boot-", "window.trap = (message) => dispatchEvent(
            new ErrorEvent('error', { error: new WebAssembly.RuntimeError(message) }));\n");
        page.open("").await?;
        page.wait_until_running().await?;
        page.run::<()>("trap('the reason'); trap('what followed from it');", Vec::new()).await?;
        expect_picture_and(&page, "has stopped: the reason.").await
    }
}

/// The one of the engine's files that ends so.
fn engine_file(ending: &str) -> Result<String> {
    let mut names = later()?.into_iter();
    names.find(|name| name.ends_with(ending)).with_context(|| format!("none of the engine's files ends in {ending}"))
}

/// The script that wasm-bindgen made.
fn script_name() -> Result<String> {
    let mut names = first_load()?.into_iter();
    names.find(|name| name.starts_with("app-") && name.ends_with(".js")).context("the app has a script")
}
