//! What is taken from the page: a file with the bytes of the command line, and a text for another page.

use anyhow::Result;
use counterpoint::studio::taken::{Wanted, made};
use counterpoint_browser_tests::Page;
use serde_json::json;

use crate::acts::{MOMENT, click, quiet, running_at};

const LINK: &str = "order-emails&v=1&seed=7&at=900ms";

in_each_browser! {
    async fn a_file_has_the_bytes_of_the_command_line(page: Page) {
        running_at(&page, &format!("#{LINK}")).await?;
        page.wait_until("what the link says is shown", &format!("{MOMENT} === 900000")).await?;
        keep_what_is_saved(&page).await?;
        open(&page, "Export").await?;
        for format in ["svg", "mermaid", "plantuml", "csv", "json", "text", "story"] {
            choose(&page, "Format", format).await?;
            page.wait_until("the file is there", &format!("{READY} && {} ", says(&format!("--format {format} ")))).await?;
            let saved = saved(&page).await?;
            let theme = if format == "svg" { "auto" } else { "" };
            let wanted = Wanted { format: format.into(), theme: theme.into(), width: 1200, ..Wanted::default() };
            let native = made(LINK, &wanted).map_err(anyhow::Error::msg)?;
            assert!(saved.1.as_bytes() == native, "{format} has other bytes than natively");
            assert!(saved.0.starts_with("order-emails."), "{}", saved.0);
        }
        quiet(&page).await
    }

    async fn a_picture_is_as_it_was_chosen(page: Page) {
        running_at(&page, &format!("#{LINK}")).await?;
        page.wait_until("what the link says is shown", &format!("{MOMENT} === 900000")).await?;
        keep_what_is_saved(&page).await?;
        open(&page, "Export").await?;
        for (name, value) in [("Sides", "left"), ("Theme", "dark"), ("Width", "800"), ("Run", "900ms")] {
            choose(&page, name, value).await?;
        }
        let line = "counterpoint run order-emails --seed 7 --format svg --side left --width 800 --theme dark --at 900ms \
                    --output order-emails.svg";
        page.wait_until("the command says so", &format!("{READY} && {}", says(line))).await?;
        let wanted = Wanted { format: "svg".into(), side: "left".into(), theme: "dark".into(), at: "900ms".into(), width: 800, ..Wanted::default() };
        let native = made(LINK, &wanted).map_err(anyhow::Error::msg)?;
        assert!(saved(&page).await?.1.as_bytes() == native);
        page.wait_until("it is seen", "document.querySelector('.sheet-preview img').naturalWidth > 0").await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        quiet(&page).await
    }

    /// As large as the command line makes it, and not empty.
    async fn a_picture_in_pixels_is_drawn_by_the_browser(page: Page) {
        running_at(&page, &format!("#{LINK}")).await?;
        page.wait_until("what the link says is shown", &format!("{MOMENT} === 900000")).await?;
        open(&page, "Export").await?;
        choose(&page, "Format", "png").await?;
        page.wait_until("the picture is there", &format!("{READY} && {}", says("--format png --width 1200 --theme light --scale 2"))).await?;
        let measure = "const done = arguments[0];
            const create = URL.createObjectURL;
            URL.createObjectURL = (blob) => {
                createImageBitmap(blob).then((image) => {
                    const canvas = new OffscreenCanvas(image.width, image.height);
                    const context = canvas.getContext('2d');
                    context.drawImage(image, 0, 0);
                    const pixels = context.getImageData(0, 0, image.width, image.height).data;
                    const colours = new Set();
                    for (let at = 0; at < pixels.length; at += 4 * 97) colours.add(pixels[at] << 16 | pixels[at + 1] << 8 | pixels[at + 2]);
                    done([blob.type, image.width, image.height, colours.size]);
                }, (error) => done([String(error), 0, 0, 0]));
                return create(blob);
            };
            HTMLAnchorElement.prototype.click = () => {};
            document.querySelector('.sheet .button-first').click();";
        let drawn = page.driver().execute_async(measure, Vec::new()).await?;
        let (kind, width, height, colours): (String, u32, u32, u32) = drawn.convert()?;
        let wanted = Wanted { format: "svg".into(), theme: "light".into(), width: 1200, ..Wanted::default() };
        let svg = String::from_utf8(made(LINK, &wanted).map_err(anyhow::Error::msg)?)?;
        let sheet: Vec<f64> = svg.split("viewBox=\"").nth(1).unwrap_or_default().split('"').next().unwrap_or_default()
            .split(' ').filter_map(|number| number.parse().ok()).collect();
        assert_eq!((kind.as_str(), width, height), ("image/png", 2 * sheet[2] as u32, (2.0 * sheet[3]).ceil() as u32));
        assert!(colours > 20, "{colours} colours");
        Ok(())
    }

    async fn a_diagram_for_another_page_comes_with_its_preview(page: Page) {
        running_at(&page, &format!("#{LINK}")).await?;
        page.wait_until("what the link says is shown", &format!("{MOMENT} === 900000")).await?;
        open(&page, "Embed").await?;
        page.wait_until("the text is there", &says("<counterpoint-diagram scenario=\\\"order-emails\\\" seed=\\\"7\\\" at=\\\"900ms\\\">")).await?;
        let inside = "document.querySelector('.sheet counterpoint-diagram').shadowRoot";
        page.wait_until("the preview is live", &format!("{inside}?.querySelector('.live .body .cp-arrows')")).await?;
        choose(&page, "Where", "2").await?;
        page.wait_until("it is for a book", &says("```counterpoint order-emails {seed=7 at=900ms}")).await?;
        choose(&page, "Controls", "none").await?;
        page.wait_until("so is the preview", &format!("{inside}?.querySelector('.live .body') && !{inside}.querySelector('.footing')")).await?;
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        // It goes by a key, and the focus is where it was.
        page.run::<()>("document.querySelector('.sheet').close()", Vec::new()).await?;
        page.wait_until("it is gone", "!document.querySelector('.sheet')").await?;
        page.wait_until("the focus is back", "document.activeElement.textContent.includes('Embed')").await?;
        quiet(&page).await
    }

    /// A page that came by plain HTTP has none.
    async fn without_a_clipboard_the_text_is_selected_to_be_copied_by_hand(page: Page) {
        running_at(&page, &format!("#{LINK}")).await?;
        page.wait_until("what the link says is shown", &format!("{MOMENT} === 900000")).await?;
        page.run::<()>("Object.defineProperty(navigator, 'clipboard', { value: undefined });", Vec::new()).await?;
        open(&page, "Export").await?;
        page.wait_until("the file is there", &format!("{READY} && {}", says("--format svg"))).await?;
        let line = copied_by_hand(&page, ".sheet-text").await?;
        assert!(line.starts_with("counterpoint run order-emails ") && line.ends_with(".svg"), "{line}");
        // A picture is shown as its text, and a long text whole.
        for format in ["svg", "json"] {
            choose(&page, "Format", format).await?;
            page.wait_until("the file is there", &format!("{READY} && {} ", says(&format!("--format {format} ")))).await?;
            let theme = if format == "svg" { "auto" } else { "" };
            let wanted = Wanted { format: format.into(), theme: theme.into(), width: 1200, ..Wanted::default() };
            let native = made(LINK, &wanted).map_err(anyhow::Error::msg)?;
            let taken = copied_by_hand(&page, ".sheet-buttons").await?;
            assert!(taken.as_bytes() == native, "{format}: other text is selected, of {} letters", taken.len());
        }
        assert_eq!(page.axe_violations().await?, Vec::<String>::new());
        // What is chosen next is shown as ever.
        choose(&page, "Format", "svg").await?;
        page.wait_until("the picture is back", "document.querySelector('.sheet-preview img')").await?;
        page.run::<()>("document.querySelector('.sheet').close()", Vec::new()).await?;
        open(&page, "Embed").await?;
        page.wait_until("the text is there", &says("<counterpoint-diagram ")).await?;
        let snippet = copied_by_hand(&page, ".sheet-text").await?;
        assert!(snippet.contains("<counterpoint-diagram scenario=\"order-emails\""), "{snippet}");
        quiet(&page).await
    }

    async fn what_cannot_be_made_is_said(page: Page) {
        page.site().lose("_files.wasm");
        running_at(&page, "#order-emails").await?;
        open(&page, "Export").await?;
        let said = "document.querySelector('.sheet .problem')?.textContent.includes('the server answered 404')";
        page.wait_until("it is said", said).await
    }

    /// Also while the engine's parts are being compiled, when the engine itself is there.
    async fn whatever_is_asked_for_while_it_starts_is_made(page: Page) {
        running_at(&page, &format!("#{LINK}")).await?;
        let asked = "const done = arguments[0];
            const Real = Worker;
            window.Worker = function (script, options) {
                const worker = new Real(script, options);
                if (!String(script).includes('maker-')) return worker;
                window.Worker = Real;
                let odd = 0;
                let left = 0;
                let asking = setInterval(() => {
                    left += 1;
                    worker.postMessage({ call: 'places', with: [] });
                });
                worker.onmessage = ({ data }) => {
                    left -= 1;
                    if (!('made' in data)) odd += 1;
                    // It answers at once from the first answer on, so what comes later tells nothing.
                    clearInterval(asking);
                    if (left === 0) done(odd);
                };
                // The sheet's own questions are of no interest.
                return new Real('data:text/javascript,');
            };
            document.querySelector('.sharing .button:first-child').click();";
        let odd: usize = page.driver().execute_async(asked, Vec::new()).await?.convert()?;
        assert_eq!(odd, 0, "questions without an answer");
        Ok(())
    }

    async fn nothing_of_it_is_loaded_before(page: Page) {
        running_at(&page, "#order-emails").await?;
        page.wait_until("the engine is there", "document.querySelector('#seed-exact')").await?;
        let asked = page.site().asked_for();
        assert!(!asked.iter().any(|name| name.starts_with("taking-") || name.starts_with("maker-") || name.ends_with("_files.wasm")
            || name == "counterpoint-diagram.js"), "{asked:?}");
        Ok(())
    }
}

/// Whether the file that is wanted can be taken.
const READY: &str = "!document.querySelector('.sheet .button-first').disabled";

/// Whether the sheet's text has these words, as an expression in the page.
fn says(words: &str) -> String {
    format!("document.querySelector('.sheet-text pre')?.textContent.includes(\"{words}\")")
}

async fn open(page: &Page, name: &str) -> Result<()> {
    let at = if name == "Export" { "first" } else { "last" };
    click(page, &format!(".sharing .button:{at}-child")).await?;
    page.wait_until("the sheet is open", "document.querySelector('.sheet[open] select')").await
}

async fn choose(page: &Page, name: &str, value: &str) -> Result<()> {
    let script = "const label = [...document.querySelectorAll('.sheet-choice')]
            .find((label) => label.firstElementChild.textContent === arguments[0]);
        const select = label.querySelector('select');
        select.value = arguments[1];
        select.dispatchEvent(new Event('change', { bubbles: true }));
        return select.value;";
    let taken: String = page.run(script, vec![name.into(), json!(value)]).await?;
    assert_eq!(taken, value, "the choice of {name} has {value}");
    Ok(())
}

/// Presses the button that copies in a part of the sheet, in vain, and gives what is selected for the reader to copy. The
/// focus is there, so that it can be seen and scrolled.
async fn copied_by_hand(page: &Page, part: &str) -> Result<String> {
    // The last one, for what it says changes.
    let button = "getSelection().removeAllRanges();
        [...document.querySelectorAll(arguments[0] + ' .button')].at(-1).click();";
    page.run::<()>(button, vec![part.into()]).await?;
    let told = format!("document.querySelector('{part}').textContent.includes('copy it with the keys')");
    page.wait_until("it says what to do", &told).await?;
    let is_there = "getSelection().rangeCount === 1 && document.activeElement.contains(getSelection().anchorNode)
        && document.activeElement.closest('.sheet')";
    page.wait_until("it is selected where the focus is", is_there).await?;
    page.run("return getSelection().getRangeAt(0).toString();", Vec::new()).await
}

/// Keeps what would be saved by the browser.
async fn keep_what_is_saved(page: &Page) -> Result<()> {
    let script = "window.saved = undefined;
        URL.createObjectURL = (blob) => { blob.text().then((text) => { window.text = text; }); return 'about:blank'; };
        HTMLAnchorElement.prototype.click = function () { window.named = this.download; };";
    page.run(script, Vec::new()).await
}

/// The name of the file, and what is in it.
async fn saved(page: &Page) -> Result<(String, String)> {
    page.run::<()>("window.text = undefined; document.querySelector('.sheet .button-first').click();", Vec::new())
        .await?;
    page.wait_until("it is saved", "window.text !== undefined && window.named").await?;
    page.run("return [window.named, window.text];", Vec::new()).await
}
