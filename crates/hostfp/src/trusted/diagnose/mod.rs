//! Names a text of another program that holds nothing to trust, and the remedy. These modules yield errors only.

pub(crate) mod errors;
pub(crate) mod known_texts;
pub(crate) mod listings;
pub(crate) mod other_json;
pub(crate) mod other_text;
pub(crate) mod surrounded;
