//! Icons as paths: a font that lacks a sign would show a box.

use super::element::{Element, element};

/// A sign on a control.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Play,
    Pause,
    StepBack,
    StepOn,
    ToStart,
    Link,
    Open,
    Library,
    Export,
    Embed,
    Edit,
    Before,
    After,
    Close,
    Narrower,
    Wider,
    Whole,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Icon::Play => "M5 3.2v9.6a.6.6 0 0 0 .9.5l7.6-4.8a.6.6 0 0 0 0-1L5.9 2.7a.6.6 0 0 0-.9.5z",
            Icon::Pause => "M4.5 3h2.2v10H4.5zM9.3 3h2.2v10H9.3z",
            Icon::StepBack => {
                "M3.5 3h1.6v10H3.5zM12.5 3.5v9a.5.5 0 0 1-.8.4L6 8.4a.5.5 0 0 1 0-.8l5.7-4.5a.5.5 0 0 1 .8.4z"
            }
            Icon::StepOn => {
                "M10.9 3h1.6v10h-1.6zM3.5 3.5v9a.5.5 0 0 0 .8.4L10 8.4a.5.5 0 0 0 0-.8L4.3 3.1a.5.5 0 0 0-.8.4z"
            }
            Icon::ToStart => {
                "M2.5 3h1.5v10H2.5zM8.5 4v8a.4.4 0 0 1-.7.3L4.5 8.3a.5.5 0 0 1 0-.6l3.3-4a.4.4 0 0 1 .7.3zM13.5 4v8a.4.4 0 0 1-.7.3L9.5 8.3a.5.5 0 0 1 0-.6l3.3-4a.4.4 0 0 1 .7.3z"
            }
            Icon::Link => {
                "M6.6 9.4a2.6 2.6 0 0 1 0-3.7l2.3-2.3a2.6 2.6 0 0 1 3.7 3.7l-1.2 1.2-.9-.9 1.2-1.2A1.35 1.35 0 1 0 9.8 4.3L7.5 6.6a1.35 1.35 0 0 0 0 1.9zM9.4 6.6a2.6 2.6 0 0 1 0 3.7l-2.3 2.3a2.6 2.6 0 0 1-3.7-3.7l1.2-1.2.9.9-1.2 1.2a1.35 1.35 0 1 0 1.9 1.9l2.3-2.3a1.35 1.35 0 0 0 0-1.9z"
            }
            Icon::Open => "M3 4.5h4v1.3H4.3v5.9h5.9V9h1.3v4H3zM8.5 2.5h5v5h-1.3V4.7L7.9 9 7 8.1l4.3-4.3H8.5z",
            Icon::Library => "M2.5 2.5h4.8v4.8H2.5zM8.7 2.5h4.8v4.8H8.7zM2.5 8.7h4.8v4.8H2.5zM8.7 8.7h4.8v4.8H8.7z",
            Icon::Export => "M7.3 2h1.4v6.2l2-2 1 1L8 11 4.3 7.2l1-1 2 2zM3 12.5h10V14H3z",
            Icon::Embed => "M5.5 4.2 1.7 8l3.8 3.8 1-1L3.7 8l2.8-2.8zM10.5 4.2l-1 1L12.3 8l-2.8 2.8 1 1L14.3 8z",
            Icon::Edit => "M10.9 2.2 13.8 5.1 5.6 13.3 2 14l.7-3.6zM10.9 4 4 10.9l-.3 1.4 1.4-.3L12 5.1z",
            Icon::Before => "M10 3.2 5.2 8l4.8 4.8-1 1L3.2 8 9 2.2z",
            Icon::After => "m6 3.2 4.8 4.8L6 12.8l1 1L12.8 8 7 2.2z",
            Icon::Narrower => "M7.3 3h1.4v4.3H13v1.4H8.7V13H7.3V8.7H3V7.3h4.3z",
            Icon::Wider => "M3 7.3h10v1.4H3z",
            Icon::Whole => "M2.5 3h1.3v10H2.5zM12.2 3h1.3v10h-1.3zM7 5 4.8 8 7 11V8.6h2V11l2.2-3L9 5v2.4H7z",
            Icon::Close => "m4.3 3.3 3.7 3.7 3.7-3.7 1 1L9 8l3.7 3.7-1 1L8 9l-3.7 3.7-1-1L7 8 3.3 4.3z",
        }
    }
}

/// The drawing, for beside words or in a control that has a name.
pub fn icon(icon: Icon) -> Element {
    let fixed = [("class", "icon"), ("viewBox", "0 0 16 16"), ("width", "16"), ("height", "16")];
    let unheard = element("svg", &fixed).with("aria-hidden", "true").with("focusable", "false");
    unheard.add(element("path", &[]).with("d", icon.path()))
}
