//! A program that does nothing, to measure what starting any program costs. `cargo xtask bench start` uses it.

const fn main() {}
