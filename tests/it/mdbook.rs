//! The preprocessor of a book, given what mdBook 0.5 gives it, and what sets up a book for it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

/// A folder of a book, gone when the test has ended.
struct Folder(PathBuf);

impl Folder {
    fn with(name: &str, files: &[(&str, &str)]) -> Folder {
        let folder = Folder(std::env::temp_dir().join(format!("counterpoint-book-{name}-{}", std::process::id())));
        for (path, text) in files {
            let path = folder.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What mdBook 0.5.4 writes for a book of a chapter, and of one within it whose file is a README.
fn input(root: &Path, renderer: &str, chapter: &str) -> String {
    json!([
        {
            "root": root,
            "config": {
                "book": { "title": "Orders", "authors": [], "description": null, "language": "en", "text-direction": null },
                "preprocessor": { "counterpoint": { "command": "counterpoint mdbook" } },
            },
            "renderer": renderer,
            "mdbook_version": "0.5.4",
        },
        {
            "items": [
                { "Chapter": {
                    "name": "Orders", "content": "# Orders\n", "number": [1], "path": "orders.md", "source_path": "orders.md",
                    "parent_names": [], "sub_items": [{ "Chapter": {
                        "name": "Deeper", "content": chapter, "number": [1, 1], "sub_items": [],
                        "path": "deep/index.md", "source_path": "deep/README.md", "parent_names": ["Orders"],
                    } }],
                } },
                "Separator",
                { "Chapter": { "name": "Draft", "content": "", "number": [2], "sub_items": [], "path": null,
                    "source_path": null, "parent_names": [] } },
            ],
        },
    ])
    .to_string()
}

/// The exit code, standard output, standard error.
fn run(words: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_counterpoint"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The inner chapter as the preprocessor gives it back; all else of the book is as it was.
#[track_caller]
fn drawn_in(root: &Path, renderer: &str, chapter: &str) -> String {
    let given = input(root, renderer, chapter);
    let (code, out, said) = run(&["mdbook"], &given);
    assert_eq!((code, said.as_str()), (0, ""));
    let mut book: Value = serde_json::from_str(&out).unwrap();
    let content = &mut book["items"][0]["Chapter"]["sub_items"][0]["Chapter"]["content"];
    let drawn = content.take().as_str().unwrap().to_owned();
    *content = chapter.into();
    assert_eq!(book, serde_json::from_str::<Value>(&given).unwrap()[1]);
    drawn
}

#[track_caller]
fn drawn(renderer: &str, chapter: &str) -> String {
    drawn_in(Path::new("/nowhere"), renderer, chapter)
}

/// What `run` draws, on one line.
fn picture(words: &[&str]) -> String {
    let (code, svg, said) = run(&[&["run"], words, &["--format", "svg"]].concat(), "");
    assert_eq!(code, 0, "{said}");
    svg.trim_end().replace('\n', " ")
}

#[test]
fn a_block_becomes_one_line_and_what_is_around_it_stays() {
    let chapter = "# A\nbefore\n```counterpoint order-emails {seed=7 at=1.2s side=left controls=full}\n```\nafter\n\n\
        * list\n\n  ~~~ counterpoint {set=workload.jobs=4 set=\"workload.work=50ms\" job=2 theme=dark width=600}\n  \
        {\"name\": \"own\",\n\n  \"title\": \"A </script> b\"}\n  ~~~\n  more\n\n> quote\n> ```counterpoint rest-get-user\n> ```\n> end\n";
    let text = drawn("html", chapter);
    let lines: Vec<&str> = text.lines().collect();
    let begin = "<!-- counterpoint --><counterpoint-diagram";
    let first = format!(
        "{begin} scenario=\"order-emails\" seed=\"7\" side=\"left\" at=\"1200ms\" controls=\"full\" style=\"display:block\">{}</counterpoint-diagram>",
        picture(&["order-emails", "--seed", "7", "--side", "left", "--width", "720"])
    );
    assert_eq!(lines[..4], ["# A", "before", &first, "after"]);
    assert!(lines[6].starts_with("* list") || lines[5].starts_with("* list"), "{text}");
    let own = lines.iter().find(|line| line.starts_with("  <!--")).unwrap();
    let attributes =
        " set=\"workload.jobs=4;workload.work=50ms\" job=\"2\" theme=\"dark\" style=\"display:block\"><svg ";
    assert!(own.starts_with(&format!("  {begin}{attributes}")), "{own}");
    assert!(own.contains(" width=\"600\""), "{own}");
    let json = "</svg><script type=\"application/json\">{\"name\":\"own\",\"title\":\"A \\u003c/script> b\"}</script></counter";
    assert!(own.contains(json), "{own}");
    let quoted = lines
        .iter()
        .position(|line| {
            line.starts_with(&format!("> {begin} scenario=\"rest-get-user\" style=\"display:block\"><svg "))
        })
        .unwrap();
    assert_eq!((lines[quoted - 1], lines[quoted + 1]), ("> quote", "> end"));
    for line in lines.iter().filter(|line| line.contains(begin)) {
        let svg = &line[line.find("<svg").unwrap()..line.find("</svg>").unwrap() + 6];
        roxmltree::Document::parse(svg).unwrap();
    }
}

#[test]
fn what_is_no_block_of_ours_stays() {
    let chapter = "```rust\nlet counterpoint = 1;\n```\n\n````md\n```counterpoint order-emails\n```\n````\n\n    ```counterpoint x\n\n\
        `counterpoint` ```counterpoint y```\n\n```counterpoints z\n```\n\n<pre>\n```counterpoint q\n</pre>\n";
    assert_eq!(drawn("html", chapter), chapter);
}

#[test]
fn where_there_are_no_web_pages_the_picture_is_inside_the_text() {
    for renderer in ["markdown", "epub", "typst-pdf"] {
        let text = drawn(renderer, "a\n\n```counterpoint order-emails {controls=full at=1s}\n```\n");
        let begin = "a\n\n![Order e-mails](data:image/svg+xml;base64,";
        let encoded = text.strip_prefix(begin).and_then(|rest| rest.strip_suffix(")\n")).unwrap();
        let svg = String::from_utf8(BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
        assert!(svg.replace('\n', " ").trim_end() == picture(&["order-emails", "--width", "720"]), "{renderer}");
    }
    assert_eq!(run(&["mdbook", "supports", "html"], "").0, 0);
    assert_eq!(run(&["mdbook", "supports", "epub"], "").0, 0);
}

#[test]
fn a_file_beside_the_chapter_is_drawn_as_the_command_line_draws_it() {
    let own = r#"{"name": "own", "workload": {"jobs": 2}}"#;
    let folder = Folder::with("file", &[("src/deep/own.json", own)]);
    let text = drawn_in(&folder.0, "html", "```counterpoint own.json\n```\n");
    let begin = "<!-- counterpoint --><counterpoint-diagram recording=\"data:;base64,";
    let json = "<script type=\"application/json\">{\"name\":\"own\",\"workload\":{\"jobs\":2}}</script>";
    assert!(text.starts_with(begin) && text.contains(json), "{text}");
    let file = folder.0.join("src/deep/own.json");
    let (code, printed, said) = run(&["run", file.to_str().unwrap(), "--format", "html"], "");
    assert_eq!(code, 0, "{said}");
    assert_eq!(text, printed);
}

#[test]
fn a_wrong_block_is_one_line_with_chapter_and_line() {
    let folder = Folder::with("wrong", &[("src/deep/bad.json", "{}")]);
    let cases = [
        (
            "```counterpoint order-email\n```",
            "there is no scenario and no file `order-email`; did you mean `order-emails`?",
        ),
        ("```counterpoint bad.json\n```", "bad.json: `name` is missing"),
        ("```counterpoint\n```", "it needs the name of a scenario"),
        ("```counterpoint order-emails\n{\"name\": \"own\"}\n```", "it has both a name, `order-emails`, and"),
        ("```counterpoint\n{\"name\": \"own\", \"jobs\": 3}\n```", "jobs: "),
        ("```counterpoint\nname: own\n```", "not JSON"),
        ("```counterpoint order-emails {seed=7\n```", "do not end with a `}`"),
        ("```counterpoint order-emails {loud}\n```", "`loud` says nothing; an option is key=value"),
        ("```counterpoint order-emails {speed=2}\n```", "there is no option `speed`; there are `seed`, `set`"),
        ("```counterpoint order-emails {seed=-1}\n```", "seed: a seed is a whole number from 0"),
        ("```counterpoint order-emails {at=soon}\n```", "at: `soon` is not a duration"),
        ("```counterpoint order-emails {seed=1 seed=2}\n```", "seed is there twice"),
        ("```counterpoint order-emails {side=middle}\n```", "side: there is no side `middle`"),
        (
            "```counterpoint order-emails {theme=pink}\n```",
            "theme: `pink` would not do; there are `light`, `dark`, `auto`",
        ),
        (
            "```counterpoint order-emails {controls=loud}\n```",
            "controls: `loud` would not do; there are `none`, `play`, `full`",
        ),
        ("```counterpoint order-emails {from=2s to=1s}\n```", "to: the window must end after it begins"),
        ("```counterpoint order-emails {set=workload.jobz=1}\n```", "workload.jobz"),
        (
            "```counterpoint order-emails {set=\"sides.left.path=/a;b\"}\n```",
            "set: a value with a `;` cannot be set in a page",
        ),
        ("```counterpoint order-emails {set=\"a=1}\n```", "the value of set has no end"),
        ("```counterpoint order-emails {job=many}\n```", "job: `many` is not the number of a job"),
    ];
    for (block, says) in cases {
        // The first wrong block is told, on its own line, after a good one.
        let chapter = format!(
            "# A\n\n```counterpoint rest-get-user\n```\n\n> {}\n\n```counterpoint nope\n```\n",
            block.replace('\n', "\n> ")
        );
        let (code, out, said) = run(&["mdbook"], &input(&folder.0, "html", &chapter));
        assert_eq!((code, out.as_str()), (2, ""), "{block}");
        assert!(said.starts_with("counterpoint: src/deep/README.md:6: ") && said.contains(says), "{block}: {said}");
        assert_eq!(said.matches('\n').count(), 1, "{said}");
    }
    let (code, _, said) = run(&["mdbook"], "{\"sections\": []}");
    assert!(code == 2 && said.starts_with("counterpoint: this is no book as mdBook 0.5"), "{said}");
}

const SETTINGS: &str = "\
# Ours.
[book]
title = \"Orders\" # the title
src = \"text\"

[output.html]
additional-js = [
    \"own.js\", # ours
]

# Last.
";

/// A viewer, as far as this looks at it.
const BUILT: [(&str, &str); 3] =
    [("dist/counterpoint-diagram.js", "1"), ("dist/covers/a", "2"), ("dist/index.html", "3")];

fn install(folder: &Folder, more: &[&str]) -> (i32, String, String) {
    let book = folder.0.to_str().unwrap();
    run(&[&["mdbook", "install", book], more].concat(), "")
}

#[test]
fn a_book_is_set_up_once_and_its_settings_keep_their_comments() {
    let mut files = BUILT.to_vec();
    files.push(("book.toml", SETTINGS));
    let folder = Folder::with("install", &files);
    let viewer = folder.0.join("dist");
    let with_viewer = ["--viewer", viewer.to_str().unwrap()];

    let (code, said, _) = install(&folder, &[]);
    assert!(code == 0 && said.contains("diagrams are pictures; for live ones, name a folder"), "{said}");
    let expected = SETTINGS
        .replace("\n# Last.\n", "\n[preprocessor.counterpoint]\ncommand = \"counterpoint mdbook\"\n\n# Last.\n");
    assert_eq!(sorted(&folder.read("book.toml")), sorted(&expected));
    assert!(!folder.0.join("counterpoint.js").exists());

    let (code, said, _) = install(&folder, &with_viewer);
    assert!(code == 0 && said.contains("the viewer is in"), "{said}");
    let settings = folder.read("book.toml");
    for kept in ["# Ours.", "# the title", "\"own.js\", # ours", "\"counterpoint.js\"", "# Last."] {
        assert!(settings.contains(kept), "{kept}: {settings}");
    }
    assert_eq!(
        (folder.read("text/counterpoint/covers/a").as_str(), folder.read("text/counterpoint/index.html").as_str()),
        ("2", "3")
    );
    let loader = folder.read("counterpoint.js");
    assert!(loader.contains("document.currentScript.src"), "{loader}");

    let (_, said, _) = install(&folder, &[]);
    assert_eq!(said, "it was set up already\n");
    // A newer viewer takes the place of the older one, of which nothing stays.
    fs::remove_file(viewer.join("index.html")).unwrap();
    assert_eq!(install(&folder, &with_viewer).0, 0);
    assert!(!folder.0.join("text/counterpoint/index.html").exists());
    assert_eq!((folder.read("book.toml"), folder.read("counterpoint.js")), (settings, loader));
}

/// The lines, whatever their order: where a table is put among comments is not ours to say.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_book_without_web_pages_has_pictures_and_what_cannot_be_set_up_is_said() {
    let mut files = BUILT.to_vec();
    files.extend([("book.toml", "[output.epub]\n"), ("other/notes.txt", "mine")]);
    let folder = Folder::with("refused", &files);
    let viewer = folder.0.join("dist");
    let (code, said, _) = install(&folder, &["--viewer", viewer.to_str().unwrap()]);
    assert!(code == 0 && said.contains("this book has no web pages, so its diagrams are pictures"), "{said}");
    assert!(!folder.read("book.toml").contains("html"));

    let other = folder.0.join("other");
    let (code, _, said) = install(&folder, &["--viewer", other.to_str().unwrap()]);
    assert!(code == 2 && said.contains("--viewer: there is no counterpoint-diagram.js in"), "{said}");
    let mine = Folder::with("mine", &[("book.toml", ""), ("src/counterpoint/notes.md", "mine")]);
    let (code, _, said) = install(&mine, &["--viewer", viewer.to_str().unwrap()]);
    assert!(code == 2 && said.contains("is there and is no viewer; move it away"), "{said}");
    assert_eq!(mine.read("src/counterpoint/notes.md"), "mine");
    for (settings, says) in [
        ("[book", "book.toml: "),
        ("preprocessor = 1\n", "`preprocessor` is written in a way"),
        ("[output.html]\nadditional-js = \"x.js\"\n", "`additional-js` is written in a way"),
    ] {
        fs::write(folder.0.join("book.toml"), settings).unwrap();
        let (code, _, said) = install(&folder, &[]);
        assert!(code == 2 && said.contains(says) && said.matches('\n').count() == 1, "{said}");
        assert_eq!(folder.read("book.toml"), settings, "nothing is half done");
    }
    let mut files = vec![("src/counterpoint/counterpoint-diagram.js", "")];
    files.extend([("book.toml", "[output.html]\nadditional-js = [\"a.js\"]\n"), ("counterpoint.js", "mine()")]);
    let theirs = Folder::with("theirs", &files);
    let (code, _, said) = install(&theirs, &[]);
    assert!(code == 2 && said.contains("counterpoint.js is there and is another script; move it away"), "{said}");
    assert_eq!(theirs.read("counterpoint.js"), "mine()");
    fs::remove_file(theirs.0.join("counterpoint.js")).unwrap();
    assert_eq!(install(&theirs, &[]).0, 0);
    assert!(theirs.read("book.toml").contains("additional-js = [\"counterpoint.js\", \"a.js\"]\n"));

    let (code, _, said) = run(&["mdbook", "install", "/no/such/book"], "");
    assert!(code == 2 && said.contains("/no/such/book/book.toml is not there; say where the book is"), "{said}");
}
