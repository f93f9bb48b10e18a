//! A key behind options, as sshd(8) has them in `authorized_keys`: `from="10.0.0.0/8",command="a b" type base64`.

use super::public_line::{Located, Spot, skip_blanks};

/// The key behind one field that may hold quoted blanks; none where there is no key.
pub(super) fn find<'a>(text: &'a [u8], blob: &mut Vec<u8>) -> Option<(Located<'a>, Option<&'a [u8]>)> {
    let (options, after) = field(text);
    Some((Spot::at(skip_blanks(after), blob)?, Some(options)))
}

/// Splits at the first blank outside double quotes; `\"` does not end a quote.
fn field(text: &[u8]) -> (&[u8], &[u8]) {
    let mut quoted = false;
    let mut escaped = false;
    let end = text.iter().position(|byte| {
        match byte {
            b'"' if !escaped => quoted = !quoted,
            b' ' | b'\t' if !quoted => return true,
            _ => {}
        }
        escaped = *byte == b'\\' && !escaped;
        false
    });
    text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, &[]))
}

/// Whether the first option is one that sshd knows; else the field holds host names.
pub(super) fn is_options(field: &[u8]) -> bool {
    let first = field.split(|byte| matches!(byte, b',' | b'=')).next().unwrap_or_default();
    OPTIONS.iter().any(|option| option.as_bytes().eq_ignore_ascii_case(first))
}

/// The options of sshd(8), AUTHORIZED_KEYS FILE FORMAT.
static OPTIONS: [&str; 22] = [
    "agent-forwarding",
    "cert-authority",
    "command",
    "environment",
    "expiry-time",
    "from",
    "no-agent-forwarding",
    "no-port-forwarding",
    "no-pty",
    "no-touch-required",
    "no-user-rc",
    "no-x11-forwarding",
    "permitlisten",
    "permitopen",
    "port-forwarding",
    "principals",
    "pty",
    "restrict",
    "tunnel",
    "user-rc",
    "verify-required",
    "x11-forwarding",
];
