//! A `Scenario` is run into a `Trace`, laid out into a `Scene`, and drawn.
