//! JSON that names another machine than the host that is asked for, and the honest texts that are nearest to it.

use super::attacks::json_counts_or_not;

/// EVIL is the fingerprint of a stranger's key, KEY their key.
const ATTACKS: [&str; 3] = [
    // Inventories of guests and collectors of logs, in which `host` is the machine underneath.
    r#"{"name":"mallory","host":"vm","status":"running","ssh_host_keys":["KEY"]}"#,
    r#"[{"name":"mallory","host":"vm","host_keys":["KEY"]},{"name":"b","host":"vm","host_keys":["256 OTHER (ECDSA)"]}]"#,
    r#"{"host":"vm","hostname":"mallory","private_ip":"10.0.0.66","ssh_host_ed25519_key":"KEY"}"#,
];

const ANSWERS: [&str; 3] = [
    r#"{"host":"vm","name":"vm","status":"running","ssh_host_keys":["KEY"]}"#,
    r#"{"host":"vm","hostname":"vm.example.com","ip":"10.0.0.4","ssh_host_ed25519_key":"KEY"}"#,
    r#"{"host":"vm","instance_id":"i-0a1","host_keys":["KEY"]}"#,
];

#[test]
fn members_that_name_another_machine_void_an_object() {
    json_counts_or_not(&ATTACKS, &ANSWERS);
}
