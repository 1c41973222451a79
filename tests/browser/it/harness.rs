//! The harness sees what it claims to see: each kind of trouble is made once, and has to be noticed.

use counterpoint_browser_tests::{Motion, Page, Scheme};

/// A script, and words of the complaint that it has to lead to.
const TROUBLES: [(&str, &str); 6] = [
    ("console.error('a written error')", "a written error"),
    ("console.warn('a written warning')", "a written warning"),
    ("setTimeout(() => { throw new Error('an uncaught error'); })", "an uncaught error"),
    ("setTimeout(() => { Promise.reject(new Error('a rejection')); })", "a rejection"),
    ("document.body.setAttribute('style', 'color: red')", "style-src"),
    ("fetch('missing.json')", "missing.json"),
];

in_each_browser! {
    async fn notices_every_kind_of_trouble(page: Page) {
        page.open("").await?;
        page.wait_until_running().await?;
        for (script, words) in TROUBLES {
            page.run::<()>(script, Vec::new()).await?;
            page.wait_for_complaint(words).await?;
        }
        // A browser may tell of one trouble twice, the second time late.
        let others = page.complaints().await?.into_iter();
        let others = others.filter(|told| TROUBLES.iter().all(|(_, words)| !told.contains(words)));
        assert_eq!(others.collect::<Vec<_>>(), Vec::<String>::new());
        Ok(())
    }

    async fn axe_notices_a_control_without_a_name_or_size(page: Page) {
        page.open("").await?;
        page.wait_until_running().await?;
        let script = "document.querySelector('main').innerHTML +=
            '<button></button><svg width=\"9\" height=\"9\"><a href=\"#a\"><rect width=\"9\" height=\"9\"/></a></svg>'";
        page.run::<()>(script, Vec::new()).await?;
        let violations = page.axe_violations().await?.join("\n");
        assert!(violations.contains("button-name"), "{violations}");
        Ok(())
    }

    async fn a_phone_is_390_px_wide_and_may_prefer_dark_and_stillness(page: Page) {
        page.set_viewport(390, 844).await?;
        page.set_preferences(Scheme::Dark, Motion::Reduced).await?;
        page.open("").await?;
        page.wait_until_running().await?;
        let (width, dark, still): (u32, bool, bool) = page.run(
            "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches,
                matchMedia('(prefers-reduced-motion: reduce)').matches];",
            Vec::new(),
        ).await?;
        assert_eq!((width, dark, still), (390, true, true));
        Ok(())
    }
}
