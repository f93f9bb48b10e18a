//! A throw-away sshd on 127.0.0.1, which stops when its value is dropped.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::peers;

/// A running server.
pub struct Sshd {
    child: Child,
    /// The port on 127.0.0.1.
    pub port: u16,
}

impl Sshd {
    /// Starts a server with these host keys that accepts the keys in `authorized_keys`; its configuration
    /// and log go into `folder`.
    ///
    /// # Errors
    /// It is not installed, or does not listen within some seconds.
    pub fn start(folder: &Path, host_keys: &[PathBuf], authorized_keys: &Path) -> io::Result<Self> {
        Self::start_with(folder, host_keys, authorized_keys, "")
    }

    /// Starts one with more lines of sshd_config(5).
    ///
    /// # Errors
    /// It is not installed, or does not listen within some seconds.
    pub fn start_with(folder: &Path, host_keys: &[PathBuf], authorized_keys: &Path, more: &str) -> io::Result<Self> {
        let sshd = peers::SSHD.find().ok_or(io::ErrorKind::NotFound)?;
        Self::start_program(&sshd, folder, host_keys, authorized_keys, more)
    }

    /// Starts one of another sshd program.
    ///
    /// # Errors
    /// It does not listen within some seconds.
    pub fn start_program(
        sshd: &Path,
        folder: &Path,
        host_keys: &[PathBuf],
        authorized_keys: &Path,
        more: &str,
    ) -> io::Result<Self> {
        let config = folder.join("sshd_config");
        // The folder may be in /tmp, which StrictModes refuses.
        let lines = format!(
            "ListenAddress 127.0.0.1\nPidFile none\nUsePAM no\nPasswordAuthentication no\nStrictModes no\n\
             PermitRootLogin prohibit-password\nAuthorizedKeysFile {}\n{more}\n{}",
            authorized_keys.display(),
            helper_programs(sshd)
        );
        let addresses = lines.matches("ListenAddress ").count();
        fs::write(&config, lines)?;
        make_privilege_separation_folder()?;
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        // Between choosing a free port and listening on it, another process may take it.
        for _ in 0..5 {
            let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            let log = folder.join("sshd.log");
            let mut command = Command::new(sshd);
            command.arg("-D").arg("-e").arg("-f").arg(&config).arg("-p").arg(port.to_string());
            for key in host_keys {
                command.arg("-h").arg(key);
            }
            let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&log)?).spawn()?;
            let mut server = Self { child, port };
            match server.wait_until_it_listens(&log, addresses) {
                Ok(()) => return Ok(server),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The server's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until its log reports that it listens on all its addresses. A connection would prove less: while sshd
    /// starts, the server of another test may have the port.
    fn wait_until_it_listens(&mut self, log: &Path, addresses: usize) -> io::Result<()> {
        for _ in 0..100 {
            if fs::read_to_string(log)?.matches("Server listening on ").count() == addresses {
                return Ok(());
            }
            if self.child.try_wait()?.is_some() {
                return Err(io::Error::other("sshd ended at once; see its log"));
            }
            sleep(Duration::from_millis(50));
        }
        Err(io::ErrorKind::TimedOut.into())
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The configuration for the helper programs that sshd has had since 9.8, if they are next to it. Such an sshd soon
/// refuses clients that connect without a login, as tests do, unless the lines before configure it.
fn helper_programs(sshd: &Path) -> String {
    let part = |(option, program)| {
        let path = sshd.with_file_name(program);
        path.exists().then(|| format!("{option} {}\n", path.display()))
    };
    let paths: String =
        [("SshdSessionPath", "sshd-session"), ("SshdAuthPath", "sshd-auth")].into_iter().filter_map(part).collect();
    if paths.is_empty() { paths } else { paths + "PerSourcePenalties no\n" }
}

/// Makes the empty folder that Debian's sshd needs as root, and that is missing if its service does not run. It stays,
/// since another sshd may need it.
fn make_privilege_separation_folder() -> io::Result<()> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|metadata| owner(&metadata) == 0);
    if is_root { fs::create_dir_all("/run/sshd") } else { Ok(()) }
}

#[cfg(unix)]
fn owner(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(metadata)
}

#[cfg(not(unix))]
fn owner(_: &fs::Metadata) -> u32 {
    u32::MAX
}
