//! Finds a key after options, as in `authorized_keys` (sshd(8)): `from="10.0.0.0/8",command="a b" type base64`.

use super::Refusal;
use super::envelope::private_block;
use super::located_key::{Fault, Located, LocatedKey, has_key_outside_quotes, skip_spaces_and_tabs};
use super::options;

/// Finds the key after options; `None` if the text does not begin with an option, or no key follows. Options that sshd does
/// not accept are reported instead of the key, since sshd accepts no login by such a line.
pub(super) fn find<'a>(text: &'a [u8], blob: &mut Vec<u8>) -> Option<(Located<'a>, Option<&'a [u8]>)> {
    // Before a private key it is the name of something else, such as systemd's Environment=.
    let known = options::begin(text) && private_block(text).is_none();
    let Some((field, after)) = options::split(text) else {
        return known.then(|| (Err(refused(options::Fault::Quotes)), None)).or_else(|| decoy(text));
    };
    let spot = LocatedKey::at(skip_spaces_and_tabs(after), blob);
    // If it were read as a host name it would be lost, and the key would log in without the restriction.
    if !known && spot.is_some() && options::may_be_misspelt_option(field) {
        return Some((Err(refused(options::Fault::Unknown)), None));
    }
    // A host name has no quotes, so a field with quotes can only be meant as an option.
    if !known && !field.contains(&b'"') {
        return if spot.is_some() && !field.contains(&b'\r') { None } else { decoy(text) };
    }
    match options::parse(field) {
        Ok(_) => Some((spot?, Some(field))),
        // After another name this is a line of another language, such as `KEY="ssh-rsa ..."`.
        Err(fault) if known || spot.is_some() => Some((Err(refused(fault)), None)),
        Err(_) => decoy(text),
    }
}

/// Refuses a line that sshd does not read as a key, and that has two: the first may be part of an intended option, and the
/// second the key that it is for.
fn decoy(text: &[u8]) -> Option<(Located<'static>, Option<&'static [u8]>)> {
    has_key_outside_quotes(text).then(|| {
        let refusal =
            Refusal::new("two keys in one line, neither of which sshd accepts").hint("put each on a line of its own");
        (Err(Fault::Refused(Box::new(refusal))), None)
    })
}

fn refused(fault: options::Fault) -> Fault<'static> {
    let refusal = Refusal::new(fault.to_string()).hint("sshd(8), AUTHORIZED_KEYS FILE FORMAT, has its options");
    Fault::Refused(Box::new(refusal))
}
