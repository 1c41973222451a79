//! The screen: what is in sight when it opens, what stays where it is, and what it looks like in other sizes and media.

use anyhow::Result;
use counterpoint::scenario::PRESETS;
use counterpoint_browser_tests::{Motion, Page, Scheme};
use serde_json::{Value, json};

use crate::acts::{click, follow, press, quiet, reload, running_at, seek};

/// A computer with a small screen, and a phone.
const SCREENS: [(u32, u32); 2] = [(1280, 720), (390, 844)];

/// Each pane's line of the playhead, and between which heights of the window it can be seen.
const LINES: &str = "[...document.querySelectorAll('.pane')].map((pane) => {
    const box = (css) => pane.querySelector(css).getBoundingClientRect();
    const foot = document.querySelector('.footing').getBoundingClientRect().top;
    return [box('.playhead-line').top, box('.sticky-heads').bottom, Math.min(box('.viewport').bottom, foot)];
})";

/// Asks Chromium for what WebDriver has no word for.
pub async fn devtools(page: &Page, method: &str, words: Value) -> Result<()> {
    page.driver().cdp().send_raw(method, words).await?;
    Ok(())
}

/// Has Chromium take the page for a medium, and a media feature for one of this value.
pub async fn emulate(page: &Page, media: &str, name: &str, value: &str) -> Result<()> {
    let features = if name.is_empty() { json!([]) } else { json!([{ "name": name, "value": value }]) };
    devtools(page, "Emulation.setEmulatedMedia", json!({ "media": media, "features": features })).await
}

in_each_browser! {
    /// Only Chromium says what has moved.
    async fn nothing_moves_while_the_page_comes(page: Page) {
        if page.browser() == Browser::Firefox {
            return Ok(());
        }
        for (width, height) in [(1350, 940), (1280, 720), (390, 844)] {
            page.set_viewport(width, height).await?;
            for place in ["", "#order-emails", "#graphql-n-plus-one"] {
                running_at(&page, place).await?;
                reload(&page).await?;
                page.frame().await?;
                let moved = page.driver().execute_async(
                    "const done = arguments[0];
                     new PerformanceObserver((list) => {
                         const shifts = list.getEntries().map((shift) => shift.value);
                         done(shifts.reduce((sum, shift) => sum + shift, 0));
                     }).observe({ type: 'layout-shift', buffered: true });
                     setTimeout(() => done(0), 200);", Vec::new()).await?;
                let moved: f64 = moved.convert()?;
                assert!(moved < 0.05, "{place} at {width} × {height}: {moved}");
            }
        }
        quiet(&page).await
    }

    async fn the_playhead_is_in_sight_when_a_scenario_opens(page: Page) {
        for (width, height) in SCREENS {
            page.set_viewport(width, height).await?;
            for preset in PRESETS {
                running_at(&page, &format!("#{}", preset.name)).await?;
                reload(&page).await?;
                page.frame().await?;
                let lines: Vec<(f64, f64, f64)> = page.run(&format!("return {LINES};"), Vec::new()).await?;
                let (rooms, choices): (Vec<f64>, usize) = page.run(
                    "return [[...document.querySelectorAll('.viewport')].map((view) => view.getBoundingClientRect().height),
                         document.querySelectorAll('.pane .brokers').length];", Vec::new()).await?;
                let least = match (width, choices) {
                    (1280, _) => 338.0,
                    (_, 2) => 245.0,
                    // With a line under its words that says what to look at next.
                    _ if preset.name == PRESETS[0].name => 246.0,
                    _ => 258.0,
                };
                assert!(rooms.iter().all(|room| *room >= least), "{} at {width}: {rooms:?}", preset.name);
                for (line, top, bottom) in lines {
                    let name = preset.name;
                    assert!(line >= top - 1.0 && line <= bottom, "{name} at {width}: {line} is not in {top} to {bottom}");
                }
            }
        }
        quiet(&page).await
    }

    async fn on_a_phone_both_panes_are_in_sight_when_a_scenario_opens(page: Page) {
        page.set_viewport(390, 844).await?;
        for preset in PRESETS {
            running_at(&page, &format!("#{}", preset.name)).await?;
            reload(&page).await?;
            page.frame().await?;
            let seen: Vec<f64> = page.run(
                "const foot = document.querySelector('.footing').getBoundingClientRect().top;
                 return [...document.querySelectorAll('.pane')].map((pane) => {
                     const { top, bottom } = pane.getBoundingClientRect();
                     return (Math.min(bottom, foot) - top) / innerHeight;
                 });",
                Vec::new(),
            ).await?;
            assert!(seen.len() == 2 && seen.iter().all(|share| *share > 0.32), "{}: {seen:?}", preset.name);
        }
        quiet(&page).await
    }

    async fn what_is_said_at_the_playhead_is_seen_wherever_the_picture_is_scrolled(page: Page) {
        running_at(&page, "#chain-slow-last").await?;
        page.wait_until("the steps are told", "document.querySelector('.step').textContent").await?;
        let captions = "[...document.querySelectorAll('.narration .caption')].map((span) => span.textContent)";
        let steps = "[...document.querySelectorAll('.narration .step')].map((span) => span.textContent)";
        // Sentences come with the later part of the page.
        page.wait_until("the steps are told", &format!("{steps}.every((step) => step !== '')")).await?;
        let (said, told): (Vec<String>, Vec<String>) =
            page.run(&format!("document.querySelector('.viewport').scrollTop = 0; return [{captions}, {steps}];"), Vec::new()).await?;
        assert!(said.iter().any(|caption| !caption.is_empty()), "{said:?}");
        assert!(told.iter().all(|step| step.contains(" s  ") || step.contains(" ms  ")), "{told:?}");
        let height = page.run::<f64>("return document.querySelector('.footing').offsetHeight;", Vec::new()).await?;
        seek(&page, 0).await?;
        let first: Vec<String> = page.run(&format!("return {steps};"), Vec::new()).await?;
        assert_ne!(first, told);
        let seen: bool = page.run(
            "const { top, bottom } = document.querySelector('.narration').getBoundingClientRect();
             return top > 0 && bottom <= innerHeight;", Vec::new()).await?;
        assert!(seen);
        assert_eq!(height, page.run::<f64>("return document.querySelector('.footing').offsetHeight;", Vec::new()).await?);
        quiet(&page).await
    }

    async fn the_sentence_of_a_step_is_whole_in_every_width(page: Page) {
        for (width, height) in [(1280, 720), (1000, 800), (800, 800), (390, 844)] {
            page.set_viewport(width, height).await?;
            for preset in PRESETS {
                running_at(&page, &format!("#{}", preset.name)).await?;
                reload(&page).await?;
                page.wait_until("a step is told", "[...document.querySelectorAll('.step')].some((step) => step.textContent)").await?;
                let cut: Vec<String> = page.run(
                    "const boxes = document.querySelectorAll(innerWidth < 760 ? '.narration p.last' : '.narration .step');
                     return [...boxes].filter((box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1)
                         .map((box) => box.textContent);",
                    Vec::new(),
                ).await?;
                assert_eq!(cut, Vec::<String>::new(), "{} at {width}", preset.name);
            }
        }
        quiet(&page).await
    }

    async fn back_leads_to_the_scenario_before_and_the_title_follows(page: Page) {
        running_at(&page, "#order-emails").await?;
        page.wait_until("the title is there", "document.title === 'Order e-mails · Counterpoint'").await?;
        for name in ["message-queue", "kafka-rebalance"] {
            follow(&page, name).await?;
            page.wait_until("it is open", &format!("location.hash === '#{name}&v=1' && !document.querySelector('.behind')")).await?;
        }
        seek(&page, 1_000_000).await?;
        page.wait_until("the address holds it", "location.hash.includes('at=1s')").await?;
        page.driver().back().await?;
        page.wait_until("the one before is open", "location.hash === '#message-queue&v=1'").await?;
        page.wait_until("so is its picture", "document.querySelector('#title').textContent === document.title.split(' · ')[0]").await?;
        page.driver().back().await?;
        page.wait_until("the first is open", "document.title === 'Order e-mails · Counterpoint'").await?;
        // Twice at once: the address of the entry between, which is shown for a moment only, is not written over the last.
        page.run::<()>("history.forward(); history.forward();", Vec::new()).await?;
        page.wait_until("the moment is restored", "document.querySelector('#scrubber')?.value === '1000000'").await?;
        page.wait_until("its link is", "location.hash.startsWith('#kafka-rebalance&v=1&at=1s')").await?;
        // A moment that is not in the address yet belongs to the entry that was left.
        let leave = "const scrubber = document.querySelector('#scrubber');
            for (const value of ['1200000', '1300000']) {
                scrubber.value = value;
                scrubber.dispatchEvent(new Event('input', { bubbles: true }));
            }
            history.back();";
        page.run::<()>(leave, Vec::new()).await?;
        page.wait_until("the one before is open", "document.title === 'A message, read later · Counterpoint'").await?;
        page.wait_until("under its own link", "location.hash === '#message-queue&v=1'").await?;
        page.driver().forward().await?;
        page.wait_until("the last is open", "document.title.startsWith('Kafka')").await?;
        page.wait_until("under its own", "location.hash.startsWith('#kafka-rebalance&v=1&at=1')").await?;
        quiet(&page).await
    }

    async fn the_first_tab_skips_to_the_diagram(page: Page) {
        running_at(&page, "#order-emails").await?;
        let press_tab = page.driver().active_element().await?;
        press_tab.send_keys(thirtyfour::Key::Tab + "").await?;
        let skip = page.driver().active_element().await?;
        assert_eq!(skip.text().await?, "Skip to the diagram");
        skip.send_keys(thirtyfour::Key::Enter + "").await?;
        page.wait_until("the diagram has the focus", "document.activeElement.matches('.viewport')").await?;
        quiet(&page).await
    }

    async fn keys_lead_to_failures_causes_replies_and_the_other_side(page: Page) {
        running_at(&page, "#order-emails").await?;
        page.run::<()>("document.querySelector('.viewport').focus();", Vec::new()).await?;
        press(&page, "Home").await?;
        let said = "document.querySelector('main + [role=status]').textContent";
        let moment = "Number(document.querySelector('#scrubber').value)";
        press(&page, "f").await?;
        page.wait_until("something fails", &format!("{moment} > 0")).await?;
        press(&page, "c").await?;
        page.wait_until("a cause is told", &format!("{said}.includes('Asked: ') || {said}.includes('Queued: ')")).await?;
        let side = "document.querySelector('.carried')?.closest('.story-side').className";
        press(&page, "o").await?;
        page.wait_until("a message is selected", side).await?;
        let before: String = page.run(&format!("return {side};"), Vec::new()).await?;
        press(&page, "o").await?;
        page.wait_until("the other side's is", &format!("{side} !== {}", serde_json::to_string(&before)?)).await?;
        let carried = "document.querySelector('.carried figcaption').textContent";
        let call: String = page.run(&format!("return {carried};"), Vec::new()).await?;
        press(&page, "r").await?;
        page.wait_until("its reply is", &format!("{carried} !== {}", serde_json::to_string(&call)?)).await?;
        press(&page, "?").await?;
        page.wait_until("the keys are listed", "document.querySelector('#keyboard').open").await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        quiet(&page).await
    }

    async fn one_line_compares_the_sides_and_the_speed_says_what_it_is(page: Page) {
        running_at(&page, "#order-emails").await?;
        assert!(page.text(".comparison").await?.len() > 20);
        let said: String = page.run("return document.querySelector('.speed').title;", Vec::new()).await?;
        assert!(said.ends_with("times slower than real time"), "{said}");
        quiet(&page).await
    }

    async fn the_legend_is_one_click_away_and_of_what_this_picture_uses(page: Page) {
        let entries = "[...document.querySelectorAll('#legend dd')].map((words) => words.textContent)";
        let mut told: Vec<Vec<String>> = Vec::new();
        for place in ["#rest-get-user", "#kafka-rebalance"] {
            page.driver().goto("about:blank").await?;
            running_at(&page, place).await?;
            click(&page, ".transport .button-quiet").await?;
            page.wait_until("it is there", &format!("{entries}.length > 3")).await?;
            page.wait_until("it has the focus", "document.activeElement.closest('#legend')").await?;
            told.push(page.run(&format!("return {entries};"), Vec::new()).await?);
            assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        }
        assert_ne!(told[0], told[1]);
        quiet(&page).await
    }

    async fn a_long_run_is_said_to_be_under_way_over_the_picture_of_before(page: Page) {
        running_at(&page, "#message-queue").await?;
        let top = "return document.querySelector('.panes').getBoundingClientRect().top;";
        let before: f64 = page.run(top, Vec::new()).await?;
        page.run::<()>("location.hash = 'message-queue&set=workload.jobs=200000';", Vec::new()).await?;
        page.wait_until("it is said", "document.querySelector('.instrument.behind .progress label')").await?;
        assert_eq!(before, page.run::<f64>(top, Vec::new()).await?, "nothing moves for it");
        click(&page, ".progress .button").await?;
        page.wait_until("it is over", "!document.querySelector('.behind')").await?;
        quiet(&page).await
    }

    /// What is there before the app is: nothing of another scenario than the address names. Only Chromium can be told to look
    /// so early.
    async fn the_words_are_there_before_the_app_and_no_picture_of_another_scenario(page: Page) {
        if page.browser() == Browser::Firefox {
            return Ok(());
        }
        let look = "addEventListener('DOMContentLoaded', () => {
            const picture = document.querySelector('#fallback-picture');
            window.early = picture && [document.querySelector('h2').textContent, !picture.hidden];
        });";
        devtools(&page, "Page.addScriptToEvaluateOnNewDocument", json!({ "source": look })).await?;
        let places = [("", "GET /user/123", "GET /user/123", true), ("#order-emails&at=1s", "Order e-mails", "\u{a0}", false)];
        for (place, title, heading, pictured) in places {
            page.driver().goto("about:blank").await?;
            running_at(&page, place).await?;
            let early: (String, bool) = page.run("return window.early;", Vec::new()).await?;
            assert_eq!(early, (heading.to_owned(), pictured));
            assert_eq!(page.driver().title().await?, format!("{title} · Counterpoint"));
        }
        quiet(&page).await
    }

    async fn a_shortened_name_is_whole_while_it_has_the_focus(page: Page) {
        page.set_viewport(390, 844).await?;
        running_at(&page, "#chain-slow-last").await?;
        let seen = "getComputedStyle(document.querySelector('.whole > .cp-heads')).opacity";
        assert_eq!(page.run::<String>(&format!("return {seen};"), Vec::new()).await?, "0");
        page.run::<()>("document.querySelector('.whole').focus();", Vec::new()).await?;
        page.wait_until("it is whole", &format!("{seen} === '1'")).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        quiet(&page).await
    }

    async fn page_and_picture_are_as_large_as_the_browser_writes(page: Page) {
        let name = "[...document.querySelectorAll('.cp-name')].map((text) => text.getBoundingClientRect().height)[0]";
        page.set_viewport(1280, 800).await?;
        running_at(&page, "#order-emails").await?;
        let usual: f64 = page.run(&format!("return {name};"), Vec::new()).await?;
        page.set_viewport(2560, 1440).await?;
        page.wait_until("a wide screen has larger letters", &format!("{name} > {usual} * 1.25")).await?;
        if page.browser() == Browser::Chromium {
            page.set_viewport(1280, 800).await?;
            page.wait_until("it is as before", &format!("{name} < {usual} * 1.05")).await?;
            devtools(&page, "Page.setFontSizes", json!({ "fontSizes": { "standard": 24, "fixed": 20 } })).await?;
            page.wait_until("they follow the browser's", &format!("{name} > {usual} * 1.4")).await?;
            let fits = "document.documentElement.scrollWidth <= innerWidth";
            page.wait_until("nothing is wider than the screen", fits).await?;
        }
        quiet(&page).await
    }

    async fn a_click_means_the_same_in_a_picture_of_another_size(page: Page) {
        page.set_viewport(2560, 1440).await?;
        running_at(&page, "#order-emails&job=none").await?;
        page.wait_until("nothing is selected", "document.querySelector('.story-empty')").await?;
        page.run::<()>(
            "const bars = [...document.querySelectorAll('.body .cp-busy')];
             const { left, top, width, height } = bars[0].getBoundingClientRect();
             document.querySelector('.body').dispatchEvent(new MouseEvent('click',
                 { bubbles: true, clientX: left + width / 2, clientY: top + height / 2 }));", Vec::new()).await?;
        page.wait_until("the first one's story is told", "document.querySelector('#story-title')?.textContent.startsWith('E-mail 1 ')").await?;
        quiet(&page).await
    }

    /// Chromium alone can be told to show what it would print, and colours that a system forces.
    async fn paper_has_both_sides_whole_and_forced_colours_are_legible(page: Page) {
        if page.browser() == Browser::Firefox {
            return Ok(());
        }
        page.set_preferences(Scheme::Dark, Motion::Usual).await?;
        page.set_viewport(1280, 900).await?;
        running_at(&page, "#order-emails").await?;
        emulate(&page, "print", "prefers-color-scheme", "dark").await?;
        page.set_viewport(720, 1000).await?;
        page.frame().await?;
        let (cut, controls, paper, heads): (bool, u32, String, bool) = page.run(
            "const shown = (css) => [...document.querySelectorAll(css)].filter((one) => one.checkVisibility()).length;
             const right = [...document.querySelectorAll('.cp-scene')].map((svg) => svg.getBoundingClientRect().right);
             const [head, body] = [...document.querySelectorAll('.cp-scene')].map((svg) => svg.getBoundingClientRect().width);
             return [right.some((edge) => edge > innerWidth + 0.5), shown('button:not(.sentence, .moment), select, input'),
                 getComputedStyle(document.documentElement).backgroundColor, Math.abs(head - body) < 1];",
            Vec::new(),
        ).await?;
        assert!(!cut && heads, "the picture is as wide as the sheet, and so are the heads");
        assert_eq!((controls, paper.as_str()), (0, "rgb(255, 255, 255)"));
        emulate(&page, "", "forced-colors", "active").await?;
        page.set_viewport(1280, 900).await?;
        page.frame().await?;
        let (failure, ground, heads, track): (String, String, String, String) = page.run(
            "const style = (css, pseudo) => getComputedStyle(document.querySelector(css), pseudo);
             return [style('.body .cp-bad').getPropertyValue('--cp-tone').trim(), style('.body .cp-paper, html').backgroundColor,
                 style('.sticky-heads').backgroundColor, style('#scrubber').getPropertyValue('--track').trim()];",
            Vec::new(),
        ).await?;
        assert_eq!(failure, "ActiveText", "failures are in a colour that is made to be read");
        assert_ne!(heads, "rgba(0, 0, 0, 0)", "arrows do not run through the heads; {ground}");
        assert_eq!(track, "ButtonText", "a slider has a track");
        quiet(&page).await
    }
}
