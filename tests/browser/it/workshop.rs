//! A scenario of one's own: written, opened, mended, kept, handed on.

use anyhow::{Context, Result};
use counterpoint_browser_tests::Page;
use serde_json::json;

use crate::acts::{click, drawn, quiet, running_at, seek, type_in};

/// The text in the editor, as an expression in the page.
const TEXT: &str = "[...(document.querySelector('.workshop-editor')?.shadowRoot.querySelectorAll('.cm-line') ?? [])].map((line) => line.textContent).join('\\n')";
/// Whether what stands there is what runs.
const RUNS: &str = "document.querySelector('.workshop-state')?.textContent.startsWith('Runs as it is written')";
const TITLE: &str = "document.querySelector('#title')?.textContent";

/// Two services, and a queue between them on the other side.
const SYSTEM: &str = r#"{"version":2,"name":"two-services","title":"Two services","workload":{"jobs":3,"work":"50ms"},"sides":[{"protocol":"system","parties":[{"id":"app","caller":{"threads":1},"does":[{"call":"api","request":"GET /a"}]},{"id":"api","service":{"workers":1},"on":[{"request":"GET /a","does":[{"work":"work"}]}]}]},{"protocol":"rabbitmq"}]}"#;

in_each_browser! {
    async fn a_system_of_two_services_is_written_from_nothing_by_keyboard_alone(page: Page) {
        running_at(&page, "#order-emails").await?;
        tab_to(&page, "Edit", TAB).await?;
        keys(&page, ENTER).await?;
        page.wait_until("what is shown can be edited", &format!("{RUNS} && {TEXT}.includes('\"name\": \"order-emails\"')")).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        tab_to(&page, "New or open", BACK).await?;
        keys(&page, ENTER).await?;
        tab_to(&page, "A system of services", TAB).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        keys(&page, ENTER).await?;
        page.wait_until("it runs", &format!("{RUNS} && {TITLE} === 'My system' && location.hash.startsWith('#my-system&v=1&own=1')")).await?;
        // And now all of it by hand.
        keys(&page, "\u{e009}a").await?;
        keys(&page, "\u{e003}").await?;
        keys(&page, SYSTEM).await?;
        page.wait_until("what was typed runs", &format!("{RUNS} && {TITLE} === 'Two services'")).await?;
        drawn(&page).await?;
        assert_eq!(page.run::<String>(&format!("return {TEXT};"), Vec::new()).await?, SYSTEM);
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        // Back leads to what was shown at first.
        page.driver().back().await?;
        page.wait_until("it is there, and in the workshop too", &format!("{TITLE} === 'Order e-mails' && {RUNS} && {TEXT}.includes('order-emails')")).await?;
        quiet_but_for_scrolling(&page).await
    }

    async fn a_broken_file_is_followed_to_one_that_runs_and_its_link_handed_on(page: Page) {
        running_at(&page, "#order-emails").await?;
        let broken = SYSTEM.replace("\"jobs\":3", "\n\"jobs\":-3").replace("\"workers\":1", "\n\"workers\":-1");
        drop_file(&page, &broken).await?;
        let lines = "[...document.querySelectorAll('.workshop-problems li')].map((line) => line.textContent).join()";
        page.wait_until("the first problem is at its line", &format!("{lines}.startsWith('Line 2workload.jobs: ')")).await?;
        assert_eq!(page.run::<String>(&format!("return {TITLE};"), Vec::new()).await?, "Order e-mails", "what runs is of before");
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        // Each leads to its place, which is selected there.
        click(&page, ".workshop-problems button").await?;
        keys(&page, "3").await?;
        page.wait_until("the other is left", &format!("{lines}.startsWith('Line 3') && {lines}.includes('workers')")).await?;
        click(&page, ".workshop-problems button").await?;
        keys(&page, "1").await?;
        page.wait_until("it runs", &format!("{RUNS} && {TITLE} === 'Two services'")).await?;
        let mended: String = page.run(&format!("return {TEXT};"), Vec::new()).await?;
        // Undone, it is as broken as before, and it is there when the page is loaded anew.
        for _ in 0..2 {
            click(&page, ".workshop-tools button:nth-child(3)").await?;
        }
        page.wait_until("it is broken again", "document.querySelectorAll('.workshop-problems li').length > 0").await?;
        let undone: String = page.run(&format!("return {TEXT};"), Vec::new()).await?;
        assert_ne!(undone, mended);
        page.driver().refresh().await?;
        let there = format!("document.querySelector('.workshop-problems li') && {TEXT} === {}", json!(undone));
        page.wait_until("it is still there", &there).await?;
        page.wait_until("so is what ran", &format!("{TITLE} === 'Two services'")).await?;
        for _ in 0..2 {
            click(&page, ".workshop-tools button:nth-child(4)").await?;
        }
        page.wait_until("it is done again", &format!("{RUNS} && {TEXT} === {}", json!(mended))).await?;
        quiet(&page).await?;
        // Somebody else opens the link.
        let fragment: String = page.run("return location.hash;", Vec::new()).await?;
        let other = Page::launch(page.browser(), page.site().clone()).await?;
        let told = async {
            running_at(&other, &fragment).await?;
            other.wait_until("the same is shown", &format!("{TITLE} === 'Two services'")).await?;
            assert_eq!(other.run::<u32>("return document.querySelectorAll('.workshop, .notice').length;", Vec::new()).await?, 0);
            quiet(&other).await
        };
        let told = told.await;
        other.close().await?;
        told
    }

    async fn a_broken_text_is_followed_to_one_that_runs_by_keyboard_alone(page: Page) {
        running_at(&page, "#order-emails").await?;
        tab_to(&page, "Edit", TAB).await?;
        keys(&page, ENTER).await?;
        page.wait_until("what is shown can be edited", &format!("{RUNS} && {TEXT}.includes('\"name\": \"order-emails\"')")).await?;
        let broken = SYSTEM.replace("\"jobs\":3", "\"jobs\":-3").replace("\"workers\":1", "\"workers\":-1");
        keys(&page, "\u{e009}a").await?;
        keys(&page, "\u{e003}").await?;
        keys(&page, &broken).await?;
        let problem = "document.querySelector('.workshop-problems button')?.textContent.trim()";
        for (path, mended) in [("workload.jobs: ", "3"), ("sides.left.parties.api.service.workers: ", "1")] {
            page.wait_until("it is said what is wrong", &format!("{problem}.includes({})", json!(path))).await?;
            let name: String = page.run(&format!("return {problem};"), Vec::new()).await?;
            tab_to(&page, &name, TAB).await?;
            keys(&page, ENTER).await?;
            // What is wrong is selected, and what is typed takes its place.
            keys(&page, mended).await?;
        }
        page.wait_until("it runs", &format!("{RUNS} && {TITLE} === 'Two services' && {TEXT} === {}", json!(SYSTEM))).await?;
        for _ in 0..2 {
            keys(&page, "\u{e009}z").await?;
        }
        page.wait_until("it is broken again", &format!("{problem} !== undefined")).await?;
        let undone: String = page.run(&format!("return {TEXT};"), Vec::new()).await?;
        page.driver().refresh().await?;
        page.wait_until("it is still there", &format!("{problem} !== undefined && {TEXT} === {}", json!(undone))).await?;
        quiet_but_for_scrolling(&page).await
    }

    async fn a_system_of_two_services_is_made_from_nothing_by_mouse(page: Page) {
        running_at(&page, "").await?;
        click(&page, "[data-workshop]").await?;
        page.wait_until("what is shown can be edited", RUNS).await?;
        click(&page, ".workshop-tools button:first-child").await?;
        let beginning = page.driver().find(thirtyfour::By::XPath("//*[@class='workshop']//button[contains(., 'A system of services')] | //button[contains(., 'A system of services')]")).await?;
        beginning.click().await?;
        page.wait_until("it runs", &format!("{RUNS} && {TITLE} === 'My system'")).await?;
        click(&page, ".workshop-view button:last-child").await?;
        let steps = "sides-0-parties-1-on-0-does";
        page.wait_until("its form is there", &format!("document.querySelector('#part-{steps}') !== null")).await?;
        let choose = "const select = document.getElementById(`part-${arguments[0]}`).parentElement.querySelector(':scope > .form-fields > .workshop-row select');
            select.value = [...select.options].find((option) => option.text === 'compute').value;";
        page.run::<()>(choose, vec![json!(steps)]).await?;
        pressed(&page, steps, "Add").await?;
        let fourth = format!("document.querySelector('[data-key^={steps}-3-]') !== null");
        page.wait_until("a step more runs", &format!("{RUNS} && {fourth}")).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        quiet(&page).await
    }

    /// It is nothing but a text, it is unpacked to what a scenario may have, and nothing is asked of anybody.
    async fn a_hostile_link_runs_nothing_and_asks_for_nothing(page: Page) {
        running_at(&page, "#order-emails").await?;
        let packed = "const done = arguments[1];
            new Response(new Blob([arguments[0] || ' '.repeat(5 << 20)]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer()
                .then((bytes) => done('1' + btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')));";
        let pack = async |text: &str| -> Result<String> {
            Ok(page.driver().execute_async(packed, vec![json!(text)]).await?.convert()?)
        };
        let script = SYSTEM.replace("Two services", "<img src=x onerror=window.ran=1><script src=https://example.org/x></script>");
        let asked = page.site().asked_for().len();
        for (field, notice) in [
            (format!("own={}", pack(&script).await?), ""),
            (format!("own={}", pack("").await?), "is not whole"),
            (format!("own={}", pack("{\"name\": 3}").await?), "name: "),
            ("own=1%00<script>".to_owned(), "is not whole"),
            ("own=2AAAA".to_owned(), "is not whole"),
            ("kept=../../x".to_owned(), "does not keep it"),
        ] {
            page.run::<()>("location.hash = arguments[0];", vec![json!(format!("two-services&v=1&{field}"))]).await?;
            match notice {
                "" => page.wait_until("it is a title", &format!("{TITLE}.startsWith('<img src=x')")).await?,
                words => crate::acts::expect_notice(&page, words).await?,
            }
        }
        assert!(!page.run::<bool>("return 'ran' in window;", Vec::new()).await?);
        let later: Vec<String> = page.site().asked_for().split_off(asked);
        let is_ours = |name: &String| ["own-", "engine-", "worker-", "later-"].iter().any(|ours| name.starts_with(ours));
        assert!(later.iter().all(is_ours), "{later:?}");
        quiet(&page).await
    }

    async fn what_is_too_long_for_a_link_is_kept_and_offered_as_a_file(page: Page) {
        running_at(&page, "#order-emails").await?;
        // What cannot be packed much.
        let letters = |at: u64| (20 * at..20 * at + 20).map(|n| format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect::<String>();
        let notes: Vec<String> = (0..100).map(|at| format!("{{ \"at\": \"{at}ms\", \"text\": \"{}\" }}", letters(at))).collect();
        let long = SYSTEM.replace("\"sides\"", &format!("\"notes\": [{}], \"sides\"", notes.join(",\n")));
        drop_file(&page, &long).await?;
        page.wait_until("it runs", "document.querySelector('.workshop-state')?.textContent.includes('too long for a link')").await?;
        page.wait_until("the address says so", "location.hash.startsWith('#two-services&v=1&kept=')").await?;
        click(&page, ".masthead .button-first").await?;
        page.wait_until("it says what to do", "document.querySelector('.workshop-notices').textContent.includes('Save it as a file')").await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        page.driver().refresh().await?;
        page.wait_until("it is still there", &format!("{RUNS} && {TITLE} === 'Two services'")).await?;
        quiet(&page).await
    }

    async fn a_change_of_a_slider_is_undone_by_keys_and_by_buttons(page: Page) {
        running_at(&page, "#order-emails").await?;
        let work = "document.querySelector(\"[aria-label='Work, exactly']\").value";
        page.run::<()>("document.querySelector('#parameter-1').focus();", Vec::new()).await?;
        keys(&page, "\u{e010}").await?;
        page.wait_until("it is at its end", &format!("{work} === '600 ms'")).await?;
        keys(&page, "\u{e011}").await?;
        page.wait_until("it is at its beginning", &format!("{work} === '20 ms' && location.hash.includes('20ms')")).await?;
        keys(&page, "\u{e009}z").await?;
        page.wait_until("the last change is undone", &format!("{work} === '600 ms' && location.hash.includes('600ms')")).await?;
        click(&page, "#Undo").await?;
        page.wait_until("so is the first", &format!("{work} === '170 ms' && !location.hash.includes('set=') && document.querySelector('#Undo').disabled")).await?;
        page.run::<()>("document.querySelector('#parameter-1').focus();", Vec::new()).await?;
        keys(&page, "\u{e009}\u{e008}z").await?;
        page.wait_until("it is made again", &format!("{work} === '600 ms' && location.hash.includes('600ms')")).await?;
        click(&page, "#Redo").await?;
        page.wait_until("and the last one", &format!("{work} === '20 ms'")).await?;
        quiet(&page).await
    }

    async fn a_fault_is_drawn_along_a_lane_and_said_by_keys(page: Page) {
        page.set_viewport(1400, 900).await?;
        running_at(&page, "#rest-get-user").await?;
        edit(&page).await?;
        page.wait_until("the workshop is there", RUNS).await?;
        let beside = "const [panel, app] = ['.workshop', '#app'].map((css) => document.querySelector(css).getBoundingClientRect());
            return panel.top === 0 && panel.left >= app.right - 1;";
        assert!(page.run::<bool>(beside, Vec::new()).await?, "it stands beside the picture, whatever comes under that");
        click(&page, ".workshop-view button:last-child").await?;
        pressed(&page, "changes", "Draw one on the picture").await?;
        // Along the middle of the last lane of the left side.
        let place = "const head = document.querySelectorAll('.cp-heads rect')[1].getBoundingClientRect();
            return [head.left + head.width / 2, head.bottom + 60, head.bottom + 130].map(Math.round);";
        let (x, from, to): (i64, i64, i64) = page.run(place, Vec::new()).await?;
        page.driver().action_chain().move_to(x, from).click_and_hold().move_to(x, to).release().perform().await?;
        let struck = "document.querySelector('[data-key=\"changes-1-whom\"]')?.value";
        page.wait_until("it is in the form", &format!("{struck} && {RUNS}")).await?;
        page.wait_until("it is in the picture", "document.querySelector('.cp-down')").await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        // One more by keys, of another kind and for both sides.
        page.run::<()>("document.querySelector('#part-changes ~ .workshop-row button').focus();", Vec::new()).await?;
        keys(&page, ENTER).await?;
        page.wait_until("its kind has the focus", "document.activeElement.dataset.key === 'changes-2-fault'").await?;
        keys(&page, "W").await?;
        page.wait_until("it is slower work", &format!("{RUNS} && document.querySelector('[data-key=\"changes-2-factor\"]')?.value === '3'")).await?;
        let kinds = "return [1, 2].map((at) => document.querySelector(`[data-key=\"changes-${at}-fault\"]`).value);";
        assert_eq!(page.run::<[String; 2]>(kinds, Vec::new()).await?, ["outage", "slow-down"]);
        quiet(&page).await
    }

    async fn the_text_is_completed_and_explained_by_what_is_known_of_each_field(page: Page) {
        running_at(&page, "#rest-get-user").await?;
        edit(&page).await?;
        let known = "performance.getEntriesByType('resource').some(({ name, responseEnd }) => name.includes('/schema-') && responseEnd > 0)";
        page.wait_until("it runs, and what is known is there", &format!("{RUNS} && {known}")).await?;
        // Typed over, and then away.
        keys(&page, "\u{e009}a").await?;
        keys(&page, "x\u{e003}").await?;
        keys(&page, r#"{"name": "n", "workload": {"jo"#).await?;
        let root = "document.querySelector('.workshop-editor').shadowRoot";
        // The editor takes no key for a list that has only just come.
        let offered = format!("{root}.querySelector('.cm-tooltip-autocomplete [aria-selected]')?.textContent.startsWith('jobs')
            && (window.since ??= performance.now()) < performance.now() - 100");
        page.wait_until("a field is offered", &offered).await?;
        keys(&page, ENTER).await?;
        keys(&page, "3").await?;
        page.wait_until("it is in the text", &format!("{RUNS} && {TEXT} === {}", json!(r#"{"name": "n", "workload": {"jobs": 3}}"#))).await?;
        let place = format!("const word = [...{root}.querySelectorAll('.cm-line span')].find((each) => each.textContent === '\"jobs\"');
            const {{ left, top, width, height }} = word.getBoundingClientRect();
            return [left + width / 2, top + height / 2].map(Math.round);");
        let (x, y): (i64, i64) = page.run(&place, Vec::new()).await?;
        page.driver().action_chain().move_to(x, y).perform().await?;
        page.wait_until("it is explained", &format!("{root}.querySelector('.workshop-hover')?.textContent.startsWith('How many jobs')")).await?;
        quiet_but_for_scrolling(&page).await
    }

    async fn a_caption_the_opening_parameters_and_steps_are_put_in_by_the_form(page: Page) {
        running_at(&page, "#order-emails").await?;
        drop_file(&page, SYSTEM).await?;
        page.wait_until("it runs", &format!("{RUNS} && {TITLE} === 'Two services'")).await?;
        click(&page, ".workshop-view button:last-child").await?;
        seek(&page, 100_000).await?;
        click(&page, "#part-notes").await?;
        pressed(&page, "notes", "Add a caption at the playhead").await?;
        page.wait_until("its words have the focus", "document.activeElement.dataset.key === 'notes-0-text'").await?;
        type_in(&page, "[data-key='notes-0-text']", "Look here").await?;
        page.wait_until("it is in the picture", &format!("{RUNS} && document.querySelector('.panes').textContent.includes('Look here')")).await?;
        click(&page, "#part-view").await?;
        pressed(&page, "view", "Open at the playhead").await?;
        page.wait_until("it opens there", &format!("{RUNS} && document.querySelector('[data-key=view-at]')?.value === '100ms'")).await?;
        click(&page, "#part-controls").await?;
        page.run::<()>("document.querySelector('[aria-label=\"Another parameter\"]').value = 'workload.jobs';", Vec::new()).await?;
        pressed(&page, "controls", "Offer it").await?;
        page.wait_until("it is offered", &format!("{RUNS} && document.querySelector('[aria-label=\"Jobs, exactly\"]')?.value === '3'")).await?;
        // A step, and a party, of another kind than those that are there.
        let chosen = async |part: &str, kind: &str| {
            let script = "const select = document.getElementById(`part-${arguments[0]}`).parentElement.querySelector(':scope > .form-fields > .workshop-row select');
                select.value = [...select.options].find((option) => option.text === arguments[1]).value;";
            page.run::<()>(script, vec![json!(part), json!(kind)]).await
        };
        let steps = "sides-0-parties-1-on-0-does";
        chosen(steps, "compute").await?;
        pressed(&page, steps, "Add").await?;
        page.wait_until("it is done", &format!("{RUNS} && document.querySelector('[data-key={steps}-1-compute]')?.value === '100ms'")).await?;
        assert!(page.run::<bool>("return document.querySelector('[data-key=sides-0-parties-1-kafka]') === null;", Vec::new()).await?, "a service is no topic");
        chosen("sides-0-parties", "service").await?;
        pressed(&page, "sides-0-parties", "Add").await?;
        let told = "document.querySelector('.workshop-problems')?.textContent.includes('`service` that does nothing')";
        page.wait_until("it is said what it needs", &format!("{told} && document.querySelector('#part-sides-0-parties-2').textContent === 'service'")).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        click(&page, ".workshop-tools button:nth-child(3)").await?;
        page.wait_until("without it, it runs again", &format!("{RUNS} && document.querySelector('#part-sides-0-parties-2') === null")).await?;
        quiet(&page).await
    }

    async fn what_was_written_is_in_the_library_until_it_is_deleted(page: Page) {
        running_at(&page, "#order-emails").await?;
        drop_file(&page, SYSTEM).await?;
        page.wait_until("it runs", &format!("{RUNS} && {TITLE} === 'Two services'")).await?;
        drop_file(&page, "{ \"name\": \"broken\", \"jobs\": ").await?;
        page.wait_until("the other does not", "document.querySelector('.workshop-problems li')").await?;
        // A visit later.
        click(&page, ".workshop-bar .button").await?;
        page.run::<()>("location.hash = 'order-emails';", Vec::new()).await?;
        page.driver().refresh().await?;
        let listed = async || {
            click(&page, ".picker").await?;
            page.wait_until("the library is there", "document.querySelector('.library-sheet[open] .library-card')").await
        };
        page.wait_until("what is built in is shown", &format!("{TITLE} === 'Order e-mails'")).await?;
        listed().await?;
        let cards = |of_them: &str| format!("[...document.querySelectorAll('.library-sheet .library-group:first-child .library-card')].map({of_them}).join()");
        let titles = cards("(card) => card.querySelector('h4')?.textContent");
        assert_eq!(page.run::<String>(&format!("return {titles};"), Vec::new()).await?, "broken,Two services");
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        // One is deleted, missed and had back by keys, whatever was looked for meanwhile.
        page.run::<()>("document.querySelector('[aria-label=\"Delete Two services\"]').focus();", Vec::new()).await?;
        keys(&page, ENTER).await?;
        page.wait_until("it can be had back", "document.activeElement.textContent === 'Undo'").await?;
        assert_eq!(page.run::<usize>("return localStorage.length;", Vec::new()).await?, 1);
        page.run::<()>("document.querySelector('.library-sheet .library-search').focus();", Vec::new()).await?;
        keys(&page, "services").await?;
        page.run::<()>("document.querySelector('[aria-label^=Undo]').focus();", Vec::new()).await?;
        keys(&page, ENTER).await?;
        page.wait_until("it is there again", "document.activeElement.textContent === 'Delete' && localStorage.length === 2").await?;
        click(&page, ".library-sheet a[href^='#two-services&v=1&own=1']").await?;
        page.wait_until("it is open", &format!("{TITLE} === 'Two services' && !document.querySelector('dialog')")).await?;
        // What has not run leads to where it is written.
        listed().await?;
        click(&page, ".library-sheet .library-write").await?;
        page.wait_until("it is written on", &format!("{TEXT}.includes('broken') && document.querySelector('.workshop-problems li')")).await?;
        quiet(&page).await
    }

    async fn where_storage_is_refused_it_works_for_the_visit_and_says_so(page: Page) {
        running_at(&page, "#order-emails").await?;
        page.run::<()>("for (const name of ['localStorage', 'sessionStorage'])
            Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });", Vec::new()).await?;
        drop_file(&page, SYSTEM).await?;
        let said = "document.querySelector('.workshop-state')?.textContent.includes('does not keep it')";
        page.wait_until("it runs, and says so", &format!("{said} && {TITLE} === 'Two services'")).await?;
        // What was there before is offered.
        drop_file(&page, &SYSTEM.replace("Two services", "Another")).await?;
        page.wait_until("the other is there", &format!("{TITLE} === 'Another'")).await?;
        click(&page, ".workshop-tools button").await?;
        page.wait_until("the first is offered", "document.querySelector('.workshop-start li button').textContent === 'Two services'").await?;
        click(&page, ".workshop-start li button").await?;
        page.wait_until("it is there again", &format!("{TITLE} === 'Two services'")).await?;
        click(&page, ".picker").await?;
        page.wait_until("both are in the library", "document.querySelectorAll('.library-sheet [aria-label^=Delete]').length === 2").await?;
        quiet(&page).await
    }
}

/// Firefox warns of the editor, which keeps to where it was scrolled.
async fn quiet_but_for_scrolling(page: &Page) -> Result<()> {
    let heard = page.complaints().await?;
    assert!(heard.iter().all(|complaint| complaint.contains("scroll-linked")), "{heard:#?}");
    Ok(())
}

/// Presses what is called so in a part of the form.
async fn pressed(page: &Page, part: &str, name: &str) -> Result<()> {
    let script = "const parts = document.getElementById(`part-${arguments[0]}`).parentElement;
        const found = [...parts.querySelectorAll('button')].findLast((button) => button.textContent === arguments[1]);
        found.click();";
    page.run(script, vec![json!(part), json!(name)]).await
}

async fn edit(page: &Page) -> Result<()> {
    let found = "[...document.querySelectorAll('.masthead .button')].find((each) => each.textContent.trim() === 'Edit').click();";
    page.run(found, Vec::new()).await
}

/// Presses keys where the focus is, as a person does.
async fn keys(page: &Page, keys: &str) -> Result<()> {
    let mut chain = page.driver().action_chain();
    let held: Vec<char> = keys.chars().take_while(|key| HELD.contains(key)).collect();
    for key in &held {
        chain = chain.key_down(*key);
    }
    chain = chain.send_keys(keys.chars().skip(held.len()).collect::<String>());
    for key in &held {
        chain = chain.key_up(*key);
    }
    chain.perform().await.with_context(|| format!("pressing {keys:?}"))?;
    Ok(())
}

const TAB: &str = "\u{e004}";
const BACK: &str = "\u{e008}\u{e004}";
const ENTER: &str = "\u{e007}";

/// Those that are held down while others are pressed: Shift, Control and Alt.
const HELD: [char; 3] = ['\u{e008}', '\u{e009}', '\u{e00a}'];

/// Presses Tab, or what leads back, until the focus is on what is called so.
async fn tab_to(page: &Page, name: &str, pressed: &str) -> Result<()> {
    let is_there = format!("return document.activeElement.textContent.trim() === {};", json!(name));
    for _ in 0..40 {
        if page.run(&is_there, Vec::new()).await? {
            return Ok(());
        }
        keys(page, pressed).await?;
    }
    anyhow::bail!("no key led to `{name}`")
}

/// Drops a file on the page.
async fn drop_file(page: &Page, text: &str) -> Result<()> {
    let script = "const dropped = new DataTransfer();
        dropped.items.add(new File([arguments[0]], 'mine.json'));
        document.querySelector('main').dispatchEvent(
            new DragEvent('drop', { dataTransfer: dropped, bubbles: true, cancelable: true }));";
    // It is taken by what comes after the first picture.
    let takes = "(() => {
        const dragged = new DataTransfer();
        dragged.items.add(new File([''], 'mine.json'));
        const over = new DragEvent('dragover', { dataTransfer: dragged, bubbles: true, cancelable: true });
        return !document.querySelector('main').dispatchEvent(over);
    })()";
    page.wait_until("the page takes files", takes).await?;
    page.run(script, vec![json!(text)]).await
}
