//! Fingerprints that the user trusts, found in whatever text holds them: one file a kind of text.

mod lines;
mod run_command;

use std::ffi::OsStr;
use std::path::Path;

use common::bytes::Source;
use common::cli::Stdin;
use common::error::{Error, Place};
use common::keys::{Fingerprint, Kind};

/// The longest text that is searched, in bytes. A serial log has some 100,000.
const MAX_TEXT: usize = 4 * 1024 * 1024;

/// A trusted fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The fingerprint.
    pub fingerprint: Fingerprint,
    /// What kinds of key it may belong to, as far as the text says so; none where it does not.
    pub kinds: Vec<Kind>,
}

/// All trusted fingerprints of one host; at least one.
#[derive(Clone, Debug)]
pub struct Trusted {
    /// The fingerprints, in the order of the text.
    pub keys: Vec<TrustedKey>,
}

impl Trusted {
    /// Finds the fingerprints in `source`: one itself, a file, or `-` for standard input.
    ///
    /// # Errors
    /// The source cannot be read or holds no fingerprint; the message says what it holds instead.
    pub fn of(source: &OsStr, stdin: &mut Stdin<'_>) -> Result<Self, Error> {
        if let Some(text) = source.to_str()
            && lines::looks_like_a_fingerprint(text)
            && !Path::new(source).exists()
        {
            return lines::find(text);
        }
        let source = Source::open(source, stdin)?;
        let place = source.place.clone();
        Self::find(&place, &source.read_whole(MAX_TEXT)?)
    }

    fn find(place: &Place, bytes: &[u8]) -> Result<Self, Error> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}');
        let found = match run_command::script_output(text) {
            Some(output) => output.and_then(|output| lines::find(&output)),
            None => lines::find(text),
        };
        found.map_err(|error| if error.place().is_none() { error.at(place.clone()) } else { error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) const ECDSA: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";

    fn find(text: &str) -> Result<Trusted, String> {
        let place = Place { file: "src".into(), line: None };
        Trusted::find(&place, text.as_bytes()).map_err(|error| {
            assert!(error.place().is_some());
            error.message().to_owned()
        })
    }

    fn run_command(message: &str) -> String {
        serde_json::json!({"value": [{"code": "ProvisioningState/succeeded", "message": message}]}).to_string()
    }

    #[test]
    fn the_output_of_run_command_is_searched_where_the_script_wrote() {
        let line = format!("256 {ECDSA} root@vm (ECDSA)");
        let found = find(&run_command(&format!("Enable succeeded: \n[stdout]\n{line}\n\n[stderr]\n"))).unwrap();
        assert_eq!(found.keys.len(), 1);
        assert_eq!(found.keys[0].fingerprint.to_string(), ECDSA);
        // What stands under [stderr] is a complaint, never an answer.
        let error = find(&run_command(&format!("Enable succeeded: \n[stdout]\n\n[stderr]\n{line}\n"))).unwrap_err();
        assert_eq!(error, "the script printed nothing but errors");
    }

    #[test]
    fn what_run_command_prints_instead_of_fingerprints_is_named() {
        for (message, error) in [
            ("Enable succeeded: \n[stdout]\n\n[stderr]\n", "the script printed nothing"),
            ("Enable succeeded: \n[stdout]\nhello\n\n[stderr]\n", "no fingerprint"),
            (
                "Enable succeeded: \n[stdout]\nThis is a sample script\n\n[stderr]\n",
                "Run Command ran its sample script",
            ),
            ("Enable succeeded: \n[stdout]\n256 SHA256:p2QAMX (ECDSA)\n\n[stderr]\n", "the fingerprint is cut short"),
            ("something else", "no output of a script"),
        ] {
            let found = find(&run_command(message)).unwrap_err();
            assert!(found.contains(error), "{found}");
        }
        // However it was saved: the same words are never an answer outside of JSON, or behind a warning or a BOM.
        let complaint = format!("Enable succeeded: \n[stdout]\n\n[stderr]\n[stderr]\n256 {ECDSA} (ECDSA)\n");
        let json = run_command(&complaint);
        for text in [&complaint, &json, &format!("WARNING: new release\n{json}"), &format!("\u{feff}{json}")] {
            assert_eq!(find(text).unwrap_err(), "the script printed nothing but errors");
        }
        let sample = format!("This is a sample script\n256 {ECDSA} (ECDSA)\n");
        assert!(find(&sample).unwrap_err().contains("sample script"));
        let failed = r#"{"value":[{"code":"ProvisioningState/failed","message":"[stdout]\n[stderr]\n"}]}"#;
        assert!(find(failed).unwrap_err().contains("says that it failed"));
        assert!(find(r#"{"value":["#).unwrap_err().contains("JSON"));
        assert!(find(r#"{"id":1}"#).unwrap_err().contains("not what"));
    }

    #[test]
    fn lines_give_fingerprints_with_their_types() {
        let found = find(&format!("256 {ECDSA} root@vm (ECDSA)\r\n384 {ECDSA} x (ECDSA)\n{ECDSA}\n")).unwrap();
        let kinds: Vec<usize> = found.keys.iter().map(|key| key.kinds.len()).collect();
        assert_eq!(kinds, [1, 1, 0]);
    }

    #[test]
    fn weak_hashes_are_not_trusted() {
        let error = find("256 MD5:27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27 a b (ED25519)").unwrap_err();
        assert_eq!(error, "only an MD5 or SHA-1 fingerprint, which is not trusted");
    }
}
