//! Does nothing: what the start of any program takes. `cargo xtask bench start` measures against it.

const fn main() {}
