//! Public keys in other forms: `-e` writes them, `-i` reads them. As with ssh-keygen, RFC 4716 is the form unless `-m`
//! names another; what `-i` reads it tells by content.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::cli::Env;
use common::cli::passphrase;
use common::cli::terminal::Terminal;
use common::error::{Error, ExitStatus, Place};
use common::escape;
use common::input::Source;
use common::key::wire::Reader;
use common::key::{Kind, PublicKey};
use common::keyfile::{self, Item, Sink, oid};
use common::secret::Secret;
use pkcs8::der::Encode as _;
use pkcs8::der::asn1::{AnyRef, BitStringRef, Null, UintRef};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use rsa::pkcs1::RsaPublicKeyRef;

use crate::args::Args;
use crate::formats::{Format, armour, cannot_write, public_line};
use crate::passphrase::Passphrase;
use crate::prompts::{self, user_at_host};

/// Base64 characters a line, as ssh-keygen has them; RFC 4716 section 3 allows 72.
const LINE: usize = 70;

/// `-e`: prints the public key of a file, be it public or private, in another form.
pub(crate) fn export(mut args: Args, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let key = read(&mut args, env)?;
    let text = match args.format.unwrap_or(Format::Rfc4716) {
        Format::Rfc4716 => rfc4716(&key),
        Format::Pkcs8 => spki(&key)?,
        Format::Pem if key.kind() == Kind::Rsa => pkcs1(&key)?,
        // ssh-keygen too writes an ECDSA key so.
        Format::Pem => spki(&key)?,
        Format::OpenSsh => public_line(&key, ""),
        Format::Ppk | Format::Ppk2 => {
            return Err(Error::failure("PPK is a form of private keys").hint("-m RFC4716 is what PuTTY reads"));
        }
    };
    env.print(text).map(|()| ExitStatus::Yes)
}

/// `-i`: prints a public key as OpenSSH's line, without a comment, as ssh-keygen does.
pub(crate) fn import(mut args: Args, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let key = read(&mut args, env)?;
    env.print(public_line(&key, "")).map(|()| ExitStatus::Yes)
}

/// The first key in the file that the command line names, or else in one that is asked for.
fn read(args: &mut Args, env: &mut Env<'_>) -> Result<PublicKey<'static>, Error> {
    let passphrase = Passphrase::of_old_key(args)?;
    let file = prompts::existing_file(env, args.file.take())?;
    let given = passphrase.given(env)?;
    let mut first = First { key: None, given, terminal: &mut *env.terminal };
    keyfile::read(Source::open(file.as_os_str(), &mut env.stdin)?, &mut first)?;
    first.key.unwrap_or_else(|| Err(Error::no("holds no key").at(Place::file(&file))))
}

/// Takes the first key that is found, or why there is none.
struct First<'e> {
    key: Option<Result<PublicKey<'static>, Error>>,
    /// The passphrase that the command line gives.
    given: Option<Secret>,
    terminal: &'e mut dyn Terminal,
}

impl Sink for First<'_> {
    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.key.get_or_insert_with(|| Ok(item.key.clone().into_owned()));
        Ok(())
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.key.get_or_insert(Err(error));
        Ok(())
    }

    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        match &self.given {
            _ if self.key.is_some() => Ok(None),
            Some(given) => Ok(Some(given.clone())),
            None => passphrase::ask(place, self.terminal),
        }
    }
}

fn rfc4716(key: &PublicKey<'_>) -> String {
    let bits = key.bits().map_or_else(|| "?".to_owned(), |bits| bits.to_string());
    let comment = format!("{bits}-bit {}, converted by {} from OpenSSH", key.label(), user_at_host());
    let base64 = STANDARD.encode(key.blob());
    let mut text = format!("---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"{comment}\"\n");
    for line in base64.as_bytes().chunks(LINE) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str("---- END SSH2 PUBLIC KEY ----\n");
    text
}

/// The numbers or points of a key, in the order of its blob.
fn parts<'k, const N: usize>(key: &'k PublicKey<'_>) -> Result<[&'k [u8]; N], Error> {
    let mut reader = Reader::new(key.plain_blob());
    let mut parts = [&[][..]; N];
    let _ = reader.string();
    for part in &mut parts {
        *part = reader.string().map_err(|_| cannot_write("its data is damaged"))?;
    }
    Ok(parts)
}

fn pkcs1_der(key: &PublicKey<'_>) -> Result<Vec<u8>, Error> {
    let [e, n] = parts(key)?;
    let number = |bytes| UintRef::new(bytes).map_err(cannot_write);
    RsaPublicKeyRef { modulus: number(n)?, public_exponent: number(e)? }.to_der().map_err(cannot_write)
}

fn pkcs1(key: &PublicKey<'_>) -> Result<String, Error> {
    Ok(String::from_utf8_lossy(&armour("RSA PUBLIC KEY", "", &pkcs1_der(key)?)).into_owned())
}

fn spki(key: &PublicKey<'_>) -> Result<String, Error> {
    let pkcs1;
    let curve;
    let (oid, parameters, bits): (_, Option<AnyRef<'_>>, &[u8]) = match key.kind() {
        Kind::Rsa => {
            pkcs1 = pkcs1_der(key)?;
            (oid::RSA, Some(Null.into()), &pkcs1)
        }
        Kind::Ecdsa(of_key) => {
            curve = oid::of_curve(of_key);
            let [_, point] = parts(key)?;
            (oid::EC, Some((&curve).into()), point)
        }
        Kind::Ed25519 => {
            let [point] = parts(key)?;
            (oid::ED25519, None, point)
        }
        _ => {
            let label = escape::text(key.label().as_bytes());
            return Err(
                Error::failure(format!("there is no such form of {label} keys")).hint("-m RFC4716 holds any key")
            );
        }
    };
    let info = SubjectPublicKeyInfoRef {
        algorithm: AlgorithmIdentifierRef { oid, parameters },
        subject_public_key: BitStringRef::from_bytes(bits).map_err(cannot_write)?,
    };
    let der = info.to_der().map_err(cannot_write)?;
    Ok(String::from_utf8_lossy(&armour("PUBLIC KEY", "", &der)).into_owned())
}
