//! A browser computes what every other machine computes, and gives labels the room that was reserved for them.

use anyhow::Result;
use counterpoint::render::fingerprints::fingerprints;
use counterpoint::scenario::PRESETS;
use counterpoint::scene::{Form, PX, Sides, View, layout};
use counterpoint_browser_tests::Page;
use serde_json::Value;

use crate::acts::{quiet, running_at};

/// Seeds of each built-in scenario.
const SEEDS: u64 = 16;

in_each_browser! {
    async fn every_side_has_the_same_hash_as_natively(page: Page) {
        running_at(&page, "").await?;
        let script = format!(
            "const done = arguments[0];
             import(document.getElementById('app-js').href).then((app) => done(app.fingerprints(1, {SEEDS})), (error) => done(String(error)));"
        );
        let answer = page.driver().execute_async(script, Vec::new()).await?;
        let here: Value = serde_json::from_str(answer.json().as_str().unwrap_or_default())?;
        let natively: Value = serde_json::from_str(&fingerprints(1..1 + SEEDS))?;
        assert_eq!(here, natively);
        assert_eq!(here.as_object().map(|all| all.len()), Some(PRESETS.len()));
        quiet(&page).await
    }

    async fn no_label_exceeds_the_room_that_was_reserved_for_it(page: Page) {
        for preset in PRESETS {
            for width in [1400, 1000, 390] {
                page.set_viewport(width, 900).await?;
                running_at(&page, &format!("#{}", preset.name)).await?;
                page.driver().refresh().await?;
                running_at(&page, &format!("#{}", preset.name)).await?;
                compare_labels(&page, preset.name).await?;
            }
        }
        quiet(&page).await
    }
}

/// Each text of the pictures beside the same text of the same scene laid out here.
async fn compare_labels(page: &Page, name: &str) -> Result<()> {
    let (width, drawn): (u16, Vec<Vec<(String, f64, f64, f64, f64)>>) = page
        .run(
            "const texts = (svg) => [...svg.querySelectorAll('text')].map((text) => {
                 const box = text.getBBox();
                 return [text.textContent, box.x, box.y, box.width, box.height];
             });
             const views = [...document.querySelectorAll('.viewport')];
             return [views[0].clientWidth,
                 views.map((view) => [...view.querySelectorAll('svg.cp-scene')].flatMap(texts))];",
            Vec::new(),
        )
        .await?;
    let scenario = PRESETS.iter().find(|preset| preset.name == name).expect("it is built in").scenario();
    let played = scenario.play();
    let selection = scenario.head.view.job.map(|job| counterpoint::trace::JobId::from_index(job - 1));
    let sides = if drawn.len() == 1 { vec![Sides::Both] } else { vec![Sides::One(0), Sides::One(1)] };
    for (sides, drawn) in sides.into_iter().zip(&drawn) {
        let view = View { width, sides, selection, ..View::default() };
        let scene = layout(&played, &view);
        let rooms: Vec<_> = scene
            .shapes()
            .filter_map(|shape| match &shape.form {
                Form::Text { text, area, .. } => Some((text.clone(), *area)),
                _ => None,
            })
            .collect();
        assert_eq!(rooms.len(), drawn.len(), "{name}, {sides:?}: every text is drawn");
        for ((text, area), (shown, x, y, wide, high)) in rooms.iter().zip(drawn) {
            assert_eq!(text, shown);
            // A box begins where the text is anchored, so a side that is too wide is too wide in all.
            let room = f64::from(area.width) / f64::from(PX);
            assert!(*wide <= room + 0.5, "{name}, {width} px: `{text}` is {wide} px wide, and {room} px were reserved");
            let left = f64::from(area.x) / f64::from(PX);
            assert!(*x >= left - 0.5, "{name}, {width} px: `{text}` begins at {x}, left of its room at {left}");
            assert!(y.is_finite() && *high > 0.0);
        }
    }
    Ok(())
}
