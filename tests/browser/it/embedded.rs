//! The element in a page of somebody else's: it takes the place of what stands in it, and nothing else is touched.
//!
//! The pages are in `tests/browser/pages`. Their own rules and sizes are such that whatever leaks would be seen.

use anyhow::{Context, Result};
use counterpoint::scenario::Scenario;
use counterpoint::studio::Studio;
use counterpoint_browser_tests::{Page, later};
use serde_json::{Value, json};

use crate::acts::quiet;

const ARTICLE: &str = "../pages/article.html";
/// In the shadow of the first element of the article.
const INSIDE: &str = "document.querySelector('counterpoint-diagram').shadowRoot";

/// What an article looks like to itself: its rules, its globals, what the language and the browser give it, its ids, its
/// title, how its own things are drawn. One global is the driver's.
const HOST: &str = "
    const looks = [...document.querySelectorAll('main > *:not(counterpoint-diagram), body, html')].map((each) => {
        const { color, fontSize, letterSpacing, display, background } = getComputedStyle(each);
        return [each.tagName, color, fontSize, letterSpacing, display, background].join(' ');
    });
    const keys = Object.getOwnPropertyNames(window).filter((key) => key !== 'ret_nodes').sort();
    const native = (value) => typeof value !== 'function' || Function.prototype.toString.call(value).includes('[native code]');
    const parts = (owner) => Object.entries(Object.getOwnPropertyDescriptors(owner));
    const given = keys.filter((key) => /^[A-Z]/.test(key) && window[key]).flatMap((key) =>
        [window[key], window[key].prototype].filter(Boolean).flatMap((owner) =>
            parts(owner).map(([name, { value, get, set }]) => [key, name, [value, get, set].every(native)].join(' '))));
    return JSON.stringify({ looks, keys, given, title: document.title, hash: location.hash, history: history.length,
        ids: [...document.querySelectorAll('[id]')].map((each) => each.id),
        sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
        html: document.documentElement.getAttributeNames(), body: document.body.getAttributeNames(),
        storage: localStorage.length });";

/// A scenario that is not built in.
const OWN: &str = r#"{ "version": 2, "name": "shop", "title": "Our shop",
  "workload": { "jobs": 3, "arrivals": { "pattern": "regular", "every": "50ms" }, "work": "100ms" },
  "sides": [
    { "protocol": "http", "caller": { "id": "shop", "name": "Our shop" }, "server": { "id": "mail", "workers": 1 } },
    { "protocol": "rabbitmq", "publisher": { "id": "shop", "name": "Our shop" },
      "queue": { "id": "mails", "type": "classic" }, "consumers": { "id": "mail" } } ] }"#;

in_each_browser! {
    async fn takes_the_place_of_a_picture_and_shares_one_module(page: Page) {
        live_at(&page, ARTICLE).await?;
        let drawn: Vec<bool> = page.run(
            "return [...document.querySelectorAll('counterpoint-diagram')].map((each) => {
                const { shadowRoot } = each;
                const slot = shadowRoot.querySelector('slot');
                return shadowRoot.querySelector('.body .cp-arrows') !== null && getComputedStyle(slot).display === 'none';
            });", Vec::new()).await?;
        assert_eq!(drawn, [true, true, true]);
        let asked = page.site().asked_for();
        let times = |begins: &str, ends: &str| {
            asked.iter().filter(|name| name.starts_with(begins) && name.ends_with(ends)).count()
        };
        let counts = [times("app-", "_bg.wasm"), times("app-", ".js"), times("later-", ".wasm"), times("embed-", ".css")];
        assert_eq!(counts, [1, 1, 1, 1], "of {asked:?}");
        assert_eq!(times("boot-", ".js") + times("style-", ".css"), 0, "what is the page's is not loaded: {asked:?}");
        let violations = page.axe_violations().await?;
        assert_eq!(violations, Vec::<String>::new());
        quiet(&page).await
    }

    async fn nothing_more_than_the_script_is_loaded_until_an_element_is_near(page: Page) {
        page.open("../pages/far.html").await?;
        page.wait_until("the element is defined", "customElements.get('counterpoint-diagram')").await?;
        page.frame().await?;
        let ours = |page: &Page| {
            let asked = page.site().asked_for().into_iter();
            asked.filter(|name| !name.starts_with("deep/sub/pages")).collect::<Vec<_>>()
        };
        assert_eq!(ours(&page), ["counterpoint-diagram.js"]);
        page.run::<()>("document.querySelector('counterpoint-diagram').scrollIntoView()", Vec::new()).await?;
        page.wait_until_running().await?;
        assert!(ours(&page).len() > 1);
        quiet(&page).await
    }

    async fn the_page_around_it_is_as_it_was(page: Page) {
        page.site().lose("counterpoint-diagram.js");
        page.open(ARTICLE).await?;
        let before: String = page.run(HOST, Vec::new()).await?;
        page.site().find_again();
        live_at(&page, ARTICLE).await?;
        let live: String = page.run(HOST, Vec::new()).await?;
        assert_eq!(live, before);
        // Nor does the page's own style leak in: its headings are red, and its letters far apart.
        let inside: (String, String) = page.run(&format!(
            "const {{ letterSpacing, borderTopWidth }} = getComputedStyle({INSIDE}.querySelector('.viewport'));
             return [letterSpacing, borderTopWidth];"), Vec::new()).await?;
        assert_eq!(inside, ("normal".into(), "0px".into()));
        // The page's size of text is not its own.
        let size: String = page.run(&format!("return getComputedStyle({INSIDE}.getElementById('app')).fontSize"), Vec::new()).await?;
        assert_eq!(size, "14px");
        Ok(())
    }

    async fn it_follows_the_theme_of_the_page(page: Page) {
        live_at(&page, ARTICLE).await?;
        let themes = "[...document.querySelectorAll('counterpoint-diagram')].map((each) => each.shadowRoot.getElementById('app').dataset.theme).join()";
        page.wait_until("it is dark on a dark page", &format!("{themes} === 'dark,dark,light'")).await?;
        for (class, theme) in [("light", "light"), ("navy", "dark"), ("rust", "light")] {
            page.run::<()>("document.documentElement.className = arguments[0]", vec![class.into()]).await?;
            page.wait_until("it follows", &format!("{themes} === '{theme},{theme},light'")).await?;
        }
        let ground = format!("getComputedStyle({INSIDE}.querySelector('.instrument')).backgroundColor");
        page.wait_until("its ground is light", &format!("{ground} === 'rgb(255, 255, 255)'")).await?;
        page.run::<()>("document.querySelector('#one').setAttribute('theme', 'dark')", Vec::new()).await?;
        page.wait_until("a theme that is given wins", &format!("{themes} === 'dark,light,light'")).await?;
        Ok(())
    }

    async fn it_can_be_moved_removed_and_added(page: Page) {
        live_at(&page, ARTICLE).await?;
        let script = "const one = document.querySelector('#one');
            window.seen = one.shadowRoot.querySelector('.instrument');
            document.querySelector('main').append(one);";
        page.run::<()>(script, Vec::new()).await?;
        page.frame().await?;
        let same = "document.querySelector('#one').shadowRoot.querySelector('.instrument') === window.seen";
        page.wait_until("it goes on where it was moved to", same).await?;
        page.run::<()>("window.one = document.querySelector('#one'); one.remove();", Vec::new()).await?;
        page.wait_until("it is given up when it is removed", "!one.shadowRoot.getElementById('app')").await?;
        page.run::<()>("document.querySelector('main').prepend(one);", Vec::new()).await?;
        page.wait_until("it is there again", "one.shadowRoot.querySelector('.live .body .cp-arrows')").await?;
        let added = "const other = document.createElement('counterpoint-diagram');
            other.setAttribute('scenario', 'kafka-rebalance');
            document.querySelector('main').prepend(other);";
        page.run::<()>(added, Vec::new()).await?;
        page.wait_until("another one comes", &format!("{INSIDE}?.querySelector('.live .body .cp-arrows')")).await?;
        quiet(&page).await
    }

    /// Nodes, listeners and memory of the page are what they were, however many came and went: except for what Yew keeps of
    /// an app that has gone, its listeners and their element, which are some 7 kB. They are on nothing that is in the page.
    async fn what_is_removed_leaves_next_to_nothing(page: Page) {
        if page.browser() != Browser::Chromium {
            // Only Chromium counts them for a test.
            return Ok(());
        }
        live_at(&page, ARTICLE).await?;
        let replace = "const done = arguments[0];
            const one = document.querySelector('#one');
            const other = one.cloneNode(true);
            one.replaceWith(other);
            other.addEventListener('counterpoint-ready', () => setTimeout(() => done(true), 100), { once: true });";
        // The first ones make what all later ones share.
        for _ in 0..3 {
            page.driver().execute_async(replace, Vec::new()).await?;
        }
        let before = page.counts().await?;
        for _ in 0..8 {
            page.driver().execute_async(replace, Vec::new()).await?;
        }
        let after = page.counts().await?;
        println!("nodes, listeners, bytes: {before:?}, and after eight more {after:?}");
        let most = [10.0, 10.0, 16_000.0].map(|each| 8.0 * each);
        for ((before, after), most) in before.iter().zip(after).zip(most) {
            assert!(after - before <= most, "{before}, {after}, at most {most} more");
        }
        Ok(())
    }

    /// Against the same page without the viewer: what is left once the elements are gone is the viewer's code, what all
    /// elements share, and the little that the test above counts. The memory of the module is none of the page's heap.
    async fn a_page_that_had_two_holds_little_more_than_one_that_had_none(page: Page) {
        if page.browser() != Browser::Chromium {
            // Only Chromium counts them for a test.
            return Ok(());
        }
        let remove = "[...document.querySelectorAll('counterpoint-diagram')].forEach((each) => each.remove());";
        page.site().lose("counterpoint-diagram.js");
        page.set_viewport(1000, 2400).await?;
        page.open(ARTICLE).await?;
        page.run::<()>(remove, Vec::new()).await?;
        let without = page.counts().await?;
        page.site().find_again();
        live_at(&page, ARTICLE).await?;
        page.run::<()>("three.remove()", Vec::new()).await?;
        let with = page.counts().await?;
        page.run::<()>(&format!("window.shadows = [one, two].map((each) => each.shadowRoot); {remove}"), Vec::new()).await?;
        page.wait_until("both are given up", "shadows.every((each) => !each.getElementById('app'))").await?;
        page.run::<()>("delete window.shadows", Vec::new()).await?;
        let after = page.counts().await?;
        println!("nodes, listeners, bytes: {without:?} without any, {with:?} with two, {after:?} when they are gone");
        for ((without, after), most) in without.iter().zip(after).zip([120.0, 40.0, 1_000_000.0]) {
            assert!(after - without <= most, "{without} without any, {after} when they are gone, at most {most} more");
        }
        assert!(with[0] > after[0] + 1_000.0, "it is seen that they are gone: {with:?}, {after:?}");
        Ok(())
    }

    /// Who only looks pays for no engine, even where all can be changed; a moment and a job that are asked for are looks.
    async fn the_engine_is_fetched_only_where_there_is_something_to_run(page: Page) {
        page.open("../pages/far.html").await?;
        let add = "const diagram = document.createElement('counterpoint-diagram');
            diagram.id = 'one';
            for (const [name, value] of arguments[0]) diagram.setAttribute(name, value);
            document.querySelector('main').prepend(diagram);";
        let asked = json!([["scenario", "order-emails"], ["at", "1.2s"], ["job", "2"], ["controls", "full"]]);
        page.run::<()>(add, vec![asked]).await?;
        // The later part is there then, with which the engine would be started.
        page.wait_until("the legend is there", "one.shadowRoot?.querySelector('.live .step')?.textContent").await?;
        page.run::<()>("one.setAttribute('at', '450ms')", Vec::new()).await?;
        page.wait_until("it is there", "Number(one.shadowRoot.querySelector('#scrubber').value) > 0").await?;
        let engine = |page: &Page| {
            let mut files: Vec<String> = page.site().asked_for().into_iter().filter(|name| name.starts_with("engine-")).collect();
            files.sort_unstable();
            files
        };
        assert_eq!(engine(&page), Vec::<String>::new());
        page.run::<()>("one.setAttribute('seed', '7')", Vec::new()).await?;
        page.wait_until("it is run", "one.shadowRoot.querySelector('#seed-exact')?.value === '7'").await?;
        let files = engine(&page).iter().map(|name| name[name.find(['_', '.']).unwrap()..].to_owned()).collect::<Vec<_>>();
        assert_eq!(files, [".js", "_bg.wasm", "_scenarios.json"]);
        quiet(&page).await
    }

    async fn it_tells_what_happens_and_does_what_it_is_told(page: Page) {
        page.open(ARTICLE).await?;
        let listen = "window.seen = [];
            for (const name of ['ready', 'play', 'pause', 'moment', 'select', 'error']) {
                document.querySelector('main').addEventListener('counterpoint-' + name, ({ target, detail }) => {
                    if (target.id === 'one') seen.push([name, detail]);
                });
            }";
        page.run::<()>(listen, Vec::new()).await?;
        live_at(&page, ARTICLE).await?;
        page.run::<()>(listen, Vec::new()).await?;
        page.run::<()>("one.setAttribute('at', '450ms')", Vec::new()).await?;
        page.wait_until("it is there", "seen.some(([name, detail]) => name === 'moment' && detail.milliseconds === 450)").await?;
        page.run::<()>("one.play()", Vec::new()).await?;
        page.wait_until("it plays", "seen.some(([name]) => name === 'play')").await?;
        page.run::<()>("one.pause()", Vec::new()).await?;
        page.wait_until("it pauses", "seen.some(([name]) => name === 'pause')").await?;
        page.run::<()>("one.setAttribute('scenario', 'rest-get-user')", Vec::new()).await?;
        let other = "one.shadowRoot.querySelector('.heads').textContent.includes('User service')";
        page.wait_until("it shows another, in the same place", &format!("{other} && one.shadowRoot.querySelector('.live')")).await?;
        page.run::<()>("one.setAttribute('scenario', 'no-such-thing')", Vec::new()).await?;
        expect_stays(&page, "one", "there is no scenario `no-such-thing`").await?;
        let told: Value = page.run("return seen.at(-1);", Vec::new()).await?;
        assert_eq!(told[0], "error");
        page.run::<()>("one.setAttribute('scenario', 'order-emails')", Vec::new()).await?;
        page.wait_until("and the first again", "one.shadowRoot.querySelector('.live .body .cp-arrows')").await
    }

    async fn its_keys_are_not_the_pages_and_the_pages_are_not_its(page: Page) {
        live_at(&page, ARTICLE).await?;
        let script = format!("window.seen = [];
            addEventListener('keydown', (event) => seen.push(event.key));
            const press = (target, key) => target.dispatchEvent(
                new KeyboardEvent('keydown', {{ key, bubbles: true, composed: true, cancelable: true }}));
            const inside = {INSIDE};
            press(inside.querySelector('.viewport'), 'ArrowRight');
            press(inside.querySelector('select'), 's');
            press(inside.querySelector('.viewport'), 's');
            const before = inside.querySelector('#scrubber').value;
            press(document.body, 'ArrowRight');
            press(document.querySelector('#field'), ' ');
            return [seen, before === inside.querySelector('#scrubber').value];");
        let (heard, stands): (Vec<String>, bool) = page.run(&script, Vec::new()).await?;
        assert_eq!(heard, ["s", "ArrowRight", " "], "what it uses or what is typed into it is not heard outside");
        assert!(stands, "what is pressed elsewhere moves nothing in it");
        Ok(())
    }

    async fn a_scenario_of_the_pages_own_is_run(page: Page) {
        page.open("../pages/own.html").await?;
        let inside = "document.querySelector('#within').shadowRoot";
        page.wait_until("it is run", &format!("{inside}?.querySelector('.live .body .cp-arrows')")).await?;
        page.wait_until("it is the one", &format!("{inside}.querySelector('.heads').textContent.includes('Our shop')")).await?;
        expect_stays(&page, "wrong", "workload.jobs: ").await
    }

    /// A scenario's file with its recording beside it needs no engine, until something is changed of it.
    async fn a_scenario_in_a_file_is_shown_from_the_recording_beside_it(page: Page) {
        let scenario = Scenario::from_json(OWN).expect("it is a scenario");
        let recording = Studio::cover_of(scenario.play()).to_file();
        page.site().add("deep/sub/pages/shop.json", OWN.into());
        page.site().add("deep/sub/pages/shop.recording", recording);
        page.open("../pages/far.html").await?;
        let script = "const diagram = document.createElement('counterpoint-diagram');
            diagram.id = 'own';
            diagram.setAttribute('src', 'shop.json');
            diagram.setAttribute('recording', 'shop.recording');
            document.querySelector('main').prepend(diagram);";
        page.run::<()>(script, Vec::new()).await?;
        let inside = "document.querySelector('#own').shadowRoot";
        page.wait_until("it is drawn", &format!("{inside}?.querySelector('.live .heads')?.textContent.includes('Our shop')")).await?;
        assert!(page.site().asked_for().iter().any(|name| name.ends_with("/shop.recording")), "its recording is asked for");
        let change = format!("window.seen = {inside}.querySelector('.body').textContent;
            document.querySelector('#own').setAttribute('set', 'workload.jobs=1');");
        page.run::<()>(&change, Vec::new()).await?;
        let other = format!("{inside}.querySelector('.live .body .cp-arrows') && {inside}.querySelector('.body').textContent !== seen");
        page.wait_until("a change of it is run", &other).await?;
        quiet(&page).await
    }

    /// As the command line writes it; the policy of these pages allows connections to their host and to nothing else.
    async fn a_recording_within_its_address_is_shown_whatever_the_policy(page: Page) {
        let scenario = Scenario::from_json(OWN).expect("it is a scenario");
        let recording = Studio::cover_of(scenario.play()).to_file();
        page.open("../pages/far.html").await?;
        let script = "const diagram = document.createElement('counterpoint-diagram');
            diagram.id = 'own';
            diagram.append(Object.assign(document.createElement('script'), { type: 'application/json', textContent: arguments[0] }));
            diagram.setAttribute('recording', 'data:;base64,' + btoa(String.fromCharCode(...arguments[1])));
            document.querySelector('main').prepend(diagram);";
        page.run::<()>(script, vec![OWN.into(), recording.into()]).await?;
        let inside = "document.querySelector('#own').shadowRoot";
        page.wait_until("it is drawn", &format!("{inside}?.querySelector('.live .heads')?.textContent.includes('Our shop')")).await?;
        page.run::<()>("document.querySelector('#own').play()", Vec::new()).await?;
        let moved = format!("Number({inside}.querySelector('#scrubber').value) > 0");
        page.wait_until("it plays", &moved).await?;
        let engine = |page: &Page| page.site().asked_for().iter().any(|name| name.starts_with("engine-"));
        assert!(!engine(&page), "nothing is run: {:?}", page.site().asked_for());
        let change = format!("window.seen = {inside}.querySelector('.body').textContent;
            document.querySelector('#own').setAttribute('set', 'workload.jobs=1');");
        page.run::<()>(&change, Vec::new()).await?;
        let other = format!("{inside}.querySelector('.live .body .cp-arrows') && {inside}.querySelector('.body').textContent !== seen");
        page.wait_until("a change of it is run", &other).await?;
        assert!(engine(&page));
        quiet(&page).await
    }

    /// A browser tells in its console of what it asked for in vain, so nobody asks on the chance.
    async fn a_scenario_in_a_file_is_run_and_no_recording_asked_for_that_nobody_speaks_of(page: Page) {
        page.site().add("deep/sub/pages/shop.json", OWN.into());
        page.open("../pages/far.html").await?;
        let script = "const diagram = document.createElement('counterpoint-diagram');
            diagram.id = 'own';
            diagram.setAttribute('src', 'shop.json');
            document.querySelector('main').prepend(diagram);";
        page.run::<()>(script, Vec::new()).await?;
        let drawn = "document.querySelector('#own').shadowRoot?.querySelector('.live .heads')?.textContent.includes('Our shop')";
        page.wait_until("it is run and drawn", drawn).await?;
        let asked = page.site().asked_for();
        assert!(!asked.iter().any(|name| name.ends_with(".recording")), "{asked:?}");
        quiet(&page).await
    }

    /// What was refused once may be had the next time, and the page around is not loaded anew for it.
    async fn a_later_part_that_could_not_be_had_is_asked_for_again_by_the_next_element(page: Page) {
        let part = later()?.into_iter().find(|name| name.starts_with("later-")).context("there is a later part")?;
        page.site().lose(&part);
        page.open("../pages/far.html").await?;
        let add = "const diagram = document.createElement('counterpoint-diagram');
            diagram.id = arguments[0];
            diagram.setAttribute('scenario', 'rest-get-user');
            document.querySelector('main').prepend(diagram);";
        page.run::<()>(add, vec!["first".into()]).await?;
        let root = |id: &str| format!("document.getElementById('{id}').shadowRoot");
        let refused = format!("{}?.querySelector('.notice')?.innerText.includes('the server answered 404 for later-')", root("first"));
        page.wait_until("the first is refused", &refused).await?;
        page.site().find_again();
        page.run::<()>(add, vec!["second".into()]).await?;
        let asked = |page: &Page| page.site().asked_for().iter().filter(|name| **name == part).count();
        page.wait_until("the second is drawn", &format!("{}?.querySelector('.live .body .cp-arrows')", root("second"))).await?;
        let told = format!("[...{}.querySelectorAll('.step, .notice')].some((each) => each.textContent)", root("second"));
        page.wait_until("the later part is there, or refused", &told).await?;
        let notice: Option<String> = page.run(
            &format!("return {}.querySelector('.notice')?.innerText ?? null", root("second")), Vec::new()).await?;
        assert_eq!((notice, asked(&page)), (None, 2));
        Ok(())
    }

    async fn what_stood_there_stays_when_the_module_cannot_be_had(page: Page) {
        page.site().lose("_bg.wasm");
        page.open(ARTICLE).await?;
        expect_stays(&page, "one", "the server answered 404 for app-").await?;
        expect_stays(&page, "two", "the server answered 404 for app-").await
    }

    async fn what_stood_there_stays_when_the_module_is_something_else(page: Page) {
        page.site().put_before("app-", "<!doctype html>");
        page.open(ARTICLE).await?;
        expect_stays(&page, "one", "The diagram cannot be played here: ").await
    }

    async fn what_stood_there_stays_when_the_policy_forbids_the_module(page: Page) {
        page.site().restrict("script-src 'self'");
        page.open(ARTICLE).await?;
        expect_stays(&page, "one", "The diagram cannot be played here: ").await
    }

    async fn what_stood_there_stays_when_no_script_runs(page: Page) {
        page.site().lose("counterpoint-diagram.js");
        page.open(ARTICLE).await?;
        page.wait_until("the picture stands", "document.querySelector('#one img').naturalWidth > 0").await?;
        assert_eq!(page.text("#two p").await?, "A picture of the left side.");
        Ok(())
    }

    async fn what_stood_there_stays_when_the_recording_is_of_another_version(page: Page) {
        page.site().put_before("covers-", "Counterpoint recording 1, by version 0.0.1\nA title\n");
        page.open(ARTICLE).await?;
        expect_stays(&page, "one", "this recording was made by another version").await
    }

    async fn what_stood_there_stays_when_the_engine_cannot_be_had(page: Page) {
        page.site().lose("worker.js");
        page.site().lose("engine_bg.wasm");
        page.site().put_before("worker-", "throw new Error('not today');\n");
        page.open(ARTICLE).await?;
        // The first one needs no engine, the second one does.
        page.wait_until("the first is live", "document.querySelector('#one').shadowRoot?.querySelector('.live')").await?;
        expect_stays(&page, "two", "The diagram cannot be played here: ").await
    }

    async fn a_module_that_breaks_down_gives_all_of_them_back(page: Page) {
        live_at(&page, ARTICLE).await?;
        let script = "const error = new WebAssembly.RuntimeError('unreachable');
            error.stack = 'at ' + performance.getEntriesByType('resource').find(({ name }) => /app-.*wasm/.test(name)).name;
            dispatchEvent(new ErrorEvent('error', { error }));";
        page.run::<()>(script, Vec::new()).await?;
        for id in ["one", "two"] {
            expect_stays(&page, id, "unreachable").await?;
        }
        Ok(())
    }

    async fn a_frame_is_as_high_as_what_is_in_it(page: Page) {
        page.open("../pages/frame.html").await?;
        page.wait_until("it has told its height", "document.querySelector('iframe').height !== '300'").await?;
        let within = "document.querySelector('iframe').contentDocument.querySelector('counterpoint-diagram').shadowRoot";
        page.wait_until("it is drawn", &format!("{within}.querySelector('.live .body .cp-arrows')")).await?;
        let theme: String = page.run(&format!("return {within}.getElementById('app').dataset.theme"), Vec::new()).await?;
        assert_eq!(theme, "dark", "as the address of the frame says");
        page.run::<()>("document.querySelector('iframe').contentWindow.postMessage(arguments[0], '*')",
            vec![json!({ "type": "counterpoint:theme", "theme": "light" })]).await?;
        page.wait_until("the page may switch it", &format!("{within}.getElementById('app').dataset.theme === 'light'")).await?;
        quiet(&page).await
    }
}

async fn live_at(page: &Page, place: &str) -> Result<()> {
    page.set_viewport(1000, 2400).await?;
    page.open(place).await?;
    page.wait_until_running().await
}

/// The element's own content is seen, with these words below it.
async fn expect_stays(page: &Page, id: &str, words: &str) -> Result<()> {
    let said =
        format!("document.getElementById({id:?}).shadowRoot?.getElementById('problem').innerText.includes({words:?})");
    page.wait_until(&format!("it says `{words}`"), &said).await?;
    let seen: bool = page
        .run(
            "const each = document.getElementById(arguments[0]);
             const stands = each.querySelector('img, p').getBoundingClientRect();
             return stands.height > 0 && getComputedStyle(each.shadowRoot.querySelector('slot')).display !== 'none';",
            vec![id.into()],
        )
        .await?;
    assert!(seen, "what stands in it is seen");
    Ok(())
}
