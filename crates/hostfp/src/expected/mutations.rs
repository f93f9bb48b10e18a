//! Tests that a trusted text, changed anywhere and with another machine's line inserted anywhere, never makes that machine's
//! key match.

use common::key::Hash;

use super::properties::{Actors, Random, line_of, verdict};
use crate::judgement::Verdict;

/// How the other machine's key is written into the text. Each is of the same type as the machine's own key.
const FOREIGN: [&str; 15] = [
    "\n256 EVIL root@other (ED25519)\n",
    "\nKEY root@other\n",
    "\nEVIL (ED25519)\n",
    "\nssh-ed25519 255 EVIL\n",
    "\nSSH host key: EVIL (ED25519)\n",
    "\n- EVIL (ED25519)\n",
    "\n* ED25519: `EVIL`\n",
    "\n| ED25519 | `EVIL` |\n",
    "\nother IN SSHFP 4 2 HEX\n",
    "\nother KEY\n",
    "\\nKEY\\n",
    "\"KEY\",",
    ",\"hostKeys\":[\"KEY\"]",
    ",\"host_key\":\"EVIL\"",
    "{\"host\":\"other\",\"fingerprint\":\"EVIL\"}\n",
];

/// Bytes to insert. None turns a line into a comment, which would be the author's own way to take it back.
const BYTES: &[u8] = b" \t\n\r\"'\\{}[]():,.|-=@`*0aZ";

/// Changes some bytes at random places.
fn changed(text: &str, random: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..random.below(4) {
        let at = random.below(bytes.len());
        let byte = BYTES[random.below(BYTES.len())];
        match random.below(3) {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => drop(bytes.remove(at)),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn no_change_of_a_trusted_text_makes_another_machines_key_match() {
    let actors = Actors::two();
    let own = [actors.good.fingerprint(Hash::Sha256).to_string(), line_of(&actors.good)];
    let mut random = Random(24);
    let mut tried = 0;
    while tried < 30_000 {
        let mut text = actors.text(&mut random);
        let foreign = actors.fill(random.one(&FOREIGN));
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        // Not within the machine's own key, which would then be gone.
        let at = places[random.below(places.len())];
        let is_inside =
            own.iter().any(|own| text.match_indices(own).any(|(start, own)| (start..start + own.len()).contains(&at)));
        if is_inside {
            continue;
        }
        text.insert_str(at, &foreign);
        let text = changed(&text, &mut random);
        // A change within the machine's own key removes it from the text, and leaves only the other one.
        if !own.iter().any(|own| text.contains(own)) {
            continue;
        }
        // Without the line break before it, the other machine's line may continue the names of this one. In known_hosts, the
        // key is then this machine's.
        if text.lines().any(|line| line.starts_with("vm,") && line.contains(&line_of(&actors.evil))) {
            continue;
        }
        tried += 1;
        assert!(!matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), "{text}");
    }
}
