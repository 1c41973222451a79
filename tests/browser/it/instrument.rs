//! The instrument: both sides are drawn, played, scrubbed, stepped through and selected from.

use anyhow::Result;
use counterpoint_browser_tests::{Motion, Page, Scheme};
use serde_json::json;

use crate::acts::{MOMENT, PLAYHEAD, click, press, quiet, running_at, seek};

/// With both sides and an outage.
const PLACE: &str = "#order-emails";

in_each_browser! {
    async fn draws_both_sides_on_one_clock(page: Page) {
        running_at(&page, PLACE).await?;
        let (sides, asked, queued, rivers): (u32, u32, u32, u32) = page.run(
            "const count = (css) => document.querySelectorAll(css).length;
             return [count('.side-title'), count('.body .cp-call.cp-request-response'),
                 count('.body .cp-async.cp-queued'), count('.body .cp-ready')];",
            Vec::new(),
        ).await?;
        assert_eq!(sides, 2);
        assert!(asked >= 6 && queued >= 12 && rivers >= 1, "{asked} calls, {queued} messages, {rivers} rivers");
        quiet(&page).await
    }

    async fn plays_and_pauses_without_drawing_anew(page: Page) {
        running_at(&page, PLACE).await?;
        seek(&page, 0).await?;
        page.run::<()>(
            "window.drawn = 0;
             new MutationObserver((changes) => { window.drawn += changes.length; })
                 .observe(document.querySelector('.body'), { subtree: true, childList: true, attributes: true });",
            Vec::new(),
        ).await?;
        click(&page, "[aria-label='Play']").await?;
        page.wait_until("the playhead has moved", &format!("{MOMENT} > 50000")).await?;
        page.wait_until("the line is where the clock is", &format!("{PLAYHEAD} > 20")).await?;
        click(&page, "[aria-label='Pause']").await?;
        page.wait_until("it is said", "document.querySelector('main + [role=status]').textContent.startsWith('Paused at ')").await?;
        let (drawn, moment): (u32, u64) = page.run(&format!("return [window.drawn, {MOMENT}];"), Vec::new()).await?;
        assert_eq!(drawn, 0, "playing changes nothing in the picture");
        let later: u64 = page.run(&format!("return {MOMENT};"), Vec::new()).await?;
        assert_eq!(moment, later, "paused is paused");
        quiet(&page).await
    }

    async fn scrubs_to_a_moment(page: Page) {
        running_at(&page, PLACE).await?;
        let mut heights = Vec::new();
        for micros in [200_000, 900_000, 1_300_000] {
            seek(&page, micros).await?;
            heights.push(page.run::<f64>(&format!("return {PLAYHEAD};"), Vec::new()).await?);
        }
        assert!(heights.is_sorted() && heights[0] < heights[2], "{heights:?}");
        let said = page.text(".readout").await?;
        assert!(said.starts_with("1.300 s / "), "{said}");
        quiet(&page).await
    }

    async fn keys_step_play_and_leap_while_it_has_the_focus(page: Page) {
        running_at(&page, PLACE).await?;
        page.run::<()>("document.querySelector('.viewport').focus();", Vec::new()).await?;
        press(&page, "Home").await?;
        page.wait_until("it is at the start", &format!("{MOMENT} === 0")).await?;
        press(&page, "ArrowRight").await?;
        page.wait_until("it is one step on", &format!("{MOMENT} > 0")).await?;
        let said = "document.querySelector('main + [role=status]').textContent";
        page.wait_until("the step is told", &format!("{said}.includes('Asked: ') && {said}.includes('Queued: ')")).await?;
        press(&page, "ArrowLeft").await?;
        page.wait_until("it is back", &format!("{MOMENT} === 0")).await?;
        press(&page, "End").await?;
        page.wait_until("it is at the end", &format!("{MOMENT} === Number(document.querySelector('#scrubber').max)")).await?;
        press(&page, " ").await?;
        page.wait_until("it plays from the start", "document.querySelector('[aria-label=Pause]')").await?;
        press(&page, " ").await?;
        page.wait_until("it is paused", "document.querySelector('[aria-label=Play]')").await?;
        quiet(&page).await
    }

    async fn a_click_beside_an_arrow_selects_its_job_on_both_sides(page: Page) {
        running_at(&page, &format!("{PLACE}&job=none")).await?;
        page.wait_until("nothing is selected", "document.querySelector('.story-empty')").await?;
        seek(&page, 400_000).await?;
        // Beside the topmost call, which is the first job's, by less than half a finger's width.
        let (x, y): (f64, f64) = page.run(
            "document.querySelector('.viewport').scrollTop = 0;
             const boxes = [...document.querySelectorAll('.body .cp-call')].map((call) => call.getBoundingClientRect());
             const first = boxes.reduce((one, other) => other.top < one.top ? other : one);
             return [first.left + first.width / 3, first.top - 5];",
            Vec::new(),
        ).await?;
        page.run::<()>(
            "document.querySelector('.body').dispatchEvent(
                 new MouseEvent('click', { bubbles: true, clientX: arguments[0], clientY: arguments[1] }));",
            vec![json!(x), json!(y)],
        ).await?;
        page.wait_until("its story is told", "document.querySelector('#story-title')").await?;
        assert_eq!(page.text("#story-title").await?, "E-mail 1 of 12");
        page.wait_until(
            "it is lit on both sides",
            "document.querySelector('.lit .cp-lit.cp-request-response')
                && document.querySelector('.lit .cp-lit.cp-queued')",
        ).await?;
        let body: String = page.run("return document.querySelector('.carried pre').innerText;", Vec::new()).await?;
        assert!(body.contains("\"order\": 1"), "{body}");
        quiet(&page).await
    }

    async fn on_a_phone_both_viewports_scroll_as_one(page: Page) {
        page.set_viewport(390, 844).await?;
        running_at(&page, PLACE).await?;
        page.wait_until("there are two viewports", "document.querySelectorAll('.viewport').length === 2").await?;
        // Scrolled until it stays: the page may still be bringing its telling moment into view.
        page.wait_until(
            "the other has followed",
            "(() => {
                 const [one, other] = document.querySelectorAll('.viewport');
                 if (one.scrollTop === 77) return true;
                 other.scrollTop = 77;
                 return false;
             })()",
        ).await?;
        let (wide, apart): (bool, bool) = page.run(
            "const heights = [...document.querySelectorAll('.viewport')].map((view) => view.clientHeight / innerHeight);
             return [document.documentElement.scrollWidth <= innerWidth, heights.every((h) => h > 0.3 && h < 0.45)];",
            Vec::new(),
        ).await?;
        assert!(wide, "nothing is wider than the screen");
        assert!(apart, "each takes about 40 % of the height");
        let same = "[...document.querySelectorAll('.playhead')].map((line) => line.style.transform)";
        let lines: Vec<String> = page.run(&format!("return {same};"), Vec::new()).await?;
        assert_eq!(lines[0], lines[1], "one playhead");
        quiet(&page).await
    }

    async fn with_reduced_motion_the_playhead_jumps_from_step_to_step(page: Page) {
        page.set_preferences(Scheme::Light, Motion::Reduced).await?;
        running_at(&page, PLACE).await?;
        seek(&page, 0).await?;
        page.run::<()>(
            &format!("window.rests = new Set();
                const look = () => {{ window.rests.add({MOMENT}); requestAnimationFrame(look); }}; look();"),
            Vec::new(),
        ).await?;
        click(&page, "[aria-label='Play']").await?;
        page.wait_until("it has got somewhere", &format!("{MOMENT} > 400000")).await?;
        click(&page, "[aria-label='Pause']").await?;
        let played: Vec<u64> = page.run("return [...window.rests];", Vec::new()).await?;
        press_back_to_start(&page).await?;
        let mut steps = vec![0];
        while steps.last().is_some_and(|last| last < played.last().unwrap_or(&0)) {
            let last = steps[steps.len() - 1];
            click(&page, "[aria-label='One step on']").await?;
            page.wait_until("it is one step on", &format!("{MOMENT} > {last}")).await?;
            steps.push(page.run(&format!("return {MOMENT};"), Vec::new()).await?);
        }
        assert!(played.iter().all(|rest| steps.contains(rest)), "{played:?} are not all among {steps:?}");
        quiet(&page).await
    }
}

async fn press_back_to_start(page: &Page) -> Result<()> {
    click(page, "[aria-label='To the start']").await?;
    page.wait_until("it is at the start", &format!("{MOMENT} === 0")).await
}
