//! Tests that a panic, which ends a released program at once and without drops, leaves no temporary files.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::{env, panic, process, thread};

use common::os::interrupt;
use rexpect::session::spawn_command;
use support::Sandbox;

/// The variable that names the unfinished file of a process that must panic.
const UNFINISHED: &str = "VMKEYS_TEST_PANIC";

#[test]
fn a_panic_removes_what_is_unfinished_and_gives_the_echo_back() {
    if let Some(path) = env::var_os(UNFINISHED) {
        die_with_unfinished(&path);
    }
    let sandbox = Sandbox::new();
    let mut command = sandbox.command("bash");
    let line = "stty echo; \"$@\"; echo status $?; stty -a | grep -ow -e '-\\?echo'";
    command.args(["--norc", "-c", line, "bash"]).arg(env::current_exe().unwrap());
    command.args(["panics::", "--nocapture"]).env(UNFINISHED, sandbox.file("unfinished"));
    let said = spawn_command(command, Some(30_000)).unwrap().exp_eof().unwrap();
    assert!(said.contains("as it was asked to") && said.contains("status 134"), "it ends by SIGABRT: {said}");
    assert!(said.trim_end().ends_with("\necho"), "{said}");
    assert!(sandbox.names().is_empty(), "{:?}", sandbox.names());
}

/// Panics as a released program would, with an unfinished file and the terminal's echo off: nothing unwinds after the
/// hook.
fn die_with_unfinished(path: &OsStr) {
    interrupt::undo_on_panic();
    let undo = panic::take_hook();
    panic::set_hook(Box::new(move |about| {
        undo(about);
        process::abort();
    }));
    fs::write(path, "half of it").unwrap();
    let path = path.to_owned();
    let _file = interrupt::on_end(move || fs::remove_file(&path).unwrap());
    let terminal = File::options().read(true).write(true).open("/dev/tty").unwrap();
    let _echo = interrupt::echo_off(&terminal).unwrap();
    let _ = thread::spawn(|| panic!("as it was asked to")).join();
}
