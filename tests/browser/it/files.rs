//! A file that stands alone is drawn by a browser as it is by a program that is none, and it keeps to itself in a page.

use anyhow::Result;
use counterpoint::render::png::{self, Scale, Size};
use counterpoint::render::svg::{self, Options, Theme};
use counterpoint::scenario::{PRESETS, Preset};
use counterpoint::scene::{View, layout};
use counterpoint::trace::JobId;
use counterpoint_browser_tests::{Motion, Page, Scheme};

use crate::acts::quiet;
use crate::screen::emulate;

/// Of a hundred regions so many may differ: letters of another font reach a little farther.
const DIFFERING: f64 = 1.0;

/// Draws an SVG file as an image, and a PNG file, and compares them by regions of 24 pixels each way: whether one of
/// them has next to nothing of what the other has on its paper, or another colour on the whole. Gives the regions that
/// differ in a hundred, and those in which there is anything.
const COMPARE: &str = "
    const [svg, hex, done] = arguments;
    const side = 24;
    const load = (address) => new Promise((resolve, reject) => {
        const image = new Image();
        image.onload = () => resolve(image);
        image.onerror = () => reject(new Error('an image cannot be read'));
        image.src = address;
    });
    const bytes = hex.match(/../g).map((pair) => String.fromCharCode(parseInt(pair, 16)));
    Promise.all([
        load('data:image/svg+xml,' + encodeURIComponent(svg)),
        load('data:image/png;base64,' + btoa(bytes.join(''))),
    ]).then((images) => {
        const [width, height] = [images[1].naturalWidth, images[1].naturalHeight];
        const pixels = images.map((image) => {
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [width, height];
            const context = canvas.getContext('2d');
            context.drawImage(image, 0, 0);
            return context.getImageData(0, 0, width, height).data;
        });
        const paper = [...pixels[1].slice(0, 3)];
        const region = (data, left, top) => {
            let [ink, count, sums] = [0, 0, [0, 0, 0]];
            for (let y = top; y < Math.min(top + side, height); y += 1) {
                for (let x = left; x < Math.min(left + side, width); x += 1) {
                    const channels = [0, 1, 2].map((channel) => data[4 * (y * width + x) + channel]);
                    ink += Math.max(...channels.map((value, channel) => Math.abs(value - paper[channel]))) / 255;
                    channels.forEach((value, channel) => { sums[channel] += value; });
                    count += 1;
                }
            }
            return { ink, mean: sums.map((sum) => sum / count) };
        };
        let [all, inked, differing] = [0, 0, 0];
        for (let top = 0; top < height; top += side) {
            for (let left = 0; left < width; left += side) {
                const [one, other] = pixels.map((data) => region(data, left, top));
                const most = Math.max(one.ink, other.ink);
                const lost = most > 4 && Math.min(one.ink, other.ink) < most / 4;
                const recoloured = one.mean.some((value, channel) => Math.abs(value - other.mean[channel]) > 40);
                all += 1;
                inked += other.ink > 1;
                differing += lost || recoloured;
            }
        }
        const size = [images[0].naturalWidth, images[0].naturalHeight];
        done([100 * differing / all, 100 * inked / all, size[0] === width && Math.ceil(size[1]) >= height - 1]);
    }, (error) => done([100, 0, String(error)]));";

fn file(preset: &Preset, theme: Theme) -> (String, Size) {
    let played = preset.scenario().play();
    let head = &played.scenario.head;
    let selection = head.view.job.map(|number| JobId::from_index(number - 1));
    let view = View { width: 700, from: head.view.from, to: head.view.to, selection, ..View::default() };
    let scene = layout(&played.sides, &view);
    let options = Options { theme, title: head.title.clone(), ..Options::default() };
    let size = Size::of(svg::size(&scene, &options), Scale::ONE).expect("it is not as large as that");
    (svg::document(&scene, &options), size)
}

/// Opens a page of somebody else's with these files in a block that is narrower than any of them. It comes from no host,
/// for the rules in a file are what a strict content policy forbids.
async fn inlined(page: &Page, files: &[String]) -> Result<()> {
    page.driver().goto("data:text/html,<!doctype html><meta charset=utf-8><title>A page</title>").await?;
    let script = "document.body.innerHTML = '<div style=\"width: 300px\">' + arguments[0] + '</div>';";
    page.run(script, vec![files.concat().into()]).await
}

async fn compare(page: &Page, svg: &str, png: &[u8]) -> Result<(f64, f64, bool)> {
    let hex: String = png.iter().map(|byte| format!("{byte:02x}")).collect();
    let answer = page.driver().execute_async(COMPARE, vec![svg.into(), hex.into()]).await?;
    Ok(answer.convert()?)
}

in_each_browser! {
    async fn a_file_looks_the_same_as_an_image_and_outside_a_browser(page: Page) {
        page.open("").await?;
        for (scheme, theme) in [(Scheme::Light, Theme::Light), (Scheme::Dark, Theme::Dark)] {
            page.set_preferences(scheme, Motion::Usual).await?;
            // Firefox draws an image into a canvas as for a light page, whatever is preferred.
            let own = if page.browser() == Browser::Firefox { theme } else { Theme::Auto };
            let mut before: Option<Vec<u8>> = None;
            for preset in PRESETS.iter().skip(usize::from(scheme == Scheme::Dark)).step_by(2) {
                let (svg, size) = file(preset, own);
                let drawn = png::picture(&file(preset, theme).0, size);
                let (differing, inked, is_as_large) = compare(&page, &svg, &drawn).await?;
                let told = format!("{}, {theme:?}: {differing:.1} % of the regions differ", preset.name);
                assert!(differing <= DIFFERING && is_as_large, "{told}");
                assert!(inked > 10.0, "{}: there is something in {inked:.1} % of the regions only", preset.name);
                // Pictures of different scenarios are found to differ.
                if let Some(before) = before.replace(drawn) {
                    let (differing, ..) = compare(&page, &svg, &before).await?;
                    assert!(differing > 3.0 * DIFFERING, "{}: {differing:.1} %", preset.name);
                }
            }
        }
        quiet(&page).await
    }

    async fn files_in_one_page_are_as_narrow_as_their_block_and_keep_their_colours(page: Page) {
        let preset = &PRESETS[0];
        inlined(&page, &[Theme::Light, Theme::Dark].map(|theme| file(preset, theme).0)).await?;
        let (shapes, overflow, ids): (Vec<(f64, f64, f64)>, f64, bool) = page.run(
            "const block = document.querySelector('div');
             const shapes = [...block.querySelectorAll('svg')].map((svg) => {
                 const { width, height } = svg.getBoundingClientRect();
                 return [width, height, width * svg.viewBox.baseVal.height / svg.viewBox.baseVal.width];
             });
             const ids = [...block.querySelectorAll('[id]')].map(({ id }) => id);
             return [shapes, block.scrollWidth, ids.length > 0 && new Set(ids).size === ids.length];",
            Vec::new(),
        ).await?;
        assert!(shapes.iter().all(|(width, ..)| (width - 300.0).abs() < 0.5) && overflow <= 300.0, "{shapes:?}, {overflow}");
        assert!(shapes.iter().all(|(_, height, whole)| (height - whole).abs() < 0.5), "nothing of them is cut: {shapes:?}");
        assert!(ids, "neither has an id of the other's");
        let texts: Vec<Vec<(String, String)>> = page.run(
            "return [...document.querySelectorAll('svg')].map((svg) =>
                 [...svg.querySelectorAll('text')].map((text) => [text.textContent, getComputedStyle(text).fill]));",
            Vec::new(),
        ).await?;
        let [light, dark] = texts.try_into().expect("there are two files");
        assert!(light.len() > 10 && light.len() == dark.len(), "{light:?}, {dark:?}");
        for ((said, fill), (same, other)) in light.iter().zip(&dark) {
            assert_eq!(said, same);
            assert_ne!(fill, other, "`{said}` has a colour of its own in each");
        }
        // Not only different from each other: what the files have where they stand alone.
        assert_eq!([&light[0].1, &dark[0].1], ["rgb(29, 36, 51)", "rgb(232, 234, 240)"]);
        quiet(&page).await
    }

    /// Only Chromium can be told that the system has colours of its own.
    async fn a_file_takes_the_colours_that_the_system_forces(page: Page) {
        if page.browser() == Browser::Firefox {
            return Ok(());
        }
        inlined(&page, &[file(&PRESETS[0], Theme::Auto).0]).await?;
        emulate(&page, "", "forced-colors", "active").await?;
        page.frame().await?;
        // The colours of the system, as this browser works them out; then those of the texts and of the paper.
        let (system, texts, paper): (Vec<String>, Vec<(String, String)>, String) = page.run(
            "const fill = (element) => getComputedStyle(element).fill;
             const swatch = document.querySelector('svg').appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'rect'));
             const system = ['CanvasText', 'LinkText', 'Canvas'].map((name) => {
                 swatch.style.fill = name;
                 return fill(swatch);
             });
             const texts = [...document.querySelectorAll('text')].map((text) => [text.textContent, fill(text)]);
             return [system, texts, fill(document.querySelector('svg > rect'))];",
            Vec::new(),
        ).await?;
        assert_eq!(texts[0].1, system[0], "the title");
        assert_eq!(paper, system[2]);
        // The names of the sides and what befalls a job are in their side's colour, which is that of links then.
        for (said, fill) in &texts {
            assert!(system[..2].contains(fill), "`{said}` is in {fill}, of {system:?}");
        }
        quiet(&page).await
    }
}
