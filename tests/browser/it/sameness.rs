//! A browser computes what every other machine computes, and gives labels the room that was reserved for them.

use anyhow::Result;
use counterpoint::desk::{Opening, Report};
use counterpoint::player::{Action, Player};
use counterpoint::render::fingerprints::fingerprints;
use counterpoint::scenario::PRESETS;
use counterpoint::scene::{Form, Index, PX, View, layout, layout_apart, spotlight};
use counterpoint::studio::Studio;
use counterpoint_browser_tests::Page;
use serde_json::Value;

use crate::acts::{quiet, reload, running_at};

/// Seeds of each built-in scenario.
const SEEDS: u64 = 16;

/// Loads the engine into the page itself, where it serves nobody and can be asked for hashes.
const LOAD_ENGINE: &str = "
    const [script, module] = [...document.getElementById('background').content.querySelectorAll('link')].map(
        (link) => new URL(link.getAttribute('href'), document.baseURI).href);
    import(script).then(async (engine) => {
        await engine.default({ module_or_path: module });
        window.loaded = engine;
    });";

in_each_browser! {
    async fn every_side_has_the_same_hash_as_natively(page: Page) {
        page.open("").await?;
        page.wait_until_running().await?;
        page.run::<()>(LOAD_ENGINE, Vec::new()).await?;
        page.wait_until("the engine is loaded", "window.loaded").await?;
        for seed in 1..=SEEDS {
            let script = "return window.loaded.fingerprints(arguments[0], 1);";
            let here: String = page.run(script, vec![seed.into()]).await?;
            let here: Value = serde_json::from_str(&here)?;
            let natively: Value = serde_json::from_str(&fingerprints(seed..seed + 1))?;
            assert_eq!(here, natively, "seed {seed}");
            assert_eq!(here.as_object().map(|all| all.len()), Some(PRESETS.len()));
        }
        quiet(&page).await
    }

    async fn no_label_exceeds_the_room_that_was_reserved_for_it(page: Page) {
        for preset in PRESETS {
            for width in [1400, 1000, 390] {
                page.set_viewport(width, 900).await?;
                running_at(&page, &format!("#{}", preset.name)).await?;
                reload(&page).await?;
                // What lights it up comes after the picture.
                let is_lit = "!document.querySelector('.receding') || document.querySelector('svg.lit')";
                page.wait_until("the selected job is lit", is_lit).await?;
                compare_labels(&page, preset.name).await?;
            }
        }
        quiet(&page).await
    }
}

/// A text as the browser drew it: what it says, then left, top, width and height in CSS pixels.
type DrawnText = (String, f64, f64, f64, f64);

/// Each text of the pictures beside the same text of the same scene laid out here.
async fn compare_labels(page: &Page, name: &str) -> Result<()> {
    let (width, drawn): (u16, Vec<Vec<DrawnText>>) = page
        .run(
            "const texts = (svg) => [...svg.querySelectorAll('text')].map((text) => {
                 const box = text.getBBox();
                 return [text.textContent, box.x, box.y, box.width, box.height];
             });
             const views = [...document.querySelectorAll('.viewport')];
             return [views[0].clientWidth,
                 views.map((view) => [...view.querySelectorAll('svg.cp-scene:not(.wholes)')].flatMap(texts))];",
            Vec::new(),
        )
        .await?;
    let scenario = PRESETS.iter().find(|preset| preset.name == name).expect("it is built in").scenario();
    let recording = Studio::with(scenario).finish();
    // What the page opens on, said by what the page asks.
    let mut player = Player::default();
    let opening = Some(Opening::default());
    player.update(Action::Report(Report::Ended {
        number: 0,
        address: String::new(),
        recording: recording.clone(),
        opening,
    }));
    let (window, selection) = (player.window(), player.selection().job());
    let (from, to) = (Some(window.from), Some(window.to));
    let view = View { width, from, to, ..View::default() };
    let index = Index::of(&recording.sides);
    let scenes =
        if drawn.len() == 1 { vec![layout(&recording.sides, &view)] } else { layout_apart(&recording.sides, &view) };
    for (number, (scene, drawn)) in scenes.iter().zip(&drawn).enumerate() {
        // The selected job lies over the picture, and the captions over both.
        let lit = selection.map(|job| spotlight(&recording.sides, &index, &view, scene, job)).unwrap_or_default();
        let layers = scene.layers.iter().chain(&lit).flat_map(|layer| &layer.shapes);
        let callouts = scene.callouts.iter().flat_map(|callout| &callout.shapes);
        let rooms: Vec<_> = scene
            .heads
            .iter()
            .chain(layers)
            .chain(callouts)
            .filter_map(|shape| match &shape.form {
                Form::Text { text, area, .. } => Some((text.clone(), *area)),
                _ => None,
            })
            .collect();
        assert_eq!(rooms.len(), drawn.len(), "{name}, picture {number}: every text is drawn");
        for ((text, area), (shown, x, y, wide, high)) in rooms.iter().zip(drawn) {
            assert_eq!(text, shown);
            // A letter may overhang its own width, and browsers then add a whole pixel.
            let pixels = |tenths: i32| f64::from(tenths) / f64::from(PX);
            let (left, right) = (pixels(area.x) - 1.5, pixels(area.right()) + 1.5);
            let fits = *x >= left && x + wide <= right && *wide <= pixels(area.width) + 1.5;
            assert!(fits, "{name}, {width} px: `{text}` takes {x} to {}, and its room is {left} to {right}", x + wide);
            let (top, bottom) = (pixels(area.y), pixels(area.bottom()));
            let middle = y + high / 2.0;
            assert!(
                (top..=bottom).contains(&middle),
                "{name}: `{text}` is at {middle}, and its room at {top} to {bottom}"
            );
        }
    }
    Ok(())
}
