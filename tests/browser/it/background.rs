//! Background messages on the page: a choice in the legend of runs that have some, kept in the link.

use anyhow::Result;
use counterpoint::recording::Background;
use counterpoint::scenario::preset;
use counterpoint::scene::markup::{AsInSheet, group};
use counterpoint::scene::{Level, View, layout};
use counterpoint::studio::Studio;
use counterpoint_browser_tests::Page;

use crate::acts::{click, quiet, reload, running_at};

const CHOICE: &str = "#legend [aria-pressed]";

in_each_browser! {
    async fn what_is_sent_without_any_job_is_drawn_in_full_where_it_is_asked_for(page: Page) {
        running_at(&page, "#kafka-rebalance&at=9s&job=none").await?;
        expect_arrows_as_in_a_file(&page, Background::Faint).await?;
        click(&page, "#legend summary").await?;
        page.wait_until("it can be asked for", &format!("document.querySelector('{CHOICE}')")).await?;
        let button = format!("document.querySelector('{CHOICE}').ariaPressed");
        page.wait_until("it is not", &format!("{button} === 'false'")).await?;
        click(&page, CHOICE).await?;
        page.wait_until("nothing recedes", "!document.querySelector('.body .cp-background')").await?;
        page.wait_until("the button says so", &format!("{button} === 'true'")).await?;
        page.wait_until("the link keeps it", "location.hash.endsWith('&background=full')").await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        reload(&page).await?;
        expect_arrows_as_in_a_file(&page, Background::Full).await?;
        click(&page, "#legend summary").await?;
        page.wait_until("it can be taken back", &format!("document.querySelector('{CHOICE}')")).await?;
        click(&page, CHOICE).await?;
        page.wait_until("it recedes", "document.querySelector('.body .cp-background')").await?;
        page.wait_until("the link says nothing of it", "!location.hash.includes('background')").await?;
        quiet(&page).await
    }

    async fn a_run_without_such_messages_offers_no_choice(page: Page) {
        running_at(&page, "#rest-get-user").await?;
        click(&page, "#legend summary").await?;
        page.wait_until("the legend is there", "document.querySelector('#legend dd')").await?;
        assert!(!page.run::<bool>(&format!("return document.querySelector('{CHOICE}') !== null;"), Vec::new()).await?);
        quiet(&page).await
    }
}

/// The arrows on the page are, line by line, those of a file of the same width.
async fn expect_arrows_as_in_a_file(page: &Page, background: Background) -> Result<()> {
    let (width, markup): (u16, String) = page
        .run(
            "const arrows = document.querySelector('.body .cp-arrows');
             return [document.querySelector('.viewport').clientWidth, arrows.innerHTML.trim()];",
            Vec::new(),
        )
        .await?;
    let sides = Studio::with(preset("kafka-rebalance").expect("it is built in").scenario()).finish().sides;
    let scene = layout(&sides, &View { width, background, ..View::default() });
    let layer = scene.layers.iter().find(|layer| layer.level == Level::Arrows).expect("there is every level");
    let mut text = String::new();
    group(&mut text, layer.level.css(), &layer.shapes, &mut AsInSheet);
    // A browser writes an element with nothing in it with two tags.
    let whole = |line: &str| match line.strip_suffix("/>") {
        Some(open) => format!("{open}></{}>", open[1..].split(' ').next().unwrap_or_default()),
        None => line.to_owned(),
    };
    let expected: Vec<String> = text.lines().skip(1).take_while(|line| *line != "</g>").map(whole).collect();
    let found: Vec<&str> = markup.lines().collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    Ok(())
}
