//! Any bytes of a host, sent on each real connection of a whole scan: no key is ever printed.
#![no_main]

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::sync::{Mutex, OnceLock, PoisonError};

use common::error::ExitStatus;
use fuzz::{run, said};
use libfuzzer_sys::fuzz_target;
use support::Listener;

static SAID: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static SERVER: OnceLock<Listener> = OnceLock::new();

fn listener() -> Listener {
    Listener::start(|mut stream| {
        let said = SAID.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // The client may have disconnected already.
        let _ = stream.write_all(&said);
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    })
    .expect("a free port")
}

fuzz_target!(|data: &[u8]| {
    let server = SERVER.get_or_init(listener);
    *SAID.lock().unwrap_or_else(PoisonError::into_inner) = said(data);
    let host = format!("127.0.0.1:{}", server.port);
    let ran = run::<hostfp::Args>(&["-T", "5", "--connect", &host], b"");
    assert!(ran.status != ExitStatus::Yes && ran.stdout.is_empty(), "{:?}", String::from_utf8_lossy(&ran.stdout));
    assert!(!ran.stderr.contains("in time"), "{}", ran.stderr);
});
