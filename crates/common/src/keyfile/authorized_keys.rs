//! A key behind options, as sshd(8) has them in `authorized_keys`: `from="10.0.0.0/8",command="a b" type base64`.

use super::Refusal;
use super::envelope::private_block;
use super::located_key::{Fault, Located, LocatedKey, has_a_key_out_of_quotes, skip_blanks};
use super::options;

/// The key behind options; `None` if no option begins the text, or no key stands behind them. Options that sshd does
/// not take are told instead of the key, since sshd accepts no login by such a line.
pub(super) fn find<'a>(text: &'a [u8], blob: &mut Vec<u8>) -> Option<(Located<'a>, Option<&'a [u8]>)> {
    // Before a private key it is the name of something else, such as systemd's Environment=.
    let known = options::begin(text) && private_block(text).is_none();
    let Some((field, after)) = options::split(text) else {
        return known.then(|| (Err(refused(options::Fault::Quotes)), None)).or_else(|| decoy(text));
    };
    let spot = LocatedKey::at(skip_blanks(after), blob);
    // Read as the name of a host, it would be lost, and the key would log in without the restriction.
    if !known && spot.is_some() && options::may_be_meant(field) {
        return Some((Err(refused(options::Fault::Unknown)), None));
    }
    // Quotes are no part of a host's name, so that what they belong to can only be meant as an option.
    if !known && !field.contains(&b'"') {
        return if spot.is_some() && !field.contains(&b'\r') { None } else { decoy(text) };
    }
    match options::parse(field) {
        Ok(_) => Some((spot?, Some(field))),
        // Behind another name this is a line of some other language, such as `KEY="ssh-rsa ..."`.
        Err(fault) if known || spot.is_some() => Some((Err(refused(fault)), None)),
        Err(_) => decoy(text),
    }
}

/// The refusal of a line that sshd takes for no key, and that holds two: in such a line the first may be a part of what
/// is meant as an option, and the second the one that it is meant for.
fn decoy(text: &[u8]) -> Option<(Located<'static>, Option<&'static [u8]>)> {
    has_a_key_out_of_quotes(text).then(|| {
        let refusal =
            Refusal::new("two keys in one line, of which sshd takes neither").hint("put each on a line of its own");
        (Err(Fault::Refused(Box::new(refusal))), None)
    })
}

fn refused(fault: options::Fault) -> Fault<'static> {
    let refusal = Refusal::new(fault.to_string()).hint("sshd(8), AUTHORIZED_KEYS FILE FORMAT, has its options");
    Fault::Refused(Box::new(refusal))
}
