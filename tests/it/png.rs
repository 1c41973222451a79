//! The picture in pixels.

use counterpoint::render::png::{Scale, Size, picture};
use counterpoint::render::svg::{Options, document, size};
use counterpoint::scenario::PRESETS;
use counterpoint::scene::{View, layout};
use resvg::tiny_skia::Pixmap;

fn scale(text: &str) -> Scale {
    text.parse().unwrap()
}

#[test]
fn a_picture_has_as_many_pixels_as_its_scale_says_and_the_same_bytes_again() {
    let scene = layout(&PRESETS[0].scenario().play().sides, &View { width: 700, ..View::default() });
    let options = Options { title: "One".into(), ..Options::default() };
    let (width, height) = size(&scene, &options);
    let text = document(&scene, &options);
    assert!(text.contains(&format!("width=\"{}\" height=\"{}\"", width / 10, f64::from(height) / 10.0)), "{width}");
    for (factor, hundredths) in [("1", 100), ("0.5", 50), ("2", 200), ("1.25", 125)] {
        let size = Size::of((width, height), scale(factor)).unwrap();
        let bytes = picture(&text, size);
        let drawn = Pixmap::decode_png(&bytes).unwrap();
        let pixels = |tenths: i32| (tenths as u32 * hundredths).div_ceil(1_000);
        assert_eq!((drawn.width(), drawn.height()), (pixels(width), pixels(height)), "{factor}");
        assert_eq!(bytes, picture(&text, size));
        // Down to its last corner.
        let corner = drawn.pixel(drawn.width() - 2, drawn.height() - 2).unwrap();
        assert_eq!((corner.red(), corner.alpha()), (255, 255));
    }
}

#[test]
fn a_title_in_letters_of_its_own_font_is_there_whatever_is_installed() {
    let scene = layout(&PRESETS[0].scenario().play().sides, &View { width: 700, ..View::default() });
    let drawn = |title: &str| {
        let options = Options { title: title.into(), ..Options::default() };
        picture(&document(&scene, &options), Size::of(size(&scene, &options), Scale::ONE).unwrap())
    };
    let pictures = [drawn("Заказ"), drawn("طلب"), drawn("Order"), drawn("Ordes")];
    assert!((1..pictures.len()).all(|place| !pictures[..place].contains(&pictures[place])));
}

#[test]
fn what_is_too_large_is_refused_with_what_would_do() {
    let too_large = Size::of((40_000, 1_000_000), scale("2")).unwrap_err().to_string();
    assert_eq!(
        too_large,
        "at scale 2 the picture has 8000 × 200000 pixels, and at most 100000000 can be drawn; 0.5 would do"
    );
    assert!(Size::of((40_000, 1_000_000), scale("0.5")).is_ok());
    let hopeless = Size::of((40_000, i32::MAX), Scale::SMALLEST).unwrap_err().to_string();
    assert!(hopeless.ends_with("a shorter window would do (--from, --to), or --format svg"), "{hopeless}");
    for bad in ["0", "0.09", "10.1", "-1", "NaN", "inf", "big", ""] {
        assert_eq!(bad.parse::<Scale>().unwrap_err(), "a scale is a number from 0.1 to 10, as in 2 or 1.5", "{bad}");
    }
}

#[test]
fn the_command_line_draws_it_at_a_scale_and_says_what_is_too_large() {
    let run = |more: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_counterpoint"));
        command.args(["run", "rest-get-user", "--format", "png", "--width", "4000"]).args(more).output().unwrap()
    };
    let said = |output: std::process::Output| {
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    };
    let drawn = run(&["--scale", "0.25", "--theme", "dark"]);
    assert!(drawn.status.success());
    assert_eq!(Pixmap::decode_png(&drawn.stdout).unwrap().width(), 1_000);
    let large = said(run(&["--scale", "10"]));
    assert!(large.starts_with("counterpoint: --scale: at scale 10 the picture has 40000 × "), "{large}");
    assert!(large.ends_with(" would do\n"), "{large}");
    let none = said(run(&["--scale", "0"]));
    assert!(none.contains("'0' for '--scale") && none.contains("a scale is a number from 0.1 to 10"), "{none}");
}
