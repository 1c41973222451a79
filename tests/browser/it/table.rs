//! The table of messages: as many rows as one can read, and texts that stand as they were written.

use anyhow::Result;
use counterpoint_browser_tests::Page;

use super::acts::{expect_notice, quiet, running_at};

const OPEN: &str = "for (const fold of document.querySelectorAll('details.fold')) fold.open = true;";

async fn open_table(page: &Page) -> Result<()> {
    page.run::<()>(OPEN, Vec::new()).await?;
    page.wait_until("the table is there", "document.querySelector('tbody tr')").await
}

/// How far from the left each of these signs is drawn, in the first cell of the table that has the text.
const PLACES: &str = "
    const [within, ...signs] = arguments;
    const walker = document.createTreeWalker(document.querySelector('tbody'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (!node.data.includes(within)) continue;
        return signs.map(sign => {
            const range = document.createRange();
            const first = node.data.indexOf(sign);
            range.setStart(node, first);
            range.setEnd(node, first + sign.length);
            return range.getBoundingClientRect().left;
        });
    }
    return [];";

in_each_browser! {
    async fn a_job_that_goes_round_in_a_loop_has_a_table_that_can_be_read(page: Page) {
        running_at(&page, "#rabbitmq-poison&set=sides.right.consumers.on_failure=nack&job=2").await?;
        expect_notice(&page, "nothing was settled").await?;
        open_table(&page).await?;
        assert_eq!(page.run::<u32>("return document.querySelectorAll('tbody tr').length;", Vec::new()).await?, 200);
        quiet(&page).await
    }

    /// In Arabic a number after a word stands on the word's left. In a path it stands behind it all the same.
    async fn letters_that_run_to_the_left_move_nothing_beside_them(page: Page) {
        running_at(&page, "#order-emails&set=sides.left.path=/%D8%B7%D9%84%D8%A8/{job}/pay").await?;
        open_table(&page).await?;
        page.wait_until("it is the run with that path", "document.querySelector('tbody').textContent.includes('/pay')").await?;
        let signs = ["/pay", "\u{637}", "1", "pay"].map(Into::into).to_vec();
        let places: Vec<f64> = page.run(PLACES, signs).await?;
        assert_eq!(places.len(), 3, "the path is in the table");
        assert!(places.is_sorted(), "{places:?}");
        quiet(&page).await
    }
}
