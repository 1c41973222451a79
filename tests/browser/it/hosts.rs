//! Sites of documentation, as their own programs have built them from what docs/embedding.md says: at a sub-path, in
//! light and dark by the site's own switch.
//!
//! Each has a page with two diagrams, one of them in a list, and a frame.

use std::path::Path;

use anyhow::{Context, Result};
use counterpoint_browser_tests::{Motion, Page, Scheme};

/// A site, by the folder that it was built into.
struct Host {
    name: &'static str,
    page: &'static str,
    /// What a person clicks for dark and for light.
    dark: &'static str,
    light: &'static str,
}

const HOSTS: [Host; 6] = [
    Host {
        name: "mdbook",
        page: "deep/orders.html",
        dark: "document.getElementById('mdbook-theme-navy').click()",
        light: "document.getElementById('mdbook-theme-rust').click()",
    },
    Host {
        name: "mkdocs",
        page: "orders/",
        dark: "document.querySelector('label[for=__palette_1]:not([hidden])').click()",
        light: "document.querySelector('label[for=__palette_0]:not([hidden])').click()",
    },
    Host {
        name: "zensical",
        page: "orders/",
        dark: "document.querySelector('label[for=__palette_1]:not([hidden])').click()",
        light: "document.querySelector('label[for=__palette_0]:not([hidden])').click()",
    },
    // Its switch goes round: as the system has it, light, dark. So it is clicked until it is there.
    Host {
        name: "sphinx",
        page: "orders.html",
        dark: "while (document.body.dataset.theme !== 'dark') document.querySelector('.theme-toggle').click()",
        light: "while (document.body.dataset.theme !== 'light') document.querySelector('.theme-toggle').click()",
    },
    Host {
        name: "docusaurus",
        page: "orders/",
        dark: "document.querySelector('button[class*=toggleButton]').click()",
        light: "document.querySelector('button[class*=toggleButton]').click()",
    },
    Host {
        name: "starlight",
        page: "orders/",
        dark: "const chosen = document.querySelector('starlight-theme-select select');
            chosen.value = 'dark'; chosen.dispatchEvent(new Event('change'))",
        light: "const chosen = document.querySelector('starlight-theme-select select');
            chosen.value = 'light'; chosen.dispatchEvent(new Event('change'))",
    },
];

const DIAGRAMS: &str = "[...document.querySelectorAll('counterpoint-diagram')]";

/// Those that were built; what takes long is only built where that is asked for.
fn built() -> Result<Vec<&'static Host>> {
    let folder = std::env::var_os("COUNTERPOINT_HOSTS").context("COUNTERPOINT_HOSTS is not set")?;
    let built: Vec<&Host> = HOSTS.iter().filter(|host| Path::new(&folder).join(host.name).exists()).collect();
    let least = if std::env::var_os("COUNTERPOINT_LONG").is_some() { HOSTS.len() } else { 2 };
    anyhow::ensure!(built.len() >= least, "{} of {least} sites were built", built.len());
    Ok(built)
}

async fn open(page: &Page, host: &Host) -> Result<()> {
    page.open(&format!("../hosts/{}/{}", host.name, host.page)).await?;
    page.wait_until("it has two diagrams", &format!("{DIAGRAMS}.length === 2")).await
}

/// Each diagram comes when it is near, so each is scrolled to.
async fn come_alive(page: &Page) -> Result<()> {
    for number in 0..2 {
        let script = format!("{DIAGRAMS}[{number}].scrollIntoView()");
        page.run::<()>(&script, Vec::new()).await?;
        let live = format!("{DIAGRAMS}[{number}].shadowRoot?.querySelector('.live .body .cp-arrows')");
        page.wait_until(&format!("diagram {number} is live"), &live).await?;
    }
    Ok(())
}

async fn look(page: &Page, host: &Host) -> Result<()> {
    open(page, host).await?;
    come_alive(page).await?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("this crate lies in tests/")?;
    for (theme, switch) in [("dark", host.dark), ("light", host.light)] {
        page.run::<()>(switch, Vec::new()).await?;
        let followed =
            format!("{DIAGRAMS}.every((each) => each.shadowRoot.getElementById('app').dataset.theme === '{theme}')");
        page.wait_until(&format!("both are {theme}"), &followed).await?;
        page.run::<()>(&format!("{DIAGRAMS}[0].scrollIntoView()"), Vec::new()).await?;
        page.frame().await?;
        let name = format!("{}-{theme}-in-{:?}.png", host.name, page.browser());
        page.picture(&root.join("target/browser-pictures/hosts").join(name)).await?;
    }
    // Everything is as wide as the text around it.
    let overflow: Vec<f64> = page
        .run(
            &format!(
                "return [...{DIAGRAMS}, document.querySelector('iframe')].map((each) =>
            each.getBoundingClientRect().right - each.parentElement.getBoundingClientRect().right);"
            ),
            Vec::new(),
        )
        .await?;
    assert!(overflow.iter().all(|over| *over < 1.0), "{}: {overflow:?}", host.name);
    page.run::<()>("document.querySelector('iframe').scrollIntoView()", Vec::new()).await?;
    let framed = "document.querySelector('iframe').contentDocument?.querySelector('counterpoint-diagram')
        ?.shadowRoot?.querySelector('.live .body .cp-arrows')";
    page.wait_until("the frame is live", framed).await?;
    // The block with a scenario of its own has its recording in the page, so nobody has fetched what runs it.
    let folder = format!("deep/sub/hosts/{}/", host.name);
    let asked: Vec<String> = page.site().asked_for().into_iter().filter(|name| name.starts_with(&folder)).collect();
    let has = |begin: &str| asked.iter().any(|name| name.contains(&format!("counterpoint/{begin}")));
    assert!(has("app-") && !has("engine-") && !has("worker-"), "{}: {asked:?}", host.name);
    let heard = page.complaints().await?;
    // Firefox remarks on a frame whose host measures something while it loads; that is the host's affair.
    let is_ours = |told: &&String| told.to_lowercase().contains("counterpoint") && !told.contains("Layout was forced");
    let ours: Vec<&String> = heard.iter().filter(is_ours).collect();
    assert!(ours.is_empty(), "{}: {heard:?}", host.name);
    Ok(())
}

in_each_browser! {
    async fn hosts_show_live_diagrams_in_their_own_themes(page: Page) {
        page.set_viewport(1200, 900).await?;
        page.set_preferences(Scheme::Light, Motion::Reduced).await?;
        for host in built()? {
            look(&page, host).await.with_context(|| format!("on the site of {}", host.name))?;
        }
        Ok(())
    }

    /// What stands below a diagram stays where it is when that comes: the diagram takes the room of its picture.
    async fn hosts_see_nothing_move_when_a_diagram_takes_the_place_of_its_picture(page: Page) {
        page.set_viewport(1200, 900).await?;
        let below = "const frame = document.querySelector('iframe');
            return frame.getBoundingClientRect().top + document.scrollingElement.scrollTop;";
        for host in built()? {
            page.site().lose("counterpoint-diagram.js");
            open(&page, host).await?;
            let of_pictures: f64 = page.run(below, Vec::new()).await?;
            page.site().find_again();
            open(&page, host).await?;
            come_alive(&page).await?;
            let live: f64 = page.run(below, Vec::new()).await?;
            // The corners of pixels may differ.
            assert!((of_pictures - live).abs() < 2.0, "{}: {of_pictures}, and live {live}", host.name);
        }
        Ok(())
    }

    /// The picture in the element is what a reader has without the viewer, and its text is there as text.
    async fn hosts_keep_the_picture_where_the_viewer_is_missing(page: Page) {
        page.set_viewport(1200, 900).await?;
        page.site().lose("counterpoint-diagram.js");
        for host in built()? {
            open(&page, host).await?;
            let shown: Vec<(f64, bool)> = page.run(&format!(
                "return {DIAGRAMS}.map((each) => [each.querySelector('svg').getBoundingClientRect().width,
                    each.innerText.includes('200 OK') || each.textContent.includes('200 OK')]);"), Vec::new()).await?;
            assert!(shown.iter().all(|(width, told)| *width > 300.0 && *told), "{}: {shown:?}", host.name);
            let script = "return document.querySelector('counterpoint-diagram script')?.checkVisibility() ?? false;";
            assert!(!page.run::<bool>(script, Vec::new()).await?, "{}: a scenario is read as text", host.name);
        }
        Ok(())
    }
}
