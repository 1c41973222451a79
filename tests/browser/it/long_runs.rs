//! Long runs in the page: it says that they are under way, goes on answering, and gives back the memory that they took.

use anyhow::Result;
use counterpoint_browser_tests::Page;

use super::acts::{drawn, follow, quiet, running_at};

/// Keeps all that was said of what is under way, and whether the picture was marked as one of before meanwhile.
const LISTEN: &str = "
    window.said = new Set();
    window.unmarked = 0;
    new MutationObserver(() => {
        const label = document.querySelector('.progress label');
        if (!label) return;
        window.said.add(label.textContent);
        if (!document.querySelector('.instrument.behind')) window.unmarked += 1;
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });";

/// Keeps how large each message of the engine was, and how long the page took over it and over each turn that it asked
/// for itself. Chromium also tells which of its tasks were long, whatever they were about.
const MEASURE: &str = "
    window.messages = [];
    window.took = [];
    window.long = [];
    const timed = (work) => {
        const begun = performance.now();
        work();
        window.took.push(performance.now() - begun);
    };
    const own = Object.getOwnPropertyDescriptor(Worker.prototype, 'onmessage');
    Object.defineProperty(Worker.prototype, 'onmessage', { ...own, set(hear) {
        own.set.call(this, hear && ((event) => {
            window.messages.push(event.data.byteLength ?? 0);
            timed(() => hear(event));
        }));
    } });
    const { setTimeout } = window;
    window.setTimeout = (work, ...when) => setTimeout(() => timed(work), ...when);
    if (PerformanceObserver.supportedEntryTypes.includes('longtask')) {
        const keep = (list) => window.long.push(...list.getEntries().map(({ duration }) => duration));
        new PerformanceObserver(keep).observe({ entryTypes: ['longtask'] });
    }
";
/// Forgets what was measured so far.
const FORGET: &str = "for (const list of [window.messages, window.took, window.long]) list.length = 0;";

/// Keeps a hold of the memories of the page's modules, the app's first.
const HOLD: &str = "
    window.memories = [];
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const made = WebAssembly[name];
        WebAssembly[name] = async (...given) => {
            const result = await made.call(WebAssembly, ...given);
            const memory = (result.instance ?? result).exports.memory;
            if (memory) window.memories.push(memory);
            return result;
        };
    }";

/// Opens a scenario with so many jobs in the page that is there, and waits until its run is shown.
async fn run_long(page: &Page, scenario: &str, jobs: u32) -> Result<()> {
    page.run::<()>(&format!("location.hash = '{scenario}&set=workload.jobs={jobs}';"), Vec::new()).await?;
    page.wait_until("it is under way", "document.querySelector('.instrument.behind')").await?;
    // A longest run takes a browser some seconds, and a busy machine more.
    let is_over = "!document.querySelector('.instrument.behind')";
    for _ in 0..5 {
        if page.wait_until("it is over", is_over).await.is_ok() {
            break;
        }
    }
    page.wait_until("it is over", is_over).await?;
    // Its link has that number from the beginning, and so has the slider.
    let of_all = format!("document.querySelector('.story-bar small')?.textContent === ' of {jobs}'");
    page.wait_until("it is what is shown", &format!("{of_all} && {is_over}")).await?;
    // A very long run opens in a window around what it is about.
    page.run::<()>("document.querySelector(\"[aria-label='Show the whole run']\").click();", Vec::new()).await?;
    page.wait_until("all of it is shown", "document.querySelector('.cp-traffic rect')").await
}

/// What a person does meanwhile waits for the task that is under way, so a run is taken in bit by bit. How long a task
/// takes depends on what else the machine does; but that makes all tasks longer, and if the run was taken in at one go, one
/// task would take as long as all of them.
async fn expect_many_short_tasks(page: &Page) -> Result<()> {
    let measured = page.run("return [window.messages, window.took, window.long];", Vec::new()).await?;
    let (messages, took, long): (Vec<usize>, Vec<f64>, Vec<f64>) = measured;
    let largest = messages.iter().max().copied().unwrap_or_default();
    assert!(messages.iter().sum::<usize>() > 64 << 20, "the run is a long one");
    assert!(largest < 1 << 20, "a message of {largest} bytes");
    let whole: f64 = took.iter().sum();
    let longest = |tasks: &[f64]| tasks.iter().copied().fold(0.0, f64::max);
    let (own, any) = (longest(&took), longest(&long));
    println!(
        "{:?}: {} tasks took {whole:.0} ms, the longest {own:.0} ms, and of all {any:.0} ms",
        page.browser(),
        took.len()
    );
    assert!(own < whole / 2.0, "one of {} tasks took {own} ms, all of them {whole} ms", took.len());
    assert!(any < whole, "a task took {any} ms, and taking the run in {whole} ms");
    Ok(())
}

in_each_browser! {
    async fn what_is_under_way_is_said_over_the_picture_of_before_and_the_page_goes_on_answering(page: Page) {
        page.site().put_before("boot-", MEASURE);
        running_at(&page, "#order-emails").await?;
        page.run::<()>(&format!("{LISTEN}{FORGET}"), Vec::new()).await?;
        run_long(&page, "order-emails", 100_000).await?;
        let (said, unmarked): (Vec<String>, u32) =
            page.run("return [[...window.said], window.unmarked];", Vec::new()).await?;
        assert!(said.contains(&"Running".to_owned()), "{said:?}");
        assert!(said.contains(&"Being laid out".to_owned()), "{said:?}");
        assert_eq!(unmarked, 0);
        expect_many_short_tasks(&page).await?;
        quiet(&page).await
    }

    async fn after_a_very_long_run_a_small_scenario_takes_little_memory_again(page: Page) {
        page.site().put_before("boot-", HOLD);
        running_at(&page, "#order-emails").await?;
        page.run::<()>("window.isOfBefore = true;", Vec::new()).await?;
        // After a short run, the page stays what it is.
        follow(&page, "retry-storm").await?;
        let its_run = "document.querySelector('.story-bar small')?.textContent === ' of 10' && !document.querySelector('.behind')";
        page.wait_until("it is open", &format!("location.hash.startsWith('#retry-storm') && {its_run}")).await?;
        assert!(page.run::<bool>("return window.isOfBefore === true;", Vec::new()).await?);
        run_long(&page, "order-emails", 200_000).await?;
        let megabytes = "return Math.max(0, ...(window.memories ?? []).map((memory) => memory.buffer.byteLength >> 20));";
        // How much is asked for at once depends on how fast the run comes: 303 MiB, and on a busy machine less.
        let large: u32 = page.run(megabytes, Vec::new()).await?;
        assert!((193..400).contains(&large), "{large} MiB in the long run");
        follow(&page, "rest-get-user").await?;
        page.wait_until("the page is a new one", "window.isOfBefore === undefined && document.readyState === 'complete'").await?;
        drawn(&page).await?;
        page.wait_until("the scenario is open", "document.querySelector('h2').textContent === 'GET /user/123'").await?;
        page.wait_until("it is its run", "document.querySelector('.cp-arrows') && !document.querySelector('.behind')").await?;
        let small: u32 = page.run(megabytes, Vec::new()).await?;
        assert!((1..32).contains(&small), "{small} MiB afterwards");
        quiet(&page).await
    }
}
