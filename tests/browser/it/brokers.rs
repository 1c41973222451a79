//! One workload, three brokers: one choice in the head of the queued pane puts another in its place.

use anyhow::Result;
use counterpoint_browser_tests::{Motion, Page, Scheme};
use thirtyfour::{By, Key};

use crate::acts::{quiet, reload, running_at};

/// Waits until the head of a lane says what only this broker's would, and the broker is chosen.
async fn wait_for(page: &Page, words: &str, title: &str) -> Result<()> {
    let drawn = format!("document.querySelector('.sticky-heads').textContent.includes('{words}')");
    page.wait_until(&format!("`{words}` is drawn"), &drawn).await?;
    let chosen = format!("document.querySelector('.brokers input:checked + span').textContent === '{title}'");
    page.wait_until(&format!("{title} is chosen"), &chosen).await
}

/// By the mouse, on the word.
async fn choose(page: &Page, protocol: &str) -> Result<()> {
    let word = page.driver().find(By::Css(format!(".brokers label:has(input[value='{protocol}'])"))).await?;
    word.scroll_into_view().await?;
    Ok(word.click().await?)
}

in_each_browser! {
    async fn the_three_are_put_one_after_another_by_the_mouse(page: Page) {
        running_at(&page, "#rabbitmq-work-queue").await?;
        wait_for(&page, "quorum queue", "RabbitMQ").await?;
        let left: String = page.run("return document.querySelector('.verdicts .card b').innerText;", Vec::new()).await?;
        for (protocol, title, words) in [
            ("kafka", "Kafka", "2 partitions"),
            ("sqs", "Amazon SQS", "visibility 30 s"),
            ("rabbitmq", "RabbitMQ", "quorum queue"),
        ] {
            choose(&page, protocol).await?;
            wait_for(&page, words, title).await?;
            let hash = match protocol {
                "rabbitmq" => "location.hash === '#rabbitmq-work-queue&v=1'".to_owned(),
                _ => format!("location.hash.includes('set=sides.right.protocol={protocol}')"),
            };
            page.wait_until("the address holds it", &hash).await?;
            let now: String = page.run("return document.querySelector('.verdicts .card b').innerText;", Vec::new()).await?;
            assert_eq!(left, now, "the other side is what it was");
        }
        quiet(&page).await
    }

    async fn the_keys_of_a_choice_choose_and_do_not_step(page: Page) {
        running_at(&page, "#rabbitmq-work-queue").await?;
        let moment: u64 = page.run("return Number(document.querySelector('#scrubber').value);", Vec::new()).await?;
        let radio = page.driver().find(By::Css(".brokers input:checked")).await?;
        radio.send_keys(Key::Right + "").await?;
        wait_for(&page, "2 partitions", "Kafka").await?;
        let now: u64 = page.run("return Number(document.querySelector('#scrubber').value);", Vec::new()).await?;
        assert_eq!(now, moment, "the playhead stays");
        quiet(&page).await
    }

    async fn a_link_opens_with_its_broker_and_survives_a_reload(page: Page) {
        running_at(&page, "#order-emails&v=1&set=sides.right.protocol=sqs").await?;
        wait_for(&page, "visibility 30 s", "Amazon SQS").await?;
        let before: String = page.run("return document.querySelector('main').innerText;", Vec::new()).await?;
        reload(&page).await?;
        wait_for(&page, "visibility 30 s", "Amazon SQS").await?;
        assert_eq!(before, page.run::<String>("return document.querySelector('main').innerText;", Vec::new()).await?);
        quiet(&page).await
    }

    async fn what_a_broker_cannot_carry_is_said_in_its_pane(page: Page) {
        running_at(&page, "#graphql-n-plus-one").await?;
        let before: String = page.run("return document.querySelector('.body').innerHTML;", Vec::new()).await?;
        let warned: Vec<String> = page.run(
            "return [...document.querySelectorAll('.brokers .unfit')].map((label) => label.title);", Vec::new()).await?;
        assert_eq!(warned.len(), 2, "{warned:?}");
        assert!(warned[1].starts_with("Amazon SQS cannot stand in here: workload.parts: there are 6"), "{warned:?}");
        choose(&page, "sqs").await?;
        page.wait_until("it is refused", "document.querySelector('.side-title [role=alert]')").await?;
        let said = page.text(".side-title [role=alert]").await?;
        assert!(said.contains("there are 6, and the side `right` (`sqs`) needs 1"), "{said}");
        assert!(said.ends_with("What is drawn is still RabbitMQ."), "{said}");
        assert_eq!(before, page.run::<String>("return document.querySelector('.body').innerHTML;", Vec::new()).await?);
        for scheme in [Scheme::Light, Scheme::Dark] {
            page.set_preferences(scheme, Motion::Usual).await?;
            for width in [1200, 390] {
                page.set_viewport(width, 800).await?;
                assert_eq!(page.axe_violations().await?, Vec::<String>::new(), "{scheme:?}, {width} px");
            }
        }
        choose(&page, "rabbitmq").await?;
        page.wait_until("it is taken back", "!document.querySelector('.side-title [role=alert]')").await?;
        quiet(&page).await
    }
}
