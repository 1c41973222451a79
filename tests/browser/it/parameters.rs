//! What a person changes: it runs at once, it is refused in words, it survives a reload and fits in a link.

use counterpoint_browser_tests::{Motion, Page, Scheme};

use crate::acts::{MOMENT, click, follow, quiet, reload, running_at, seek, slide, type_in};

const PLACE: &str = "#order-emails";
/// The field for the exact length of the work.
const WORK: &str = "[aria-label='Work, exactly']";
const VERDICTS: &str = ".verdicts";

in_each_browser! {
    async fn a_slider_changes_the_run_at_once(page: Page) {
        running_at(&page, PLACE).await?;
        let before = page.text(VERDICTS).await?;
        let last: u64 = page.run("return Number(document.querySelector('#parameter-1').max);", Vec::new()).await?;
        slide(&page, "#parameter-1", last).await?;
        page.wait_until("the value is shown", &format!("document.querySelector(\"{WORK}\").value === '600 ms'")).await?;
        page.wait_until("the verdicts are others", &format!(
            "document.querySelector('{VERDICTS}').innerText !== {}", serde_json::to_string(&before)?)).await?;
        click(&page, "#Reset").await?;
        page.wait_until("it is as it was", &format!(
            "document.querySelector('{VERDICTS}').innerText === {}", serde_json::to_string(&before)?)).await?;
        quiet(&page).await
    }

    async fn bad_input_is_refused_at_the_control_and_stays_typed(page: Page) {
        running_at(&page, PLACE).await?;
        let before = page.text(VERDICTS).await?;
        type_in(&page, WORK, "a while").await?;
        page.wait_until("it is refused", "document.querySelector('[role=alert]')").await?;
        assert_eq!(page.text("[role=alert]").await?, "`a while` is not a duration; write one as in `100 ms`");
        let (typed, invalid, described): (String, String, bool) = page.run(
            &format!("const field = document.querySelector(\"{WORK}\");
                return [field.value, field.getAttribute('aria-invalid'),
                    field.getAttribute('aria-describedby') === document.querySelector('[role=alert]').id];"),
            Vec::new(),
        ).await?;
        assert_eq!((typed.as_str(), invalid.as_str(), described), ("a while", "true", true));
        assert_eq!(page.text(VERDICTS).await?, before, "nothing was run");
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        type_in(&page, WORK, "0.2 s").await?;
        page.wait_until("it is taken", "!document.querySelector('[role=alert]')").await?;
        page.wait_until("it is shown as the others", &format!("document.querySelector(\"{WORK}\").value === '200 ms'")).await?;
        quiet(&page).await
    }

    async fn what_was_changed_survives_a_reload(page: Page) {
        running_at(&page, PLACE).await?;
        type_in(&page, WORK, "200ms").await?;
        type_in(&page, "#seed-exact", "7").await?;
        page.wait_until("it has run", "document.querySelector('#seed-exact').value === '7'").await?;
        seek(&page, 1_234_000).await?;
        click(&page, "[aria-label='The next one']").await?;
        page.wait_until("the address holds it", "location.hash.includes('job=8') && location.hash.includes('at=1234ms')").await?;
        let before: String = page.run("return document.querySelector('main').innerText;", Vec::new()).await?;
        let history: u32 = page.run("return history.length;", Vec::new()).await?;
        reload(&page).await?;
        page.wait_until("it is where it was", &format!("{MOMENT} === 1234000")).await?;
        let after: String = page.run("return document.querySelector('main').innerText;", Vec::new()).await?;
        assert_eq!(before, after);
        assert_eq!(page.text("#story-title").await?, "E-mail 8 of 12");
        assert_eq!(history, page.run::<u32>("return history.length;", Vec::new()).await?, "no entry of its own");
        quiet(&page).await
    }

    /// Playing never writes the address, but a change does.
    async fn the_link_is_of_what_is_wished_for_also_while_it_plays(page: Page) {
        running_at(&page, PLACE).await?;
        page.run::<()>("navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); };", Vec::new()).await?;
        click(&page, "[aria-label='Play']").await?;
        page.wait_until("it plays", "document.querySelector(\"[aria-label='Pause']\")").await?;
        type_in(&page, WORK, "180ms").await?;
        click(&page, ".masthead .button-first").await?;
        page.wait_until("it is copied", "window.copied?.includes('#order-emails&v=1&set=workload.work.log_normal.mean=180ms')").await?;
        page.wait_until("it is told", "document.querySelector('.masthead [role=status]').innerText === 'Link copied'").await?;
        reload(&page).await?;
        page.wait_until("the change is there", &format!("document.querySelector(\"{WORK}\")?.value === '180 ms'")).await?;
        quiet(&page).await
    }

    async fn without_a_clipboard_the_link_is_there_to_be_copied_by_hand(page: Page) {
        running_at(&page, PLACE).await?;
        page.run::<()>("Object.defineProperty(navigator, 'clipboard', { value: undefined });", Vec::new()).await?;
        click(&page, ".masthead .button-first").await?;
        page.wait_until("it is selected", "document.activeElement.id === 'address'
            && document.activeElement.selectionEnd === document.activeElement.value.length").await?;
        let address: String = page.run("return document.activeElement.value;", Vec::new()).await?;
        assert!(address.ends_with("/#order-emails&v=1"), "{address}");
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        quiet(&page).await
    }

    async fn a_link_that_cannot_be_read_says_why_and_opens_the_nearest_thing(page: Page) {
        running_at(&page, "#order-emails&set=workload.jops=3&at=900ms").await?;
        page.wait_until("it says why", "document.querySelector('.notice')").await?;
        let notice = page.text(".notice").await?;
        assert!(notice.contains("workload.jops: there is no `jops`"), "{notice}");
        assert_eq!(page.text("h2").await?, "Order e-mails");
        page.wait_until("it is paused at the moment", &format!("{MOMENT} === 900000")).await?;
        quiet(&page).await
    }

    async fn another_scenario_opens_at_its_own_moment(page: Page) {
        running_at(&page, PLACE).await?;
        follow(&page, "message-queue").await?;
        page.wait_until("it is open", "location.hash === '#message-queue&v=1'").await?;
        quiet(&page).await
    }

    async fn a_long_run_shows_how_far_it_is_and_can_be_cancelled(page: Page) {
        running_at(&page, "#message-queue").await?;
        let before = page.text(VERDICTS).await?;
        page.run::<()>("location.hash = 'message-queue&set=workload.jobs=200000';", Vec::new()).await?;
        page.wait_until("it shows how far it is", "document.querySelector('progress')?.value > 0").await?;
        assert_eq!(page.text(VERDICTS).await?, before, "what was there stays meanwhile");
        click(&page, ".progress .button").await?;
        page.wait_until("it has been cancelled", "!document.querySelector('progress')").await?;
        page.wait_until("the address is as before", "location.hash === '#message-queue&v=1'").await?;
        assert_eq!(page.text(VERDICTS).await?, before);
        quiet(&page).await
    }

    async fn everything_open_is_accessible_in_both_schemes_and_on_a_phone(page: Page) {
        running_at(&page, PLACE).await?;
        page.run::<()>("for (const fold of document.querySelectorAll('details')) fold.open = true;", Vec::new()).await?;
        page.wait_until("the table is there", "document.querySelectorAll('tbody tr').length > 50").await?;
        for scheme in [Scheme::Light, Scheme::Dark] {
            page.set_preferences(scheme, Motion::Usual).await?;
            for width in [1200, 390] {
                page.set_viewport(width, 800).await?;
                let violations = page.axe_violations().await?;
                assert_eq!(violations, Vec::<String>::new(), "{scheme:?}, {width} px");
            }
        }
        quiet(&page).await
    }
}
