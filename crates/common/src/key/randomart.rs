//! Draws a fingerprint as a picture: a bishop walks over a board, and each square shows how often it was visited ("The
//! drunken bishop: An analysis of the OpenSSH fingerprint visualization algorithm", Loss, Limmer and von Gernler, 2009).

use super::{Fingerprint, PublicKey};

const WIDTH: usize = 17;
const HEIGHT: usize = 9;
/// The character of a square after 0, 1, 2 … visits.
const VISITS: &[u8; 15] = b" .o+=*BOX@%&#/^";

/// Draws the picture, ten lines and a frame, as `ssh-keygen -lv` does.
#[must_use]
pub fn draw(key: &PublicKey<'_>, fingerprint: &Fingerprint) -> String {
    let start = (WIDTH / 2, HEIGHT / 2);
    let mut board = [[0_usize; WIDTH]; HEIGHT];
    let (mut x, mut y) = start;
    for byte in fingerprint.digest() {
        for step in 0..4 {
            let move_ = byte >> (2 * step);
            x = if move_ & 1 == 0 { x.saturating_sub(1) } else { (x + 1).min(WIDTH - 1) };
            y = if move_ & 2 == 0 { y.saturating_sub(1) } else { (y + 1).min(HEIGHT - 1) };
            if let Some(square) = board.get_mut(y).and_then(|row| row.get_mut(x)) {
                *square += 1;
            }
        }
    }
    let mut picture = frame(&title(key));
    for (row, squares) in board.iter().enumerate() {
        picture.push('|');
        for (column, visits) in squares.iter().enumerate() {
            picture.push(match (column, row) {
                here if here == (x, y) => 'E',
                here if here == start => 'S',
                _ => char::from(*VISITS.get(*visits).unwrap_or(&b'^')),
            });
        }
        picture.push_str("|\n");
    }
    picture.push_str(&frame(&format!("[{}]", fingerprint.hash().label())));
    picture
}

/// Returns the type and size, or the type alone where both do not fit.
fn title(key: &PublicKey<'_>) -> String {
    let label = key.label();
    let whole = key.bits().map(|bits| format!("[{label} {bits}]"));
    let title = whole.filter(|title| title.len() < WIDTH).unwrap_or_else(|| format!("[{label}]"));
    title.chars().take(WIDTH - 1).collect()
}

/// Draws an edge with its title in the middle.
fn frame(title: &str) -> String {
    format!("+{title:-^WIDTH$}+\n")
}
