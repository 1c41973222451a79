//! A browser computes what every other machine computes, and gives labels the room that was reserved for them.

use anyhow::Result;
use counterpoint::desk::{Opening, Report};
use counterpoint::direction::ordered;
use counterpoint::player::{Action, Player};
use counterpoint::render::fingerprints::fingerprints;
use counterpoint::scenario::{PRESETS, Preset, Scenario, problems_as_json};
use counterpoint::scene::{Form, Index, PX, View, layout, layout_apart, spotlight};
use counterpoint::studio::Studio;
use counterpoint_browser_tests::Page;
use serde_json::{Value, json};

use crate::acts::{quiet, reload, running_at};

/// Seeds of each built-in scenario.
const SEEDS: u64 = 16;

/// Loads the engine into the page itself, where it serves nobody and can be asked for hashes.
const LOAD_ENGINE: &str = "
    const [script, module] = [...document.getElementById('background').content.querySelectorAll('link')].map(
        (link) => new URL(link.getAttribute('href'), document.baseURI).href);
    import(script).then(async (engine) => {
        const app = await engine.default({ module_or_path: module });
        engine.bring(await (await fetch(module.replace('_bg.wasm', '_scenarios.json'))).text());
        window.learn = async (part) => {
            const bytes = await (await fetch(module.replace('_bg.wasm', part))).arrayBuffer();
            await WebAssembly.instantiate(await WebAssembly.compile(bytes), { app });
            window.learned = part;
        };
        window.loaded = engine;
    });";

/// Whether the page's engine needs the part for systems for it.
fn is_system(preset: &&Preset) -> bool {
    preset.scenario().sides.iter().any(|side| side.settings.protocol() == "system")
}

/// Gives the engine a part of it.
async fn learn(page: &Page, part: &str) -> Result<()> {
    page.run::<()>("window.learn(arguments[0]);", vec![part.into()]).await?;
    page.wait_until("the part is there", &format!("window.learned === '{part}'")).await
}

async fn expect_the_same<'p>(page: &Page, presets: impl Iterator<Item = &'p Preset>) -> Result<()> {
    for preset in presets {
        let script = "return window.loaded.fingerprints(arguments[0], arguments[1]);";
        let here: String = page.run(script, vec![preset.name.into(), SEEDS.into()]).await?;
        assert_eq!(here, fingerprints(preset, 1..SEEDS + 1), "{}", preset.name);
    }
    Ok(())
}

/// Gives the page a font that has the ideographs and kana of a test, for a machine may have none, and what a browser then
/// draws are no letters. The file is a part of Droid Sans Fallback, by Google, under the Apache License 2.0.
const IDEOGRAPHS: &str = "
    const done = arguments[0];
    (async () => {
        const response = await fetch('ideographs.ttf');
        const font = new FontFace('Inter', await response.arrayBuffer(), { unicodeRange: 'U+2E80-9FFF' });
        document.fonts.add(await font.load());
        done(true);
    })();";

in_each_browser! {
    async fn every_side_has_the_same_hash_as_natively(page: Page) {
        page.open("").await?;
        page.wait_until_running().await?;
        page.run::<()>(LOAD_ENGINE, Vec::new()).await?;
        page.wait_until("the engine is loaded", "window.loaded").await?;
        // By which runs are compared is in the part for files.
        learn(&page, "_files.wasm").await?;
        // Most readers never get the part for systems, and nothing else may need it.
        expect_the_same(&page, PRESETS.iter().filter(|preset| !is_system(preset))).await?;
        learn(&page, "_systems.wasm").await?;
        expect_the_same(&page, PRESETS.iter().filter(is_system)).await?;
        let text = "{\"name\": \"é😀\",\r\n \"sides\": [{}, {\"protocol\": \"system\", \"parties\": [{\"id\": 5}]}]}";
        let found: String = page.run("return window.loaded.problems(arguments[0]);", vec![text.into()]).await?;
        let [found, native]: [serde_json::Value; 2] = [serde_json::from_str(&found)?, serde_json::from_str(&problems_as_json(text))?];
        assert_eq!(found, native);
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
                compare_labels(&page, "document", preset.scenario()).await?;
            }
        }
        quiet(&page).await
    }

    /// Texts of which no built-in scenario has any: letters that fill a square, letters that join and run to the left, a
    /// picture made of several characters, and Latin ones between them.
    async fn no_label_in_other_scripts_exceeds_the_room_that_was_reserved_for_it(page: Page) {
        let scripts = [
            ["オンラインショップ", "支払いサービス 👩‍💻", "/注文/{job}/支払い", "支払い待ちの列",
             "注文{job}の支払いを依頼する", "支払いサービスが止まった。左側の呼び出しは断られ、右側の依頼は列に残って待つ。"],
            ["المتجر (web)", "خدمة الدفع v2", "/طلب/{job}/pay", "طابور 1",
             "طلب {job} (POST)", "تم قبول الطلب 2 بعد 100 ms, then the shop moves on."],
        ];
        let root = "document.querySelector('#own').shadowRoot";
        let place = "const script = Object.assign(document.createElement('script'), { type: 'application/json', textContent: arguments[0] });
            const diagram = Object.assign(document.createElement('counterpoint-diagram'), { id: 'own' });
            diagram.append(script);
            document.querySelector('main').prepend(diagram);";
        for words in scripts {
            let scenario = told_in(words).to_string();
            for width in [1000, 390] {
                page.set_viewport(width, 900).await?;
                page.open("../pages/far.html").await?;
                page.driver().execute_async(IDEOGRAPHS, Vec::new()).await?;
                page.run::<()>(place, vec![scenario.clone().into()]).await?;
                let drawn = format!("{root}?.querySelector('.live .body .cp-arrows')");
                page.wait_until("it is drawn", &drawn).await?;
                let is_lit = format!("!{root}.querySelector('.receding') || {root}.querySelector('svg.lit')");
                page.wait_until("the selected job is lit", &is_lit).await?;
                compare_labels(&page, root, Scenario::from_json(&scenario)?).await?;
            }
        }
        quiet(&page).await
    }
}

/// A scenario with names, labels and a caption in these words.
fn told_in([shop, pay, path, queue, label, caption]: [&str; 6]) -> Value {
    let shop = json!({ "id": "shop", "name": shop });
    json!({
        "version": 2,
        "name": "own",
        "workload": { "jobs": 4, "arrivals": { "pattern": "regular", "every": "80ms" }, "work": "120ms" },
        "network": { "latency": "10ms" },
        "sides": [
            { "protocol": "http", "caller": shop, "server": { "id": "pay", "name": pay, "workers": 1 }, "method": "POST", "path": path },
            { "protocol": "rabbitmq", "publisher": shop, "queue": { "id": "queue", "name": queue, "type": "classic" },
              "consumers": { "id": "pay", "name": pay, "prefetch": 1 }, "label": label },
        ],
        "changes": [{ "id": "outage", "at": "150ms", "for": "200ms", "fault": "outage", "actor": "pay" }],
        "notes": [{ "when": "outage begins", "text": caption }],
    })
}

/// A text as the browser drew it: what it says, then left, top, width and height in CSS pixels.
type DrawnText = (String, f64, f64, f64, f64);

/// Each text of the pictures in an app, which is in that document or shadow, beside the same text of the same scene laid
/// out here.
async fn compare_labels(page: &Page, root: &str, scenario: Scenario) -> Result<()> {
    let name = scenario.head.name.clone();
    let texts = "const texts = (svg) => [...svg.querySelectorAll('text')].map((text) => {
                 const box = text.getBBox();
                 return [text.textContent, box.x, box.y, box.width, box.height];
             });
             const views = [...root.querySelectorAll('.viewport')];
             return [views[0].clientWidth,
                 views.map((view) => [...view.querySelectorAll('svg.cp-scene:not(.wholes)')].flatMap(texts))];";
    let script = format!("const root = {root};\n{texts}");
    let (width, drawn): (u16, Vec<Vec<DrawnText>>) = page.run(&script, Vec::new()).await?;
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
            assert_eq!(ordered(text), *shown);
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
