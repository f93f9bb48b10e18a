//! Many keys: all distinct, and none that keycheck would refuse.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use keygen::formats::public_line;
use keygen::generate::{Recipe, Type};
use support::Sandbox;

fn are_distinct_and_pass(recipe: &Recipe, count: usize) {
    let mut lines = BTreeSet::new();
    for _ in 0..count {
        let _ = lines.insert(public_line(&recipe.generate().unwrap().public().unwrap(), ""));
    }
    assert_eq!(lines.len(), count, "two keys are the same");
    let all = lines.iter().fold(String::new(), |mut all, line| {
        let _ = write!(all, "{line}");
        all
    });
    let sandbox = Sandbox::new();
    let verdicts = sandbox.run_with("keycheck", ["--strict"], all).good();
    assert_eq!(verdicts.lines().count(), count);
}

#[test]
fn ten_thousand_ed25519_keys_are_distinct_and_pass() {
    are_distinct_and_pass(&Recipe::new(Type::Ed25519, None).unwrap(), 10_000);
}

#[test]
fn a_thousand_rsa_keys_are_distinct_and_pass() {
    are_distinct_and_pass(&Recipe::new(Type::Rsa, Some(2048)).unwrap(), 1000);
}
