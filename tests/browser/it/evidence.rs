//! Evidence: what people say, tried in the page, and the run behind it.

use counterpoint::experiment::advice::{Exhibit, advise};
use counterpoint::experiment::claim::{CLAIMS, claims, told_as_json};
use counterpoint::experiment::workload::Workload;
use counterpoint::experiment::{Curves, Sweep};
use counterpoint::render::svg::Theme;
use counterpoint::render::waiting::Waiting;
use counterpoint_browser_tests::{Motion, Page, Scheme};
use serde_json::{Value, json};

use crate::acts::{click, quiet, running_at};

/// Whether all cards have their numbers, and the links to their runs.
const TRIED: &str = "document.querySelectorAll('.claim .is-tried').length === 8 && document.querySelectorAll('.claim a.button:first-child[href]').length === 8";

/// Whether the page has all that it fetches by itself: Firefox complains of what is still on its way when it leaves.
const COME: &str = "performance.getEntriesByType('resource').some(({ name, responseEnd }) => name.includes('later-') && responseEnd > 0)";

in_each_browser! {
    async fn the_claims_are_one_click_away_and_each_is_made_untrue_by_its_knob(page: Page) {
        running_at(&page, "").await?;
        page.wait_until("all of it has come", COME).await?;
        // On a phone as well, where most of the line that it is in is left out.
        page.set_viewport(390, 844).await?;
        click(&page, ".next a[href='evidence.html']").await?;
        page.set_viewport(1280, 900).await?;
        page.wait_until("all are tried", TRIED).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        assert_eq!(shown(&page).await?, told(false));
        // By the key that leads to the end of a slider.
        for card in 1..=8 {
            let slider = format!(".claim:nth-child({card}) input");
            page.run::<()>("document.querySelector(arguments[0]).focus();", vec![json!(slider)]).await?;
            page.driver().action_chain().send_keys(thirtyfour::Key::End.value().to_string()).perform().await?;
        }
        page.wait_until("none holds", "document.querySelectorAll('.does-not-hold').length === 8").await?;
        assert_eq!(shown(&page).await?, told(true));
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        // Its run is a scenario like any other, and Back leads to the claims.
        page.wait_until("it has its link", "document.querySelector('.claim:nth-child(2) a.button:first-child').href.includes('own=')").await?;
        click(&page, ".claim:nth-child(2) a.button").await?;
        page.wait_until("it is shown", "document.querySelector('#title')?.textContent === 'Are synchronous parties tightly coupled?'").await?;
        page.wait_until("all of it has come", COME).await?;
        page.driver().back().await?;
        page.wait_until("all are tried again", TRIED).await?;
        // A page that Firefox brings back from its memory has told of no icon, so it looks for one where hosts used to have it.
        let heard = page.complaints().await?;
        assert!(heard.iter().all(|complaint| complaint.ends_with("favicon.ico")), "{heard:#?}");
        Ok(())
    }

    async fn a_workload_is_described_and_a_style_advised_with_the_numbers_of_the_command_line(page: Page) {
        page.open("evidence.html#advice").await?;
        let said = "document.querySelector('.advice-said') && document.querySelector('.advice').ariaBusy === 'false'";
        page.wait_until("there is an example", said).await?;
        let mut workload = json!({ "name": "Order e-mails", "waits": "nobody", "work": "300ms", "rate_per_s": 40, "workers": 12, "broker": "rabbitmq", "prefetch": 1 });
        assert_eq!(advised(&page).await?, advice_on(&workload)?);
        assert!(page.text(".advice-cause").await?.starts_with("Prefetch 1 is why"));
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        // By keyboard: a person waits, and the work is short.
        page.run::<()>("document.querySelectorAll('.advice-form select')[0].focus();", Vec::new()).await?;
        let keys = async |keys: String| page.driver().action_chain().send_keys(keys).perform().await;
        keys("A pe".into()).await?;
        page.run::<()>("document.querySelectorAll('.advice-field:not([hidden]) input')[2].select();", Vec::new()).await?;
        keys(format!("40 ms{}", thirtyfour::Key::Enter.value())).await?;
        page.wait_until("it is advised anew", "location.hash.startsWith('#advice&of=') && document.querySelector('.advice-said').textContent.startsWith('Use a call')").await?;
        (workload["waits"], workload["work"]) = ("person".into(), "40ms".into());
        assert_eq!(advised(&page).await?, advice_on(&workload)?);
        // What will not do is refused, and Back leads to what would.
        page.run::<()>("document.querySelectorAll('.advice-field:not([hidden]) input')[2].select();", Vec::new()).await?;
        keys(format!("soon{}", thirtyfour::Key::Enter.value())).await?;
        page.wait_until("it is refused", "document.querySelector('.advice-refused')?.textContent.startsWith('work: ')").await?;
        page.driver().back().await?;
        page.wait_until("it is there again", &format!("{said} && document.querySelector('.advice-said').textContent.startsWith('Use a call')")).await?;
        quiet(&page).await
    }

    /// While many runs are under way results come, a click is answered within 100 ms, and all of it can be stopped. (With --long it
    /// is the sweep of 20 rates, 5 repeats and 10,000 jobs, and its time is printed.)
    async fn a_sweep_shows_what_it_has_while_it_runs_and_answers_meanwhile(page: Page) {
        let is_long = std::env::var_os("COUNTERPOINT_LONG").is_some();
        // So many that it is not over before it is looked at.
        let jobs = if is_long { 10_000 } else { 30_000 };
        page.open(&format!("evidence.html#curves&over=workload.arrivals.rate_per_s%3D1..20%3A20&repeats=5&jobs={jobs}&of=order-emails")).await?;
        let runs = if is_long { "true" } else { "!document.querySelector('progress').hidden" };
        page.wait_until("some results are there", &format!("document.querySelector('.curves-bends') && {runs}")).await?;
        let lag = "const done = arguments[0];
            const button = document.createElement('button');
            const took = [];
            const next = () => {
                const progress = document.querySelector('progress');
                if (took.length === 40 || progress.hidden) return done(took);
                const asked = performance.now();
                // As a click by a person, it waits for its turn.
                setTimeout(() => button.click(), 0);
                button.onclick = () => {
                    took.push(performance.now() - asked);
                    setTimeout(next, 10);
                };
            };
            next();";
        let mut took: Vec<f64> = page.driver().execute_async(lag, Vec::new()).await?.convert()?;
        took.sort_by(f64::total_cmp);
        // All but one in twenty, for whoever else is busy on this machine is not the page.
        let slow = took[took.len() - 1 - took.len() / 20];
        assert!(slow < 100.0, "a click was answered after {slow} ms: {took:?}");
        if is_long {
            page.wait_until("it is stopped or over", "document.querySelector('progress').hidden").await?;
            println!("{} in {:?}: {}", page.text(".curves-status").await?, page.browser(), page.run::<u32>("return navigator.hardwareConcurrency;", Vec::new()).await?);
        } else {
            click(&page, ".curves-buttons button:last-child").await?;
            page.wait_until("it is stopped, or was over", "document.querySelector('progress').hidden").await?;
        }
        quiet(&page).await
    }

    async fn a_sweep_has_the_numbers_of_the_command_line_and_leads_to_each_run(page: Page) {
        page.open("evidence.html#curves&over=workload.arrivals.rate_per_s%3D4..16%3A4&repeats=2&jobs=60&of=order-emails").await?;
        let is_over = "document.querySelector('.curves-status')?.textContent.startsWith('8 runs of 60 jobs')";
        page.wait_until("it is over", is_over).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        let shown: Vec<Vec<String>> = page
            .run("return [...document.querySelectorAll('.curves-all tbody tr')].map((row) => [...row.cells].slice(2).map((cell) => cell.textContent));", Vec::new())
            .await?;
        let scenario = counterpoint::scenario::preset("order-emails").map(|preset| preset.scenario());
        let scenario = scenario.and_then(|scenario| scenario.with("workload.jobs", 60.into()).ok()).ok_or_else(|| anyhow::anyhow!("it is built in"))?;
        let spec = json!({ "scenario": scenario.to_value(), "axes": ["workload.arrivals.rate_per_s=4..16:4"], "repeats": 2 });
        let sweep = Sweep::from_json(&spec.to_string()).map_err(anyhow::Error::msg)?;
        let rows = (0..sweep.runs()).map(|run| sweep.run(run)).collect();
        let curves = Curves::of(&sweep, rows);
        let report: Value = serde_json::from_str(&curves.to_json())?;
        let sides = report["points"].as_array().into_iter().flatten().flat_map(|point| point["sides"].as_array().cloned().unwrap_or_default());
        let told: Vec<Value> = sides.map(|side| side["told"].clone()).collect();
        assert_eq!(json!(shown), json!(told));
        // Where a system forces its colours, the sides still have two. Chromium alone can be told to.
        if page.browser() == Browser::Chromium {
            page.force_colours(Scheme::Dark).await?;
            let colours: Vec<String> = page
                .run("return ['request-response', 'queued'].map((side) => getComputedStyle(document.querySelector(`.ct-line.cp-${side}`)).stroke);", Vec::new())
                .await?;
            assert_ne!(colours[0], colours[1]);
            page.set_preferences(Scheme::Light, Motion::Usual).await?;
        }
        // And its chart has the same curves, to the pixel.
        let (width, drawn): (u16, Vec<String>) = page
            .run("const chart = document.querySelector('.curves-chart svg'); return [Number(chart.getAttribute('width')), [...chart.querySelectorAll('path')].map((path) => path.getAttribute('d'))];", Vec::new())
            .await?;
        let chart = counterpoint::chart::markup(&curves, width);
        let paths: Vec<&str> = chart.split("<path").skip(1).filter_map(|path| path.split(" d=\"").nth(1)?.split('"').next()).collect();
        assert_eq!(drawn, paths);
        assert!(paths.len() > 20, "there are curves in it");
        // The mouse over a panel chooses the point nearest to it, the key the last one; and from there to its run.
        let plots: u32 = page.run("return document.querySelectorAll('.curves-chart [data-x] .curves-cursor').length;", Vec::new()).await?;
        assert_eq!(plots, 8, "a panel for each thing that tells how a side fares, with the point in all of them");
        let panel = page.driver().find(thirtyfour::By::Css(".curves-chart [data-x]")).await?;
        panel.scroll_into_view().await?;
        page.driver().action_chain().move_to_element_center(&panel).perform().await?;
        page.wait_until("a point is chosen", "['8', '12'].some((rate) => document.querySelector('.curves caption').textContent === `Orders per second: ${rate} /s`)").await?;
        page.run::<()>("document.querySelector('.curves input[type=range]').focus();", Vec::new()).await?;
        page.driver().action_chain().send_keys(thirtyfour::Key::End.value().to_string()).perform().await?;
        page.wait_until("it is at the last point", "document.querySelector('.curves caption').textContent === 'Orders per second: 16 /s'").await?;
        // Where the jobs were in it is drawn as the command line draws it, and stands in a table.
        let words = "document.querySelector('.curves-places h3')?.textContent === 'Where the jobs were, at 16 /s'";
        page.wait_until("it is said where the jobs were", words).await?;
        let (width, drawn, shown): (u16, Vec<String>, Vec<Vec<String>>) = page
            .run("const places = document.querySelector('.curves-places'); const drawn = places.querySelector('svg');
                return [Number(drawn.getAttribute('width')), [...drawn.querySelectorAll('path')].map((path) => path.getAttribute('d')),
                    [...places.querySelectorAll('tbody tr')].map((row) => [...row.cells].slice(1).map((cell) => cell.textContent))];", Vec::new())
            .await?;
        let played = sweep.scenario_at(3).play();
        let chart = counterpoint::chart::waiting::markup(&Waiting::of(&played, 60), width);
        let paths: Vec<&str> = chart.split("<path").skip(1).filter_map(|path| path.split(" d=\"").nth(1)?.split('"').next()).collect();
        assert_eq!(drawn, paths);
        let report = Waiting::of(&played, 12).to_json();
        let places = report["sides"].as_array().into_iter().flatten().flat_map(|side| side["places"].as_array().cloned().unwrap_or_default());
        let rows: Vec<Value> = places
            .map(|place| [&[place["name"].clone()], place["told"].as_array().map(Vec::as_slice).unwrap_or_default()].concat().into())
            .collect();
        assert_eq!(json!(shown), json!(rows));
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        // What the scenario does not offer can be swept as well.
        let other = "const path = document.querySelector('.curves-form select:not(:disabled) optgroup').parentElement;
            path.value = 'sides.left.caller.threads';
            path.dispatchEvent(new Event('change'));
            const fields = [...document.querySelectorAll('.curves-form input')].map(({ value }) => value);
            path.value = 'workload.arrivals.rate_per_s';
            path.dispatchEvent(new Event('change'));
            return [path.querySelector('optgroup').textContent.includes('left › caller › threads'), ...fields.slice(0, 2)];";
        let (is_there, from, to): (bool, String, String) = page.run(other, Vec::new()).await?;
        assert_eq!((is_there, from.as_str(), to.as_str()), (true, "1", "8"));
        click(&page, ".curves a.button").await?;
        page.wait_until("its run is shown", "document.querySelector('#title')?.textContent === 'Order e-mails' && location.hash.includes('rate_per_s%3D16')").await?;
        page.wait_until("all of it has come", COME).await?;
        quiet(&page).await
    }
}

/// What is said of a workload: in a sentence, and by which rules, each with its picture and what that shows.
async fn advised(page: &Page) -> anyhow::Result<Value> {
    let script = "return [document.querySelector('.advice-said').textContent, ...[...document.querySelectorAll('.advice-reason')].map((reason) =>
        [reason.querySelector('b').textContent, reason.querySelector('p').textContent, reason.querySelector('img').alt,
         decodeURIComponent(reason.querySelector('img').src.replace(/^[^,]*,/, ''))])];";
    page.run(script, Vec::new()).await
}

/// The same from the library.
fn advice_on(workload: &Value) -> anyhow::Result<Value> {
    let workload = Workload::from_json(&workload.to_string()).map_err(|misread| anyhow::anyhow!("{misread}"))?;
    let advice = advise(&workload, 1).map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let applies = advice.reasons.iter().filter(|reason| reason.applies);
    let reasons = applies.map(|reason| {
        let described = reason.exhibit.as_ref().map(Exhibit::described);
        json!([reason.says, reason.said, described, counterpoint::chart::picture(reason, Theme::Auto)])
    });
    Ok([Value::from(advice.said())].into_iter().chain(reasons).collect())
}

/// What the cards say: whether each holds, and its numbers.
async fn shown(page: &Page) -> anyhow::Result<Value> {
    let script = "return [...document.querySelectorAll('.claim')].map((claim) => [
        claim.querySelector('.claim-verdict').textContent === 'Here it holds.',
        [...claim.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)),
    ]);";
    page.run(script, Vec::new()).await
}

/// What the command line says of the same, at the first or the last stops.
fn told(at_the_end: bool) -> Value {
    let claims = claims(CLAIMS).unwrap_or_default();
    let each = claims.iter().map(|claim| {
        let stop = if at_the_end { claim.knob.values.len() - 1 } else { 0 };
        let told = told_as_json(claim, stop).map(|(told, _)| told).unwrap_or_default();
        let numbers = told["numbers"].as_array().into_iter().flatten().map(|number| number["told"].clone());
        json!([told["holds"], numbers.collect::<Vec<_>>()])
    });
    each.collect()
}
