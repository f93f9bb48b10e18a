//! The options of ssh-keygen(1) that keygen does not have, up to OpenSSH 10.6. Each documented option is either accepted, or
//! answered with the command to use instead.

use common::cli::table::{Answer, Foreign};

/// Certificates, which Azure does not accept.
const CERTIFICATES: &str = "`ssh-keygen -s CA_KEY -I NAME FILE` signs certificates";

/// Lists of revoked keys.
const REVOCATION: &str = "`ssh-keygen -k -f LIST FILE` makes a new list, with -u as well it adds to LIST; \
                          `ssh-keygen -Q -f LIST FILE` searches one";

/// Adding keys to such lists: without -u, -k replaces the old list by a new one.
const MORE_REVOCATION: &str = "`ssh-keygen -k -u -f LIST FILE` adds to such lists, and keeps what is in them";

/// Security keys.
pub(crate) const SECURITY_KEYS: &str =
    "`ssh-keygen -t ed25519-sk` makes them, `ssh-keygen -K` loads them; Azure does not accept them";

/// keygen's answer to each option.
pub(crate) static FOREIGN: [Foreign; 26] = [
    // OpenSSH format, which `-o` requested before 7.8, is the default; `-v` has nothing to show.
    Foreign { letter: 'o', answer: Answer::Accepted },
    Foreign { letter: 'v', answer: Answer::Accepted },
    Foreign::elsewhere('A', "makes a machine's host keys", "`ssh-keygen -A` makes them, as root on the VM"),
    Foreign::elsewhere(
        'B',
        "prints bubblebabble digests",
        "`ssh-keygen -B -f FILE` does; `pubfp FILE` prints fingerprints",
    ),
    Foreign::elsewhere('D', "loads keys from a PKCS#11 library", "`ssh-keygen -D LIBRARY` does"),
    Foreign::elsewhere('E', "names the hash of fingerprints", "`pubfp -E HASH FILE` prints them"),
    Foreign::elsewhere(
        'F',
        "searches known_hosts",
        "`ssh-keygen -F HOST` does; `hostfp --expect ~/.ssh/known_hosts --connect HOST` verifies the host by it",
    ),
    Foreign::elsewhere(
        'g',
        "prints DNS records in generic format",
        "`ssh-keygen -r HOST -g -f FILE` does; `pubfp --sshfp HOST FILE` prints SSHFP records",
    ),
    Foreign::elsewhere(
        'H',
        "hashes the names in known_hosts",
        "`ssh-keygen -H` does; `hostfp --known-hosts FILE -H` adds hashed names",
    ),
    Foreign::elsewhere('I', "names a certificate", CERTIFICATES),
    Foreign::elsewhere('K', "loads keys from a security key", SECURITY_KEYS),
    Foreign::elsewhere('k', "makes lists of revoked keys", REVOCATION),
    Foreign::elsewhere(
        'L',
        "prints certificates",
        "`ssh-keygen -L -f FILE` does; `pubfp FILE` prints the certified key's fingerprint",
    ),
    Foreign::elsewhere('l', "prints fingerprints", "`pubfp FILE` prints them"),
    Foreign::elsewhere(
        'M',
        "makes groups for key exchange",
        "`ssh-keygen -M generate FILE` and `ssh-keygen -M screen FILE` do",
    ),
    Foreign::elsewhere('n', "names a certificate's principals", CERTIFICATES),
    Foreign::elsewhere(
        'O',
        "gives options to certificates and security keys",
        "`ssh-keygen` takes them with -s, -t ed25519-sk, -K, -M and -Y",
    ),
    Foreign::elsewhere('Q', "searches lists of revoked keys", REVOCATION),
    Foreign::elsewhere(
        'R',
        "removes a host from known_hosts",
        "`ssh-keygen -R HOST` does; `hostfp --expect SRC --known-hosts ~/.ssh/known_hosts --connect HOST` replaces a key \
         only after it verified the new one",
    ),
    Foreign::elsewhere('r', "prints DNS records", "`pubfp --sshfp HOST FILE` prints them"),
    Foreign::elsewhere('s', "signs certificates", CERTIFICATES),
    Foreign::elsewhere(
        'U',
        "signs with a key in the agent",
        "`ssh-keygen -U -s CA_KEY.pub -I NAME FILE` signs certificates so",
    ),
    Foreign::elsewhere('u', "adds to lists of revoked keys", MORE_REVOCATION),
    Foreign::elsewhere('w', "names a library for security keys", SECURITY_KEYS),
    Foreign::elsewhere(
        'Y',
        "signs files and verifies signatures",
        "`ssh-keygen -Y sign -f KEY -n NAMESPACE FILE` does, `ssh-keygen -Y verify -f SIGNERS -I NAME -n NAMESPACE -s SIGNATURE < FILE` too, \
         and find-principals, match-principals and check-novalidate with the same arguments",
    ),
    Foreign::elsewhere('z', "numbers certificates and lists", CERTIFICATES),
];
